// A regular file that is read once, from its start to its end.

import Glibc

/// An open regular file.
struct ByteSource: ~Copyable {
  private let file: FileHandle

  /// Opens the file; `ArchiveError.notARegularFile` for all that is not one, without waiting for a FIFO's writer.
  static func opening(_ path: [UInt8]) throws(ArchiveError) -> ByteSource {
    let type: mode_t
    do throws(SystemError) {
      // O_NONBLOCK, so that a FIFO without a writer opens at once and is refused by its type.
      let source = ByteSource(file: try FileHandle(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY))
      type = try source.file.status().st_mode & S_IFMT
      if type == S_IFREG { return source }
    } catch {
      throw .system(error)
    }
    throw .notARegularFile(path: path, found: describe(type))
  }

  /// Fills `buffer` from `index` on as far as one call of the system does; the number of bytes, 0 at the end.
  func fill(_ buffer: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    let result = buffer.withUnsafeMutableBytes { bytes in
      // In bounds: the rest is as long as it says.
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst(index))
      return Result { () throws(SystemError) in try file.read(into: rest) }
    }
    return try result.mapError(ArchiveError.system).get()
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
