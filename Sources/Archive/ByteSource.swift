// A regular file, or a run of bytes inside one, that is read once, from its start to its end.

import Glibc

/// An open regular file.
struct ByteSource: ~Copyable {
  private let file: FileHandle
  /// Where the next byte stands in the file.
  private var offset: Int64
  /// Bytes that may still be read; the file may end before.
  private var left: Int64

  private init(_ file: consuming FileHandle, offset: Int64, count: Int64) {
    self.file = file
    self.offset = offset
    left = count
  }

  /// Opens the file; `ArchiveError.notARegularFile` for all that is not one, without waiting for a FIFO's writer.
  static func opening(_ path: [UInt8]) throws(ArchiveError) -> ByteSource {
    try opening(FileExtent(path: path, offset: 0, count: .max))
  }

  /// Opens the file to read `extent` of it; throws as `opening(_:)` for a path does.
  static func opening(_ extent: FileExtent) throws(ArchiveError) -> ByteSource {
    let path = extent.path
    let type: mode_t
    do throws(SystemError) {
      // O_NONBLOCK, so that a FIFO without a writer opens at once and is refused by its type.
      let file = try FileHandle(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      let source = ByteSource(file, offset: extent.offset, count: extent.count)
      type = try source.file.status().st_mode & S_IFMT
      if type == S_IFREG { return source }
    } catch {
      throw .system(error)
    }
    throw .notARegularFile(path: path, found: describe(type))
  }

  /// Fills `buffer` from `index` on as far as one call of the system does; the number of bytes, 0 at the end.
  mutating func fill(_ buffer: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    let (offset, left) = (offset, left)
    let result = buffer.withUnsafeMutableBytes { bytes in
      // In bounds: the rest is as long as it says, and cut to what is left of the run.
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst(index).prefix(Int(clamping: left)))
      return Result { () throws(SystemError) in try file.read(at: offset, into: rest) }
    }
    let count = try result.mapError(ArchiveError.system).get()
    self.offset += Int64(count)
    self.left -= Int64(count)
    return count
  }

  private static func describe(_ type: mode_t) -> String {
    switch type {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a FIFO"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    default: "something else"
    }
  }
}
