// The rule `git`: the tracked files of a commit, as git archive gives them.

@testable import Archive
@testable import Git
@testable import Plan
@testable import TestSupport
import Testing

struct GitRuleTests {
  @Test func `the tracked files of a commit are taken, not those of the tree`() throws {
    let tree = try repository()
    try tree.write("untracked", to: "untracked")
    try tree.write("changed", to: "src/main.go")
    #expect(
      try tree.entries(#"{"git": "HEAD", "to": "app"}"#) == [
        "dir 0755 0 app", "file 0644 41 app/.gitattributes", "dir 0755 0 app/src",
        "symlink 0777 0 app/src/link main.go",
        "file 0644 4 app/src/main.go", "file 0755 4 app/src/run.sh", "file 0644 40 app/stamp",
      ])
  }

  @Test func `patterns select, and an attribute of git leaves out`() throws {
    let tree = try repository()
    #expect(
      try tree.entries(#"{"git": "{version}", "include": ["src/"], "exclude": ["*.sh"]}"#) { $0.version = "HEAD" }
        == ["dir 0755 0 src", "symlink 0777 0 src/link main.go", "file 0644 4 src/main.go"])
    #expect(
      try tree.entries(#"{"git": "HEAD", "exclude": ["/src/", ".*"]}"#) == ["file 0644 40 stamp"])
    #expect(
      try tree.mistakes(#"{"git": "HEAD", "include": ["secret"]}"#)
        == [#"usage: entries[0]: include: "secret" selects nothing"#])
  }

  @Test func `a stamp is filled in`() throws {
    let tree = try repository()
    let plan = try tree.plan(["release": plainRelease, "app": tarball([#"{"git": "HEAD", "include": ["stamp"]}"#])])
    let entries = try #require(plan.tarballs.first).entries
    guard case .source(let id) = entries.body(at: 0), let archive = plan.gitArchives.first else {
      Issue.record("no content")
      return
    }
    let store = SourceStore(plan.sources)
    store.add(spool: archive.spool, number: 0)
    var bytes = [UInt8](repeating: 0, count: 40)
    try bytes.withUnsafeMutableBytes { try store.read(id, from: 0, into: $0) }
    #expect(try String(decoding: bytes, as: UTF8.self) == tree.head())
  }

  @Test func `git is asked once for a commit of many tarballs`() throws {
    let tree = try repository()
    let rule = #"{"git": "HEAD"}"#
    let plan = try tree.plan([
      "release": plainRelease, "a": tarball([rule], name: "a.tgz"), "b": tarball([rule], name: "b.tgz"),
    ])
    #expect(plan.gitArchives.count == 1)
    #expect(plan.lines(of: plan.tarballs[0]) == plan.lines(of: plan.tarballs[1]))
  }

  @Test func `a tree without a repository, and a commit that is none, are refused`() throws {
    let tree = try TemporaryTree()
    #expect(
      try tree.mistakes(#"{"git": "HEAD"}"#) == [#"system: entries[0]: ROOT: no git repository to take "HEAD" from"#])
    let mistakes = try repository().mistakes(#"{"git": "nosuch"}"#)
    #expect(mistakes.count == 1 && mistakes[0].hasPrefix("system: entries[0]: ") && mistakes[0].contains("nosuch"))
  }

  @Test func `an archive begins with the commit's name where the rule says so`() throws {
    let tree = try repository()
    let name = try tree.head()
    func comment(_ rules: String...) throws -> [UInt8]? {
      try tree.plan(["release": plainRelease, "app": tarball(rules)]).tarballs.first?.entries.comment
    }
    #expect(try comment(#"{"git": "HEAD"}"#) == nil)
    #expect(try comment(#"{"git": "HEAD", "commitId": false}"#) == nil)
    #expect(try comment(#"{"git": "HEAD", "commitId": true}"#) == Array(name.utf8))
    try tree.run("git", "tag", "--annotate", "--message", "m", "v1")
    #expect(try comment(#"{"git": "v1", "commitId": true}"#) == Array(name.utf8))
    let older = try String(tree.run("git", "rev-parse", "HEAD~").dropLast())
    #expect(
      try tree.mistakes(#"{"git": "HEAD", "to": "a", "commitId": true}"#, #"{"git": "HEAD~", "commitId": true}"#)
        == ["usage: entries[1]: commitId: the archive has the name of \(name) already, and \(older) here"])
  }

  @Test func `pointers of Git LFS and submodules that are taken give warnings`() throws {
    let tree = try repository()
    let digest = String(repeating: "0", count: 64)
    for name in ["a.bin", "b/c.bin"] {
      try tree.write("version https://git-lfs.github.com/spec/v1\noid sha256:\(digest)\nsize 5\n", to: name)
    }
    try tree.write("no pointer: version https://git-lfs.github.com/spec/v1\n", to: "d.bin")
    try tree.commit("x")
    for path in ["sub", "secret-sub", "b/deep"] {
      try tree.run("git", "update-index", "--add", "--cacheinfo", "160000,\(tree.head()),\(path)")
    }
    try tree.run("git", "commit", "--quiet", "--message", "submodules")
    func warnings(_ rule: String) throws -> [String] {
      try tree.plan(["release": plainRelease, "app": tarball([rule])]).warnings
    }
    let empty = "is a submodule, and stays empty: its files are those of another repository"
    let pointer = "a pointer of Git LFS is packed, not the file that it stands for"
    #expect(
      try warnings(#"{"git": "HEAD"}"#) == [
        "app.json: git HEAD: b/deep \(empty)", "app.json: git HEAD: sub \(empty)",
        "app.json: git HEAD: a.bin, b/c.bin: \(pointer)",
      ])
    #expect(try warnings(#"{"git": "HEAD", "include": ["b/"]}"#)[0] == "app.json: git HEAD: b/deep \(empty)")
    #expect(try warnings(#"{"git": "HEAD", "exclude": ["b/", "sub/", "*.bin"]}"#) == [])
    #expect(try warnings(#"{"git": "HEAD", "include": ["stamp"]}"#) == [])
  }

  /// A repository whose commit has a folder, a link, a program, a stamp and a file that archives leave out.
  private func repository() throws -> TemporaryTree {
    let tree = try TemporaryTree.committed()
    try tree.run("git", "rm", "--quiet", "a")
    try tree.write("stamp export-subst\nsecret* export-ignore\n", to: ".gitattributes")
    try tree.write("$Format:%H$", to: "stamp")
    try tree.write("hidden", to: "secret")
    try tree.write("main", to: "src/main.go")
    try tree.write("run\n", to: "src/run.sh")
    try tree.change("src/run.sh", mode: 0o755)
    try tree.link("src/link", to: "main.go")
    try tree.commit("secret2")
    return tree
  }
}
