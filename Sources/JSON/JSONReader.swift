// Reads a JSON document that others wrote, strictly by RFC 8259, and says where and why one is refused.

/// A strict reader of JSON documents (RFC 8259) with bounds on what a document may cost.
package enum JSONReader {
  /// The most bytes that a document may have: 16 MiB.
  package static let largestDocument = 16 << 20
  /// The most arrays and objects that may be open at one place.
  package static let deepestNesting = 64

  /// Reads `bytes`, one JSON document in UTF-8, with or without a byte order mark, of at most `mostValues` values: in the
  /// tree a value takes many times the two bytes that it may have in the document. `document` is the number in all
  /// positions.
  ///
  /// Throws at the first mistake: what RFC 8259 doesn't allow, text that is not UTF-8, a lone surrogate escape, a key
  /// that its object has already, nesting deeper than `deepestNesting`, a document of more than `largestDocument`, one
  /// value too many.
  package static func read(
    _ bytes: [UInt8], mostValues: Int = largestDocument, document: Int = 0
  ) throws(JSONError) -> JSONValue {
    guard bytes.count <= largestDocument else {
      throw refusal("expected at most \(largestDocument) bytes (16 MiB), found \(bytes.count)")
    }
    if let encoding = foreignEncoding(of: bytes) {
      throw refusal("expected UTF-8, found \(encoding)")
    }
    let start = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    var parser = JSONParser(bytes: bytes, start: start, mostValues: mostValues, document: document)
    return try parser.readDocument()
  }

  private static func refusal(_ reason: String) -> JSONError {
    JSONError(position: JSONPosition(line: 1, column: 1), path: "", reason: reason)
  }
}

/// U+FEFF in UTF-8 (RFC 8259, section 8.1: a reader may ignore one).
private let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

/// The encoding that `bytes` seem to be in when it isn't UTF-8: told by the byte order mark or, as a document starts
/// with an ASCII character, by the places of the zeros around it (RFC 4627, section 3) and the even number of bytes.
private func foreignEncoding(of bytes: [UInt8]) -> String? {
  let head = Array(bytes.prefix(4))
  if head.starts(with: [0x00, 0x00, 0xFE, 0xFF]) || head.starts(with: [0xFF, 0xFE, 0x00, 0x00]) { return "UTF-32" }
  if head.starts(with: [0xFE, 0xFF]) || head.starts(with: [0xFF, 0xFE]) { return "UTF-16" }
  guard bytes.count.isMultiple(of: 2) else { return nil }
  let zeros = head.map { $0 == 0 }
  if zeros == [true, true, true, false] || zeros == [false, true, true, true] { return "UTF-32" }
  if zeros.starts(with: [true, false]) || zeros.starts(with: [false, true]) { return "UTF-16" }
  return nil
}

/// Why a JSON document was refused, and where.
package struct JSONError: Error, Equatable, Sendable {
  /// The first character that cannot stand where it does, or the start of what is wrong as a whole.
  package let position: JSONPosition
  /// The value or member that was being read, as `entries[3].mode`; empty at the root.
  package let path: String
  /// What was expected and what was found; what it quotes of the document is escaped.
  package let reason: String

  package init(position: JSONPosition, path: String, reason: String) {
    self.position = position
    self.path = path
    self.reason = reason
  }
}
