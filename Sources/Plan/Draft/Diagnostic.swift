// What is wrong with a release that cannot be planned: every mistake, each with the exit code of its kind.

import Basics
import Files
import Git
package import Layout

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

/// One mistake, told in one sentence on one line: nothing of what it quotes drives a terminal.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  package let fault: Fault
  /// The rule or setting that it is about; nil when it is about none.
  package let origin: RuleOrigin?
  package let message: String
  /// What it comes from, where others come from that too.
  let cause: SharedCause?

  package init(_ fault: Fault, _ message: String, at origin: RuleOrigin? = nil) {
    self.init(fault, message, at: origin, cause: nil)
  }

  init(_ fault: Fault, _ message: String, at origin: RuleOrigin? = nil, cause: SharedCause?) {
    self.fault = fault
    self.origin = origin
    self.cause = cause
    self.message = escapedControls(message)
  }

  /// The mistake that something is so for a platform; it may be for others too.
  init(_ fault: Fault, _ what: String, for platform: Platform, at origin: RuleOrigin) {
    let cause = SharedCause(kind: .platforms("\(origin): \(what)"), subject: "\(platform)")
    self.init(fault, "\(what) for \(platform)", at: origin, cause: cause)
  }

  /// The mistake that an error of any layer is, at `origin` unless it knows its place itself.
  init(_ error: any Error, at origin: RuleOrigin? = nil) {
    switch error {
    case let diagnostic as Diagnostic:
      self.init(diagnostic.fault, diagnostic.message, at: diagnostic.origin ?? origin, cause: diagnostic.cause)
    case let error as SystemError where error.isAboutMissingFile:
      self.init(.system, "\(error)", at: origin, cause: SharedCause(kind: .source(error.path), subject: ""))
    case let error as VersionError:
      let isFile = if case .file = error { true } else { false }
      // It is no rule's fault, and says itself where it is.
      self.init(isFile ? .usage : .system, "\(error)")
    // As little.
    case let error as NamedFolderError: self.init(.usage, "\(error)")
    default:
      self.init(.system, "\(error)", at: origin)
    }
  }

  /// The mistake as one about the release as a whole, whichever rule asks for it first.
  var aboutFact: Diagnostic {
    Diagnostic(fault, message, at: origin, cause: SharedCause(kind: .fact(message), subject: ""))
  }

  /// "PLACE: MESSAGE".
  package var description: String { origin.map { "\($0): \(message)" } ?? message }
}

/// All mistakes that planning a release found: at least one.
package struct PlanErrors: Error, Equatable, Sendable {
  package let diagnostics: [Diagnostic]

  /// The exit code: a mistake of the user's goes before one of the data, and that before one of the system.
  package var fault: Fault { diagnostics.map(\.fault).min() ?? .usage }
}
