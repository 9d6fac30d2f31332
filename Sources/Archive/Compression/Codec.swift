// The encoding of an archive, block by block. Each block is encoded alone, on any thread; the blocks join into one
// stream.

package import Basics

/// One block of an archive, encoded.
package struct EncodedBlock: Sendable {
  /// The encoded bytes, which end on a byte boundary.
  package let bytes: [UInt8]
  /// Checksum and length of the plain bytes.
  package let crc: CRC32

  package init(bytes: [UInt8], crc: CRC32) {
    self.bytes = bytes
    self.crc = crc
  }
}

/// A way to encode the bytes of an archive.
package protocol Codec: Sendable {
  /// Everything beside the plain bytes that shapes the encoded ones, on one line; a part of every cache key.
  var identity: String { get }
  /// Whether a cache of encoded bytes saves work.
  var isWorthCaching: Bool { get }
  /// How many bytes before a block it may refer to.
  var windowSize: Int { get }
  /// Bytes of a block of a source that is kept as it is, because it is compressed already.
  var keptBlockSize: Int64 { get }

  /// An encoder for one thread. Throws when memory is exhausted.
  func makeEncoder() throws(DeflateError) -> any BlockEncoder

  /// A block that holds `bytes` unchanged, because they are compressed already.
  func kept(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock
}

/// Encodes one block after another. The result depends only on the block and the bytes before it.
package protocol BlockEncoder: AnyObject {
  /// `bytes` as a block that follows `dictionary`, at most `windowSize` bytes.
  func encode(
    _ bytes: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer
  ) throws(DeflateError) -> EncodedBlock

  /// `bytes` as a whole stream, with its end.
  func encodeWhole(_ bytes: UnsafeRawBufferPointer) throws(DeflateError) -> EncodedBlock
}
