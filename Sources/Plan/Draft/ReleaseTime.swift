// The time of a release, which every entry of its archives has.

package import Git
import Layout

/// The time of a release, seconds since 1970.
package enum ReleaseTime {
  /// The time where no layout has a say: the command line's, the commit's, 0. Throws `GitError`.
  package static func find(_ options: ReleaseOptions, in repository: GitRepository?) throws -> Int64 {
    try options.epoch ?? repository.map { try ofCommit(in: $0) } ?? 0
  }

  /// The time of the commit that is checked out. Throws `GitError`.
  static func ofCommit(in repository: GitRepository) throws -> Int64 {
    let time = try repository.commitTime(try repository.headCommit())
    // What the header cannot hold was never the time of a release.
    return min(max(time, 0), ArchiveSettings.latest)
  }
}
