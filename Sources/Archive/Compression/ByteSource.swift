// A regular file, or a run of bytes inside one, that is read from its start to its end or, for a zip, piece by piece.

import Files
import Glibc

/// An open regular file.
struct ByteSource: ~Copyable {
  /// What is read from.
  private enum Holder: ~Copyable {
    case file(FileHandle)
    case spool(Spool)
  }

  private let holder: Holder
  /// Where the next byte stands in the file.
  private var offset: Int64
  /// Bytes that may still be read; the file may end before.
  private var left: Int64
  /// Bytes in the file when it was opened.
  let size: Int64

  private init(_ holder: consuming Holder, size: Int64, offset: Int64, count: Int64) {
    self.holder = holder
    self.size = size
    self.offset = offset
    left = count
  }

  /// Bytes that are still there, as the file was when it was opened.
  var available: Int64 { min(left, max(0, size - offset)) }

  /// Opens the file; `ArchiveError.notARegularFile` for all that is not one, without waiting for a FIFO's writer.
  static func opening(_ path: [UInt8]) throws(ArchiveError) -> ByteSource {
    try opening(FileExtent(of: .file(path: path), offset: 0, count: .max))
  }

  /// Opens the file to read `extent` of it, as `opening(_:)` for a path does.
  static func opening(_ extent: FileExtent) throws(ArchiveError) -> ByteSource {
    let (offset, count) = (extent.offset, extent.count)
    switch extent.holder {
    case .spool(let spool):
      let size = try Result { () throws(SystemError) in try spool.size() }.mapError(ArchiveError.system).get()
      return ByteSource(.spool(spool), size: size, offset: offset, count: count)
    case .file(let path):
      return try opening(path, offset: offset, count: count)
    }
  }

  private static func opening(_ path: [UInt8], offset: Int64, count: Int64) throws(ArchiveError) -> ByteSource {
    let type: mode_t
    do throws(SystemError) {
      // O_NONBLOCK, so that a FIFO without a writer opens at once and is refused by its type.
      let file = try FileHandle(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
      let status = try file.status()
      type = status.st_mode & S_IFMT
      if type == S_IFREG {
        return ByteSource(.file(file), size: Int64(status.st_size), offset: offset, count: count)
      }
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
      return Result { () throws(SystemError) in
        switch holder {
        case .file(let file): try file.read(at: offset, into: rest)
        case .spool(let spool): try spool.read(at: offset, into: rest)
        }
      }
    }
    let count = try result.mapError(ArchiveError.system).get()
    self.offset += Int64(count)
    self.left -= Int64(count)
    return count
  }

  /// Goes on at byte `position` of the file, from where on `count` bytes may be read.
  mutating func go(to position: Int64, count: Int64) { (offset, left) = (position, count) }

  /// Exactly the next `count` bytes; `offset` is where they stand in the file.
  mutating func bytes(_ count: Int, of what: String, at offset: Int64) throws(ArchiveError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = try fill(&bytes, from: done)
      if got == 0 { throw .package(.cut(what: what, offset: offset + Int64(done))) }
      done += got
    }
    return bytes
  }

  /// Passes over as many of the next `count` bytes as there are, without a call of the system; how many.
  mutating func skip(_ count: Int64) -> Int64 {
    let passed = min(count, available)
    offset += passed
    left -= passed
    return passed
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
