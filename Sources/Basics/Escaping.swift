// Names and texts that others wrote, made fit to be shown: they cannot drive a terminal, break a line, hide or flood
// a message. One rule says which characters are shown as they are; names escape the others as %XX, quotations as
// JSON does.

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

  /// Whether the character is seen and cannot be taken for another: no terminal obeys it, it is no space but U+0020,
  /// and Unicode has given it a meaning.
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

/// `name` for messages and listings: what a terminal obeys or does not show, `%` and bytes outside valid UTF-8 as `%XX`,
/// so that two names never look the same.
package func escapedName(_ name: some Collection<UInt8>) -> String { escaped(name) { $0 == "%" } }

/// The same for an array, as code of its own: a listing shows a million of them.
package func escapedName(_ name: [UInt8]) -> String { escaped(name) { $0 == "%" } }

/// `text` as one line that a terminal shows and does not obey: what it would obey is `%XX`; names in it that are
/// escaped already stay as they are.
package func escapedControls(_ text: String) -> String { escaped(text.utf8) { _ in false } }

/// `name` with what a terminal obeys, what `isEscaped` says and what is no UTF-8 as `%XX`.
private func escaped(_ name: some Collection<UInt8>, _ isEscaped: (Unicode.Scalar) -> Bool) -> String {
  if isPlainASCII(name) && !name.contains(where: { isEscaped(Unicode.Scalar($0)) }) {
    return String(decoding: name, as: UTF8.self)
  }
  var shown: [UInt8] = []
  shown.reserveCapacity(name.count)
  var rest = name[...]
  func escapeNext(_ count: Int) {
    for byte in rest.prefix(count) {
      shown.append(UInt8(ascii: "%"))
      Hex.append(upper: byte, to: &shown)
    }
    rest = rest.dropFirst(count)
  }
  var bytes = name.makeIterator()
  var parser = UTF8.ForwardParser()
  while true {
    switch parser.parseScalar(from: &bytes) {
    case .emptyInput: return String(decoding: shown, as: UTF8.self)
    case .error(let length): escapeNext(length)
    case .valid(let sequence):
      let scalar = UTF8.decode(sequence)
      if isEscaped(scalar) || scalar.isObeyed {
        escapeNext(sequence.count)
      } else {
        shown += sequence
        rest = rest.dropFirst(sequence.count)
      }
    }
  }
}

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

extension [String] {
  /// The first three for a message, or four where that is all, and how many more there are.
  package var firstFew: String {
    let most = count == 4 ? 4 : 3
    let shown = prefix(most).joined(separator: ", ")
    return count > most ? "\(shown) and \(count - most) more" : shown
  }
}
