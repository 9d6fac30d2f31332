// The digests of all that goes into a release: from the index where a file did not change since it was hashed, else read.

import Archive
import Basics
import Cache
import Files
private import Glibc
import Synchronization
import Threads

/// What the bytes of a source are known by.
private struct SourceSums {
  let digest: Digest
  /// Nil where the digest was known without reading them, and where a change from then on would show.
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

  /// Finds out the digests of those contents that are there before the release is written, on `jobs` threads.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  func prepare(_ contents: [SourceID], jobs: Int) throws {
    let ids = contents.filter { id in
      switch store.table[id] {
      case .artifact, .nested: false
      case .bytes, .file, .extent, .spool: true
      }
    }
    // The largest first, so that no thread begins with one when the others are done.
    let sorted = ids.sorted { store.size(of: $0) ?? 0 > store.size(of: $1) ?? 0 }
    try ordered(sorted, jobs: jobs) { id in
      (id, try self.read(id))
    } committed: { id, sums in
      self.known.withLock { $0[id] = sums }
    }
  }

  /// The digest of a source that is prepared, or was set.
  func digest(of id: SourceID) -> Digest? { known.withLock { $0[id]?.digest } }

  /// The checksum of a source that was read for its digest; nil where that was known before.
  func crc(of id: SourceID) -> CRC32? { known.withLock { $0[id]?.crc } }

  /// Says what stands for the digest of an archive of the same release.
  func set(_ digest: Digest, of id: SourceID) { known.withLock { $0[id] = SourceSums(digest: digest) } }

  /// What a small source file is known by: its state on this machine, which saves opening it, or its contents where
  /// they could have changed unseen when they were first packed. Throws `SourceChanged` or `SystemError`.
  func key(of file: SourceFile) throws -> [UInt8] {
    guard let index, FileSystems.showChanges(of: file), FileTimes.isSettled(file.identity, at: nanosecondsNow()),
      // Once its contents, always its contents: the key of an unchanged file stays what it was.
      !index.has(file.identity)
    else { return try digest(of: file).bytes }
    return Machine.id.bytes + file.identity.bytes
  }

  /// The digest of a source file; read in each run where a change might not show. Throws `SourceChanged` or
  /// `SystemError`.
  func digest(of file: SourceFile) throws -> Digest { try sums(of: file).digest }

  private func sums(of file: SourceFile) throws -> SourceSums {
    guard let index else {
      return try hash(count: file.identity.size, isCompared: false) { try file.read(from: $0, into: $1) }
    }
    let isIndexed = FileSystems.showChanges(of: file)
    if isIndexed, let known = index.digest(of: file.identity) { return SourceSums(digest: known) }
    Self.settle(file.identity)
    let start = nanosecondsNow()
    // Before the first byte is read: those who open it later change its times.
    let isWritten = try file.isOpenForWriting()
    let isSure = isWritten == false && FileSystems.showMappedChanges(of: file)
    let sums = try hash(count: file.identity.size, isCompared: !isSure) { try file.read(from: $0, into: $1) }
    guard isIndexed else { return sums }
    if isWritten == true {
      index.forget(file.identity)
    } else {
      index.note(sums.digest, of: file.identity, hashedAt: start)
    }
    return sums
  }

  /// The status of what stands at `path` when it is a regular file of `size` bytes with this digest; else nil.
  func status(of path: [UInt8], ifIts digest: Digest, size: Int64) -> FileStatus? {
    guard let status = try? FileStatus.of(path), status.isFile, status.identity.size == size else { return nil }
    // What cannot be read is as good as not there.
    let found = try? self.digest(of: SourceFile(path: path, identity: status.identity))
    return found == digest ? status : nil
  }

  /// Waits until a file cannot change unseen, as far as its times tell. What is hashed here is read again to be
  /// deflated: a write in between that leaves no trace would put other bytes into the cache than their digest says, and
  /// into all releases to come.
  private static func settle(_ identity: FileIdentity) {
    while true {
      let wait = FileTimes.timeToSettle(since: identity.changed, at: nanosecondsNow())
      if wait <= 0 { return }
      // At most four seconds; a signal that ends it early is no harm.
      usleep(UInt32(clamping: wait / 1000 + 1))
    }
  }

  private func read(_ id: SourceID) throws -> SourceSums {
    if case .file(let file) = store.table[id] { return try sums(of: file) }
    // What is not a file stays what it is.
    return try hash(count: store.size(of: id) ?? 0, isCompared: false) { try self.store.read(id, from: $0, into: $1) }
  }

  /// `isCompared` says whether what is read again to be deflated is compared with what was hashed.
  private func hash(
    count: Int64, isCompared: Bool, _ read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> SourceSums {
    var hash = SHA256()
    var crc = CRC32()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    // An empty file is looked at too.
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
