// Names that were mistyped, and what may have been meant.

@testable import Basics
import Testing

struct NearNameTests {
  @Test(arguments: [
    ("inclde", "include"), ("includes", "include"), ("exlcude", "exclude"), ("too", "to"), ("t", nil), ("x", nil),
    ("xyz", nil), ("", nil), ("exclude", "exclude"), ("INCLUDE", nil),
  ])
  func `a slip of two edits finds the name that was meant`(_ name: String, _ wanted: String?) {
    #expect(nearName(to: name, in: ["include", "exclude", "to"]) == wanted)
  }

  @Test func `the nearest name is given, and the first of those as near`() {
    #expect(nearName(to: "serv", in: ["sexy", "serve", "servx"]) == "serve")
    #expect(nearName(to: String(repeating: "a", count: 1_000_000), in: ["a"]) == nil)
  }

  @Test(
    arguments: [("serv", "; did you mean \"serve\"?"), ("\u{1B}erve", "; did you mean \"serve\"?"), ("x", "")])
  func `a message suggests a near name in quotes, or nothing`(_ name: String, _ end: String) {
    #expect("no such name\(didYouMean(name, in: ["serve"]))" == "no such name\(end)")
  }

  @Test func `a message suggests a given text as it is`() {
    #expect(didYouMean("--serve") == "; did you mean --serve?")
    #expect(didYouMean(nil) == "")
  }
}
