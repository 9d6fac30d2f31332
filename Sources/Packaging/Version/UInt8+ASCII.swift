// The classes of ASCII characters that versions, names and hashes are made of.

extension UInt8 {
  /// Whether this is one of 0 to 9.
  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether this is one of 0 to 9 and a to f.
  var isLowerHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

  /// Whether this is one of A to Z and a to z, which differ in the bit 0x20 alone.
  var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
