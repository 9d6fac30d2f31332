// What a check of the machine found.

/// The result of one check.
struct Finding: Equatable {
  /// How bad it is.
  enum State: String {
    case ok
    /// A run does not fail for it.
    case warning
    case failure
  }

  /// What was checked, in a word.
  let check: String
  let state: State
  /// What was found, in a sentence.
  let found: String
  /// What mends it; nil where nothing is to be mended, or `found` says it.
  var mend: String?

  static func ok(_ check: String, _ found: String) -> Finding { Finding(check: check, state: .ok, found: found) }

  static func warning(_ check: String, _ found: String, mend: String?) -> Finding {
    Finding(check: check, state: .warning, found: found, mend: mend)
  }

  static func failure(_ check: String, _ found: String, mend: String?) -> Finding {
    Finding(check: check, state: .failure, found: found, mend: mend)
  }
}
