// Layouts with mistakes: exit code 2, the file, the place in it, what was found and what was wanted.

import Foundation
import Testing

/// A layout with a mistake, and what is said of it.
struct WrongLayout: Sendable, CustomTestStringConvertible {
  /// What the file holds.
  let text: String
  /// What stands behind "layouts/p.json" in the message.
  let message: String

  /// A tarball with these entries.
  static func entries(_ entries: String, _ message: String) -> WrongLayout {
    WrongLayout(text: #"{"tarball":"p.tar.gz","entries":[\#(entries)]}"#, message: message)
  }

  /// An entry at this path.
  static func path(_ path: String, _ message: String) -> WrongLayout {
    .entries(#"{"text":"x","to":"\#(path)"}"#, ":1:51: entries[0].to: \(message)")
  }

  /// An entry of this mode.
  static func mode(_ mode: String) -> WrongLayout {
    .entries(
      #"{"text":"x","to":"a","mode":"\#(mode)"}"#,
      ":1:62: entries[0].mode: expected an octal string such as \"0755\", found \"\(mode)\"")
  }

  /// Settings with this time.
  static func mtime(_ time: String, found: String) -> WrongLayout {
    WrongLayout(
      text: #"{"tarball":"p.tar.gz","archive":{"mtime":\#(time)},"entries":[]}"#,
      message: ":1:42: archive.mtime: expected a whole number from 0 to 8589934591, found \(found)")
  }

  var testDescription: String { message }
}

private let wrongLayouts: [WrongLayout] = [
  WrongLayout(text: #"{ "tarball": x }"#, message: ":1:14: tarball: expected a value, found 'x'"),
  WrongLayout(text: "\u{FEFF}\u{0}", message: ":1:1: expected a value, found U+0000"),
  WrongLayout(text: "", message: ":1:1: expected a value, found the end of the document"),
  WrongLayout(text: "[]", message: ":1:1: expected an object, found an array"),
  WrongLayout(text: "{}", message: #":1:1: missing key "tarball""#),
  WrongLayout(
    text: #"{"tarball":"p.tar.gz","entries":[]} x"#, message: ":1:37: expected the end of the document, found 'x'"),
  WrongLayout(
    text: "{\"tarball\":\"p\u{0}\",\"entries\":[]}",
    message: ":1:14: tarball: expected control characters of a string to be escaped, found U+0000"),
  WrongLayout(
    text: #"{"tarball":"a","tarball":"b","entries":[]}"#,
    message: ":1:16: tarball: expected each key once in an object, found this one twice"),
  WrongLayout(
    text: #"{"tarball":"a/b.tar.gz","entries":[]}"#, message: ":1:12: tarball: expected a file name, without '/'"),
  WrongLayout(
    text: String(repeating: "[", count: 100_000),
    message: ":1:65: \(String(repeating: "[0]", count: 64)): expected at most 64 levels of nesting, found more"),
  .entries(
    #"{"tree":".","overlayy":true}"#, #":1:46: entries[0].overlayy: unknown key; did you mean "overlay"?"#),
  .entries(#"{"tree":".","mode":644}"#, ":1:53: entries[0].mode: expected a string, found the number 644"),
  .entries(#""x""#, #":1:34: entries[0]: expected an object, found "x""#),
  .entries(#"{"text":"x","tree":".","to":"x"}"#, ":1:34: entries[0]: expected one verb, found 2"),
  .entries(#"{"text":"x","to":"a","when":"foo"}"#, #":1:62: entries[0].when: no flag is named "foo""#),
  .entries(
    #"{"binaries":["b"],"to":"x"}"#,
    #":1:34: entries[0]: needs a platform: give the entry or its tarball "platforms""#),
  .entries(#"{"artifact":"p","to":"x"}"#, ":1:34: entries[0]: a tarball cannot hold itself: p -> p"),
  .entries(
    #"{"text":"{vrsion}","to":"x"}"#,
    #":1:42: entries[0].text: unknown variable "{vrsion}" (did you mean {version}?), found "{vrsion}""#),
  .entries(
    #"{"text":"{","to":"x"}"#,
    #":1:42: entries[0].text: '{' without '}' after it (write '{{' for a brace), found "{""#),
  .path("a/../b", #"a '..' part in a path, found "a/../b""#),
  .path("..", #"a '..' part in a path, found "..""#),
  .path("/a", #"expected a relative path, not an absolute one, found "/a""#),
  .path("", #"expected a relative path that is not empty, found """#),
  .path(".", #"a '.' part in a path, found ".""#),
  .path("./a", #"a '.' part in a path, found "./a""#),
  .path("a/./", #"a '.' part in a path, found "a/./""#),
  .path("a//b", #"an empty part in a path ('//' or a '/' at the end), found "a//b""#),
  .path("a/", #"an empty part in a path ('//' or a '/' at the end), found "a/""#),
  .path(
    String(repeating: "a/", count: 2047) + "bb",
    "a path of more than 4095 bytes, found \"\(String(repeating: "a/", count: 32))\"..."),
  .path(
    String(repeating: "a", count: 256),
    "a part of more than 255 bytes in a path, found \"\(String(repeating: "a", count: 64))\"..."),
  .mode("08"), .mode("10000"), .mode("-1"), .mode("rwx"), .mode(""),
  .mtime("-1", found: "the number -1"), .mtime("9223372036854775808", found: "the number 9223372036854775808"),
  .mtime(#""yesterday""#, found: #""yesterday""#), .mtime("1.5", found: "the number 1.5"),
]

@Suite struct LayoutFaultTests {
  /// What check says of the set, less what all messages begin with; exit code 2 and nothing on standard output.
  private func mistakes(_ box: Sandbox, through prefix: [String] = []) throws -> [String] {
    let outcome = try box.kpack("layouts", "check", "layouts", through: prefix)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    return outcome.errors.split(separator: "\n").map { String($0.trimmingPrefix("kpack: error: layouts")) }
  }

  @Test(arguments: wrongLayouts) func `a mistake is told with its place`(layout: WrongLayout) throws {
    let box = try Sandbox.project("")
    try box.write(layout.text, to: "layouts/p.json")
    #expect(try mistakes(box).contains("/p.json\(layout.message)"))
    let packed = try box.kpack(words: Sandbox.packProject)
    #expect(packed.status == 2 && packed.output.isEmpty && !box.isThere("out"))
  }

  @Test(arguments: [
    ("rm -r layouts", [": cannot open: No such file or directory"]),
    ("rm -r layouts; touch layouts", [": cannot open: Not a directory"]),
    ("rm layouts/*", ["/release.json: missing; every set of layouts has one"]),
    ("rm layouts/p.json; mkdir layouts/p.json", ["/p.json: cannot read: Is a directory"]),
    ("rm layouts/p.json; mkfifo layouts/p.json", ["/p.json: expected a file, found something else"]),
    ("ln -sf gone layouts/p.json", ["/p.json: cannot open: No such file or directory"]),
    ("truncate -s 50M layouts/p.json", ["/p.json: expected at most 16 MiB, found more"]),
    (
      "truncate -s 16777217 layouts/p.json",
      ["/p.json:1:1: expected at most 16777216 bytes (16 MiB), found 16777217"]
    ),
    (#"printf '\377\376{\0}\0' > layouts/p.json"#, ["/p.json:1:1: expected UTF-8, found UTF-16"]),
    (
      #"echo x > layouts/p.json; rm layouts/release.json"#,
      ["/release.json: missing; every set of layouts has one", "/p.json:1:1: expected a value, found 'x'"]
    ),
    (
      #"""
      for a in p-q q-p; do
        echo '{"tarball":"'${a%-*}'.tar.gz","entries":[{"artifact":"'${a#*-}'","to":"x"}]}' > layouts/${a%-*}.json
      done
      """#, ["/q.json:1:34: entries[0]: a tarball cannot hold itself: p -> q -> p"]
    ),
  ])
  func `a set that cannot be read is told with the reason`(making: String, messages: [String]) throws {
    let box = try Sandbox.project("")
    try box.sh(making)
    #expect(try mistakes(box) == messages)
  }

  @Test(.enabled(if: Program.unprivileged != nil))
  func `a layout that may not be read is told with the reason`() throws {
    let box = try Sandbox.project("")
    try box.sh("chmod 000 layouts/p.json")
    #expect(
      try mistakes(box, through: Program.unprivileged ?? []) == ["/p.json: cannot open: Permission denied"])
  }

  @Test func `a byte order mark before a layout is taken`() throws {
    let box = try Sandbox.project("")
    let without = try box.kpack("layouts", "check", "layouts")
    try box.sh(#"printf '\357\273\277' | cat - layouts/p.json > p && mv p layouts/p.json"#)
    #expect(try box.kpack("layouts", "check", "layouts") == without)
  }

  @Test(arguments: [
    (
      #"{"text":"x","to":"y"},{"text":"z","to":"y"}"#,
      """
      layouts/p.json:1:56: entries[1]: y comes from two rules: layouts/p.json:1:34: entries[0] and \
      layouts/p.json:1:56: entries[1]; the later may say "overlay": true to replace it, in p.tar.gz
      """
    ),
    (
      #"{"text":"x","to":"y"},{"text":"z","to":"y/z"}"#,
      """
      layouts/p.json:1:56: entries[1]: y is a folder for one rule and a file for another: \
      layouts/p.json:1:34: entries[0] and layouts/p.json:1:56: entries[1], in p.tar.gz
      """
    ),
    (
      #"{"tree":".","include":["*.z","*.y"]}"#,
      #"layouts/p.json:1:34: entries[0]: include: "*.z", "*.y" selects nothing"#
    ),
  ])
  func `rules that do not go together are told`(entries: String, message: String) throws {
    try Sandbox.project(entries).expectRefusal(2, message)
  }

  @Test(arguments: [
    (#"{"text":"x","to":"A"},{"text":"z","to":"a"}"#, ["A", "a"]),
    (#"{"text":"x","to":"\u00e9"},{"text":"z","to":"e\u0301"}"#, ["e\u{301}", "\u{E9}"]),
  ])
  func `names that some file systems take for one are kept apart and warned of`(
    entries: String, names: [String]
  ) throws {
    let box = try Sandbox.project(entries)
    let words = Sandbox.packProject.filter { $0 != "--quiet" }
    let outcome = try box.kpack(words: words)
    #expect(outcome.status == 0)
    let warnings = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("kpack: warning: p.tar.gz: ") }
    #expect(warnings.count == 1)
    #expect(try box.paths(in: "out/p.tar.gz").map { Array($0.utf8) } == names.map { Array($0.utf8) })
  }
}
