// The git repository of a source tree: its commit, its nearest tag, whether the tree is as committed, and the
// committed files. git is a program here, not a library.

package import Archive
import Glibc

/// The repository at ROOT/.git; no folder above ROOT is ever searched.
package struct GitRepository: Equatable, Sendable {
  /// The folder as the caller named it, for messages.
  package let root: String
  /// The folder as an absolute path without symlinks, as git compares it with safe.directory.
  private let realRoot: [UInt8]
  private let program: String
  private let environment: [String: String]

  /// The repository at `root`/.git, which may be a folder or, in a linked work tree or a submodule, a file; nil when
  /// there is nothing of that name.
  ///
  /// `environment` is what git inherits, less the variables that would point it to another repository. `program` is
  /// looked up in PATH.
  ///
  /// Throws `SystemError` when `root` cannot be looked into.
  package init?(root: String, environment: [String: String], program: String = "git") throws(SystemError) {
    guard try Self.exists("\(root)/.git") else { return nil }
    realRoot = try FilePath.resolved(Array(root.utf8))
    self.root = root
    self.program = program
    self.environment = Self.gitEnvironment(from: environment)
  }

  /// The full name of the commit that is checked out.
  ///
  /// Throws `GitError`, also when nothing was committed yet.
  package func headCommit() throws(GitError) -> String {
    let command = Self.command("rev-parse", "--verify", "HEAD^{commit}")
    let answer = try line(command)
    // SHA-1 or SHA-256 (gitformat-hash-function-transition): 40 or 64 lower-case hexadecimal digits.
    guard [40, 64].contains(answer.utf8.count), answer.utf8.allSatisfy(\.isLowerHexDigit) else {
      throw error(command, .unexpectedAnswer(answer))
    }
    return answer
  }

  /// `commit` described by the nearest tag, as TAG or TAG-COUNT-gHASH with at least 14 digits; nil when no tag leads
  /// to it.
  ///
  /// Throws `GitError`.
  package func describe(_ commit: String) throws(GitError) -> String? {
    let name = try revision(commit, suffix: "^{commit}", for: "describe")
    do throws(GitError) {
      return try line(Self.command("describe", "--tags", "--abbrev=14") + [name])
    } catch {
      // With --always git fails on all that it fails on without it, save the lack of a tag.
      _ = try line(Self.command("describe", "--tags", "--always") + [name])
      return nil
    }
  }

  /// Whether the work tree holds what HEAD holds, and no untracked file that isn't ignored.
  ///
  /// Throws `GitError`.
  package func isClean() throws(GitError) -> Bool {
    try answer(Self.command("status", "--porcelain")).isEmpty
  }

  /// The committer's time of `commit`, in seconds since 1970.
  ///
  /// Throws `GitError`.
  package func commitTime(_ commit: String) throws(GitError) -> Int64 {
    let name = try revision(commit, suffix: "^{commit}", for: "log")
    let command = Self.command("log", "--max-count=1", "--no-show-signature", "--format=%ct") + [name]
    let answer = try line(command)
    guard let time = Int64(answer) else { throw error(command, .unexpectedAnswer(answer)) }
    return time
  }

  /// Calls `consume` with the pieces of a tar archive of the files of `commit`, or of those at and below `path`.
  ///
  /// Names in the archive are relative to the root of the repository, whatever `path` is. A piece is valid during the
  /// call only. When `consume` throws, git is stopped and the error is the failure of the result.
  ///
  /// Throws `GitError`, also when `path` is not in `commit`.
  package func archive<Failure: Error>(
    _ commit: String, path: [UInt8]? = nil, _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(GitError) -> Result<Void, Failure> {
    let name = try revision(commit, for: "archive")
    let paths = path.map { [Array("--".utf8), $0] } ?? []
    return try run(Self.command("archive", "--format=tar") + [name] + paths, settings: .ofGit, consume)
  }
}

extension GitRepository {
  /// Whose settings a command obeys where they would change the bytes of a file.
  private enum Settings {
    /// Those of the machine and the user, by which the files of the tree were checked out.
    case ofUser
    /// git's own defaults, so that an archive is the same for everyone.
    case ofGit

    var options: [String] {
      switch self {
      case .ofUser: []
      case .ofGit: ["tar.umask=0002", "core.autocrlf=false", "core.eol=lf", "core.attributesFile=/dev/null"]
      }
    }

    var environment: [String: String] {
      switch self {
      case .ofUser: [:]
      case .ofGit: ["GIT_ATTR_NOSYSTEM": "1"]
      }
    }
  }

  /// Whether there is anything at `path`, even a symlink that leads nowhere.
  private static func exists(_ path: String) throws(SystemError) -> Bool {
    var status = stat()
    do throws(SystemError) {
      try systemCall("stat", Array(path.utf8)) { lstat(path, &status) }
      return true
    } catch {
      guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      return false
    }
  }

  /// `environment` for git: messages in English, no lock taken in a tree that is only read, and of git's own variables
  /// none but its configuration: GIT_DIR, GIT_INDEX_FILE and their like are set in hooks and lead elsewhere.
  private static func gitEnvironment(from environment: [String: String]) -> [String: String] {
    var kept = environment.filter { name, _ in
      !name.hasPrefix("GIT_") || name.hasPrefix("GIT_CONFIG") || name == "GIT_EXEC_PATH"
    }
    kept["LC_ALL"] = "C"
    kept["GIT_OPTIONAL_LOCKS"] = "0"
    return kept
  }

  private static func command(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }

  /// A command of git as it is run on this repository.
  private func child(_ command: [[UInt8]], _ settings: Settings) -> ChildProcess {
    // safe.directory: the tree may belong to another user than the one who packs it, as in a container. --git-dir: with
    // a broken .git, git would go on to the repository of a folder above. core.fsmonitor: a daemon's view of the tree.
    let place = [Array("-c".utf8), Array("safe.directory=".utf8) + realRoot, Array("-C".utf8), realRoot]
    let options = Self.command("--git-dir=.git", "--literal-pathspecs", "-c", "core.fsmonitor=")
    let overrides = settings.options.flatMap { Self.command("-c", $0) }
    return ChildProcess(
      program, place + options + overrides + command, environment: environment.merging(settings.environment) { $1 })
  }

  /// `name` and `suffix` as an argument; refuses what git would take for an option.
  private func revision(_ name: String, suffix: String = "", for command: String) throws(GitError) -> [UInt8] {
    guard !name.utf8.starts(with: "-".utf8) else {
      throw error([Array(command.utf8), Array(name.utf8)], .revisionIsOption)
    }
    return Array((name + suffix).utf8)
  }

  /// The one line that a command answers with, without its end.
  private func line(_ command: [[UInt8]]) throws(GitError) -> String {
    let answer = try answer(command)
    let line = answer.last == UInt8(ascii: "\n") ? answer.dropLast() : answer[...]
    guard !line.isEmpty, isValidUTF8(line), !line.contains(UInt8(ascii: "\n")) else {
      throw error(command, .unexpectedAnswer(escapedName(line)))
    }
    return String(decoding: line, as: UTF8.self)
  }

  private func answer(_ command: [[UInt8]]) throws(GitError) -> [UInt8] {
    var output: [UInt8] = []
    try run(command) { (piece) throws(Never) in output += piece }.get()
    return output
  }

  private func run<Failure: Error>(
    _ command: [[UInt8]], settings: Settings = .ofUser, _ consume: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(GitError) -> Result<Void, Failure> {
    let result: Result<ChildProcess.Outcome, Failure>
    do throws(SystemError) {
      result = try child(command, settings).run(consume)
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

  private func error(_ command: [[UInt8]], _ reason: GitError.Reason, _ errorOutput: [UInt8] = []) -> GitError {
    let words = command.map { escapedName($0) }.joined(separator: " ")
    let firstLine = errorOutput.prefix { $0 != UInt8(ascii: "\n") }
    return GitError(root: root, command: words, reason: reason, message: escapedName(firstLine))
  }
}
