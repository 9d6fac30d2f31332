// The time of a release, which every entry of its archives has.

/// The time of a release, seconds since 1970.
package enum ReleaseTime {
  /// The time where no layout has a say: the command line's, the commit's, 0. Throws `GitError`.
  package static func find(_ options: ReleaseOptions) throws -> Int64 { try options.epoch ?? ofCommit(options) ?? 0 }

  /// The time of the tree's commit; nil without a repository. Throws `GitError`.
  static func ofCommit(_ options: ReleaseOptions) throws -> Int64? {
    let repository = try GitRepository(root: options.locations.root, environment: options.environment)
    let time = try repository.map { try $0.commitTime(try $0.headCommit()) }
    // What the header cannot hold was never the time of a release.
    return time.map { min(max($0, 0), ArchiveSettings.latest) }
  }
}
