// What was silent once: patterns that fit nothing, and tarballs with nothing in them.

@testable import Plan
@testable import TestSupport
import Testing

struct UnmetPatternTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    for path in ["t/a.go", "t/c.md", "t/sub/b.md", "u/a.txt"] { try tree.write("1", to: path) }
  }

  private func warnings(_ rules: String...) throws -> [String] {
    try tree.plan(["release": plainRelease, "app": tarball(rules)]).warnings
  }

  private let hint = #"fits nothing; "optional": "patterns" says that it may"#

  @Test func `an exclude and one pattern of an include that fit nothing are warned of where they stand`() throws {
    #expect(
      try warnings(#"{"tree": "t", "include": ["*.go", "*.rs"], "exclude": ["gone/", "*.md", "/sub/"]}"#) == [
        #"layouts/app.json:2:35: entries[0].include[1]: "*.rs" \#(hint)"#,
        #"layouts/app.json:2:56: entries[0].exclude[0]: "gone/" \#(hint)"#,
      ])
  }

  @Test func `what a folder that is left out would have is not looked for`() throws {
    #expect(
      try warnings(#"{"tree": "t", "exclude": ["/sub/", "sub/b.md"]}"#)
        == [#"layouts/app.json:2:36: entries[0].exclude[1]: "sub/b.md" \#(hint)"#])
  }

  @Test func `a pattern is met when one of the paths or platforms meets it`() throws {
    #expect(try warnings(#"{"paths": ["t", "u"], "exclude": ["*.txt", "t/sub/", "*.go", "*.md"]}"#) == [])
    let release = #"{"name": "a", "platforms": {"p": ["linux/amd64", "linux/arm"]}}"#
    try tree.write("1", to: "p/amd64/x")
    try tree.write("1", to: "p/arm/y")
    let rule = #"{"tree": "p/{arch}", "to": "{arch}", "exclude": ["x"], "platforms": "p"}"#
    #expect(try tree.plan(["release": release, "app": tarball([rule])]).warnings == [])
  }

  @Test(arguments: [#""patterns""#, "true"])
  func `optional says that a pattern may fit nothing`(_ optional: String) throws {
    #expect(try warnings(#"{"tree": "t", "exclude": ["gone"], "optional": \#(optional)}"#) == [])
  }

  @Test func `optional patterns leave the rest as it is`() throws {
    #expect(
      try tree.mistakes(
        #"{"tree": "gone", "optional": "patterns"}"#,
        #"{"tree": "t", "include": ["x"], "optional": "patterns"}"#) == [
          "system: entries[0]: ROOT/gone: cannot stat: No such file or directory",
          #"usage: entries[1]: include: "x" selects nothing"#,
        ])
    #expect(
      Rules.mistakes(["release": plainRelease, "app": tarball([#"{"file": "x", "to": "y", "optional": "patterns"}"#])])
        == [#"layouts/app.json:2:38: entries[0].optional: expected true or false, found "patterns""#])
  }
}

struct EmptyTarballTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.makeFolder("t")
  }

  private func mistakes(_ rules: [String], head: String = "") throws -> [String] {
    let layouts = try Rules.of(["release": plainRelease, "app": tarball(rules, head: head, isOptional: false)])
    do throws(PlanErrors) {
      _ = try Planner.plan(layouts, tree.options())
      return []
    } catch {
      return error.diagnostics.map(\.description)
    }
  }

  private let mistake =
    #"layouts/app.json:1:1: none of its entries brings anything, and "optional": true does not say that it may be empty"#

  @Test func `a tarball that ends up empty is refused`() throws {
    #expect(try mistakes([]) == [mistake])
    #expect(try mistakes([#"{"tree": "t"}"#]) == [mistake])
    #expect(
      try mistakes([#"{"file": "x", "to": "y", "optional": true}"#], head: #""archive": {"root": "r"}"#) == [mistake])
  }

  @Test func `one that may be empty is written, and one with a folder is not empty`() throws {
    #expect(try mistakes([#"{"tree": "t"}"#], head: #""optional": true"#) == [])
    #expect(try mistakes([#"{"directory": "d"}"#]) == [])
  }

  @Test func `one without entries is found without a tree`() throws {
    let rules = try Rules.of(["release": plainRelease, "app": tarball([], isOptional: false)])
    #expect(throws: PlanErrors.self) { try Planner.check(rules) }
  }
}
