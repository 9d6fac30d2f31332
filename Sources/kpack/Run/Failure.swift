// The end of a failed command: the exit code of each kind of error, and its messages.

import Archive
import Files
import Git
import Glibc
import Image
import Layout
import Plan

/// An error as the program reports it.
struct Failure {
  let exitCode: Int32
  let messages: [String]
  /// A pointer to further help.
  private(set) var hint: String?

  /// More lines than these do not help.
  private static let mostMessages = 50

  init(_ error: any Error) {
    switch error {
    case let error as UsageError:
      let help = error.command.map { "kpack \($0) --help" } ?? "kpack --help"
      self.init(.usage, [error.message])
      hint = "usage: see `\(help)`"
    case let errors as LayoutErrors: self.init(.usage, errors.errors.map(\.description))
    case let error as AdvisedErrors:
      self.init(error.errors)
      hint = "hint: \(error.advice)"
    case let errors as PlanErrors:
      // The errors that decide the exit code come first, because the end of the list may be cut off.
      let deciding = errors.diagnostics.filter { $0.fault == errors.fault }
      let others = errors.diagnostics.filter { $0.fault != errors.fault }
      self.init(errors.fault, (deciding + others).map(\.description))
    case let error as VersionError:
      let isFile = if case .file = error { true } else { false }
      self.init(isFile ? .usage : .system, ["\(error)"])
    case let failure as ListFailure:
      let isOfSystem = if case .system = failure.error { true } else { false }
      self.init(isOfSystem ? .system : .data, [failure.error.message(for: failure.path)])
    case let error as ImageError: self.init(.data, [error.description])
    case let error as NamedFolderError: self.init(.usage, ["\(error)"])
    // They are told as results.
    case is FailingFindings: self.init(exitCode: FailingFindings.exitCode, messages: [])
    case is NoBusyboxApplets, is RootFileSystemError: self.init(.data, ["\(error)"])
    case let diagnostic as Diagnostic: self.init(diagnostic.fault, [diagnostic.description])
    // The reader closed the pipe because it needs no more: no message.
    case let error as SystemError where error.errno == EPIPE: self.init(.system, [])
    default: self.init(.system, ["\(error)"])
    }
  }

  private init(exitCode: Int32, messages: [String]) { (self.exitCode, self.messages) = (exitCode, messages) }

  private init(_ fault: Fault, _ messages: [String]) {
    exitCode = fault.rawValue
    let left = messages.count - Self.mostMessages
    self.messages = messages.prefix(Self.mostMessages) + (left > 0 ? ["... and \(left) more of the kind"] : [])
  }
}

/// The mistakes that prevent a plan, and advice on them.
struct AdvisedErrors: Error {
  let errors: PlanErrors
  let advice: String
}

/// An archive that could not be listed, with its path.
struct ListFailure: Error {
  let error: ArchiveError
  let path: [UInt8]
}

/// Findings for which the exit code is not 0.
struct FailingFindings: Error {
  static let exitCode: Int32 = 1
}
