// Classes of characters, digits and the numbers they write.

@testable import Basics
import Testing

struct ASCIITests {
  /// The bytes of a class, as text.
  private static func members(_ isMember: (UInt8) -> Bool) -> String {
    String(decoding: (UInt8.min...UInt8.max).filter(isMember), as: UTF8.self)
  }

  @Test func `a class has its members and no others`() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    #expect(Self.members(\.isDigit) == "0123456789")
    #expect(Self.members(\.isOctalDigit) == "01234567")
    #expect(Self.members(\.isLowerHexDigit) == "0123456789abcdef")
    #expect(Self.members(\.isLowerLetter) == String(letters.suffix(26)))
    #expect(Self.members(\.isLetter) == letters)
    #expect(Self.members(\.isLetterOrDigit) == "0123456789\(letters)")
    #expect(Self.members { $0.hexDigitValue != nil } == "0123456789ABCDEFabcdef")
    #expect(Self.members { $0.lowercased != $0 } == String(letters.prefix(26)))
  }

  @Test func `a hexadecimal digit has its value in either case`() {
    #expect("0189afAF".utf8.map(\.hexDigitValue) == [0, 1, 8, 9, 10, 15, 10, 15])
    #expect("AZaz@[`{".utf8.map(\.lowercased) == Array("azaz@[`{".utf8))
  }

  @Test(
    arguments: [
      ("0", 0), ("007", 7), ("9223372036854775807", .max), ("9223372036854775808", nil), ("", nil), ("-1", nil),
      ("1 ", nil), ("1a", nil),
    ] as [(String, Int64?)])
  func `a number is digits alone, of 63 bits at the most`(_ text: String, _ number: Int64?) {
    #expect(decimal(text.utf8) == number)
  }

  @Test func `bytes and their digits lead to one another`() {
    let bytes = Array(UInt8.min...UInt8.max)
    let text = Hex.text(of: bytes)
    #expect(text.hasPrefix("000102030405060708090a0b") && text.hasSuffix("fcfdfeff") && text.utf8.count == 512)
    #expect(Hex.bytes(of: Array(text.utf8)) == bytes)
    #expect(Hex.bytes(of: []) == [])
  }

  @Test(arguments: ["0", "0g", "0A", "abc", " 0"]) func `what is no pair of lower-case digits writes no bytes`(
    _ text: String
  ) {
    #expect(Hex.bytes(of: Array(text.utf8)) == nil)
  }

  @Test(arguments: [0, 31, 33]) func `a digest is of 32 bytes`(_ count: Int) {
    #expect(Digest(hex: Array(repeating: UInt8(ascii: "a"), count: 2 * count)) == nil)
    #expect(Digest(hex: Array("\(SHA256.digest(of: [1]))".utf8)) == SHA256.digest(of: [1]))
  }

  @Test(arguments: [(0, "0000"), (0o7, "0007"), (0o644, "0644"), (0o7777, "7777")] as [(UInt16, String)])
  func `a mode is shown in four octal digits`(_ bits: UInt16, _ text: String) throws {
    #expect(FileMode(bits: bits).octal == text)
    #expect(try FileMode(text) == FileMode(bits: bits))
  }
}
