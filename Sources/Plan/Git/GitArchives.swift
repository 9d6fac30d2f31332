// The archives of commits that a run takes files from: git is asked for each once.

/// The archives of commits, each read once.
final class GitArchives {
  private let folder: String
  private var archives: [String: Result<GitArchive, any Error>] = [:]

  /// Archives are spooled on the file system of `folder` or a folder above it.
  init(near folder: String) { self.folder = folder }

  /// The archive of `commit`. Throws `GitError`, `SystemError` and `ArchiveError`.
  func archive(of commit: String, in repository: GitRepository) throws -> GitArchive {
    if let known = archives[commit] { return try known.get() }
    let found = Result { try GitArchive(commit, of: repository, near: folder) }
    archives[commit] = found
    return try found.get()
  }

  /// The archive of a commit that was read before; a source of it says so.
  func known(_ commit: String) throws -> GitArchive {
    guard let archive = archives[commit] else {
      throw GitError(root: "", command: "archive", reason: .unexpectedAnswer(commit))
    }
    return try archive.get()
  }
}
