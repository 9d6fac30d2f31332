// The tracked files of a commit as git archive gives them, spooled once: the entries with the places of their
// contents, for any tarball that takes them in.

package import Archive

/// What git archive gave for a commit.
package struct GitArchive: Sendable {
  /// The commit, as the layout names it.
  package let commit: String
  /// The archive's bytes.
  package let spool: Spool
  /// Its entries, each with the place of its contents in the spool.
  let items: [Item]

  struct Item: Sendable {
    let entry: TarEntry
    let offset: Int64
  }

  /// Asks git for the files of `commit`, spooled on the file system of `folder` or a folder above it.
  ///
  /// Throws `GitError`, `SystemError` and `ArchiveError`.
  init(_ commit: String, of repository: GitRepository, near folder: String) throws {
    let spool = try Spool(near: folder)
    try repository.archive(commit) { try spool.append($0) }.get()
    var reader = try TarReader(path: spool.path)
    var items: [Item] = []
    while let entry = try reader.next() { items.append(Item(entry: entry, offset: reader.contentsOffset)) }
    self.commit = commit
    self.spool = spool
    self.items = items
  }
}
