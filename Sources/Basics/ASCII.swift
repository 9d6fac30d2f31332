// The classes of ASCII characters that versions, names and hashes are made of.

extension UInt8 {
  /// Whether this is one of 0 to 9.
  package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether this is one of 0 to 9 and a to f.
  package var isLowerHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

  /// Whether this is one of A to Z and a to z, which differ in the bit 0x20 alone.
  package var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

/// The number that `digits` are: one decimal digit or more, nothing else, no more than 64 bits.
package func decimal(_ digits: some Collection<UInt8>) -> Int64? {
  if digits.isEmpty { return nil }
  var value: Int64 = 0
  for digit in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
    let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = shifted.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
    if overflow || carry { return nil }
    value = sum
  }
  return value
}
