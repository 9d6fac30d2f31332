// The text of the tool's own JSON, and that the reader gets from it what was written.

@testable import JSON
import Testing

@Suite struct WriterTests {
  @Test(
    arguments: [
      (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.integer(0), "0"),
      (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"), (.array([]), "[]"),
      (.object([]), "{}"), (.array([.integer(1), .array([.null]), .string("a b")]), #"[1,[null],"a b"]"#),
      (.object([("z", .integer(1)), ("a", .object([("é \"", .bool(true))]))]), #"{"z":1,"a":{"é \"":true}}"#),
    ] as [(JSONLiteral, String)])
  func `a value is written on one line in the order given`(literal: JSONLiteral, wanted: String) {
    #expect(literal.text == wanted)
  }

  @Test(arguments: [
    ("", ""), ("a/b", "a/b"), ("\"\\", #"\"\\"#), ("\u{08}\u{0C}\n\r\t", #"\b\f\n\r\t"#),
    ("\u{00}\u{1B}\u{1F}", #"\u0000\u001B\u001F"#),
    ("~\u{7F}\u{80}", "~\\u007F\u{80}"), ("\u{2028}\u{2029}", "\u{2028}\u{2029}"), ("e\u{301}é😀", "e\u{301}é😀"),
    ("\r\n", #"\r\n"#),
    ("\"\u{301}", "\\\"\u{301}"),
  ])
  func `a string is escaped only where it must be`(string: String, wanted: String) {
    #expect(Array(JSONLiteral.string(string).text.utf8) == Array("\"\(wanted)\"".utf8))
  }

  @Test func `a text for terminals escapes all that is not printable, and means the same`() throws {
    let literal = JSONLiteral.array([.string("\u{9B}1m\u{202E}é \n"), .string("\u{E0001}")])
    #expect(literal.printableText == #"["\u009B1m\u202Eé \n","\uDB40\uDC01"]"#)
    #expect(written(try JSONReader.read(bytes(literal.printableText))) == literal.text)
  }

  @Test func `the reader gets what was written`() throws {
    let scalars = (0...0x2FFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
    let everything = String(String.UnicodeScalarView(scalars))
    let literal = JSONLiteral.object([
      ("text", .string(everything)), (everything, .integer(-1)), ("list", .array([.null, .bool(true), .object([])])),
    ])
    let value = try JSONReader.read(bytes(literal.text))
    #expect(literal.text.utf8.contains(UInt8(ascii: "\n")) == false)
    #expect(written(value).utf8.elementsEqual(literal.text.utf8))
  }

  @Test func `whatever the reader takes can be written and read again`() throws {
    for document in allDocuments {
      guard let value = try? JSONReader.read(document) else { continue }  // refused documents are another test's
      let text = written(value)
      #expect(written(try JSONReader.read(bytes(text))) == text)
    }
  }
}

/// The text of `value`, its strings by the writer and its numbers as they were.
private func written(_ value: JSONValue) -> String {
  switch value.kind {
  case .null: return JSONLiteral.null.text
  case .bool(let bool): return JSONLiteral.bool(bool).text
  case .number(let text): return text
  case .string(let text): return JSONLiteral.string(text).text
  case .array(let elements): return "[" + elements.map(written).joined(separator: ",") + "]"
  case .object(let members):
    return "{" + members.map { JSONLiteral.string($0.key).text + ":" + written($0.value) }.joined(separator: ",") + "}"
  }
}
