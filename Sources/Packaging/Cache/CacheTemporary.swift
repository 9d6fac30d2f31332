// A file of the cache that is being written: it gets its name when it is whole, and is gone when it is not.

internal import Archive
private import Glibc

/// A file on its way to its place in the cache.
final class CacheTemporary {
  private let folder: CacheFolder
  private let number: Int
  private let place: [UInt8]
  private var file: FileHandle?

  init(_ file: consuming FileHandle, _ number: Int, for place: [UInt8], in folder: CacheFolder) {
    self.file = consume file
    self.number = number
    self.place = place
    self.folder = folder
  }

  deinit { folder.drop(number) }

  /// Writes at the end. Throws `SystemError`.
  func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.span.withUnsafeBytes { buffer throws(SystemError) in try file?.write(buffer) }
  }

  /// Ends the file and gives it its name, which may be that of an older one. Throws `SystemError`.
  func finish() throws(SystemError) {
    try file.take()?.close()
    do throws(SystemError) {
      try folder.finish(number, as: place)
    } catch {
      // A folder stands in its place, or somebody removed the cache: this one file is lost, others can go in.
      guard [EISDIR, ENOENT, ENOTDIR].contains(error.errno) else { throw error }
    }
  }
}
