// The values that hold no others: strings, numbers, and the words null, true and false.

extension JSONParser {
  /// Reads the string whose opening quote is next (RFC 8259, section 7).
  mutating func readString() throws(JSONError) -> String {
    index += 1
    var unescaped: [UInt8] = []
    // From here to `index` the string is as written; what is before, if an escape is, is in `unescaped`.
    var start = index
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = bytes[start..<index]
        index += 1
        return String(decoding: unescaped.isEmpty ? rest : unescaped + rest, as: UTF8.self)
      case UInt8(ascii: "\\"):
        unescaped += bytes[start..<index]
        unescaped += try readEscape()
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
  mutating func readNumber() throws(JSONError) -> String {
    let start = index
    _ = skip(UInt8(ascii: "-"))
    if skip(UInt8(ascii: "0")) {
      guard !isDigit(next) else { throw expected("no digit after a leading zero") }
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
    guard isDigit(next) else { throw expected("a digit after \(what)") }
    while isDigit(next) { index += 1 }
  }
}

// Words and escapes
extension JSONParser {
  /// Reads null, true or false.
  mutating func readWord() throws(JSONError) -> JSONValue.Kind {
    let words: [(text: String, kind: JSONValue.Kind)] = [
      ("null", .null), ("true", .bool(true)), ("false", .bool(false)),
    ]
    for word in words where bytes[index...].starts(with: word.text.utf8) {
      index += word.text.utf8.count
      return word.kind
    }
    throw expected("a value")
  }

  /// Reads the escape whose backslash is next; what it stands for, in UTF-8.
  private mutating func readEscape() throws(JSONError) -> [UInt8] {
    index += 1
    guard let letter = next else { throw expected("an escape after '\\'") }
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      index += 1
      return [letter]
    case UInt8(ascii: "u"):
      index += 1
      return try readCodePoint()
    default:
      guard let control = Self.controls[letter] else { throw expected("an escape after '\\'") }
      index += 1
      return [control]
    }
  }

  private static let controls: [UInt8: UInt8] = [
    UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
    UInt8(ascii: "t"): 0x09,
  ]

  /// Reads the digits after `\u`, and those of a second escape where the first is half of a surrogate pair.
  private mutating func readCodePoint() throws(JSONError) -> [UInt8] {
    let start = self
    let high = try readFourDigits()
    var value = high
    if (0xD800..<0xDC00).contains(high), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) {
      let low = try readFourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw start.expectedPair() }
      value = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    }
    // Only half of a pair is no scalar.
    guard let scalar = Unicode.Scalar(value) else { throw start.expectedPair() }
    return Array(String(scalar).utf8)
  }

  private func expectedPair() -> JSONError { refusal("expected a pair of surrogate escapes, found a lone one") }

  private mutating func readFourDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw expected("four hexadecimal digits after '\\u'")
      }
      value = value << 4 + UInt32(digit)
      index += 1
    }
    return value
  }
}

private func isDigit(_ byte: UInt8?) -> Bool {
  guard let byte else { return false }
  return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}
