// Bytes, times and digests in a form for people.

/// Numbers in a few digits with their unit, and the first digits of digests.
enum Units {
  /// "12.3 MB", by powers of 1000.
  static func bytes(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return value < 99.95 ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(Int(value.rounded())) \(units[unit])"
  }

  /// Seconds with two decimals: "1.25 s".
  static func seconds(_ seconds: Double) -> String {
    let hundredths = Int((seconds * 100).rounded())
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10) s"
  }

  /// Minutes and seconds, as a clock shows them: "1:05".
  static func clock(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 359_999).rounded(.up))
    return "\(whole / 60):\(whole % 60 < 10 ? "0" : "")\(whole % 60)"
  }

  /// The digits of a digest that are shown when space is short: enough to tell digests apart.
  static let digitsOfDigest = 12

  /// The first digits of a digest, after the name of the algorithm if it has one.
  static func shortDigest(_ digest: String) -> String {
    guard let colon = digest.firstIndex(of: ":") else { return String(digest.prefix(digitsOfDigest)) }
    return String(digest[...colon] + digest[colon...].dropFirst().prefix(digitsOfDigest))
  }
}

extension String {
  /// The string, padded on the right with blanks to at least `width` characters.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// The string, padded on the left with blanks to at least `width` characters.
  func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
