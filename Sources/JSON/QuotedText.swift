// How text of a document is shown in messages: so that it can neither drive a terminal, nor hide, nor flood it.

private import Basics

/// The most Unicode scalars of one text that a message quotes.
let longestQuotation = 64

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
func quoted(_ scalar: Unicode.Scalar) -> String {
  if scalar.isPrintable { return "'\(scalar)'" }
  return "U+" + fourHexDigits(scalar.value)
}

/// `unit` of UTF-16 as JSON escapes it: `\u001B`.
func unicodeEscape(_ unit: UInt16) -> String { "\\u" + fourHexDigits(UInt32(unit)) }

/// `value` in hexadecimal, with zeros before it where it has less than four digits.
private func fourHexDigits(_ value: UInt32) -> String {
  let digits = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
}
