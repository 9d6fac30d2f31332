// All verbs: the table that a new one is added to.

/// The verbs that rules may have, in the order in which messages name them.
enum VerbTable {
  static let verbs: [any Verb.Type] = [
    BinariesVerb.self, ImagesVerb.self, FileVerb.self, TreeVerb.self, PathsVerb.self, TextVerb.self,
    DirectoryVerb.self, SymlinkVerb.self, ArtifactVerb.self, GitVerb.self, SetVerb.self,
  ]

  /// The guide's lines about verbs: how to write an entry, how it uses `to`, and what it brings.
  static var guide: String {
    verbs.map { verb in
      let form = "\(verb.key) \(verb.guide.argument)"
      let place = !verb.options.contains("to") ? "none" : verb.needsTo ? "its own path" : "a folder"
      return "  \(form)\(String(repeating: " ", count: max(2, 20 - form.count)))\(place); \(verb.guide.brings)"
    }.joined(separator: "\n")
  }

  /// The options that entries may have.
  static var options: [String] { RuleDecoder(verbs: verbs).options }

  /// All keys of entries.
  static var keys: [String] { RuleDecoder(verbs: verbs).keys }
}
