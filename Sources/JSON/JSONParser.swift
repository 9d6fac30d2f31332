// The grammar of RFC 8259 as a recursive descent over the bytes of a document, which says of a mistake where it is, what
// was expected there and what was found.

import Basics

/// One pass over the bytes of a document; of no further use after a mistake.
struct JSONParser {
  private let bytes: [UInt8]
  private let mostValues: Int
  /// The number of the document in positions.
  private let document: Int
  /// What is to be read next.
  private var index: Int
  /// The number of the line that `index` is in, and where it starts.
  private var line = 1
  private var lineStart: Int
  /// How many bytes of this line before `index` are not the first of their character.
  private var continuationBytes = 0
  /// The way to the value that is being read.
  private var path = JSONPath()
  /// How many values were begun.
  private var values = 0

  init(bytes: [UInt8], start: Int, mostValues: Int, document: Int) {
    self.bytes = bytes
    self.mostValues = mostValues
    self.document = document
    index = start
    lineStart = start
  }

  /// Reads the whole document: one value and white space around it.
  mutating func readDocument() throws(JSONError) -> JSONValue {
    skipWhitespace()
    let value = try readValue()
    skipWhitespace()
    guard next == nil else { throw expected("the end of the document") }
    return value
  }

  // MARK: Values that hold others; the recursion is bounded by `JSONReader.deepestNesting`.

  private mutating func readValue() throws(JSONError) -> JSONValue {
    values += 1
    guard values <= mostValues else { throw refusal("expected at most \(mostValues) values, found more") }
    return JSONValue(position: position, kind: try readKind())
  }

  private mutating func readKind() throws(JSONError) -> JSONValue.Kind {
    switch next {
    case UInt8(ascii: "{"): return .object(try readMembers())
    case UInt8(ascii: "["): return .array(try readElements())
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "-"): return .number(try readNumber())
    case let byte? where byte.isDigit: return .number(try readNumber())
    default: return try readWord()
    }
  }

  private mutating func readElements() throws(JSONError) -> [JSONValue] {
    try enter()
    if skip(UInt8(ascii: "]")) { return [] }
    var elements: [JSONValue] = []
    while true {
      path.append(index: elements.count)
      elements.append(try readValue())
      path.removeLast()
      skipWhitespace()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw expected("',' or ']'") }
      skipWhitespace()
    }
  }

  private mutating func readMembers() throws(JSONError) -> [JSONMember] {
    try enter()
    if skip(UInt8(ascii: "}")) { return [] }
    var members: [JSONMember] = []
    var keys: Set<KeyBytes> = []
    while true {
      let keyPosition = position
      guard next == UInt8(ascii: "\"") else { throw expected(members.isEmpty ? "a key or '}'" : "a key") }
      let key = try readString()
      path.append(key: key)
      guard keys.insert(KeyBytes(key: key)).inserted else { throw duplicate(at: keyPosition) }
      members.append(JSONMember(key: key, keyPosition: keyPosition, value: try readMemberValue()))
      path.removeLast()
      skipWhitespace()
      if skip(UInt8(ascii: "}")) { return members }
      guard skip(UInt8(ascii: ",")) else { throw expected("',' or '}'") }
      skipWhitespace()
    }
  }

  private mutating func readMemberValue() throws(JSONError) -> JSONValue {
    skipWhitespace()
    guard skip(UInt8(ascii: ":")) else { throw expected("':' after the key") }
    skipWhitespace()
    return try readValue()
  }

  /// Takes the bracket that opens an array or object, and the white space after it.
  private mutating func enter() throws(JSONError) {
    guard path.depth < JSONReader.deepestNesting else {
      throw refusal("expected at most \(JSONReader.deepestNesting) levels of nesting, found more")
    }
    index += 1
    skipWhitespace()
  }

  // MARK: Values that hold no others

  /// Reads the string whose opening quote is next (RFC 8259, section 7).
  private mutating func readString() throws(JSONError) -> String {
    index += 1
    var text = ""
    // Where the part without escapes starts that `index` is in; `text` is what comes before it.
    var start = index
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        text += String(decoding: bytes[start..<index], as: UTF8.self)
        index += 1
        return text
      case UInt8(ascii: "\\"):
        text += String(decoding: bytes[start..<index], as: UTF8.self)
        text.unicodeScalars.append(try readEscape())
        start = index
      case 0x00..<0x20: throw expected("control characters of a string to be escaped")
      case 0x20..<0x80: index += 1
      default:
        guard let length = sequenceLength else { throw expected("valid UTF-8") }
        index += length
        continuationBytes += length - 1
      }
    }
    throw expected("'\"' at the end of the string")
  }

  /// Reads the number whose first character is next, as written (RFC 8259, section 6).
  private mutating func readNumber() throws(JSONError) -> String {
    let start = index
    _ = skip(UInt8(ascii: "-"))
    if skip(UInt8(ascii: "0")) {
      guard !nextIsDigit else { throw expected("no digit after a leading zero") }
    } else {
      try skipDigits(after: "'-'")
    }
    if skip(UInt8(ascii: ".")) { try skipDigits(after: "'.'") }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
      try skipDigits(after: "the exponent's 'e'")
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func skipDigits(after what: String) throws(JSONError) {
    guard nextIsDigit else { throw expected("a digit after \(what)") }
    while nextIsDigit { index += 1 }
  }

  /// Reads the escape whose backslash is next.
  private mutating func readEscape() throws(JSONError) -> Unicode.Scalar {
    index += 1
    guard next != UInt8(ascii: "u") else { return try readUnicodeEscape() }
    guard let byte = next, let meaning = meaning(ofEscape: byte) else {
      throw expected(#"one of "\/bfnrtu after a backslash"#)
    }
    index += 1
    return meaning
  }

  /// Reads the escape whose `u` is next, with the one after it where the two are a surrogate pair.
  private mutating func readUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let backslash = index - 1
    let unit = try readCodeUnit()
    // Every unit but a surrogate is a scalar.
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if UTF16.isLeadSurrogate(unit), skip(UInt8(ascii: "\\")), next == UInt8(ascii: "u") {
      let second = try readCodeUnit()
      if let scalar = scalar(lead: unit, trail: second) { return scalar }
    }
    index = backslash
    throw refusal("expected a surrogate pair, found \(unicodeEscape(unit)) alone")
  }

  /// Reads `u` and the four hexadecimal digits after it.
  private mutating func readCodeUnit() throws(JSONError) -> UInt16 {
    index += 1
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next?.hexDigitValue else { throw expected(#"four hexadecimal digits after \u"#) }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  /// Reads `null`, `true` or `false`; anything else that is not the start of a value is a mistake.
  private mutating func readWord() throws(JSONError) -> JSONValue.Kind {
    // A word as people take it: what is wrong with `True` or `NaN` is the whole of it.
    let word = bytes[index...].prefix { $0.isLetter || $0 == UInt8(ascii: "_") }
    guard (1...longestQuotation).contains(word.count) else { throw expected("a value") }
    guard let kind = kind(ofWord: word) else {
      throw refusal("expected a value, found '\(String(decoding: word, as: UTF8.self))'")
    }
    index = word.endIndex
    return kind
  }

  // MARK: Bytes

  /// The byte to be read next, or nil at the end.
  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private var nextIsDigit: Bool { next?.isDigit ?? false }

  /// Takes `byte` if it is next.
  private mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  /// Takes white space, the only place where a line may end.
  private mutating func skipWhitespace() {
    while let byte = next {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
      case UInt8(ascii: "\n"):
        index += 1
        line += 1
        lineStart = index
        continuationBytes = 0
      default: return
      }
    }
  }

  /// The length of the well-formed UTF-8 sequence at `index`; nil where there is none.
  private var sequenceLength: Int? {
    var rest = bytes.dropFirst(index).makeIterator()
    var parser = UTF8.ForwardParser()
    guard case .valid(let sequence) = parser.parseScalar(from: &rest) else { return nil }
    return sequence.count
  }

  // MARK: Mistakes

  /// Where `index` is.
  private var position: JSONPosition {
    JSONPosition(line: line, column: index - lineStart - continuationBytes + 1, document: document)
  }

  /// The mistake that something else than `wanted` is next.
  private func expected(_ wanted: String) -> JSONError { refusal("expected \(wanted), found \(found)") }

  /// The mistake `reason` at `index`.
  private func refusal(_ reason: String) -> JSONError {
    JSONError(position: position, path: path.description, reason: reason)
  }

  /// The mistake that the key at `position` was in this object before.
  private func duplicate(at position: JSONPosition) -> JSONError {
    JSONError(
      position: position, path: path.description, reason: "expected each key once in an object, found this one twice")
  }

  /// What is next, for a message.
  private var found: String {
    guard let byte = next else { return "the end of the document" }
    guard let length = sequenceLength else { return "byte 0x\(String(byte, radix: 16, uppercase: true))" }
    let character = String(decoding: bytes[index..<(index + length)], as: UTF8.self)
    return character.unicodeScalars.map(quoted).joined()
  }
}

/// A key as its bytes: Swift's `==` of strings would take NFC and NFD for one key.
private struct KeyBytes: Hashable {
  let key: String

  static func == (left: KeyBytes, right: KeyBytes) -> Bool { left.key.utf8.elementsEqual(right.key.utf8) }

  func hash(into hasher: inout Hasher) {
    var key = key
    key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

private func kind(ofWord word: ArraySlice<UInt8>) -> JSONValue.Kind? {
  if word.elementsEqual("null".utf8) { return .null }
  if word.elementsEqual("true".utf8) { return .bool(true) }
  if word.elementsEqual("false".utf8) { return .bool(false) }
  return nil
}

/// What an escape of one character stands for.
private func meaning(ofEscape byte: UInt8) -> Unicode.Scalar? {
  switch byte {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
  case UInt8(ascii: "b"): return "\u{08}"
  case UInt8(ascii: "f"): return "\u{0C}"
  case UInt8(ascii: "n"): return "\n"
  case UInt8(ascii: "r"): return "\r"
  case UInt8(ascii: "t"): return "\t"
  default: return nil
  }
}

/// The scalar that the surrogate `lead` and `trail` make, or nil if that isn't a trail surrogate (Unicode 16, table 3-5).
private func scalar(lead: UInt16, trail: UInt16) -> Unicode.Scalar? {
  guard UTF16.isTrailSurrogate(trail) else { return nil }
  return Unicode.Scalar(0x10000 + (UInt32(lead & 0x3FF) << 10) + UInt32(trail & 0x3FF))
}
