// JSON that the program itself prints: one value on one line, its members in the order given.

/// A JSON value to be printed.
package enum JSONLiteral: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case string(String)
  case array([JSONLiteral])
  case object([Member])

  /// One member of an object.
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONLiteral

    package init(key: String, value: JSONLiteral) {
      self.key = key
      self.value = value
    }
  }

  /// An object of these members, in this order.
  package static func object(_ members: KeyValuePairs<String, JSONLiteral>) -> JSONLiteral {
    .object(members.map { Member(key: $0.key, value: $0.value) })
  }

  /// The value on one line, without blanks (RFC 8259).
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .integer(let integer): "\(integer)"
    case .string(let string): Self.quote(string)
    case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
    case .object(let members): "{\(members.map { "\(Self.quote($0.key)):\($0.value.text)" }.joined(separator: ","))}"
    }
  }

  /// `string` in quotes; only what must be escaped is, and DEL, which terminals obey.
  private static func quote(_ string: String) -> String {
    var quoted: [UInt8] = [UInt8(ascii: "\"")]
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): quoted += Array("\\n".utf8)
      case UInt8(ascii: "\t"): quoted += Array("\\t".utf8)
      case 0..<0x20, 0x7F: quoted += Array("\\u00".utf8) + hexDigits(byte)
      default: quoted.append(byte)
      }
    }
    return String(decoding: quoted + [UInt8(ascii: "\"")], as: UTF8.self)
  }

  private static func hexDigits(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
