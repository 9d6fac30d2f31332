// Documents with one string after the other replaced by what drives a terminal, and what kpack must make of it.

@testable import JSON
import Testing

/// What a terminal or an editor obeys, breaks lines at or does not show.
enum Poison {
  /// What stands behind a line feed, and so at the start of a line that should not be there.
  static let mark = "@@"
  /// Bytes below U+0020 and U+007F, which few fields let through, between those that more of them do.
  static let full = "\u{1B}[31m\r\n\(mark)\t\u{0B}\u{0C}\u{7F}\(quiet)"
  /// Controls beyond ASCII, marks of direction, line and paragraph separators, invisible characters and tags.
  static let quiet =
    "\u{85}\u{9B}31m\u{AD}\u{61C}\u{200B}\u{200D}\u{200E}\u{200F}\u{2028}\u{2029}\u{202A}\u{202E}\u{2066}\u{2069}\u{FEFF}\u{E0041}"

  /// What is made of a string.
  static let changes: [@Sendable (String) -> String] = [
    { _ in full }, { $0 + quiet }, { "\($0){\(quiet)}" }, { "\($0)/\(quiet)x" },
  ]

  /// Whether `scalar` may not reach a terminal; the line feeds between lines aside.
  static func isIn(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A: false
    case 0..<0x20, 0x7F...0x9F, 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F,
      0xFEFF, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }
}

extension Outcome {
  /// Expects that nothing of a poison is left in what was said, and that each message is a line.
  func expectClean(_ about: String, at location: SourceLocation = #_sourceLocation) {
    let isClean = !(output + errors).unicodeScalars.contains(where: Poison.isIn)
    let areLines = !(output + "\n" + errors).utf8.split(separator: 0x0A).contains { $0.starts(with: Poison.mark.utf8) }
    let isEnded = status == 0 || (2...4).contains(status)
    #expect(isClean && areLines && isEnded, "\(about.debugDescription): \(self)", sourceLocation: location)
  }
}

/// A JSON document in which one string, or key, at a time is replaced.
struct PoisonedDocument {
  private let value: JSONValue
  /// How many strings and keys it has.
  let count: Int

  init(_ text: String) throws {
    value = try JSONReader.read(Array(text.utf8))
    var counter = 0
    _ = Self.literal(value, &counter) { _, text in text }
    count = counter
  }

  /// The document with the string or key number `number` replaced by what `change` makes of it.
  func text(_ number: Int, _ change: (String) -> String) -> String {
    var counter = 0
    return Self.literal(value, &counter) { index, text in index == number ? change(text) : text }.text
  }

  private static func literal(
    _ value: JSONValue, _ counter: inout Int, _ change: (Int, String) -> String
  ) -> JSONLiteral {
    func changed(_ text: String, _ counter: inout Int) -> String {
      counter += 1
      return change(counter - 1, text)
    }
    switch value.kind {
    case .null: return .null
    case .bool(let bool): return .bool(bool)
    case .number(let text): return .number(text)
    case .string(let text): return .string(changed(text, &counter))
    case .array(let values): return .array(values.map { literal($0, &counter, change) })
    case .object(let members):
      return .object(members.map { (changed($0.key, &counter), literal($0.value, &counter, change)) })
    }
  }
}
