// A git command that did not give what it was asked for.

import Basics
package import Files

/// A git command that failed.
package struct GitError: Error, Equatable, Sendable {
  /// Why it failed.
  package enum Reason: Equatable, Sendable {
    /// There is no git program.
    case notFound
    /// git could not be started or read.
    case system(SystemError)
    /// git exited with this status, which is not 0.
    case exited(CInt)
    /// This signal ended git.
    case signaled(CInt)
    /// git succeeded, but its answer, escaped here, is not of the kind that was asked for.
    case unexpectedAnswer(String)
    /// Not asked at all: the revision starts with "-" and would be read as an option.
    case revisionIsOption
    /// Not asked at all: .git is none, and this is why.
    case noRepository(String)
  }

  /// The folder that git was asked about.
  package let root: String
  /// The git command and its arguments, escaped and joined by blanks; empty when it did not get as far as that.
  package let command: String
  package let reason: Reason
  /// The line that git gave up with, or the first that it wrote to standard error, escaped; empty when there is none.
  package let message: String

  package init(root: String, command: String, reason: Reason, message: String = "") {
    self.root = root
    self.command = command
    self.reason = reason
    self.message = message
  }

  /// The error with `hint`, what may have led to it, behind git's own words.
  func adding(_ hint: String) -> GitError {
    GitError(
      root: root, command: command, reason: reason, message: message.isEmpty ? hint : "\(message); \(hint)")
  }
}

extension GitError: CustomStringConvertible {
  /// "ROOT: git COMMAND: REASON", and git's own message after it.
  package var description: String {
    let asked = command.isEmpty ? "git" : "git \(command)"
    return "\(escapedName(root.utf8)): \(asked): \(reason)\(message.isEmpty ? "" : ": \(message)")"
  }
}

extension GitError.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notFound: "git is not in PATH"
    case .system(let error): error.description
    case .exited(let status): "exit status \(status)"
    case .signaled(let signal): "ended by signal \(signal)"
    case .unexpectedAnswer(let answer): "unexpected answer '\(answer)'"
    case .revisionIsOption: "a revision does not start with '-'"
    case .noRepository(let why): "no repository: \(why)"
    }
  }
}
