// An object that is read: opened without following links or waiting, and checked against the name it has.

import Basics
package import Files
import Glibc

/// Why a file of the cache gives nothing.
package enum ObjectFault: Error, Equatable {
  /// There is nothing, or no regular file.
  case missing
  /// A file of another form stands there, as that of another version of this program.
  case foreign
  /// It is of this form, and not as it was written.
  case damaged
  case unreadable(SystemError)
}

/// An open object whose header and trailer are right.
struct ObjectFile: ~Copyable, Sendable {
  /// The most that is read into memory at once: far more than any block deflates to.
  static let largestWhole = 16 << 20
  private static let pieceSize = 256 << 10
  /// An object's time is set so often at most, in nanoseconds: an hour.
  private static let touchInterval: Int64 = 3600 * 1_000_000_000

  let trailer: ObjectTrailer
  let handle: FileHandle
  private let modified: Int64

  /// Opens the file at `path`, the object `key`, of `kind` or of any.
  ///
  /// Throws `ObjectFault`; the payload is not read yet.
  init(opening path: [UInt8], _ key: CacheKey, _ kind: ObjectKind?) throws(ObjectFault) {
    let handle = try FileHandle(keptAt: path)
    let status = try reading { () throws(SystemError) in try handle.status() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .missing }
    let size = Int64(status.st_size)
    let frame = Int64(ObjectHeader.size + ObjectTrailer.size)
    guard size >= frame else { throw .damaged }
    let header = try handle.keptBytes(at: 0, count: ObjectHeader.size)
    guard header.starts(with: ObjectHeader.magic) else { throw .foreign }
    let kinds = kind.map { [$0] } ?? ObjectKind.allCases
    guard kinds.contains(where: { header == ObjectHeader.bytes(key, $0) }) else { throw .damaged }
    let end = try handle.keptBytes(at: size - Int64(ObjectTrailer.size), count: ObjectTrailer.size)
    guard let trailer = ObjectTrailer(end), trailer.payload.count == size - frame else { throw .damaged }
    self.trailer = trailer
    self.handle = handle
    modified = FileIdentity(status).modified
  }

  /// The payload, whole. Throws `ObjectFault`, also for more than `largestWhole` bytes.
  func payload() throws(ObjectFault) -> [UInt8] {
    guard let count = Int(exactly: trailer.payload.count), count <= Self.largestWhole else { throw .damaged }
    let bytes = try handle.keptBytes(at: Int64(ObjectHeader.size), count: count)
    guard bytes.withUnsafeBytes({ CRC32(of: $0) }) == trailer.payload else { throw .damaged }
    return bytes
  }

  /// Reads the payload on behind its first bytes, which `done` is the sum of, and adds to it; nil after the last.
  ///
  /// Throws `ObjectFault`, `.damaged` at the end when the whole is not what was written.
  func read(after done: inout CRC32, into buffer: UnsafeMutableRawBufferPointer) throws(ObjectFault)
    -> UnsafeRawBufferPointer?
  {
    let rest = trailer.payload.count - done.count
    if rest == 0 {
      guard done == trailer.payload else { throw .damaged }
      return nil
    }
    // In bounds: at most the size of the buffer.
    let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), rest))])
    let offset = Int64(ObjectHeader.size) + done.count
    let count = try reading { () throws(SystemError) in try handle.read(at: offset, filling: piece) }
    guard count == piece.count else { throw .damaged }
    done.append(CRC32(of: UnsafeRawBufferPointer(piece)))
    return UnsafeRawBufferPointer(piece)
  }

  /// Reads the payload and throws `ObjectFault` when it is not what was written.
  func check() throws(ObjectFault) {
    var done = CRC32()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 1)
    defer { buffer.deallocate() }
    while try read(after: &done, into: buffer) != nil {}
  }

  /// Notes that the object is used, for it to stay longer than others; at most once an hour.
  func touch() {
    // A cache that may only be read has no order of use.
    if Self.isToBeTouched(modified) { _ = futimens(handle.descriptor, nil) }
  }

  /// Notes that the object at `path` is used, as `touch` of an open one does.
  static func touch(_ path: [UInt8]) {
    // One that is gone is not in use; else as in `touch`.
    guard let status = try? FileStatus.of(path), status.isFile, isToBeTouched(status.identity.modified) else { return }
    _ = utimensat(AT_FDCWD, cString(path), nil, AT_SYMLINK_NOFOLLOW)
  }

  private static func isToBeTouched(_ modified: Int64) -> Bool {
    let age = nanosecondsNow().subtractingReportingOverflow(modified)
    // A time to come is one that a clock gave that went wrong.
    return age.overflow || !(0..<touchInterval).contains(age.partialValue)
  }
}

/// Calls `body`; a `SystemError` becomes an `ObjectFault`.
func reading<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(ObjectFault) -> Result {
  do throws(SystemError) {
    return try body()
  } catch {
    // ELOOP: a symlink, which is not followed. ENXIO: a socket.
    let isNoFile = error.isAboutMissingFile || error.errno == ELOOP || error.errno == ENXIO
    throw isNoFile ? .missing : .unreadable(error)
  }
}

extension FileHandle {
  /// Opens what is in a cache for reading; never waits, as for the other end of a FIFO. Throws `ObjectFault`.
  init(keptAt path: [UInt8], _ flags: CInt = 0) throws(ObjectFault) {
    self = try reading { () throws(SystemError) in
      try FileHandle(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags)
    }
  }

  /// The `count` bytes at `offset`. Throws `ObjectFault`: `.damaged` when the file ends before.
  func keptBytes(at offset: Int64, count: Int) throws(ObjectFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let done = try reading { () throws(SystemError) in
      try span.withUnsafeMutableBytes { buffer throws(SystemError) in try read(at: offset, filling: buffer) }
    }
    guard done == count else { throw .damaged }
    return bytes
  }
}

// The form of an object's file: a header that says which object it is, the payload, and a trailer that says whether
// all of it is there. Nothing in it is believed before it is checked.

/// What an object is.
enum ObjectKind: UInt16, CaseIterable {
  /// The deflated form of a content, of any size.
  case content = 1
  /// The deflated form of one block.
  case block = 2
  /// A small document of the program's own.
  case record = 3
}

/// The first bytes of an object: magic (14 bytes), kind (2), key (32).
enum ObjectHeader {
  static let magic = Array("kpack-cache 1\n".utf8)
  static let size = 48

  static func bytes(_ key: CacheKey, _ kind: ObjectKind) -> [UInt8] {
    var bytes = magic
    bytes.append(littleEndian: kind.rawValue)
    return bytes + key.digest.bytes
  }
}

/// The last bytes of an object: size (8 bytes) and CRC-32 (4) of the payload, size (8) and CRC-32 (4) of what the
/// payload stands for, CRC-32 of these (4).
struct ObjectTrailer: Equatable {
  static let size = 28
  private static let checkedSize = 24

  /// Checksum and length of the payload.
  let payload: CRC32
  /// Checksum and length of what was deflated; those of the payload where it is not deflated.
  let raw: CRC32

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for crc in [payload, raw] {
      bytes.append(littleEndian: crc.count)
      bytes.append(littleEndian: crc.value)
    }
    bytes.append(littleEndian: bytes.withUnsafeBytes { CRC32(of: $0) }.value)
    return bytes
  }
}

extension ObjectTrailer {
  /// Reads a trailer; nil when it is damaged.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let span = bytes.span.bytes
    payload = CRC32(kept: span.number(at: 8, as: UInt32.self), count: span.number(at: 0, as: Int64.self))
    raw = CRC32(kept: span.number(at: 20, as: UInt32.self), count: span.number(at: 12, as: Int64.self))
    let checked = bytes.withUnsafeBytes { CRC32(of: UnsafeRawBufferPointer(rebasing: $0[..<Self.checkedSize])) }
    guard checked.value == span.number(at: Self.checkedSize, as: UInt32.self), raw.count >= 0 else { return nil }
  }
}
