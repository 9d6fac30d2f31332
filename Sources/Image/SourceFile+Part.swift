// A part of a file whose place is told by the file itself, so that it may lie anywhere.

package import Archive

extension SourceFile {
  /// `count` bytes from `offset` on, or nil when they do not all lie within the file.
  ///
  /// The caller bounds `count`. Throws `SourceChanged` or `SystemError`.
  package func part(from offset: UInt64, count: UInt64) throws -> [UInt8]? {
    guard holds(count, from: offset), let start = Int64(exactly: offset), let length = Int(exactly: count) else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBytes { try read(from: start, into: $0) }
    return bytes
  }

  /// Whether `count` bytes from `offset` on lie within the file.
  func holds(_ count: UInt64, from offset: UInt64) -> Bool {
    let size = UInt64(clamping: identity.size)
    return offset <= size && count <= size - offset
  }
}
