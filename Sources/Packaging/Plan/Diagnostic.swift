// What is wrong with a release that cannot be planned: every mistake, each with the exit code of its kind.

/// Whose fault a mistake is; the numbers are the command's exit codes.
package enum Fault: Int32, Comparable, Sendable {
  /// Usage or layout.
  case usage = 2
  /// Input data that is not acceptable.
  case data = 3
  /// The source tree or the operating system.
  case system = 4

  package static func < (first: Fault, second: Fault) -> Bool { first.rawValue < second.rawValue }
}

/// One mistake, told in one sentence.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  package let fault: Fault
  package let message: String

  package init(_ fault: Fault, _ message: String) {
    self.fault = fault
    self.message = message
  }

  package var description: String { message }
}

/// All mistakes that planning a release found: at least one.
package struct PlanErrors: Error, Equatable, Sendable {
  package let diagnostics: [Diagnostic]

  /// The exit code: a mistake of the user's goes before one of the data, and that before one of the system.
  package var fault: Fault { diagnostics.map(\.fault).min() ?? .usage }
}
