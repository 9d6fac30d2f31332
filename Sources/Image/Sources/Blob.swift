// The stored bytes of one file of an image: a file of a layout folder, or a part of an archive.

import Basics
package import Files
private import Glibc

/// Where bytes of an image are kept.
package enum LayerBytes: Sendable {
  /// A file of the store, as it was when it was verified.
  case file(SourceFile)
  /// A nameless file that holds, from `offset` on, what was unpacked.
  case spool(Spool, offset: Int64)

  /// `count` bytes from `offset` on, as archives are read from them.
  package func extent(from offset: Int64, count: Int64) -> FileExtent {
    switch self {
    case .file(let file): FileExtent(of: .file(path: file.path), offset: offset, count: count)
    case .spool(let spool, let start): FileExtent(of: .spool(spool), offset: start + offset, count: count)
    }
  }

  /// Reads from `offset` on until `buffer` is full; the range must lie within the bytes.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch self {
    case .file(let file): try file.read(from: offset, into: buffer)
    case .spool(let spool, let start): try spool.read(from: start + offset, into: buffer)
    }
  }
}

/// A run of stored bytes.
struct Blob: Sendable {
  /// The name in its folder or archive, for messages.
  let name: String
  let bytes: LayerBytes
  let offset: Int64
  let count: Int64

  /// The run as archives are read from it.
  var extent: FileExtent { bytes.extent(from: offset, count: count) }

  /// The file that the run is all of; nil for a part of one.
  var wholeFile: SourceFile? {
    guard case .file(let file) = bytes, offset == 0, count == file.identity.size else { return nil }
    return file
  }

  /// Gives `body` all bytes in order. Throws `SourceChanged`, `SystemError` or what `body` throws.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try Files.forEachChunk(of: count, read: { try bytes.read(from: offset + $0, into: $1) }, body)
  }

  /// The digest of all bytes. Throws `SourceChanged` or `SystemError`.
  func digest() throws -> ImageDigest {
    var hash = SHA256()
    try forEachChunk { hash.update($0) }
    return ImageDigest(hash.finalize())
  }

  /// All bytes, which the caller has made sure are few. Throws `SourceChanged` or `SystemError`.
  func read() throws -> [UInt8] {
    var all: [UInt8] = []
    try forEachChunk { all += $0 }
    return all
  }

  /// The first bytes, `length` or fewer. Throws `SourceChanged` or `SystemError`.
  func prefix(_ length: Int) throws -> [UInt8] {
    try Blob(name: name, bytes: bytes, offset: offset, count: min(count, Int64(length))).read()
  }
}

extension Blob {
  /// What looking for a file gives.
  enum Lookup {
    case blob(Blob)
    case missing
    /// Something is there that is not taken for the file.
    case refused(String)
  }

  /// The regular file at `path`; never waits for a FIFO and follows no symlink. Throws `SystemError`.
  static func find(at path: String, named name: String) throws(SystemError) -> Lookup {
    let bytes = Array(path.utf8)
    let status: stat
    do throws(SystemError) {
      status = try FileHandle(opening: bytes, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY).status()
    } catch {
      switch error.errno {
      case ENOENT, ENOTDIR: return .missing
      case ELOOP:
        // The file itself, or a folder above it. Where even that cannot be looked at, the links are in a loop.
        let isLink = (try? FileStatus.of(bytes))?.isSymlink == true
        return .refused("expected a regular file, found \(isLink ? "a symlink" : "a loop of links")")
      case ENXIO: return .refused("expected a regular file, found a socket or a device")
      default: throw error
      }
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return .refused("expected a regular file") }
    let file = SourceFile(path: bytes, identity: FileIdentity(status))
    return .blob(Blob(name: name, bytes: .file(file), offset: 0, count: file.identity.size))
  }
}
