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
    // zlib's length type is 64 bits wide in crc32_z.
    value = UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    count = Int64(bytes.count)
  }

  /// A checksum that was kept somewhere, and the bytes it stands for.
  package init(kept value: UInt32, count: Int64) { (self.value, self.count) = (value, count) }

  /// Makes this the checksum of its own bytes followed by those of `next`. More bytes than an Int64 holds, which only a
  /// count that was kept can say, stay at its greatest value.
  package mutating func append(_ next: CRC32) {
    value = UInt32(truncatingIfNeeded: crc32_combine(UInt(value), UInt(next.value), Int(next.count)))
    let (sum, isHuge) = count.addingReportingOverflow(next.count)
    count = isHuge ? .max : sum
  }
}
