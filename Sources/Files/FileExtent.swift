// A run of bytes inside a file, such as a layer inside the archive of an image.

/// `count` bytes from `offset` on of a file.
package struct FileExtent: Equatable, Sendable {
  /// What holds the bytes.
  package enum Holder: Equatable, Sendable {
    /// The file that this path leads to.
    case file(path: [UInt8])
    /// A file without a name.
    case spool(Spool)
  }

  package let holder: Holder
  /// Bytes from the start of the file, 0 or more.
  package let offset: Int64
  /// Bytes in the run, 0 or more.
  package let count: Int64

  package init(of holder: Holder, offset: Int64, count: Int64) {
    self.holder = holder
    self.offset = offset
    self.count = count
  }

  /// All of a spool.
  package init(whole spool: Spool) { self.init(of: .spool(spool), offset: 0, count: .max) }
}

/// Gives `body` the bytes from 0 to `count` in order, in chunks of at most 256 KiB, each as `read` fills it from an
/// offset on.
package func forEachChunk(
  of count: Int64, read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void,
  _ body: (UnsafeRawBufferPointer) throws -> Void
) throws {
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
  defer { buffer.deallocate() }
  var offset: Int64 = 0
  while offset < count {
    // In bounds: at most the size of the buffer.
    let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), count - offset))])
    try read(offset, chunk)
    try body(UnsafeRawBufferPointer(chunk))
    offset += Int64(chunk.count)
  }
}
