// git as a child process: the environment that it gets, what it answers, how it fails.

import Basics
import Files
import Glibc

/// git, asked about one tree.
struct GitProgram: Sendable {
  /// The tree as the caller named it, for messages.
  let root: String
  private let program: String
  private let environment: [String: String]

  /// Where a command runs.
  struct Place: Sendable {
    /// The git folder.
    let view: String
    /// The folder that git is started in.
    let folder: [UInt8]
    /// Variables for git alone.
    var environment: [String: String] = [:]
    /// Settings, "NAME=VALUE".
    var settings: [String] = []
  }

  /// `program` is looked up in PATH. `home` is an empty folder, where git finds no settings of a user.
  ///
  /// Of git's own variables none reaches it but where its parts are installed: GIT_DIR and its like are set in hooks
  /// and lead elsewhere, and GIT_CONFIG_COUNT and its like bring settings. Messages are in English, no lock is taken in
  /// a tree that is only read, and nothing is fetched: not one protocol is allowed.
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

  /// The one line that a command answers with, without its end. Throws `GitError`.
  func line(_ command: [[UInt8]], at place: Place) throws(GitError) -> String {
    let answer = try answer(command, at: place)
    let line = answer.last == UInt8(ascii: "\n") ? answer.dropLast() : answer[...]
    guard !line.isEmpty, !line.contains(UInt8(ascii: "\n")), let text = String(validating: line, as: UTF8.self) else {
      throw error(command, .unexpectedAnswer(escapedName(line)))
    }
    return text
  }

  /// The parts of an answer, each of which ends in NUL. Throws `GitError`.
  func parts(_ command: [[UInt8]], at place: Place) throws(GitError) -> [ArraySlice<UInt8>] {
    try answer(command, at: place).split(separator: 0)
  }

  /// All that a command answers. Throws `GitError`.
  func answer(_ command: [[UInt8]], at place: Place) throws(GitError) -> [UInt8] {
    var output: [UInt8] = []
    try run(command, at: place) { (piece) throws(Never) in output += piece }.get()
    return output
  }

  /// Runs a command and hands on its answer as it comes; see `ChildProcess.run`. Throws `GitError`.
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
    // What git says before it gives up may be advice.
    let line = lines.first { $0.starts(with: "fatal: ".utf8) } ?? lines.first ?? []
    return GitError(root: root, command: words, reason: reason, message: escapedName(line))
  }
}
