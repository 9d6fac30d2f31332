// The checksum of gzip: known values, and sums of pieces that join into the sum of the whole.

@testable import Basics
@testable import TestSupport
import Testing

struct CRC32Tests {
  /// RFC 1952, section 8; the first is the check value of the catalogue of CRC algorithms for CRC-32/ISO-HDLC.
  @Test(arguments: [("123456789", 0xCBF4_3926), ("", 0), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
  func `known bytes have their known checksum`(text: String, value: UInt32) {
    let crc = Array(text.utf8).withUnsafeBytes { CRC32(of: $0) }
    #expect(crc.value == value)
    #expect(crc.count == Int64(text.utf8.count))
  }

  @Test(arguments: [0, 1, 7, 4096, 100_000])
  func `the sums of two pieces join into the sum of the whole`(count: Int) {
    var random = SplitMix(seed: UInt64(count))
    let bytes = random.bytes(count)
    let whole = bytes.withUnsafeBytes { CRC32(of: $0) }
    for cut in [0, 1, count / 3, count - 1, count] where (0...count).contains(cut) {
      var crc = bytes[..<cut].withUnsafeBytes { CRC32(of: $0) }
      crc.append(bytes[cut...].withUnsafeBytes { CRC32(of: $0) })
      #expect(crc == whole)
    }
  }

  @Test func `no bytes change nothing, before and after`() {
    let some = ([1, 2, 3] as [UInt8]).withUnsafeBytes { CRC32(of: $0) }
    var before = CRC32()
    before.append(some)
    #expect(before == some)
    before.append(CRC32())
    #expect(before == some)
  }

  @Test func `counts that no bytes can have do not overflow`() {
    var crc = CRC32(kept: 1, count: .max - 1)
    crc.append(CRC32(kept: 2, count: 1))
    #expect(crc.count == .max)
    crc.append(CRC32(kept: 3, count: .max))
    #expect(crc.count == .max)
  }

  @Test func `pieces of more than 4 GiB join`() {
    // 2^33 zero bytes, doubled from one by joining. The sum is that of `head -c 8G /dev/zero`, by Python's zlib.crc32.
    var zeros = [UInt8(0)].withUnsafeBytes { CRC32(of: $0) }
    for _ in 0..<33 { zeros.append(zeros) }
    #expect(zeros.count == 1 << 33)
    #expect(zeros.value == 0x41D9_12FF)
  }
}
