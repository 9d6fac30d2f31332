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
    try Archive.forEachChunk(of: count, read: { try read(from: $0, into: $1) }, body)
  }
}
