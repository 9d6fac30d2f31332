// The checksum of gzip, with the count of the bytes it stands for, so that the sums of pieces join into the sum of
// the whole.

private import CZlib

/// The CRC-32 of some bytes (RFC 1952, section 8) and how many they were.
package struct CRC32: Equatable, Sendable {
  /// The checksum.
  package private(set) var value: UInt32
  /// Bytes it stands for.
  package private(set) var count: Int64

  /// The checksum of no bytes.
  package init() { (value, count) = (0, 0) }

  /// The checksum of `bytes`.
  package init(of bytes: UnsafeRawBufferPointer) {
    // Not crc32_z, whose length has 64 bits: zlib before 1.2.9 does not have it, nor does Cloudflare's.
    var sum: UInt = 0
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      sum = crc32(sum, piece.bindMemory(to: UInt8.self).baseAddress, UInt32(piece.count))
      rest = rest.dropFirst(piece.count)
    }
    value = UInt32(truncatingIfNeeded: sum)
    count = Int64(bytes.count)
  }

  /// A checksum that was kept somewhere, and the bytes it stands for.
  package init(kept value: UInt32, count: Int64) { (self.value, self.count) = (value, count) }

  /// Makes this the checksum of its own bytes followed by those of `next`. A count that an Int64 cannot hold, which only
  /// damaged data states, is its greatest value.
  package mutating func append(_ next: CRC32) {
    value = UInt32(truncatingIfNeeded: crc32_combine(UInt(value), UInt(next.value), Int(next.count)))
    let (sum, isHuge) = count.addingReportingOverflow(next.count)
    count = isHuge ? .max : sum
  }
}
