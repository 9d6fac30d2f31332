// What is said of a mistake: where it is, what was expected there and what was found.

extension JSONParser {
  /// Where `index` is.
  var position: JSONPosition {
    JSONPosition(line: line, column: index - lineStart - continuationBytes + 1)
  }

  /// The mistake that something else than `wanted` is next.
  func expected(_ wanted: String) -> JSONError { refusal("expected \(wanted), found \(found)") }

  /// The mistake `reason` at `index`.
  func refusal(_ reason: String) -> JSONError {
    JSONError(position: position, path: path.description, reason: reason)
  }

  /// The mistake that the key at `position` was in this object before.
  func duplicate(at position: JSONPosition) -> JSONError {
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
