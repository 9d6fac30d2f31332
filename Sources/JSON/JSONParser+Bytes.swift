// The bytes of a document: what is next, white space, well-formed UTF-8, and the kinds of bytes that JSON knows.

extension JSONParser {
  /// The byte to be read next, or nil at the end.
  var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// Takes `byte` if it is next.
  mutating func skip(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    index += 1
    return true
  }

  /// Takes white space, the only place where a line may end.
  mutating func skipWhitespace() {
    while let byte = next {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): index += 1
      case UInt8(ascii: "\n"):
        index += 1
        line += 1
        lineStart = index
        continuationBytes = 0
      default: return
      }
    }
  }

  /// The length of the well-formed UTF-8 sequence at `index`, or nil (Unicode 16, table 3-7); not to be asked at the end.
  var sequenceLength: Int? {
    let second: ClosedRange<UInt8>
    let length: Int
    switch bytes[index] {
    case 0x00...0x7F: return 1
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    default: return nil
    }
    guard length <= bytes.count - index, second.contains(bytes[index + 1]) else { return nil }
    let continues = bytes[(index + 2)..<(index + length)].allSatisfy { $0 & 0xC0 == 0x80 }
    return continues ? length : nil
  }
}

/// Whether `byte` is a decimal digit.
func isDigit(_ byte: UInt8?) -> Bool {
  guard let byte else { return false }
  return UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}

/// The value of `byte` as a hexadecimal digit.
func hexadecimalDigit(_ byte: UInt8) -> UInt16? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): return UInt16(byte - UInt8(ascii: "0"))
  case UInt8(ascii: "A")...UInt8(ascii: "F"): return UInt16(byte - UInt8(ascii: "A") + 10)
  case UInt8(ascii: "a")...UInt8(ascii: "f"): return UInt16(byte - UInt8(ascii: "a") + 10)
  default: return nil
  }
}

/// Whether `byte` is part of a word, as people take it: what is wrong with `True` or `NaN` is the whole of it.
func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): return true
  default: return byte == UInt8(ascii: "_")
  }
}
