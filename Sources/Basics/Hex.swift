// Bytes as hexadecimal digits and back.

/// Hexadecimal digits.
package enum Hex {
  /// The lower-case digits of `bytes`, two a byte.
  package static func text(of bytes: some Collection<UInt8>) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.count)
    for byte in bytes { append(byte, to: &digits, from: lower) }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The bytes that lower-case digits write, two a byte; nil for any other text.
  package static func bytes(of digits: [UInt8]) -> [UInt8]? {
    guard digits.count.isMultiple(of: 2), digits.allSatisfy(\.isLowerHexDigit) else { return nil }
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }

  /// Appends the two upper-case digits of `byte`.
  static func append(upper byte: UInt8, to text: inout [UInt8]) { append(byte, to: &text, from: upper) }

  private static let lower = Array("0123456789abcdef".utf8)
  private static let upper = Array("0123456789ABCDEF".utf8)

  private static func append(_ byte: UInt8, to text: inout [UInt8], from digits: [UInt8]) {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
}
