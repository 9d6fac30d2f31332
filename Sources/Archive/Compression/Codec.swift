// How the bytes of an archive are encoded, block by block. Blocks are encoded apart, on any thread, and join into one
// stream between a head and a tail.

package import Basics

/// One block of an archive, encoded.
package struct EncodedBlock: Sendable {
  /// The encoded bytes, which end on a byte boundary.
  package let bytes: [UInt8]
  /// Checksum and length of what was encoded.
  package let crc: CRC32

  package init(bytes: [UInt8], crc: CRC32) {
    self.bytes = bytes
    self.crc = crc
  }
}

/// A way to encode the bytes of an archive.
package protocol Codec: Sendable {
  /// All that shapes encoded bytes beside the bytes themselves, on one line: a part of every key of a cache.
  var identity: String { get }
  /// Whether a cache of encoded bytes saves work.
  var isWorthCaching: Bool { get }
  /// How many bytes before a block it may refer back to.
  var windowSize: Int { get }
  /// Bytes of a block of a source that is compressed already and so is kept as it is.
  var keptBlockSize: Int64 { get }
  /// What stands before all blocks.
  var head: [UInt8] { get }

  /// What stands behind all blocks, where these stand for bytes of that checksum and length.
  func tail(_ crc: CRC32) -> [UInt8]

  /// An encoder, for one thread. Throws `DeflateError` when memory is exhausted.
  func makeEncoder() throws(DeflateError) -> any BlockEncoder

  /// Bytes that are compressed already, as a block that holds them as they are.
  func kept(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock
}

/// Encodes one block after another. The result depends on the block and what stands before it alone.
package protocol BlockEncoder: AnyObject {
  /// `bytes` as a block that follows `dictionary`, at most `windowSize` bytes.
  func encode(
    _ bytes: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer
  ) throws(DeflateError) -> EncodedBlock
}
