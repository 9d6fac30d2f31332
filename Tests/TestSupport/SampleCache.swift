// A cache in a folder of its own, and what it told.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
import Synchronization
import Testing

/// A cache below a temporary folder, with the warnings that it gave.
final class SampleCache: Sendable {
  let tree: TemporaryTree
  private let told = Mutex<[String]>([])

  init() throws { tree = try TemporaryTree() }

  /// Path of the cache.
  var path: String { "\(tree.root)/cache" }
  /// The warnings so far, with the path of the cache as CACHE.
  var warnings: [String] { told.withLock { $0 } }

  /// The cache as a process of its own would see it.
  func open(limit: Int64? = nil, at path: String? = nil) -> FolderStore {
    FolderStore(path ?? self.path, limit: limit) { self.take($0) }
  }

  /// The cache as a release uses it.
  func openRelease() -> ArtifactCache { ArtifactCache(path) { self.take($0) } }

  private func take(_ warning: String) {
    let short = warning.split(separator: path, omittingEmptySubsequences: false).joined(separator: "CACHE")
    told.withLock { $0.append(short) }
  }

  /// Path of the file of an object.
  func file(of key: CacheKey) -> String {
    let name = key.digest.description
    return "\(path)/objects/\(name.prefix(2))/\(name.dropFirst(2))"
  }

  func bytes(of path: String) throws -> [UInt8] {
    try FileHandle(opening: Array(path.utf8), O_RDONLY).readAll(atMost: 64 << 20)
  }

  func replace(_ path: String, with bytes: [UInt8]) throws {
    unlink(path)
    let file = try FileHandle(opening: Array(path.utf8), O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
    try bytes.withUnsafeBytes { try file.write($0) }
  }

  /// Sets the time of the last change of a file's contents to so many seconds before now.
  func age(_ path: String, by seconds: Int) throws {
    let then = timespec(tv_sec: time(nil) - seconds, tv_nsec: 0)
    try #require(utimensat(AT_FDCWD, path, [then, then], AT_SYMLINK_NOFOLLOW) == 0)
  }

  /// Seconds since a file's contents last changed.
  func age(of path: String) throws -> Int {
    let modified = try FileStatus.of(Array(path.utf8)).identity.modified
    return time(nil) - Int(modified / 1_000_000_000)
  }

  /// Names in the folder of the cache.
  func names() throws -> [String] {
    let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    return try FolderListing.names(of: folder).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension CacheKey {
  /// A key of no content in particular.
  static func sample(_ name: String) -> CacheKey { .artifact(SHA256.digest(of: name.utf8)) }
}

extension EncodedBlock {
  /// A block of bytes that are not deflated at all, which nobody checks.
  static func sample(_ text: String, rawSize: Int = 70_000) -> EncodedBlock {
    let raw = [UInt8](repeating: 7, count: rawSize)
    return EncodedBlock(bytes: Array(text.utf8), crc: raw.withUnsafeBytes { CRC32(of: $0) })
  }
}

extension EncodedBlock {
  /// Whether both are the same.
  func isSame(as other: EncodedBlock?) -> Bool { other.map { $0.bytes == bytes && $0.crc == crc } ?? false }
}

extension ObjectReader {
  /// All deflated bytes that were not read yet.
  func bytes(pieceSize: Int) throws -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 1)
    defer { buffer.deallocate() }
    var bytes: [UInt8] = []
    while let piece = try next(into: buffer) { bytes += piece }
    return bytes
  }
}
