// A folder of its own for a test, and a git that no setting of the machine or the user reaches.

@testable import Files
@testable import Git
import Glibc
@testable import Plan
import Testing

/// A new empty folder, removed with all in it when the last owner lets go.
final class TemporaryTree: Sendable {
  let root: String

  init() throws {
    var template = Array("/tmp/kpack-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template))
    // A symlink-free path, as git reports it.
    let real = try #require(realpath(path, nil))
    defer { free(real) }
    root = String(cString: real)
  }

  deinit { _ = try? run("rm", "-rf", root) }

  /// Writes `text` to `path` below the root and makes the folders that it needs.
  func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  /// Writes `bytes` as `write(_:to:)` does a text.
  func write(_ bytes: [UInt8], to path: String) throws {
    let folders = path.split(separator: "/").dropLast()
    var folder = root
    for name in folders {
      folder += "/\(name)"
      // chmod: whatever the umask.
      if mkdir(folder, 0o755) == 0 { chmod(folder, 0o755) }
    }
    let file = try #require(fopen("\(root)/\(path)", "we"))
    let count = fwrite(bytes, 1, bytes.count, file)
    fchmod(fileno(file), 0o644)
    #expect(fclose(file) == 0 && count == bytes.count)
  }

  /// Runs `program` in this folder; what it printed. Fails the test when it fails.
  @discardableResult
  func run(_ program: String, _ arguments: String..., environment: [String: String] = [:]) throws -> String {
    let child = ChildProcess(
      "sh",
      ["-c", #"cd "$1" && shift && exec "$@""#, "sh", root, program].map { Array($0.utf8) }
        + arguments.map { Array($0.utf8) },
      environment: gitEnvironment.merging(environment) { $1 })
    let (output, outcome) = try child.collect()
    try #require(outcome.status == .exited(0), "\(program): \(String(decoding: outcome.errorOutput, as: UTF8.self))")
    return String(decoding: output, as: UTF8.self)
  }
}

/// The environment of every git in these tests: fixed author and time, no configuration of the machine.
let gitEnvironment = [
  "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "HOME": "/nonexistent",
  "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
  "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "1500000000 +0200",
  "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.org", "GIT_COMMITTER_DATE": "1500000001 +0000",
]

extension TemporaryTree {
  /// A repository with one commit that holds the file "a".
  static func committed(tag: String? = nil) throws -> TemporaryTree {
    let tree = try TemporaryTree()
    try tree.run("git", "init", "--quiet", "--initial-branch=main")
    try tree.commit("a")
    if let tag { try tree.run("git", "tag", tag) }
    return tree
  }

  /// Writes the file `name` and commits all of the tree.
  func commit(_ name: String) throws {
    try write(name, to: name)
    try run("git", "add", "--all")
    try run("git", "commit", "--quiet", "--message", name)
  }

  /// The name of the commit that is checked out, asked of git without kpack.
  func head() throws -> String { String(try run("git", "rev-parse", "HEAD").dropLast()) }

  func repository() throws -> GitRepository {
    try #require(try GitRepository(root: root, environment: gitEnvironment))
  }
}
