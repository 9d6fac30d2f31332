// git as a child process: its environment, its answers, its failures.

import Basics
package import Files
import Glibc

/// The git program, run for one tree.
struct GitProgram: Sendable {
  /// The tree as the caller named it, for messages.
  let root: String
  private let program: String
  private let environment: [String: String]

  /// Where a command runs.
  struct Place: Sendable {
    /// The git folder.
    let view: String
    /// The folder in which git starts.
    let folder: [UInt8]
    /// Variables for git alone.
    var environment: [String: String] = [:]
    /// Settings, "NAME=VALUE".
    var settings: [String] = []
  }

  /// `program` is looked up in PATH. `home` is an empty folder, where git finds no settings of a user.
  ///
  /// Of the environment's GIT_* variables, git gets only GIT_EXEC_PATH, the folder of its parts. Others, such as
  /// GIT_DIR, are set in hooks and lead to another repository, or bring settings, as GIT_CONFIG_COUNT does. Messages
  /// are in English. git takes no lock, since the tree is only read, and fetches nothing, since no protocol is allowed.
  init(_ program: String, root: String, environment: [String: String], home: String) {
    self.program = program
    self.root = root
    let kept = environment.filter { name, _ in !name.utf8.starts(with: "GIT_".utf8) || name == "GIT_EXEC_PATH" }
    let own = [
      "GIT_ALLOW_PROTOCOL": "", "GIT_ATTR_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
      "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
      "HOME": home, "LC_ALL": "C", "TZ": "UTC", "XDG_CONFIG_HOME": home,
    ]
    self.environment = kept.merging(own) { $1 }
  }

  /// Words of a command.
  static func command(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }

  /// The answer of a command that gives one line, without the line end.
  func line(_ command: [[UInt8]], at place: Place) throws(GitError) -> String {
    let answer = try answer(command, at: place)
    let line = answer.last == UInt8(ascii: "\n") ? answer.dropLast() : answer[...]
    guard !line.isEmpty, !line.contains(UInt8(ascii: "\n")), let text = String(validating: line, as: UTF8.self) else {
      throw error(command, .unexpectedAnswer(escapedName(line)))
    }
    return text
  }

  /// The parts of an answer, each of which ends in NUL.
  func parts(_ command: [[UInt8]], at place: Place) throws(GitError) -> [ArraySlice<UInt8>] {
    try answer(command, at: place).split(separator: 0)
  }

  /// The whole answer of a command.
  func answer(_ command: [[UInt8]], at place: Place) throws(GitError) -> [UInt8] {
    var output: [UInt8] = []
    try run(command, at: place) { (piece) throws(Never) in output += piece }.get()
    return output
  }

  /// Runs a command and hands on its answer as it comes; see `ChildProcess.run`.
  func run<Failure: Error>(
    _ command: [[UInt8]], at place: Place, _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(GitError) -> Result<Void, Failure> {
    let settings = place.settings.flatMap { Self.command("-c", $0) }
    let words = [Array("-C".utf8), place.folder] + Self.command("--literal-pathspecs") + settings + command
    let variables = environment.merging(["GIT_DIR": place.view]) { $1 }.merging(place.environment) { $1 }
    let result: Result<ChildProcess.Outcome, Failure>
    do throws(SystemError) {
      result = try ChildProcess(program, words, environment: variables).run(consume)
    } catch {
      throw self.error(command, error.operation == "run" && error.errno == ENOENT ? .notFound : .system(error))
    }
    guard case .success(let outcome) = result else { return result.map { _ in } }
    switch outcome.status {
    case .exited(0): return .success(())
    case .exited(let status): throw error(command, .exited(status), outcome.errorOutput)
    case .signaled(let signal): throw error(command, .signaled(signal), outcome.errorOutput)
    }
  }

  /// The failure of a command.
  func error(_ command: [[UInt8]], _ reason: GitError.Reason, _ errorOutput: [UInt8] = []) -> GitError {
    let words = command.map { escapedName($0) }.joined(separator: " ")
    let lines = errorOutput.split(separator: UInt8(ascii: "\n"))
    // Lines before "fatal:" may be only advice.
    let line = lines.first { $0.starts(with: "fatal: ".utf8) } ?? lines.first ?? []
    return GitError(root: root, command: words, reason: reason, message: escapedName(line))
  }
}

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
    /// git succeeded, but its answer, escaped here, does not have the expected form.
    case unexpectedAnswer(String)
    /// git was not run: the revision starts with "-", and git would read it as an option.
    case revisionIsOption
    /// git was not run: .git is no repository, for this reason.
    case noRepository(String)
  }

  /// The folder that git was asked about.
  package let root: String
  /// The git command and its arguments, escaped and joined by blanks; empty when git was not run.
  package let command: String
  package let reason: Reason
  /// The first "fatal:" line of git's standard error, else its first line, escaped; empty when there is none.
  package let message: String

  package init(root: String, command: String, reason: Reason, message: String = "") {
    self.root = root
    self.command = command
    self.reason = reason
    self.message = message
  }

  /// The error with `hint`, its possible cause, after git's own message.
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
