// The values that hold no others: strings, numbers, and the words null, true and false.

extension JSONParser {
  /// Reads the string whose opening quote is next (RFC 8259, section 7).
  mutating func readString() throws(JSONError) -> String {
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

extension JSONParser {
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
      guard let byte = next, let digit = hexadecimalDigit(byte) else {
        throw expected(#"four hexadecimal digits after \u"#)
      }
      unit = unit << 4 | digit
      index += 1
    }
    return unit
  }

  /// Reads `null`, `true` or `false`; anything else that is not the start of a value is a mistake.
  mutating func readWord() throws(JSONError) -> JSONValue.Kind {
    let word = bytes[index...].prefix(while: isWordByte)
    guard (1...longestQuotation).contains(word.count) else { throw expected("a value") }
    guard let kind = kind(ofWord: word) else {
      throw refusal("expected a value, found '\(String(decoding: word, as: UTF8.self))'")
    }
    index = word.endIndex
    return kind
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
