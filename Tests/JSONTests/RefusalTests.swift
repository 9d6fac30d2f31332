// What the reader refuses, and in which words: the position, the path and the reason of every kind of mistake.

@testable import JSON
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    ("", refusal(1, 1, "", "expected a value, found the end of the document")),
    ("\u{FEFF} \n", refusal(2, 1, "", "expected a value, found the end of the document")),
    ("\u{FEFF}\u{FEFF}1", refusal(1, 1, "", "expected a value, found U+FEFF")),
    ("[1,]", refusal(1, 4, "[1]", "expected a value, found ']'")),
    ("[1 2]", refusal(1, 4, "", "expected ',' or ']', found '2'")),
    ("[[1}]", refusal(1, 4, "[0]", "expected ',' or ']', found '}'")),
    ("[1", refusal(1, 3, "", "expected ',' or ']', found the end of the document")),
    ("[", refusal(1, 2, "[0]", "expected a value, found the end of the document")),
    ("{", refusal(1, 2, "", "expected a key or '}', found the end of the document")),
    ("{a:1}", refusal(1, 2, "", "expected a key or '}', found 'a'")),
    ("{\"a\":1,}", refusal(1, 8, "", "expected a key, found '}'")),
    ("{\"a\" 1}", refusal(1, 6, "a", "expected ':' after the key, found '1'")),
    ("{\"a\":1 \"b\":2}", refusal(1, 8, "", "expected ',' or '}', found '\"'")),
    ("1 2", refusal(1, 3, "", "expected the end of the document, found '2'")),
    ("[1]]", refusal(1, 4, "", "expected the end of the document, found ']'")),
    ("{\n  // why\n}", refusal(2, 3, "", "expected a key or '}', found '/'")),
    ("[\u{A0}1]", refusal(1, 2, "[0]", "expected a value, found U+00A0")),
    ("[é]", refusal(1, 2, "[0]", "expected a value, found 'é'")),
    ("\"é日😀\" x", refusal(1, 7, "", "expected the end of the document, found 'x'")),
    ("1 \u{00}", refusal(1, 3, "", "expected the end of the document, found U+0000")),
  ])
  func `a broken structure is refused`(document: String, wanted: JSONError) {
    #expect(read(bytes(document)) == .failure(wanted))
  }

  @Test(arguments: ["NaN", "Infinity", "True", "nul", "nulls", "undefined", "truefalse"])
  func `a word that JSON doesn't have is refused as a whole`(word: String) {
    let wanted = refusal(1, 7, "a", "expected a value, found '\(word)'")
    #expect(read(bytes("{\"a\": \(word)}")) == .failure(wanted))
  }

  @Test(arguments: [
    ("01", refusal(1, 2, "", "expected no digit after a leading zero, found '1'")),
    ("-01", refusal(1, 3, "", "expected no digit after a leading zero, found '1'")),
    ("[1.]", refusal(1, 4, "[0]", "expected a digit after '.', found ']'")),
    ("-", refusal(1, 2, "", "expected a digit after '-', found the end of the document")),
    ("-Infinity", refusal(1, 2, "", "expected a digit after '-', found 'I'")),
    ("1e+", refusal(1, 4, "", "expected a digit after the exponent's 'e', found the end of the document")),
    ("+1", refusal(1, 1, "", "expected a value, found '+'")),
    (".5", refusal(1, 1, "", "expected a value, found '.'")),
    ("0x10", refusal(1, 2, "", "expected the end of the document, found 'x'")),
    ("１", refusal(1, 1, "", "expected a value, found '１'")),
  ])
  func `a malformed number is refused`(document: String, wanted: JSONError) {
    #expect(read(bytes(document)) == .failure(wanted))
  }

  @Test(arguments: [
    (#"["abc]"#, refusal(1, 7, "[0]", "expected '\"' at the end of the string, found the end of the document")),
    ("\"a\nb\"", refusal(1, 3, "", "expected control characters of a string to be escaped, found U+000A")),
    ("\"\u{1B}[31m\"", refusal(1, 2, "", "expected control characters of a string to be escaped, found U+001B")),
    ("\"\u{00}\"", refusal(1, 2, "", "expected control characters of a string to be escaped, found U+0000")),
    (#""\x41""#, refusal(1, 3, "", #"expected one of "\/bfnrtu after a backslash, found 'x'"#)),
    ("\"\\\u{202E}\"", refusal(1, 3, "", #"expected one of "\/bfnrtu after a backslash, found U+202E"#)),
    (#""é\u00g0""#, refusal(1, 7, "", #"expected four hexadecimal digits after \u, found 'g'"#)),
    (#""a\ud83d""#, refusal(1, 3, "", #"expected a surrogate pair, found \uD83D alone"#)),
    (#""\ude00\ud83d""#, refusal(1, 2, "", #"expected a surrogate pair, found \uDE00 alone"#)),
    (#""\ud83d\ud83d""#, refusal(1, 2, "", #"expected a surrogate pair, found \uD83D alone"#)),
    (#""\ud83d\n""#, refusal(1, 2, "", #"expected a surrogate pair, found \uD83D alone"#)),
  ])
  func `a malformed string is refused`(document: String, wanted: JSONError) {
    #expect(read(bytes(document)) == .failure(wanted))
  }

  @Test(
    arguments: [
      ([0xC0, 0x80], "0xC0"), ([0xED, 0xA0, 0x80], "0xED"), ([0xF4, 0x90, 0x80, 0x80], "0xF4"), ([0xE2, 0x82], "0xE2"),
      ([0x80], "0x80"), ([0xFF], "0xFF"),
    ] as [([UInt8], String)])
  func `text that is not UTF-8 is refused`(sequence: [UInt8], shown: String) {
    let inString = refusal(1, 9, "k[0]", "expected valid UTF-8, found byte \(shown)")
    #expect(read(bytes("{\"k\":[\"é") + sequence + bytes("\"]}")) == .failure(inString))
    let outside = refusal(1, 2, "[0]", "expected a value, found byte \(shown)")
    #expect(read(bytes("[") + sequence) == .failure(outside))
  }

  @Test(arguments: ["[1]", "\u{FEFF}[1]", "{\"é\": 1}"], [true, false])
  func `UTF-16 and UTF-32 are refused by name`(text: String, bigEndian: Bool) {
    #expect(
      read(utf16(text, bigEndian: bigEndian)) == .failure(refusal(1, 1, "", "expected UTF-8, found UTF-16")))
    #expect(
      read(utf32(text, bigEndian: bigEndian)) == .failure(refusal(1, 1, "", "expected UTF-8, found UTF-32")))
  }

  @Test(arguments: [
    (#"{"a":1,"b":2,"a":3}"#, refusal(1, 14, "a", twice)),
    (#"{"x":[{"mode":1,"mo\u0064e":2}]}"#, refusal(1, 17, "x[0].mode", twice)),
    ("{\"\":1,\n\"\":2}", refusal(2, 1, "[\"\"]", twice)),
  ])
  func `a key given twice is refused`(document: String, wanted: JSONError) {
    #expect(read(bytes(document)) == .failure(wanted))
  }

  @Test(arguments: [65, 100_000])
  func `deeper nesting than 64 levels is refused`(levels: Int) {
    let wanted = refusal(
      1, 65, String(repeating: "[0]", count: 64), "expected at most 64 levels of nesting, found more")
    #expect(read([UInt8](repeating: UInt8(ascii: "["), count: levels)) == .failure(wanted))
  }

  @Test func `more than 16 MiB are refused`() {
    let wanted = refusal(1, 1, "", "expected at most 16777216 bytes (16 MiB), found 16777217")
    #expect(read([UInt8](repeating: UInt8(ascii: " "), count: (16 << 20) + 1)) == .failure(wanted))
  }

  @Test(arguments: [
    ("entries", "entries"), ("A-z_0$", "A-z_0$"), ("", #"[""]"#), ("a b", #"["a b"]"#), ("a.b", #"["a.b"]"#),
    ("é", #"["é"]"#), ("\"\\", #"["\"\\"]"#), ("\u{1B}\u{9B}\n", #"["\u001B\u009B\u000A"]"#),
    ("\u{202E}\u{2066}\u{200B}\u{2028}\u{A0}", #"["\u202E\u2066\u200B\u2028\u00A0"]"#),
    ("\u{E0041}", #"["\uDB40\uDC41"]"#),
    (String(repeating: "k", count: 64), String(repeating: "k", count: 64)),
    (String(repeating: "k", count: 65), "[\"" + String(repeating: "k", count: 64) + "\"...]"),
  ])
  func `a key in a path can neither drive a terminal nor flood it`(key: String, shown: String) {
    let document = JSONLiteral.object([(key, .null)]).text.dropLast(5) + "?}"
    #expect(read(bytes("[" + document)).error?.path == "[0]" + (shown.hasPrefix("[") ? shown : ".\(shown)"))
  }
}

private let twice = "expected each key once in an object, found this one twice"

extension Result {
  fileprivate var error: Failure? {
    guard case .failure(let error) = self else { return nil }
    return error
  }
}
