// Names of unknown bytes as they are shown: nothing that drives a terminal, nothing that looks like another name.

@testable import Basics
@testable import TestSupport
import Testing

struct EscapedNameTests {
  @Test(
    arguments: [
      (Array("bin/tool-1.0_x".utf8), "bin/tool-1.0_x"), ([], ""), (Array("a b".utf8), "a b"),
      (Array("100%".utf8), "100%25"), (Array("%41".utf8), "%2541"), ([0x0A], "%0A"), ([0x1B, 0x5B], "%1B["),
      ([0x7F], "%7F"), ([0x00], "%00"), ([0x80], "%80"), ([0xFF], "%FF"),
    ] as [([UInt8], String)])
  func `bytes that are not plain are shown as their numbers`(name: [UInt8], shown: String) {
    #expect(escapedName(name) == shown)
  }

  @Test(
    arguments: [
      ("\u{80}", "%C2%80"), ("\u{9B}31m", "%C2%9B31m"), ("\u{9F}", "%C2%9F"), ("\u{202A}", "%E2%80%AA"),
      ("a\u{202E}b", "a%E2%80%AEb"), ("\u{2066}", "%E2%81%A6"), ("\u{2069}", "%E2%81%A9"), ("\u{61C}", "%D8%9C"),
      ("\u{85}", "%C2%85"), ("\u{200B}", "%E2%80%8B"), ("\u{200E}", "%E2%80%8E"), ("\u{200F}", "%E2%80%8F"),
      ("\u{2028}", "%E2%80%A8"), ("\u{2029}", "%E2%80%A9"), ("\u{206A}", "%E2%81%AA"), ("\u{FEFF}", "%EF%BB%BF"),
      ("\u{AD}", "%C2%AD"), ("e\u{FE0F}", "e%EF%B8%8F"), ("\u{E0041}", "%F3%A0%81%81"), ("\u{0B}\u{0C}\r", "%0B%0C%0D"),
    ] as [(String, String)])
  func `what drives a terminal or turns text is shown as its bytes`(name: String, shown: String) {
    #expect(escapedName(name.utf8) == shown)
    #expect(escapedControls(name) == shown)
  }

  @Test(arguments: ["\u{2027}", "\u{202F}", "\u{2070}", "\u{203A}", "\u{3000}", "\u{1F600}"])
  func `the neighbours of those are shown as they are`(name: String) { #expect(escapedName(name.utf8) == name) }

  @Test func `a name that is escaped already is not escaped once more`() {
    #expect(escapedControls("a\n: \(escapedName([0x1B, 0x25]))") == "a%0A: %1B%25")
  }

  @Test(arguments: ["é", "e\u{301}", "\u{A0}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10FFFF}"])
  func `valid UTF-8 is shown as it is`(name: String) {
    #expect(Array(escapedName(name.utf8).utf8) == Array(name.utf8))
  }

  /// Unicode 15, table 3-7: overlong forms, surrogates, beyond U+10FFFF, cut and lone bytes.
  @Test(
    arguments: [
      [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xBF],
    ] as [[UInt8]])
  func `what is not valid UTF-8 is shown byte by byte`(name: [UInt8]) {
    let digits = name.map { "%" + String($0, radix: 16, uppercase: true) }.joined()
    #expect(escapedName(name) == digits)
    #expect(escapedName(name + [0x61]) == digits + "a")
  }

  @Test func `valid bytes after damaged ones are shown as they are`() {
    #expect(escapedName([0xE2, 0x82, 0xC3, 0xA9]) == "%E2%82é")
  }

  @Test func `a name can be told from what is shown`() throws {
    var random = SplitMix(seed: 1)
    for _ in 0..<300 {
      let name = random.bytes(Int.random(in: 0...20, using: &random))
      let shown = escapedName(name)
      #expect(shown.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
      #expect(unescaped(shown) == name)
    }
  }

  private func unescaped(_ shown: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(shown.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}
