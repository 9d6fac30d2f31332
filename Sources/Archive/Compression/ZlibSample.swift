// What tells one zlib from another that has the same version: what it makes of a sample.

import Basics
import Files
private import Glibc
private import Synchronization

extension Deflater {
  /// To be raised with every change of how blocks are cut or deflated.
  private static let revision = 1

  private static let identities = Mutex<[Int: String]>([:])

  /// All that shapes deflated bytes, with the zlib that the program runs with, at a level.
  static func identity(level: Int) -> String {
    identities.withLock { known in
      if let identity = known[level] { return identity }
      let identity = newIdentity(level: level)
      known[level] = identity
      return identity
    }
  }

  private static func newIdentity(level: Int) -> String {
    // zlib-ng, where it stands in for zlib, says so in its version: "1.3.1.zlib-ng". Others do not, so what it makes of
    // a sample is a part of its name.
    """
    revision \(revision), zlib \(GzipMember.zlibVersion) \(fingerprint(level: level)), level \(level), memory 8, \
    block \(blockSize), window \(windowSize)
    """
  }

  /// The checksum of the sample, deflated after a dictionary.
  private static func fingerprint(level: Int) -> String {
    let sample = ZlibSample().bytes
    do throws(DeflateError) {
      var deflater = try Deflater(level: level)
      let block = try sample.span.withUnsafeBytes { bytes throws(DeflateError) in
        try deflater.deflate(
          UnsafeRawBufferPointer(rebasing: bytes[windowSize...]),
          after: UnsafeRawBufferPointer(rebasing: bytes[..<windowSize]))
      }
      return "\(block.bytes.withUnsafeBytes { CRC32(of: $0).value })"
    } catch {
      // The run fails when it has to deflate. Until then its keys are those of no other run.
      return "unknown to process \(getpid()) at \(nanosecondsNow())"
    }
  }
}

/// Bytes in which the choices of a deflater show: how far it looks, how long a match it is content with, which short
/// matches it takes, where it ends a block.
private struct ZlibSample {
  private(set) var bytes: [UInt8] = []
  private var state: UInt32 = 1

  init() {
    addWords(count: 64 << 10)
    addLongMatches()
    addShortMatches()
  }

  /// Short words in an order without a period: many matches that compete.
  private mutating func addWords(count: Int) {
    let words = ["the ", "release ", "of ", "archive", "\n", "0x7f", "block ", "deflate"].map { Array($0.utf8) }
    while bytes.count < count { bytes += words[Int(next() >> 29)] }
  }

  /// A near match and a longer one behind it, of lengths up to the longest that there is (258, RFC 1951, 3.2.5).
  private mutating func addLongMatches() {
    for length in [12, 24, 40, 72, 100, 140, 200, 250] {
      let text = noise(300)
      bytes += text + noise(40) + text.prefix(length) + noise(40) + text
    }
  }

  /// Matches of three bytes, more and less far than zlib takes them from (4096 bytes).
  private mutating func addShortMatches() {
    for distance in [2000, 4000, 4200, 8000, 20_000, 30_000] {
      let start = bytes.count
      bytes += noise(600)
      bytes += noise(distance - 600)
      for piece in 0..<30 { bytes += bytes[(start + piece * 20)..<(start + piece * 20 + 3)] + noise(17) }
    }
  }

  private mutating func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next() >> 24) } }

  private mutating func next() -> UInt32 {
    // Numerical Recipes, 7.1: a linear congruential generator.
    state = state &* 1_664_525 &+ 1_013_904_223
    return state
  }
}
