// Patterns and what they select: by base name, by path, by folder; and patterns that are none.

@testable import Layout
import Testing

/// A pattern with paths that it selects and paths that it does not.
private struct GlobCase: Sendable, CustomTestStringConvertible {
  let pattern: String
  let selected: [String]
  let others: [String]
  var testDescription: String { pattern }

  init(_ pattern: String, _ selected: [String], not others: [String]) {
    (self.pattern, self.selected, self.others) = (pattern, selected, others)
  }

  func check(_ selects: (Glob, [UInt8]) -> Bool) throws {
    let glob = try Glob(pattern)
    for path in selected { #expect(selects(glob, Array(path.utf8)), "\(pattern) selects \(path)") }
    for path in others { #expect(!selects(glob, Array(path.utf8)), "\(pattern) does not select \(path)") }
  }
}

struct GlobTests {
  @Test(arguments: [
    GlobCase(
      "*.yaml", ["a.yaml", ".yaml", "x/y/a.yaml", "x.yaml/b.yaml"], not: ["a.yml", "a.yaml.in", "x.yaml/b", "A.YAML"]),
    GlobCase("*", ["a", "x/a", ".hidden", "x/.hidden"], not: []),
    GlobCase("**", ["a", "x/y/a"], not: []),
    GlobCase("*demo*", ["demo", "mydemothing.yaml", "x/a-demo"], not: ["demo/x", "Demo", "dem"]),
    GlobCase("*~", ["a~", "x/~"], not: ["~a", "a~/b"]),
    GlobCase("#*#", ["#a#", "##"], not: ["#half", "#"]),
    GlobCase(".DS*", [".DS_Store", "x/.DS"], not: ["DS", "x.DS"]),
    GlobCase("?", ["a", "x/b"], not: ["", "ab", "é"]),
    GlobCase("??", ["ab", "é"], not: ["a", "abc"]),
    GlobCase("a*b*c", ["abc", "axbxc", "abbcc", "abcbc"], not: ["ab", "acb", "abcd"]),
    GlobCase("[a-c]x", ["ax", "bx", "cx"], not: ["dx", "x", "Ax"]),
    GlobCase("[!a-c]x", ["dx", "-x", "!x"], not: ["ax", "x", "/x"]),
    GlobCase("[^a]", ["b", "^"], not: ["a"]),
    GlobCase("[]a]", ["]", "a"], not: ["b"]),
    GlobCase("[!]a]", ["b"], not: ["]", "a"]),
    GlobCase("[a-]", ["a", "-"], not: ["b"]),
    GlobCase("[z-a]", ["z", "a"], not: ["m"]),
    GlobCase("[*?]", ["*", "?"], not: ["a"]),
    GlobCase("\\*", ["*"], not: ["a", "\\*"]),
    GlobCase("\\[a]", ["[a]"], not: ["a"]),
    GlobCase("\\\\", ["\\"], not: ["\\\\"]),
    GlobCase("é", ["é"], not: ["e\u{301}", "e"]),
  ])
  private func `a pattern without a slash is for the base name of a file`(_ test: GlobCase) throws {
    try test.check { $0.matches(file: $1) }
    for path in test.selected { #expect(try !Glob(test.pattern).matches(folder: Array(path.utf8))) }
  }

  @Test(arguments: [
    GlobCase("/_*", ["_a", "_"], not: ["x/_a", "a_", "_a/b"]),
    GlobCase("a/*", ["a/b", "a/.b"], not: ["a", "a/b/c", "x/a/b", "b/a"]),
    GlobCase("a/*.go", ["a/x.go"], not: ["a/b/x.go", "x.go", "a/x.goo"]),
    GlobCase("a/**", ["a/b", "a/b/c"], not: ["a", "ab/c", "x/a/b"]),
    GlobCase("**/b", ["b", "a/b", "a/x/b"], not: ["ab", "a/bb", "b/a"]),
    GlobCase("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], not: ["ab", "a/xb", "x/a/b", "a/b/c"]),
    GlobCase("**/a/**/b", ["a/b", "x/a/y/b"], not: ["xa/b", "b"]),
    GlobCase("a**/b", ["a/b", "ax/b", "ax/y/b"], not: ["b", "a/bx"]),
    GlobCase("**a/b", ["a/b", "xa/b", "x/a/b"], not: ["a/xb"]),
    GlobCase("/**", ["a", "a/b"], not: []),
    GlobCase("***/b", ["b", "a/b", "x/y/b"], not: ["ab"]),
    GlobCase("a?b/c", ["axb/c"], not: ["a/b/c", "ab/c"]),
    GlobCase("a[!x]b/c", ["ayb/c"], not: ["a/b/c", "axb/c"]),
    GlobCase("a[/]b/c", [], not: ["a/b/c"]),
    GlobCase("a\\/b", ["a/b"], not: ["x/a/b"]),
  ])
  private func `a pattern with a slash is for the path below the tree's root`(_ test: GlobCase) throws {
    try test.check { $0.matches(file: $1) }
  }

  @Test(arguments: [
    GlobCase("a/", ["a"], not: ["b", "x/a", "a/b"]),
    GlobCase("/a/", ["a"], not: ["x/a"]),
    GlobCase("*/", ["a", ".a"], not: ["a/b"]),
    GlobCase("**/", ["a", "a/b"], not: []),
    GlobCase("**/*demo*/", ["demo", "x/a-demo-dir", "x/demo/y-demo"], not: ["x/demo/y", "Demo"]),
    GlobCase("/.git*/", [".git", ".github"], not: ["x/.git", "git"]),
    GlobCase("a/b/", ["a/b"], not: ["a", "b", "a/b/c"]),
  ])
  private func `a pattern that ends in a slash is for folders alone`(_ test: GlobCase) throws {
    try test.check { $0.matches(folder: $1) }
    for path in test.selected { #expect(try !Glob(test.pattern).matches(file: Array(path.utf8))) }
  }

  @Test(arguments: [
    ("", GlobError.empty), ("/", .empty), ("//", .empty), ("[", .openBracket), ("a[", .openBracket),
    ("[]", .openBracket),
    ("[!]", .openBracket), ("[a-", .openBracket), ("a/[b", .openBracket), ("\\", .trailingBackslash),
    ("a\\", .trailingBackslash), ("a/\\", .trailingBackslash),
  ])
  func `what is no pattern is refused`(_ text: String, _ error: GlobError) {
    #expect(throws: error) { try Glob(text) }
  }

  @Test func `names are bytes`() throws {
    #expect(try Glob("?").matches(file: [0xFF]))
    #expect(try Glob("a*").matches(file: [0x61, 0xFF, 0x0A]))
    #expect(try !Glob("[!a]").matches(file: Array("é".utf8)))
  }

  @Test func `the time is that of pattern times path, whatever the pattern`() throws {
    let name = [UInt8](repeating: UInt8(ascii: "a"), count: 20_000)
    let started = ContinuousClock.now
    #expect(try !Glob("*a*a*a*a*a*a*a*a*b").matches(file: name))
    #expect(try !Glob("**/*a**a**a**a*/b/**/c").matches(file: name))
    #expect(ContinuousClock.now - started < .seconds(5))
  }
}
