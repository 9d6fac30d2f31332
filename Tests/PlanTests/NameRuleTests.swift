// What changes the names of what an entry brings: new names for binaries, trees in one folder, paths by pattern.

@testable import Archive
@testable import Files
import Glibc
@testable import Plan
@testable import TestSupport
import Testing

private let release = """
  {"name": "app", "platforms": {"all": ["linux/amd64", "windows/amd64"]}, "binaries": {"tools": ["tool", "other"]}}
  """
private let all = #""platforms": "all""#

struct RenameTests {
  private func tree() throws -> TemporaryTree {
    let tree = try TemporaryTree()
    for name in ["linux/amd64/tool", "linux/amd64/other", "windows/amd64/tool.exe", "windows/amd64/other.exe"] {
      try tree.write("1", to: "_output/dockerized/bin/\(name)")
      try tree.change("_output/dockerized/bin/\(name)", mode: 0o755)
    }
    return tree
  }

  private func names(_ rule: String) throws -> [String] {
    let plan = try tree().plan(["release": release, "app": tarball([rule], head: all, name: "{os}.tgz")])
    return plan.tarballs.flatMap { plan.lines(of: $0).map { String($0.dropFirst("file 0755 1 ".count)) } }
  }

  @Test func `a template names all binaries, and windows gets its suffix`() throws {
    #expect(
      try names(#"{"binaries": "tools", "rename": "{binary}-{os}-{arch}"}"#)
        == ["other-linux-amd64", "tool-linux-amd64", "other-windows-amd64.exe", "tool-windows-amd64.exe"])
    #expect(try names(#"{"binaries": ["tool"], "rename": "x.exe"}"#) == ["x.exe", "x.exe"])
  }

  @Test func `an object names some of them`() throws {
    #expect(
      try names(#"{"binaries": "tools", "rename": {"tool": "t-{arch}"}}"#)
        == ["other", "t-amd64", "other.exe", "t-amd64.exe"])
  }

  @Test(arguments: [
    WrongLayout(#""x""#, #".rename: gives all of these binaries one name; {binary} in it tells them apart"#),
    WrongLayout(#""a/{binary}""#, #".rename: expected a name without '/', found "a/{binary}""#),
    WrongLayout(
      #"["a"]"#, #".rename: expected a string, or an object of new names by name, found an array"#),
    WrongLayout("{}", ".rename: expected at least one name"),
    WrongLayout(
      #"{"tol": "a"}"#, #".rename.tol: none of these binaries is named "tol"; did you mean "tool"?"#),
    WrongLayout(#"{"tool": 1}"#, ".rename.tool: expected a string, found the number 1"),
  ])
  func `a wrong name is refused`(_ layout: WrongLayout) {
    let rule = #"{"binaries": "tools", "rename": \#(layout.text)}"#
    let mistakes = Rules.mistakes(["release": release, "app": tarball([rule], head: all, name: "{os}.tgz")])
    #expect(mistakes.map { $0.replacing(#/layouts\/app\.json:2:\d+: entries\[0\]/#, with: "") } == layout.mistakes)
  }

  @Test func `two binaries of one name are refused, also without a tree`() throws {
    let rule = #"{"binaries": "tools", "rename": {"tool": "other"}}"#
    let rules = try Rules.of(["release": release, "app": tarball([rule], head: all, name: "{os}.tgz")])
    #expect(throws: PlanErrors.self) { try Planner.check(rules) }
  }

  @Test func `the variable is known in new names alone`() {
    let rule = #"{"text": "{binary}", "to": "a"}"#
    #expect(
      Rules.mistakes(["release": plainRelease, "app": tarball([rule])])
        == [#"layouts/app.json:2:10: entries[0].text: {binary} is known in binaryPath and for single binaries alone"#])
  }
}

struct FlattenTests {
  @Test func `all files of a tree go into one folder`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "t/a/b/one")
    try tree.write("12", to: "t/a/two")
    try tree.write("123", to: "t/three")
    try tree.makeFolder("t/empty")
    try tree.link("t/a/link", to: "two")
    #expect(
      try tree.entries(#"{"tree": "t", "flatten": true, "to": "x"}"#) == [
        "dir 0755 0 x", "symlink 0777 0 x/link two", "file 0644 1 x/one", "file 0644 3 x/three", "file 0644 2 x/two",
      ])
    #expect(
      try tree.entries(#"{"tree": "t", "flatten": true, "exclude": ["/a/b/", "*two"]}"#)
        == ["symlink 0777 0 link two", "file 0644 3 three"])
  }

  @Test func `the bytes are those of the files`() throws {
    let tree = try TemporaryTree()
    try tree.write("one", to: "t/a/b/1")
    try tree.write("two", to: "t/c/2")
    let plan = try tree.plan([
      "release": plainRelease, "app": tarball([#"{"tree": "t", "flatten": true, "to": "long/folder"}"#]),
    ])
    let entries = try #require(plan.tarballs.first).entries
    let sources = (0..<entries.count).compactMap { entries.sourceFile(at: $0)?.path }
    #expect(
      sources.map { String(decoding: $0, as: UTF8.self).replacing(tree.root, with: "") } == ["/t/a/b/1", "/t/c/2"])
  }

  @Test func `two files of one name are refused`() throws {
    let tree = try TemporaryTree()
    for path in ["t/a/x", "t/b/c/x", "t/y"] { try tree.write("1", to: path) }
    #expect(
      try tree.mistakes(#"{"tree": "t", "flatten": true}"#)
        == ["usage: entries[0]: flatten: a/x and b/c/x have one name, x"])
  }
}

struct PathPatternTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    for path in [
      "LICENSE", "LICENSE.txt", "LICENSE~", "man/a.1", "man/b.1", "man/c.8", "man/de/a.1", "plugins/a/b/plugin.json",
      "plugins/a/x", "plugins/plugin.json", ".git/config", "_output/release-tars/own", "[x]", "src/LICENSE",
    ] {
      try tree.write("1", to: path)
    }
    try tree.link("man/link.1", to: "a.1")
    try tree.link("loop", to: "loop")
    try tree.link("linked", to: "man")
  }

  private func names(_ rule: String, head: String = "") throws -> [String] {
    try tree.entries(rule, head: head).map { line in String(line.split(separator: " ", maxSplits: 3)[3]) }
  }

  @Test func `what a pattern fits is kept under its own path`() throws {
    #expect(try names(#"{"paths": ["LICENSE*"]}"#) == ["LICENSE", "LICENSE.txt", "LICENSE~"])
    #expect(
      try names(#"{"paths": ["man/*.1"], "to": "share"}"#)
        == ["share", "share/man", "share/man/a.1", "share/man/b.1", "share/man/link.1 a.1"])
    #expect(try names(#"{"paths": ["man/?.[0-7]", "[[]x]"]}"#) == ["[x]", "man", "man/a.1", "man/b.1"])
    #expect(try names(#"{"paths": ["linked/*.8"]}"#) == ["linked", "linked/c.8"])
  }

  @Test func `two stars fit any folders, and a folder stands for all below it`() throws {
    #expect(
      try names(#"{"paths": ["plugins/**/plugin.json"]}"#)
        == ["plugins", "plugins/a", "plugins/a/b", "plugins/a/b/plugin.json", "plugins/plugin.json"])
    #expect(try names(#"{"paths": ["man/d*"]}"#) == ["man", "man/de", "man/de/a.1"])
    #expect(
      try names(#"{"paths": ["plugins/a/**"]}"#)
        == ["plugins", "plugins/a", "plugins/a/b", "plugins/a/b/plugin.json", "plugins/a/x"])
    #expect(
      try names(#"{"paths": ["**/LICENSE"], "exclude": ["/LICENSE"]}"#) == ["src", "src/LICENSE"])
  }

  @Test func `cruft, git's folder and the run's own places are left out`() throws {
    let head = #""archive": {"exclude": ["*~", "loop"]}"#
    let found = try names(#"{"paths": ["*"]}"#, head: head)
    #expect(!found.contains { $0.hasPrefix(".git") || $0.hasPrefix("_output") || $0.hasSuffix("~") })
    #expect(found.contains("src/LICENSE") && found.contains("linked man"))
    #expect(try names(#"{"paths": [".git/con*"]}"#) == [".git", ".git/config"])
  }

  @Test func `a pattern that fits nothing is refused where it stands, unless the entry is optional`() throws {
    let head = #""archive": {"exclude": ["*~"]}"#
    #expect(
      try tree.mistakes(#"{"paths": ["LICENSE", "NOTICE*", "LICENSE?"]}"#, head: head).map {
        $0.replacing("layouts/app.json:2:23: ", with: "2:23 ").replacing("layouts/app.json:2:34: ", with: "2:34 ")
      } == [
        #"usage: 2:23 entries[0].paths[1]: "NOTICE*" fits nothing in ROOT"#,
        #"usage: 2:34 entries[0].paths[2]: "LICENSE?" fits nothing in ROOT"#,
      ])
    #expect(try names(#"{"paths": ["LICENSE", "NOTICE*", "x/*"], "optional": true}"#) == ["LICENSE"])
    #expect(try names(#"{"paths": ["LICENSE/*"], "optional": true}"#) == [])
  }

  @Test func `a name that a release cannot hold is refused`() throws {
    try tree.write("1", to: "new/a\nb")
    #expect(
      try tree.mistakes(#"{"paths": ["new/*"]}"#)
        == ["system: entries[0]: new/a%0Ab: the name has a control character in it"])
  }

  @Test func `a wrong pattern is refused`() {
    #expect(
      Rules.mistakes(["release": plainRelease, "app": tarball([#"{"paths": ["a/[b"]}"#])])
        == [#"layouts/app.json:2:12: entries[0].paths[0]: a pattern with '[' and no ']' after it, found "a/[b""#])
  }
}
