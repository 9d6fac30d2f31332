// Documents that several suites read: made from tables of fragments, so that every fragment stands in every place.

@testable import JSON

/// The bytes of `text`, a document as it would be in a file.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What reading `document` gives, or the error it is refused with.
func read(_ document: [UInt8]) -> Result<JSONValue, JSONError> {
  do throws(JSONError) { return .success(try JSONReader.read(document)) } catch { return .failure(error) }
}

/// The error that a document is to be refused with.
func refusal(_ line: Int, _ column: Int, _ path: String, _ reason: String) -> JSONError {
  JSONError(position: JSONPosition(line: line, column: column), path: path, reason: reason)
}

/// Documents of all kinds, sound and broken; none is nested deeply or has a key twice, where readers differ.
let allDocuments: [[UInt8]] = Set(
  fragmentDocuments + structures.map(bytes) + sequenceDocuments + encodings
).sorted {
  $0.lexicographicallyPrecedes($1)
}

/// Every fragment as the document, as an element, as a member's value and key, and with something else behind it.
private let fragmentDocuments: [[UInt8]] =
  (values + numbers + strings.map { "\"\($0)\"" }).flatMap { fragment -> [[UInt8]] in
    let frames = [("", ""), ("[", "]"), ("[0,", " ,1]"), ("{\"a\":", "}"), (" ", "\n"), ("", "x"), ("{", ":0}")]
    return frames.map { frame in bytes(frame.0 + fragment + frame.1) }
  }

private let values = [
  "", "null", "true", "false", "nul", "nulll", "Null", "TRUE", "True", "truefalse", "NaN", "Infinity", "-Infinity",
  "undefined", "None", "[]", "{}", "[[]]", "[{}]", "\"\"", "'a'", "a", "@", "#", "\\", "\\n", "/", "//", "/**/1", "1//",
  "1/**/", "# 1", "<", "=", ";", "()", "\u{00}", "\u{01}", "\u{7F}", "\u{A0}1", "\u{2028}1", "\u{FEFF}1", "\u{3000}1",
  "\u{0B}1", "\u{0C}1", "\u{85}1", "é", "日", "😀", "１", "٣",
]

private let numbers = [
  "0", "-0", "1", "-1", "10", "1234567890", "0.0", "0.5", "-0.5", "1.50", "123.456", "0e0", "0E0", "1e5", "1E5", "1e+5",
  "1e-5", "1E+05", "1.5e10", "-1.5E-10", "1e400", "1e-400", "-1e400", "9223372036854775807", "9223372036854775808",
  "-9223372036854775809", "123456789012345678901234567890", "0.1000000000000000055511151231257827", "01", "-01", "00",
  "-00", "012", "0123.4", "1.", "-1.", "0.", ".5", "-.5", ".", "-", "--1", "+1", "+", "+0.5", "-+1", "1e", "1E", "1e+",
  "1e-", "1.e5", "1.5e", "1.5e+", "e5", ".e5", "1e5.5", "1e5e5", "1.2.3", "1..2", "1e++5", "1e+-5", "0x10", "0b1",
  "0o7",
  "1_000", "1,000", "1 000", "1f", "1L", "1a", "- 1", "1 .5", "1. 5", "1 e5", "1e 5", "0 1", "-a", "-\"1\"", "1\u{00}",
  "1\u{2009}000", "-Inf", "-NaN", "1e1000000000000", "0e+00", "-0.0e-0", "1\u{0661}", "0.\u{0661}", "-\u{FF11}",
]

/// What stands between the quotes.
private let strings = [
  "", " ", "abc", "a b", "/", "\\/", "\\\"", "\\\\", "\\b\\f\\n\\r\\t", "\\u0041", "\\u00e9", "\\u00E9", "\\u0000",
  "\\u001f", "\\u007f", "\\u2028", "\\ufeff", "\\uFFFE", "\\uffff", "\\uD7FF", "\\uE000", "\\ud83d\\ude00",
  "\\uD83D\\uDE00", "\\ud800\\udc00", "\\udbff\\udfff", "x\\ud83d\\ude00y", "\\ud83d", "\\ude00", "\\ude00\\ud83d",
  "\\ud83d\\ud83d", "\\ud83dx", "\\ud83d\\n", "\\ud83d\\u0041", "\\ud83d\\ud83d\\ude00", "\\ud83d\\\\ude00",
  "\\ud83d\\u00", "\\ud83d\\", "\\ud83d\\x", "\\udfff", "\\udc00x", "\\ud800", "\\u", "\\u0", "\\u00", "\\u004",
  "\\u004g", "\\u 041", "\\u+041", "\\u-041", "\\u0x41", "\\U0041", "\\u{41}", "\\u00４1", "\\x41", "\\a", "\\v", "\\0",
  "\\1", "\\'", "'", "\\ ", "\\\n", "\\é", "\\😀", "\\", "\\\\\\", "\\\"\\", "\"", "\"\"", "\"a", "a\"b", "\t", "\n",
  "\r", "\u{00}", "\u{01}", "\u{08}", "\u{1B}[31m", "\u{1F}", "\u{7F}", "\u{80}", "\u{9B}", "\u{A0}", "\u{AD}", "é",
  "e\u{301}", "\u{202E}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFD}", "\u{FFFE}", "\u{FFFF}", "日本", "😀",
  "\u{10FFFF}", "null", "[1]", "{}", "//", "%00", "&amp;", "a\\tb\\u0063d",
]

private let structures = [
  "[1]", "[1,2]", "[ 1 , 2 ]", "[1 2]", "[1,]", "[,1]", "[,]", "[1,,2]", "[1:2]", "[1", "[", "]", "[]]", "[[]", "[1]]",
  "[1}", "{", "}", "{}}", "{{}}", "{1}", "{1:2}", "{a:1}", "{'a':1}", "{null:1}", "{\"a\"}", "{\"a\":}", "{\"a\":1",
  "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1,,\"b\":2}", "{\"a\" 1}", "{\"a\",1}", "{\"a\"::1}", "{\"a\":1:2}", "{:1}",
  "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}", "{\"a\":1]", "{\"a\"=1}", "{\"a\":1,\"b\":2}",
  "{ \"a\" : 1 , \"b\" : [ ] }",
  "{\"a\":{\"a\":{\"a\":1}}}", "{\"\":1}", "{\"e\u{301}\":1,\"\u{E9}\":2}", "[1]\n[2]", "[1],[2]", "{}{}", "1 2",
  "\"a\" \"b\"",
  "\"a\"\"b\"", "[\"a\"\"b\"]", "[1]#", "[1]//", "/**/[1]", "[1/**/]", "[1]\u{00}", "\u{00}[1]", "[\u{00}1]",
  "\t[\n1\r\n]\r ",
  "\r", "\n\n", " ", "\u{0B}[1]", "\u{0C}[1]", "\u{A0}[1]", "[\u{A0}1]", "\u{85}[1]", "\u{2028}[1]", "\u{200B}[1]",
  "[1]\u{FEFF}",
  "\u{FEFF}", "\u{FEFF}[1]", "\u{FEFF} [1]", " \u{FEFF}[1]", "\u{FEFF}\u{FEFF}[1]", "[\u{FEFF}1]", "\u{FEFF}\"é\"",
  "...", "[...]",
  "[\"\",null,true,false,0,{},[]]", "[[[[[[[[]]]]]]]]", "[\"a\nb\"]", "\"abc", "abc\"", "[\"a]", "{\"a:1}", "*", "[*]",
  "[1,\n2\n",
]

/// Every sequence alone, in a string, in a key and behind a document.
private let sequenceDocuments: [[UInt8]] = sequences.flatMap { sequence -> [[UInt8]] in
  let frames = [("", ""), ("\"", "\""), ("\"a", "é\""), ("\"", ""), ("{\"", "\":1}"), ("[1]", ""), ("[", "]")]
  return frames.map { frame in bytes(frame.0) + sequence + bytes(frame.1) }
}

private let encodings: [[UInt8]] = [
  utf16("[1]", bigEndian: true), utf16("[1]", bigEndian: false), utf16("\u{FEFF}[1]", bigEndian: true),
  utf16("\u{FEFF}[1]", bigEndian: false), utf32("[1]", bigEndian: true), utf32("[1]", bigEndian: false),
  utf32("\u{FEFF}[1]", bigEndian: true), utf32("\u{FEFF}[1]", bigEndian: false), utf16("1", bigEndian: true),
  utf16("1", bigEndian: false), [0x00], [0x00, 0x00], [0x00, 0x00, 0x00, 0x00], [0xEF], [0xEF, 0xBB], [0xFF, 0xFE],
]

/// The ends of the ranges of UTF-8, and what is beyond them: overlong, surrogates, cut short, too great.
private let sequences: [[UInt8]] = [
  [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x80], [0xC2, 0x22], [0xC3, 0x28], [0xDF, 0xBF],
  [0xE0, 0x80, 0x80],
  [0xE0, 0x9F, 0xBF], [0xE0, 0xA0, 0x80], [0xE0, 0xA0], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28],
  [0xED, 0x9F, 0xBF],
  [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], [0xEE, 0x80, 0x80], [0xEF, 0xBF, 0xBF],
  [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF0, 0x9F, 0x98],
  [0xF0, 0x28, 0x8C, 0xBC],
  [0xF0, 0x90, 0x28, 0xBC], [0xF0, 0x90, 0x80, 0x28], [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
  [0xF5, 0x80, 0x80, 0x80],
  [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF],
]

/// `text` in UTF-16.
func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
  text.utf16.flatMap { unit in
    let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
    return bigEndian ? pair : pair.reversed()
  }
}

/// `text` in UTF-32.
func utf32(_ text: String, bigEndian: Bool) -> [UInt8] {
  text.unicodeScalars.flatMap { scalar in
    let four = [24, 16, 8, 0].map { UInt8(scalar.value >> $0 & 0xFF) }
    return bigEndian ? four : four.reversed()
  }
}
