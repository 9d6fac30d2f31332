// What is asked of a run that writes, and what it tells while it does.

/// What happens while a release is written, for people to watch.
package enum WriteEvent: Sendable {
  case began(artifact: Int)
  /// So many more plain bytes are packed.
  case packed(Int64)
  case finished(ArtifactResult)
}

/// How a release is written.
package struct WriteOptions: Sendable {
  /// Threads.
  package var jobs: Int
  /// Whether what stands there already is written again.
  package var isForced = false
  /// Whether the digests of the plain tars are wanted: to hash these takes as long as all other hashing.
  package var hashesTars = false
  /// Whether the digests of the contents of all entries are wanted.
  package var hashesEntries = false

  package init(jobs: Int) { self.jobs = jobs }
}
