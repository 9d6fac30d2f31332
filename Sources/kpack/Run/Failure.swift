// How a command ends: the exit code of each kind of error, and its words.

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
  /// Where to read on.
  private(set) var hint: String?

  /// More lines than these help nobody.
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
      // What decides the exit code comes first: the rest may be cut off.
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
    case is NoBusyboxApplets, is RootFileSystemError: self.init(.data, ["\(error)"])
    case let diagnostic as Diagnostic: self.init(diagnostic.fault, [diagnostic.description])
    // Whoever read the output has seen enough.
    case let error as SystemError where error.errno == EPIPE: self.init(.system, [])
    default: self.init(.system, ["\(error)"])
    }
  }

  private init(_ fault: Fault, _ messages: [String]) {
    exitCode = fault.rawValue
    let left = messages.count - Self.mostMessages
    self.messages = messages.prefix(Self.mostMessages) + (left > 0 ? ["... and \(left) more of the kind"] : [])
  }
}

/// Mistakes that a plan cannot be made for, and what to do about them.
struct AdvisedErrors: Error {
  let errors: PlanErrors
  let advice: String
}

/// An archive that could not be listed, and which it was.
struct ListFailure: Error {
  let error: ArchiveError
  let path: [UInt8]
}
