// git asked about real repositories.

@testable import Git
import Glibc
@testable import TestSupport
import Testing

private struct Enough: Error, Equatable {}

struct GitRepositoryTests {
  @Test func `a tree without .git has no repository, even inside one that has`() throws {
    let tree = try TemporaryTree.committed()
    try tree.write("x", to: "inner/file")
    #expect(try GitRepository(root: "\(tree.root)/inner", environment: gitEnvironment) == nil)
    #expect(try GitRepository(root: "\(tree.root)/missing", environment: gitEnvironment) == nil)
  }

  @Test func `commit and time are those that git has`() throws {
    let tree = try TemporaryTree.committed()
    let repository = try tree.repository()
    let head = try repository.headCommit()
    #expect(head.utf8.count == 40)
    #expect(try head == tree.head())
    #expect(try repository.commitTime(head) == 1_500_000_001)
  }

  @Test func `a repository without commits is an error with git's own words`() throws {
    let tree = try TemporaryTree()
    try tree.run("git", "init", "--quiet")
    let error = GitError(
      root: tree.root, command: "rev-parse --verify HEAD^{commit}", reason: .exited(128),
      message: "fatal: Needed a single revision; nothing is committed yet, or HEAD leads nowhere")
    #expect(throws: error) { try tree.repository().headCommit() }
  }

  @Test(arguments: ["broken/.git/HEAD", "broken/.git"])
  func `a broken .git is an error, and the repository of the folder above is not asked`(_ path: String) throws {
    let tree = try TemporaryTree.committed(tag: "v1.0.0")
    try tree.write("no repository", to: path)
    let repository = try #require(try GitRepository(root: "\(tree.root)/broken", environment: gitEnvironment))
    #expect(throws: GitError.self) { try repository.headCommit() }
    #expect(throws: GitError.self) { try repository.isClean() }
    #expect(throws: GitError.self) { try repository.describe("HEAD") }
  }

  @Test func `a missing git is an error that names it`() throws {
    let tree = try TemporaryTree.committed()
    let repository = try GitRepository(root: tree.root, environment: gitEnvironment, program: "no-such-git")
    let config = "config --file \(tree.root)/.git/config --no-includes -z --list"
    let error = GitError(root: tree.root, command: config, reason: .notFound)
    #expect(throws: error) { try repository?.isClean() }
    #expect(error.description == "\(tree.root): git \(config): git is not in PATH")
  }

  @Test func `a tree is clean until a file changes or appears`() throws {
    let tree = try TemporaryTree.committed()
    #expect(try tree.repository().isClean())
    try tree.write("other", to: "a")
    #expect(try !tree.repository().isClean())
    try tree.write("a", to: "a")
    #expect(try tree.repository().isClean())
    try tree.write("new", to: "b")
    #expect(try !tree.repository().isClean())
    try tree.write("b\n", to: ".gitignore")
    try tree.run("git", "add", ".gitignore")
    try tree.run("git", "commit", "--quiet", "--message", "ignore")
    #expect(try tree.repository().isClean())
  }

  @Test func `a commit is described by the nearest tag, annotated or not`() throws {
    let tree = try TemporaryTree.committed()
    #expect(try tree.repository().describe("HEAD") == nil)
    try tree.run("git", "tag", "v1.1.0")
    #expect(try tree.repository().describe("HEAD") == "v1.1.0")
    try tree.commit("b")
    let head = try tree.head()
    #expect(try tree.repository().describe(head) == "v1.1.0-1-g\(head.prefix(14))")
    try tree.run("git", "tag", "--annotate", "--message", "m", "v1.1.1-alpha.0")
    try tree.commit("c")
    #expect(try tree.repository().describe("HEAD") == "v1.1.1-alpha.0-1-g\(tree.head().prefix(14))")
    #expect(try tree.repository().describe("v1.1.0") == "v1.1.0")
  }

  @Test func `a tag that looks like the commit's name is a tag`() throws {
    let tree = try TemporaryTree.committed()
    let name = try String(tree.head().prefix(14))
    try tree.run("git", "tag", name)
    #expect(try tree.repository().describe("HEAD") == name)
  }

  @Test(arguments: ["missing", "", "0000000000000000000000000000000000000001"])
  func `a commit that does not exist is an error, not a lack of tags`(_ name: String) throws {
    let tree = try TemporaryTree.committed(tag: "v1.0.0")
    let described = GitError(
      root: tree.root, command: "describe --tags --always \(name)^{commit}", reason: .exited(128),
      message: "fatal: Not a valid object name \(name)^{commit}")
    #expect(throws: described) { try tree.repository().describe(name) }
    #expect(throws: GitError.self) { try tree.repository().commitTime(name) }
  }

  @Test func `a revision is never taken for an option`() throws {
    let tree = try TemporaryTree.committed()
    let error = GitError(root: tree.root, command: "rev-parse --verify --output=out", reason: .revisionIsOption)
    #expect(throws: error) { try tree.repository().treeish("--output=out") }
    #expect(throws: GitError.self) { try tree.repository().describe("--all") }
    #expect(throws: GitError.self) { try tree.repository().commitTime("-n1") }
  }

  @Test func `variables that hooks set do not lead to another repository`() throws {
    let (tree, other) = (try TemporaryTree.committed(), try TemporaryTree.committed(tag: "v9.9.9"))
    let hook = [
      "GIT_DIR": "\(other.root)/.git", "GIT_WORK_TREE": other.root, "GIT_INDEX_FILE": "\(other.root)/.git/none",
      "GIT_GLOB_PATHSPECS": "1",
    ]
    let environment = gitEnvironment.merging(hook) { $1 }
    let repository = try #require(try GitRepository(root: tree.root, environment: environment))
    #expect(try repository.describe("HEAD") == nil)
    #expect(try repository.isClean())
  }

  @Test func `a linked work tree, whose .git is a file, is a repository`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.0.0")
    try tree.run("git", "worktree", "add", "--quiet", ".git/linked")
    let linked = try #require(try GitRepository(root: "\(tree.root)/.git/linked", environment: gitEnvironment))
    #expect(try linked.describe("HEAD") == "v1.0.0")
    #expect(try linked.isClean())
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func `a tree of another user is read`() throws {
    let tree = try TemporaryTree.committed(tag: "v1.0.0")
    try tree.run("chown", "-R", "4321", ".")
    #expect(try tree.repository().describe("HEAD") == "v1.0.0")
    #expect(try tree.repository().isClean())
  }
}

struct GitArchiveTests {
  private func names(_ repository: GitRepository, _ revision: String) throws -> [String] {
    let tree = try TemporaryTree()
    var bytes: [UInt8] = []
    try repository.archive(repository.treeish(revision)) { bytes += $0 }.get()
    try tree.write(bytes, to: "archive.tar")
    return try tree.run("tar", "tf", "archive.tar").split(separator: "\n").map(String.init)
  }

  private func nested() throws -> TemporaryTree {
    let tree = try TemporaryTree.committed()
    try tree.write("x", to: "d/x*")
    try tree.write("x", to: "d/xy")
    try tree.commit("b")
    try tree.write("untracked", to: "c")
    return tree
  }

  @Test func `an archive has the committed files of a commit`() throws {
    let tree = try nested()
    #expect(try names(tree.repository(), "HEAD") == ["a", "b", "d/", "d/x*", "d/xy"])
    #expect(try names(tree.repository(), "HEAD~") == ["a"])
    #expect(try names(tree.repository(), "HEAD:d") == ["x*", "xy"])
  }

  @Test func `a consumer that throws stops git`() throws {
    let tree = try TemporaryTree.committed()
    try tree.write(String(repeating: "0123456789abcdef", count: 1 << 16), to: "large")
    try tree.commit("b")
    var pieces = 0
    let result = try tree.repository().archive(tree.head()) { (_) throws(Enough) in
      pieces += 1
      throw Enough()
    }
    #expect(throws: Enough()) { try result.get() }
    #expect(pieces == 1)
  }
}
