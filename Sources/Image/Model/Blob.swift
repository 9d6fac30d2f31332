// The stored bytes of one file of an image, a file of a layout folder or a part of an archive, and how a document names
// them.

import Archive
import Basics
package import Files
private import Glibc

/// Where bytes of an image are kept.
package enum ImageBytes: Sendable {
  /// A file, as it was when it was found.
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
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch self {
    case .file(let file): try file.read(from: offset, into: buffer)
    case .spool(let spool, let start): try spool.read(from: start + offset, into: buffer)
    }
  }
}

/// A blob as a document names it.
package struct NamedBlob: Sendable {
  /// The name of its file: a path in a layout or an archive.
  let name: String
  /// What the document says of it; nil in a docker archive, whose documents name files alone.
  let descriptor: Descriptor?
  /// Where the document names it.
  let place: FieldPlace

  /// The file `name`, of which nothing else is said.
  init(name: String, at place: FieldPlace) { (self.name, descriptor, self.place) = (name, nil, place) }

  /// The blob of `descriptor`, which is at `place`.
  init(_ descriptor: Descriptor, at place: FieldPlace) {
    (name, self.descriptor, self.place) = (descriptor.digest.blobPath, descriptor, place)
  }

  /// The error that the blob has another size than the document says; nil where it has not.
  func sizeError(of blob: Blob) -> ImageError? {
    guard let descriptor, descriptor.size != blob.count else { return nil }
    return place.error("\(blob.name): expected \(descriptor.size) bytes, found \(blob.count)")
  }

  /// The warning that the media type of a layer says another compression than its bytes have, `compression`; nil where
  /// it does not.
  ///
  /// containerd, Docker and skopeo go by the bytes too (containerd, pkg/archive/compression, `DetectCompression`).
  func warning(of blob: Blob, _ compression: Compression?) -> ImageError? {
    guard let descriptor, MediaType.compression(ofLayer: descriptor.mediaType) != compression, blob.count > 0 else {
      return nil
    }
    let found = compression?.rawValue ?? "not compressed"
    return place.error("\(blob.name): \(descriptor.mediaType), but its bytes are \(found)")
  }
}

/// A run of stored bytes.
package struct Blob: Sendable {
  /// The name in its folder or archive, for messages.
  let name: String
  let bytes: ImageBytes
  let offset: Int64
  let count: Int64

  /// The run as archives are read from it.
  var extent: FileExtent { bytes.extent(from: offset, count: count) }

  /// The file that the run is all of; nil for a part of one.
  var wholeFile: SourceFile? {
    guard case .file(let file) = bytes, offset == 0, count == file.identity.size else { return nil }
    return file
  }

  /// Gives `body` all bytes in order; throws what `body` throws too.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try Files.forEachChunk(of: count, read: { try bytes.read(from: offset + $0, into: $1) }, body)
  }

  /// The digest of all bytes.
  func digest() throws -> ImageDigest {
    var hash = SHA256()
    try forEachChunk { hash.update($0) }
    return ImageDigest(hash.finalize())
  }

  /// All bytes, which the caller has made sure are few.
  func read() throws -> [UInt8] {
    var all: [UInt8] = []
    try forEachChunk { all += $0 }
    return all
  }

  /// The first bytes, `length` or fewer.
  func prefix(_ length: Int) throws -> [UInt8] {
    try Blob(name: name, bytes: bytes, offset: offset, count: min(count, Int64(length))).read()
  }

  /// What looking for a file gives.
  enum Lookup {
    case blob(Blob)
    case missing
    /// Something is there that is not taken for the file.
    case refused(String)
  }

  /// The regular file that `path`, named by the user, leads to; symlinks are followed.
  static func file(at path: String) throws -> Blob {
    let resolved = String(decoding: try Paths.resolved(Array(path.utf8), to: "open"), as: UTF8.self)
    switch try find(at: resolved, named: path) {
    case .blob(let blob): return blob
    case .missing: throw SystemError(operation: "open", path: path, errno: ENOENT)
    case .refused(let reason): throw ImageError(path, "", reason)
    }
  }

  /// The regular file at `path`; never waits for a FIFO and follows no symlink.
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
