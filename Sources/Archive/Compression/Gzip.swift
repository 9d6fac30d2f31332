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

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

/// Deflated blocks in one gzip member.
package struct GzipCodec: Codec {
  /// 0 (stored) to 9.
  package let level: Int

  package init(level: Int) { self.level = level }

  package var identity: String { Deflater.identity(level: level) }
  package var isWorthCaching: Bool { true }
  package var windowSize: Int { Deflater.windowSize }
  package var keptBlockSize: Int64 { Int64(StoredBlocks.pieceSize) }
  package var head: [UInt8] { GzipMember.header }

  package func tail(_ crc: CRC32) -> [UInt8] { GzipMember.trailer(crc) }

  package func makeEncoder() throws(DeflateError) -> any BlockEncoder {
    DeflateEncoder(try Deflater(level: level))
  }

  package func kept(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock { StoredBlocks.encode(bytes) }
}

private final class DeflateEncoder: BlockEncoder {
  private var deflater: Deflater

  init(_ deflater: consuming Deflater) { self.deflater = deflater }

  func encode(
    _ bytes: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer
  ) throws(DeflateError) -> EncodedBlock {
    try deflater.deflate(bytes, after: dictionary)
  }
}
