// The classes of ASCII characters that versions, names and hashes are made of, and the numbers that digits write.

extension UInt8 {
  /// Whether this is one of 0 to 9.
  package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// Whether this is one of 0 to 7.
  package var isOctalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(self) }

  /// Whether this is one of 0 to 9 and a to f.
  package var isLowerHexDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self) }

  /// Whether this is one of a to z.
  package var isLowerLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

  /// Whether this is one of A to Z and a to z, which differ in the bit 0x20 alone.
  package var isLetter: Bool { (self | 0x20).isLowerLetter }

  /// Whether this is one of A to Z, a to z and 0 to 9.
  package var isLetterOrDigit: Bool { isLetter || isDigit }

  /// This letter in lower case; what is no letter stays as it is.
  package var lowercased: UInt8 { isLetter ? self | 0x20 : self }

  /// The value of a hexadecimal digit of either case; nil for all else.
  package var hexDigitValue: UInt8? {
    if isDigit { return self - UInt8(ascii: "0") }
    let lower = lowercased
    return lower.isLowerHexDigit ? lower - UInt8(ascii: "a") + 10 : nil
  }
}

/// The number that `digits` write: one decimal digit or more, nothing else, no more than 63 bits.
package func decimal(_ digits: some Collection<UInt8>) -> Int64? {
  if digits.isEmpty { return nil }
  var value: Int64 = 0
  for digit in digits {
    guard digit.isDigit else { return nil }
    let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = shifted.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
    if overflow || carry { return nil }
    value = sum
  }
  return value
}
