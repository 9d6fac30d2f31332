// The name, version and times of a release, for those who read the log of its run.

/// What a run makes the artifacts of, for those who read its log.
package struct PlannedRelease: Equatable, Sendable {
  /// The name of the release, as its layouts say it.
  package let name: String
  /// Nil where nothing of the plan needs it.
  package let version: String?
  /// The times of entries, each once, in the order in which they are met.
  package let times: [EntryTime]
  /// Whether the run makes all of it, as far as platforms and flags go.
  package var isWhole = false
}

/// The time of entries and where it comes from.
package struct EntryTime: Hashable, Sendable {
  /// Where a time comes from.
  package enum Origin: Sendable {
    /// The command line or the environment.
    case options
    case layout, commit
    /// Nothing gives one.
    case none
  }

  /// Seconds since 1970.
  package let seconds: Int64
  package let origin: Origin
}
