// An archive read from start to end.

extension Rope {
  /// The digest of the whole archive. Throws `SourceChanged` or `SystemError`.
  package func digest() throws -> Digest {
    var hash = SHA256()
    try forEachChunk { hash.update($0) }
    return hash.finalize()
  }

  /// Renders the whole archive, in chunks of at most 256 KiB.
  ///
  /// Throws `SourceChanged` or `SystemError`, or what `body` throws.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    while offset < count {
      // In bounds: at most the size of the buffer.
      let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), count - offset))])
      try read(from: offset, into: chunk)
      try body(UnsafeRawBufferPointer(chunk))
      offset += Int64(chunk.count)
    }
  }
}
