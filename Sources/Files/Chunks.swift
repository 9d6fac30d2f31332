// Bytes that are read from start to end, piece by piece.

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
