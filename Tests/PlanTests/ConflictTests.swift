// Two rules that want one place, and names that some file systems take for one.

@testable import Plan
@testable import TestSupport
import Testing

struct ConflictTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.write("1", to: "one/a")
    try tree.write("22", to: "two/a")
    try tree.write("333", to: "three/a/b")
  }

  @Test func `two rules for one place are refused by name, whatever their contents`() throws {
    #expect(
      try tree.mistakes(#"{"tree": "one", "to": "x"}"#, #"{"tree": "two", "to": "x"}"#)
        == [
          #"usage: entries[1]: x/a comes from two rules: entries[0] and entries[1]; the later may say "overlay": true to replace it, in app.tgz"#
        ])
    #expect(
      try tree.mistakes(#"{"file": "one/a", "to": "a"}"#, #"{"symlink": "b", "to": "a"}"#, #"{"text": "", "to": "a"}"#)
        == [
          #"usage: entries[1]: a comes from two rules: entries[0] and entries[1]; the later may say "overlay": true to replace it, in app.tgz"#,
          #"usage: entries[2]: a comes from two rules: entries[0] and entries[2]; the later may say "overlay": true to replace it, in app.tgz"#,
        ])
  }

  @Test func `a later rule that says overlay wins`() throws {
    let overlay = #"{"tree": "two", "to": "x", "overlay": true}"#
    #expect(try tree.entries(#"{"tree": "one", "to": "x"}"#, overlay) == ["dir 0755 0 x", "file 0644 2 x/a"])
    #expect(
      try tree.entries(#"{"file": "one/a", "to": "a"}"#, #"{"symlink": "b", "to": "a", "overlay": true}"#) == [
        "symlink 0777 0 a b"
      ])
  }

  @Test func `an earlier overlay does not give way`() throws {
    #expect(
      try tree.mistakes(#"{"tree": "two", "overlay": true}"#, #"{"tree": "one"}"#)
        == [
          #"usage: entries[1]: a comes from two rules: entries[0] and entries[1]; the later may say "overlay": true to replace it, in app.tgz"#
        ])
  }

  @Test func `a file against a folder is refused, overlay or not`() throws {
    for overlay in ["false", "true"] {
      let later = #"{"tree": "three", "overlay": \#(overlay)}"#
      let reason = "a is a folder for one rule and a file for another: entries[0] and entries[1]"
      let mistake = "usage: entries[1]: \(reason), in app.tgz"
      #expect(try tree.mistakes(#"{"tree": "one"}"#, later) == [mistake])
      #expect(try tree.mistakes(#"{"directory": "a"}"#, #"{"tree": "one", "overlay": \#(overlay)}"#) == [mistake])
    }
  }

  @Test
  func `a folder of several rules is one entry with the mode that is spelled out, else of the first that names it`()
    throws
  {
    try tree.write("1", to: "strict/x")
    try tree.change("strict", mode: 0o700)
    let source = #""archive": {"mode": "source"}"#
    let text = #"{"text": "", "to": "d/e"}"#
    let strict = #"{"tree": "strict", "to": "d"}"#
    let named = #"{"directory": "d", "mode": "0750"}"#
    let rest = ["file 0644 0 d/e", "file 0644 1 d/x"]
    #expect(try tree.entries(text, strict, #"{"directory": "d"}"#, head: source) == ["dir 0700 0 d"] + rest)
    #expect(try tree.entries(text, #"{"directory": "d"}"#, strict, head: source) == ["dir 0755 0 d"] + rest)
    #expect(try tree.entries(text, strict, named) == ["dir 0750 0 d"] + rest)
    #expect(try tree.entries(text, named, strict, #"{"directory": "d", "mode": "0711"}"#) == ["dir 0750 0 d"] + rest)
    #expect(try tree.entries(text, #"{"file": "strict/x", "to": "d/x"}"#) == ["dir 0755 0 d"] + rest)
  }

  @Test(arguments: [("README", "Readme"), ("\u{E9}", "e\u{301}"), ("x/\u{C9}", "x/e\u{301}")])
  func `names that differ in case or Unicode form alone are a warning`(_ first: String, _ second: String) throws {
    let (first, second) =
      Array(first.utf8).lexicographicallyPrecedes(Array(second.utf8)) ? (first, second) : (second, first)
    let rules = [first, second].map { #"{"text": "", "to": "\#($0)"}"# }
    let plan = try tree.plan(["release": plainRelease, "app": tarball(rules)])
    #expect(plan.warnings == ["app.tgz: \(first) and \(second) differ only in letter case or Unicode form"])
  }

  @Test func `names that differ otherwise are none`() throws {
    let rules = ["a", "b", "\u{E9}", "\u{E8}", "x/a"].map { #"{"text": "", "to": "\#($0)"}"# }
    #expect(try tree.plan(["release": plainRelease, "app": tarball(rules)]).warnings == [])
  }

  @Test func `mistakes of all rules and tarballs are told at once`() throws {
    let mistakes = try tree.mistakes([
      "release": plainRelease, "app": tarball([#"{"file": "no", "to": "a"}"#, #"{"tree": "nor"}"#]),
      "two": tarball([#"{"tree": "one"}"#, #"{"tree": "two"}"#], name: "two.tgz"),
    ])
    #expect(
      mistakes == [
        "system: entries[0]: a: source ROOT/no: cannot find: No such file or directory",
        "system: entries[1]: ROOT/nor: cannot stat: No such file or directory",
        "usage: layouts/two.json:3:1: entries[1]: a comes from two rules: layouts/two.json:2:1: entries[0] and "
          + "layouts/two.json:3:1: entries[1]; the later may say \"overlay\": true to replace it, in two.tgz",
      ])
    #expect(
      PlanErrors(diagnostics: [Diagnostic(.system, ""), Diagnostic(.usage, ""), Diagnostic(.data, "")]).fault == .usage)
    #expect(PlanErrors(diagnostics: [Diagnostic(.system, ""), Diagnostic(.data, "")]).fault == .data)
  }
}
