// The results that a run takes from earlier runs and keeps for later ones.

package import Basics
package import Files

/// The cache of a run: deflated contents, a record of each artifact, and the digests of files.
package final class ArtifactCache: Sendable {
  /// From this size on, to hash a file takes longer than to wait for a tick of the clock.
  private static let sizeWorthWaiting: Int64 = 32 << 20

  package let objects: any ObjectStore
  package let index: FileDigestIndex

  /// The cache in the folder `path` of at most `limit` bytes, nil for the usual 2 GiB.
  ///
  /// A fault of the cache does not fail a run; `warn` gets the message.
  package init(_ path: String, limit: Int64? = nil, warn: @escaping @Sendable (String) -> Void) {
    let store = FolderStore(path, limit: limit, warn: warn)
    objects = store
    index = FileDigestIndex(in: store.folder)
  }

  /// The record of the artifact with this key.
  package func record(_ key: CacheKey) -> ArtifactRecord? { objects.record(key).flatMap(ArtifactRecord.init) }

  /// Marks objects as in use, for an archive that is left alone.
  package func touch(_ keys: [CacheKey]) { for key in keys { objects.touch(key) } }

  /// The digest that is stored under `key`; if there is none, the one that `make` gives, which is then stored.
  package func digest(_ key: CacheKey, orMake make: () throws -> Digest) rethrows -> Digest {
    if let known = objects.record(key).flatMap({ Digest(kept: $0) }) { return known }
    let digest = try make()
    objects.store(record: digest.bytes, as: key)
    return digest
  }

  /// The checksum of the content with the SHA-256 `digest`, as it is stored; if there is none, the one that `make`
  /// gives, which is then stored.
  package func checksum(
    _ algorithm: ChecksumAlgorithm, of digest: Digest, orMake make: () throws -> [UInt8]
  ) rethrows -> [UInt8] {
    let key = CacheKey.checksum(algorithm, of: digest)
    if let known = objects.record(key), known.count == algorithm.count { return known }
    let checksum = try make()
    objects.store(record: checksum, as: key)
    return checksum
  }

  /// The time, in nanoseconds since 1970, until which only this run can change the outputs; taken before they get their
  /// names. `written` are their states. Waits for a tick of the clock if that saves hashing a large one again.
  package func timeBeforeCommit(of written: some Sequence<FileIdentity>) -> Int64 {
    for identity in written where identity.size >= Self.sizeWorthWaiting {
      FileTimes.waitForTick(since: identity.modified)
    }
    return nanosecondsNow()
  }

  /// Notes the digest of an output that got its name at the commit; `written` is its state after the last write, `time`
  /// is from `timeBeforeCommit`.
  package func note(_ digest: Digest, of path: [UInt8], writtenAs written: FileIdentity, until time: Int64) {
    // The state is read again, because the renaming changed it. An output that is gone is not noted.
    guard let identity = try? FileStatus.of(path).identity,
      FileSystems.showChanges(of: SourceFile(path: path, identity: identity))
    else { return }
    index.note(digest, of: identity, writtenAs: written, until: time)
  }

  /// Keeps what is known of `files`, to which this run made links: that changes a time of theirs and nothing else.
  package func keepLinked(_ files: [SourceFile]) {
    for file in files {
      // What is gone meanwhile is not kept.
      guard let identity = try? FileStatus.of(file.path).identity else { continue }
      index.keep(file.identity, linked: identity)
    }
  }

  /// Stores nothing more and removes half-written objects, when a run is interrupted.
  package func abandon() { objects.abandon() }

  /// Saves the results of the run.
  package func finish() {
    index.save()
    objects.finish()
  }
}
