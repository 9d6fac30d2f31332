// The frame of a gzip file around raw deflate bytes (RFC 1952). It is fixed, so that equal contents give equal files.

package import Basics
private import CZlib

/// The bytes around the deflate stream of a gzip file.
package enum GzipMember {
  /// Magic, deflate, no flags, no time, no extra flags, Unix.
  package static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  /// An empty last block (RFC 1951, 3.2.6: fixed codes, end of block), then CRC-32 and length modulo 2^32.
  package static func trailer(_ crc: CRC32) -> [UInt8] {
    [0x03, 0x00] + littleEndian(crc.value) + littleEndian(UInt32(truncatingIfNeeded: crc.count))
  }

  /// The version of the linked zlib, because it shapes the deflate bytes.
  package static var zlibVersion: String { String(cString: CZlib.zlibVersion()) }

  /// A whole file of gzip with these bytes.
  package static func file(of bytes: [UInt8], level: Int) throws -> [UInt8] {
    let encoder = try DeflateCodec(level: level).makeEncoder()
    var file = header
    var crc = CRC32()
    for start in stride(from: 0, to: bytes.count, by: Int(Deflater.blockSize)) {
      let end = min(start + Int(Deflater.blockSize), bytes.count)
      let block = try bytes.withUnsafeBytes { all in
        // In bounds: both ranges are cut to the bytes.
        try encoder.encode(
          UnsafeRawBufferPointer(rebasing: all[start..<end]),
          after: UnsafeRawBufferPointer(rebasing: all[max(0, start - Deflater.windowSize)..<start]))
      }
      file += block.bytes
      crc.append(block.crc)
    }
    return file + trailer(crc)
  }

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
