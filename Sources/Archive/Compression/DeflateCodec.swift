// The codec of all that is deflated: gzip files and the entries of zips, which splice the same blocks.

/// Deflates blocks that join into one stream of deflate, which the container around it ends.
package struct DeflateCodec: Codec {
  /// 0 (stored) to 9.
  package let level: Int

  package init(level: Int) { self.level = level }

  package var identity: String { Deflater.identity(level: level) }
  package var isWorthCaching: Bool { true }
  package var windowSize: Int { Deflater.windowSize }
  package var keptBlockSize: Int64 { Int64(StoredBlocks.pieceSize) }

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

  func encodeWhole(_ bytes: UnsafeRawBufferPointer) throws(DeflateError) -> EncodedBlock {
    try deflater.deflateWhole(bytes)
  }
}
