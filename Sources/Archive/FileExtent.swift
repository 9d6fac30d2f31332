// A run of bytes inside a file, such as a layer inside the archive of an image.

/// `count` bytes from `offset` on of a file.
package struct FileExtent: Equatable, Sendable {
  /// Path to open the file by.
  package let path: [UInt8]
  /// Bytes from the start of the file, 0 or more.
  package let offset: Int64
  /// Bytes in the run, 0 or more.
  package let count: Int64

  package init(path: [UInt8], offset: Int64, count: Int64) {
    self.path = path
    self.offset = offset
    self.count = count
  }
}
