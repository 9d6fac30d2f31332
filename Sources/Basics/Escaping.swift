// Which characters can be shown as they are: the one rule behind quoted text, escaped names and all that is printed.

extension Unicode.Scalar {
  /// Whether a terminal or an editor obeys this character, ends a line at it or shows nothing for it: controls
  /// (Unicode 16, general category Cc), marks of direction and other formats (Cf), separators of lines and paragraphs
  /// (Zl, Zp), and what is ignored by default (Default_Ignorable_Code_Point), tags and joiners among it.
  package var isObeyed: Bool {
    if value < 0x7F { return value < 0x20 }
    if properties.isDefaultIgnorableCodePoint { return true }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    default: return false
    }
  }

  /// Whether the character is seen and cannot be taken for another: no such one, no space but U+0020, and nothing
  /// that Unicode leaves open.
  package var isPrintable: Bool {
    if isObeyed { return false }
    switch properties.generalCategory {
    case .privateUse, .unassigned: return false
    case .spaceSeparator: return self == " "
    default: return true
    }
  }
}

/// Whether all of `bytes` are printable ASCII, which needs no closer look.
package func isPlainASCII(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }

// How a name of unknown bytes is shown in messages and listings: printable UTF-8 as it is, all else as %XX, so that a
// name can neither break a line nor drive a terminal, and two names never look the same.

/// `name` for people and listings: what a terminal obeys or does not show, `%` and bytes outside valid UTF-8 as `%XX`.
package func escapedName(_ name: some Collection<UInt8>) -> String { escaped(name) { $0 == UInt8(ascii: "%") } }

/// `text` as one line that a terminal shows and does not obey: what it would obey is `%XX`; names in it that are
/// escaped already stay as they are.
package func escapedControls(_ text: String) -> String { escaped(text.utf8) { _ in false } }

private func escaped(_ name: some Collection<UInt8>, _ isEscaped: (UInt8) -> Bool) -> String {
  if isPlainASCII(name) && !name.contains(where: isEscaped) { return String(decoding: name, as: UTF8.self) }
  let digits = Array("0123456789ABCDEF".utf8)
  var shown: [UInt8] = []
  shown.reserveCapacity(name.count)
  var rest = Array(name)[...]
  while let byte = rest.first {
    let length = byte < 0x80 ? 1 : utf8SequenceLength(rest)
    // Of what is no UTF-8 one byte is escaped, and the next one is looked at.
    let sequence = rest.prefix(max(1, length))
    if length == 0 || isEscaped(byte) || isObeyed(sequence) {
      for byte in sequence { shown += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    } else {
      shown += sequence
    }
    rest = rest.dropFirst(sequence.count)
  }
  return String(decoding: shown, as: UTF8.self)
}

/// Whether the character that `sequence` is in UTF-8 is one that a terminal obeys.
private func isObeyed(_ sequence: ArraySlice<UInt8>) -> Bool {
  String(decoding: sequence, as: UTF8.self).unicodeScalars.contains(where: \.isObeyed)
}

/// Whether every byte of `name` is part of a valid UTF-8 sequence.
package func isValidUTF8(_ name: some Collection<UInt8>) -> Bool {
  var rest = Array(name)[...]
  while let byte = rest.first {
    let length = byte < 0x80 ? 1 : utf8SequenceLength(rest)
    if length == 0 { return false }
    rest = rest.dropFirst(length)
  }
  return true
}

/// The length of the well-formed multi-byte sequence at the start of `bytes`, or 0 (Unicode 15, table 3-7).
private func utf8SequenceLength(_ bytes: ArraySlice<UInt8>) -> Int {
  let head = Array(bytes.prefix(4))
  guard head.count > 1 else { return 0 }
  func continues(_ indexes: ClosedRange<Int>) -> Bool {
    head.count > indexes.upperBound && indexes.allSatisfy { head[$0] & 0xC0 == 0x80 }
  }
  switch head[0] {
  case 0xC2...0xDF: return continues(1...1) ? 2 : 0
  case 0xE0: return head[1] >= 0xA0 && continues(1...2) ? 3 : 0
  case 0xED: return head[1] <= 0x9F && continues(1...2) ? 3 : 0
  case 0xE1...0xEF: return continues(1...2) ? 3 : 0
  case 0xF0: return head[1] >= 0x90 && continues(1...3) ? 4 : 0
  case 0xF4: return head[1] <= 0x8F && continues(1...3) ? 4 : 0
  case 0xF1...0xF3: return continues(1...3) ? 4 : 0
  default: return 0
  }
}

// How text of a document is shown in messages: so that it can neither drive a terminal, nor hide, nor flood it.

/// The most Unicode scalars of one text that a message quotes.
package let longestQuotation = 64

/// `text` between double quotes for a message: what is not printable is escaped as JSON does, and what is more than 64
/// Unicode scalars long is cut and ends in `...` after the quote.
package func quoted(_ text: String) -> String {
  var shown = "\""
  for scalar in text.unicodeScalars.prefix(longestQuotation) {
    switch scalar {
    case "\"", "\\": shown += "\\\(scalar)"
    case _ where scalar.isPrintable: shown.unicodeScalars.append(scalar)
    default: shown += String(scalar).utf16.map(unicodeEscape).joined()
    }
  }
  let isCut = text.unicodeScalars.dropFirst(longestQuotation).first != nil
  return shown + (isCut ? "\"..." : "\"")
}

/// `scalar` for a message: between single quotes, or as `U+202E` when it is not printable.
package func quoted(_ scalar: Unicode.Scalar) -> String {
  if scalar.isPrintable { return "'\(scalar)'" }
  return "U+" + fourHexDigits(scalar.value)
}

/// `unit` of UTF-16 as JSON escapes it: `\u001B`.
package func unicodeEscape(_ unit: UInt16) -> String { "\\u" + fourHexDigits(UInt32(unit)) }

/// `value` in hexadecimal, with zeros before it where it has less than four digits.
private func fourHexDigits(_ value: UInt32) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
