// What a run knows from the runs before it, and what it leaves to the next ones.

package import Basics
package import Files

/// The cache of a run: deflated contents, what came of each archive, and the digests of files.
package final class ArtifactCache: Sendable {
  /// Bytes of a file that takes longer to hash than the clock takes to tick.
  private static let sizeWorthWaiting: Int64 = 32 << 20

  package let objects: any ObjectStore
  package let index: FileDigestIndex

  /// The cache in the folder `path` of at most `limit` bytes, nil for the usual 2 GiB.
  ///
  /// Nothing about it fails a run: `warn` is told what goes wrong.
  package init(_ path: String, limit: Int64? = nil, warn: @escaping @Sendable (String) -> Void) {
    let store = FolderStore(path, limit: limit, warn: warn)
    objects = store
    index = FileDigestIndex(in: store.folder)
  }

  /// What is known of the artifact of that key.
  package func record(_ key: CacheKey) -> ArtifactRecord? { objects.record(key).flatMap(ArtifactRecord.init) }

  /// Notes that the objects are in use, those of an archive that is left alone.
  package func touch(_ keys: [CacheKey]) { for key in keys { objects.touch(key) } }

  /// The digest that is stored under `key`; where there is none, what `make` gives, which is stored.
  package func digest(_ key: CacheKey, orMake make: () throws -> Digest) rethrows -> Digest {
    if let known = objects.record(key).flatMap({ Digest(kept: $0) }) { return known }
    let digest = try make()
    objects.store(record: digest.bytes, as: key)
    return digest
  }

  /// The time, in nanoseconds since 1970, until which outputs are this run's alone: to be asked for before they get
  /// their names. `written` are their states; waits a tick of the clock where it saves hashing a large one again.
  package func timeBeforeCommit(of written: some Sequence<FileIdentity>) -> Int64 {
    for identity in written where identity.size >= Self.sizeWorthWaiting {
      FileTimes.waitForTick(since: identity.modified)
    }
    return nanosecondsNow()
  }

  /// Notes the digest of an output that has its name since the commit; `written` is its state after the last write,
  /// `time` the one before the commit.
  package func note(_ digest: Digest, of path: [UInt8], writtenAs written: FileIdentity, until time: Int64) {
    // Renamed, it has another state than when it was written. One that is gone is none to know.
    guard let identity = try? FileStatus.of(path).identity,
      FileSystems.showChanges(of: SourceFile(path: path, identity: identity))
    else { return }
    index.note(digest, of: identity, writtenAs: written, until: time)
  }

  /// Takes nothing more and removes what is half written: for a run that is interrupted.
  package func abandon() { objects.abandon() }

  /// Keeps what the run found out.
  package func finish() {
    index.save()
    objects.finish()
  }
}
