// The tracked files of a commit as git archive gives them, spooled once: the entries with the places of their
// contents, for any tarball that takes them in.

import Archive
package import Files

/// What git archive gave for a commit.
package struct GitArchive: Sendable {
  /// The commit, as the layout names it.
  package let commit: String
  /// The full name of that commit, or of the tree that the layout names.
  let object: String
  /// The paths of submodules, whose files are those of other repositories: folders without anything in them here.
  let submodules: Set<[UInt8]>
  /// The archive's bytes.
  package let spool: Spool
  /// Its entries, each with the place of its contents in the spool.
  let items: [Item]

  struct Item: Sendable {
    let entry: TarEntry
    let offset: Int64
    /// Whether the contents are a pointer of Git LFS to a file that is not in the repository.
    let isPointer: Bool
  }

  /// Asks git for the files of `commit`, spooled on the file system of `folder` or a folder above it.
  ///
  /// Throws `GitError`, `SystemError` and `ArchiveError`.
  init(_ commit: String, of repository: GitRepository, near folder: String) throws {
    let spool = try Spool(near: folder)
    object = try repository.treeish(commit)
    submodules = try repository.submodules(of: object)
    try repository.archive(object) { try spool.append($0) }.get()
    var reader = try TarReader(extent: FileExtent(whole: spool))
    var items: [Item] = []
    while let entry = try reader.next() {
      let offset = reader.contentsOffset
      let isPointer = try entry.kind == .file && Self.isPointer(entry, at: offset, in: spool)
      items.append(Item(entry: entry, offset: offset, isPointer: isPointer))
    }
    self.commit = commit
    self.spool = spool
    self.items = items
  }

  private static func isPointer(_ entry: TarEntry, at offset: Int64, in spool: Spool) throws -> Bool {
    guard entry.size < LFSPointer.sizeLimit else { return false }
    var bytes = [UInt8](repeating: 0, count: Int(entry.size))
    try bytes.withUnsafeMutableBytes { try spool.read(from: offset, into: $0) }
    return LFSPointer(bytes) != nil
  }
}
