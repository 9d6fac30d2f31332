// The options of a run that writes, and the events that it reports.

/// A step in the writing of a release, to show progress. Artifacts are given by number.
package enum WriteEvent: Sendable {
  case began(artifact: Int)
  /// This many more plain bytes of an artifact are packed.
  case packed(Int64, artifact: Int)
  case finished(ArtifactResult)
  /// The folders of the stage are filled.
  case staging
}

/// The options for writing a release.
package struct WriteOptions: Sendable {
  /// Threads.
  package var jobs: Int
  /// Whether files that are there already are written again.
  package var isForced = false
  /// Whether the digests of the plain tars are wanted; they take as long as all other hashing.
  package var hashesTars = false
  /// Whether the digests of the contents of all entries are wanted.
  package var hashesEntries = false

  package init(jobs: Int) { self.jobs = jobs }
}
