// JSON that the tool itself writes: a value and its text on one line, the same bytes for the same value.

import Basics

/// A JSON value to be written.
package enum JSONLiteral: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// A number by its text, which must be one of JSON's.
  case number(String)
  case string(String)
  case array([JSONLiteral])
  /// The members in the order to write them; giving a key once only is up to the caller.
  case object([(String, JSONLiteral)])

  /// The value as JSON (RFC 8259) on one line without white space or a line feed.
  ///
  /// Control characters, U+007F, `"` and `\` are escaped; `/` and all beyond ASCII stand for themselves.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// The same value in a text that a terminal shows and does not obey: what is not printable is escaped.
  package var printableText: String {
    let text = text
    if isPlainASCII(text.utf8) { return text }
    // Outside of strings there are but printable characters.
    return text.unicodeScalars.map { $0.isPrintable ? String($0) : String($0).utf16.map(unicodeEscape).joined() }
      .joined()
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let digits): text += digits
    case .string(let value): writeString(value, to: &text)
    case .array(let elements): writeList(elements, between: ("[", "]"), to: &text) { $0.write(to: &$1) }
    case .object(let members):
      writeList(members, between: ("{", "}"), to: &text) { member, text in
        writeString(member.0, to: &text)
        text += ":"
        member.1.write(to: &text)
      }
    }
  }
}

private func writeList<Item>(
  _ items: [Item], between brackets: (open: String, close: String), to text: inout String,
  writeItem: (Item, inout String) -> Void
) {
  text += brackets.open
  for (index, item) in items.enumerated() {
    if index > 0 { text += "," }
    writeItem(item, &text)
  }
  text += brackets.close
}

private func writeString(_ string: String, to text: inout String) {
  text += "\""
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\u{08}": text += "\\b"
    case "\u{0C}": text += "\\f"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\u{00}"..<"\u{20}", "\u{7F}": text += unicodeEscape(UInt16(truncatingIfNeeded: scalar.value))
    default: text.unicodeScalars.append(scalar)
    }
  }
  text += "\""
}
