// Random values that are the same in every run, so that a failure can be repeated.

/// The splitmix64 generator (Steele, Lea and Flood 2014): any seed gives a good sequence.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// `count` bytes that do not compress.
  mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: next()) { bytes.append(contentsOf: $0) } }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// `count` bytes that compress as text does: words of a small vocabulary.
  mutating func text(_ count: Int) -> [UInt8] {
    let words = ["kind: ", "name: ", "spec:\n", "  - ", "metadata:\n", "apiVersion: v1\n", "labels", "\n", "0", "7f3"]
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += Array(words[Int.random(in: 0..<words.count, using: &self)].utf8) }
    return Array(bytes.prefix(count))
  }
}
