// The codec of archives that are not compressed.

import Basics

/// Keeps all bytes as they are.
package struct StoredCodec: Codec {
  package init() {}

  package var identity: String { "stored" }
  package var isWorthCaching: Bool { false }
  package var windowSize: Int { 0 }
  package var keptBlockSize: Int64 { Deflater.blockSize }

  package func makeEncoder() -> any BlockEncoder { StoredEncoder() }

  package func kept(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock {
    EncodedBlock(bytes: Array(bytes), crc: CRC32(of: bytes))
  }
}

private final class StoredEncoder: BlockEncoder {
  func encode(_ bytes: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer) -> EncodedBlock {
    StoredCodec().kept(bytes)
  }

  func encodeWhole(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock { StoredCodec().kept(bytes) }
}
