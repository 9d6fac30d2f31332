// The deflated form of a content that was made by an earlier run.

internal import Archive
private import Glibc

/// An open object with the deflated form of a content: it can be read to the end, also after it was removed.
final class CachedContent: Sendable {
  private let file: ObjectFile

  /// Reads all of `file` once. Throws `ObjectFault` when it is not what was written.
  init(checking file: consuming ObjectFile) throws(ObjectFault) {
    try file.check()
    self.file = file
  }

  /// Deflated bytes.
  var count: Int64 { file.trailer.payload.count }
  /// Checksum and length of the content.
  var crc: CRC32 { file.trailer.raw }

  /// Reads deflated bytes from `offset` on until `buffer` is full; the range must lie within `count`.
  ///
  /// Throws `SystemError`, of EIO when the file was cut since it was opened.
  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
    guard try file.handle.read(at: Int64(ObjectHeader.size) + offset, filling: buffer) == buffer.count else {
      throw SystemError(operation: "read", path: file.handle.path, errno: EIO)
    }
  }
}
