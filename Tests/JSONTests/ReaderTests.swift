// What the reader makes of the documents that it takes: kinds, positions, order, and text as written.

@testable import JSON
import Testing

@Suite struct ReaderTests {
  @Test func `every value knows its line and column, and members keep their order`() throws {
    let document = "\u{FEFF}{ \"é\": [1.50,\r\n\ttrue],\n  \"a\": {\"😀\": null} }\n"
    let wanted = JSONValue.Kind.object([
      member("é", (1, 3), value((1, 8), .array([value((1, 9), .number("1.50")), value((2, 2), .bool(true))]))),
      member("a", (3, 3), value((3, 8), .object([member("😀", (3, 9), value((3, 14), .null))]))),
    ])
    #expect(try JSONReader.read(bytes(document)) == value((1, 1), wanted))
  }

  @Test(arguments: ["0", "-0", "1.50", "1E+05", "1e400", "123456789012345678901234567890", "-0.0e-0"])
  func `a number is kept as written`(text: String) throws {
    #expect(try JSONReader.read(bytes(text)).kind == .number(text))
  }

  @Test(arguments: [
    (#""""#, ""), (#""a/b\/c""#, "a/b/c"), (#""\"\\\b\f\n\r\t""#, "\"\\\u{08}\u{0C}\n\r\t"),
    (#""\u0041\u00e9\u00E9""#, "Aéé"),
    (#""\u0000\u001f""#, "\u{00}\u{1F}"), (#""\ud83d\ude00""#, "😀"), (#""x\uDBFF\uDFFFy""#, "x\u{10FFFF}y"),
    (#""\uD7FF\uE000""#, "\u{D7FF}\u{E000}"), ("\"e\u{301}\"", "e\u{301}"), (#""e\u0301""#, "e\u{301}"),
    ("\"\u{7F}\u{2028}\u{FEFF}\"", "\u{7F}\u{2028}\u{FEFF}"), ("\"日本😀\"", "日本😀"),
  ])
  func `a string has its escapes resolved and is not normalized`(document: String, wanted: String) throws {
    guard case .string(let text) = try JSONReader.read(bytes(document)).kind else {
      Issue.record("not a string")
      return
    }
    #expect(Array(text.utf8) == Array(wanted.utf8))
  }

  @Test func `keys that differ in their normalization only are two keys`() throws {
    let document = "{\"e\u{301}\":1,\"\u{E9}\":2}"
    guard case .object(let members) = try JSONReader.read(bytes(document)).kind else {
      Issue.record("not an object")
      return
    }
    #expect(members.map { Array($0.key.utf8) } == [[0x65, 0xCC, 0x81], [0xC3, 0xA9]])
  }

  @Test func `a key may come again in another object`() throws {
    #expect(throws: Never.self) { try JSONReader.read(bytes(#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#)) }
  }

  @Test func `64 levels of nesting are taken`() throws {
    let document = String(repeating: "[{\"a\":", count: 31) + "[[]]" + String(repeating: "}]", count: 31)
    #expect(throws: Never.self) { try JSONReader.read(bytes(document)) }
  }

  @Test(arguments: ["[1,{\"a\":null}]", "[[],[],[]]", "{\"a\":[\"b\",\"c\"]}"])
  func `a document has as many values as its reader allows`(document: String) throws {
    #expect(throws: Never.self) { try JSONReader.read(bytes(document), mostValues: 4) }
    let error = try #require(throws: JSONError.self) { try JSONReader.read(bytes(document), mostValues: 3) }
    #expect(error.reason == "expected at most 3 values, found more")
  }

  @Test func `a document of 16 MiB is taken`() throws {
    let space = [UInt8](repeating: UInt8(ascii: " "), count: (16 << 20) - 1)
    #expect(try JSONReader.read(space + bytes("1")).position == JSONPosition(line: 1, column: 16 << 20))
  }
}

private func value(_ place: (line: Int, column: Int), _ kind: JSONValue.Kind) -> JSONValue {
  JSONValue(position: JSONPosition(line: place.line, column: place.column), kind: kind)
}

private func member(_ key: String, _ place: (line: Int, column: Int), _ value: JSONValue) -> JSONMember {
  JSONMember(key: key, keyPosition: JSONPosition(line: place.line, column: place.column), value: value)
}
