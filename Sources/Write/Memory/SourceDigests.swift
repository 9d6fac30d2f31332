// The digests of all sources of a release: from the index for a file that did not change since, else from its bytes.

import Archive
import Basics
import Cache
import Files
private import Glibc
import Synchronization
import Threads

/// The checksums of a source.
private struct SourceSums {
  let digest: Digest
  /// Nil where the digest was known without reading the bytes, and where any later change is sure to be seen.
  var crc: CRC32?
}

/// The SHA-256 of the contents of a plan.
final class SourceDigests: Sendable {
  private let store: SourceStore
  /// Nil without a cache.
  private let index: FileDigestIndex?
  private let known = Mutex<[SourceID: SourceSums]>([:])

  init(_ store: SourceStore, index: FileDigestIndex?) {
    self.store = store
    self.index = index
  }

  /// Finds the digests of those contents that exist before the release is written, on `jobs` threads.
  ///
  /// Throws `SourceChanged` when a file changed since the plan.
  func prepare(_ contents: [SourceID], jobs: Int) throws {
    let ids = contents.filter { id in
      switch store.table[id] {
      case .artifact, .nested: false
      case .bytes, .file, .extent, .spool: true
      }
    }
    // The largest first; else one thread could start a large one last while the others are idle.
    let sorted = ids.sorted { store.size(of: $0) ?? 0 > store.size(of: $1) ?? 0 }
    try ordered(sorted, jobs: jobs) { id in
      (id, try self.read(id))
    } committed: { id, sums in
      self.known.withLock { $0[id] = sums }
    }
  }

  /// Hashes files that flow with the headers, on `jobs` threads, so that their keys are their digests: their state will
  /// change when they are linked.
  func prepare(_ files: [SourceFile], jobs: Int) throws {
    try ordered(files, jobs: jobs) { file in
      let isNews = self.index?.has(file.identity) == false
      if isNews && FileSystems.showChanges(of: file) { _ = try self.digest(of: file) }
    }
  }

  /// The digest of a source that was prepared or set.
  func digest(of id: SourceID) -> Digest? { known.withLock { $0[id]?.digest } }

  /// The checksum of a source that was read for its digest; nil where that was known before.
  func crc(of id: SourceID) -> CRC32? { known.withLock { $0[id]?.crc } }

  /// Sets the digest that stands for an archive of the same release.
  func set(_ digest: Digest, of id: SourceID) { known.withLock { $0[id] = SourceSums(digest: digest) } }

  /// The key of a small source file. It is its state on this machine, so that it need not be opened, or the digest of
  /// its contents where these could change unseen when first packed.
  func key(of file: SourceFile) throws -> [UInt8] {
    guard let index, FileSystems.showChanges(of: file), FileTimes.isSettled(file.identity, at: nanosecondsNow()),
      // A file that once had the key of its contents keeps it, so that the key of an unchanged file stays the same.
      !index.has(file.identity)
    else { return try digest(of: file).bytes }
    return Machine.id.bytes + file.identity.bytes
  }

  /// The digest of a source file; a file that could change unseen is read in each run.
  func digest(of file: SourceFile) throws -> Digest { try sums(of: file).digest }

  private func sums(of file: SourceFile) throws -> SourceSums {
    guard let index else {
      return try hash(count: file.identity.size, isCompared: false) { try file.read(from: $0, into: $1) }
    }
    let isIndexed = FileSystems.showChanges(of: file)
    if isIndexed, let known = index.digest(of: file.identity) { return SourceSums(digest: known) }
    Self.settle(file.identity)
    let start = nanosecondsNow()
    // Asked before the first byte is read: a later open for writing changes the file's times.
    let isWritten = try file.isOpenForWriting()
    // Nor does a change have to show where the time of the inode says nothing, as links to the file come and go.
    let isSure = isWritten == false && !file.identity.isLinked && FileSystems.showMappedChanges(of: file)
    let sums = try hash(count: file.identity.size, isCompared: !isSure) { try file.read(from: $0, into: $1) }
    guard isIndexed else { return sums }
    if isWritten == true {
      index.forget(file.identity)
    } else {
      index.note(sums.digest, of: file.identity, hashedAt: start)
    }
    return sums
  }

  /// The status of `path` when it is a regular file of `size` bytes with this digest; else nil.
  func status(of path: [UInt8], ifIts digest: Digest, size: Int64) -> FileStatus? {
    guard let status = try? FileStatus.of(path), status.isFile, status.identity.size == size else { return nil }
    // A file that cannot be read counts as missing.
    let found = try? self.digest(of: SourceFile(path: path, identity: status.identity))
    return found == digest ? status : nil
  }

  /// Waits until a change of the file would show in its times. The file is hashed here and read again to be deflated.
  /// An unseen write in between would put wrong bytes under the digest in the cache, and so into all later releases.
  private static func settle(_ identity: FileIdentity) {
    while true {
      let wait = FileTimes.timeToSettle(since: identity.changed, at: nanosecondsNow())
      if wait <= 0 { return }
      // At most four seconds; the loop goes on when a signal ends it early.
      usleep(UInt32(clamping: wait / 1000 + 1))
    }
  }

  private func read(_ id: SourceID) throws -> SourceSums {
    if case .file(let file) = store.table[id] { return try sums(of: file) }
    // Other sources cannot change.
    return try hash(count: store.size(of: id) ?? 0, isCompared: false) { try self.store.read(id, from: $0, into: $1) }
  }

  /// `isCompared` says whether the bytes read again to be deflated are compared with the bytes hashed.
  private func hash(
    count: Int64, isCompared: Bool, _ read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> SourceSums {
    var hash = SHA256()
    var crc = CRC32()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    // An empty file is checked for changes too.
    repeat {
      // In bounds: at most the size of the buffer.
      let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), count - offset))])
      try read(offset, chunk)
      hash.update(UnsafeRawBufferPointer(chunk))
      if isCompared { crc.append(CRC32(of: UnsafeRawBufferPointer(chunk))) }
      offset += Int64(chunk.count)
    } while offset < count
    return SourceSums(digest: hash.finalize(), crc: isCompared ? crc : nil)
  }
}
