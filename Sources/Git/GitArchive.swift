// The tracked files of a commit, as git archive gives them. They are spooled once, and each tarball takes entries and
// contents from there.

package import Archive
import Basics
package import Files

/// The output of git archive for a commit.
package struct GitArchive: Sendable {
  /// The commit, as the layout names it.
  package let commit: String
  /// The full name of that commit, or of the tree that the layout names.
  package let object: String
  /// The paths of submodules: empty folders here, because their files belong to other repositories.
  package let submodules: Set<[UInt8]>
  /// The archive's bytes.
  package let spool: Spool
  /// Its entries, each with the place of its contents in the spool.
  package let items: [Item]

  /// One entry of the archive.
  package struct Item: Sendable {
    package let entry: TarEntry
    /// Where its contents begin, bytes from the start of the spool.
    package let offset: Int64
    /// Whether the contents are a Git LFS pointer; the file itself is not in the repository.
    package let isPointer: Bool
  }

  /// Spools the files of `commit` from git, on the file system of `folder` or a folder above it.
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

/// The archives of commits, each read once.
package final class GitArchives {
  private let folder: String
  private var archives: [String: Result<GitArchive, any Error>] = [:]

  /// Archives are spooled on the file system of `folder` or a folder above it.
  package init(near folder: String) { self.folder = folder }

  /// The archive of `commit`.
  package func archive(of commit: String, in repository: GitRepository) throws -> GitArchive {
    if let known = archives[commit] { return try known.get() }
    let found = Result { try GitArchive(commit, of: repository, near: folder) }
    archives[commit] = found
    return try found.get()
  }

  /// The archive of a commit, which must have been read before.
  package func known(_ commit: String) throws -> GitArchive {
    guard let archive = archives[commit] else {
      throw GitError(root: "", command: "archive", reason: .unexpectedAnswer(commit))
    }
    return try archive.get()
  }
}

/// What Git LFS commits in place of a large file: a pointer with its digest (git-lfs, docs/spec.md, "The Pointer").
struct LFSPointer: Equatable {
  /// SHA-256 of the file, in lower-case hexadecimal digits.
  let digest: String
  /// Bytes of the file.
  let size: Int64

  /// "A pointer file ... must be less than 1024 bytes".
  static let sizeLimit = 1024

  /// Reads `bytes` as a pointer: "version URL", then lines with "oid sha256:" and "size " among them. Else nil.
  init?(_ bytes: [UInt8]) {
    guard bytes.count < Self.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    func value(_ key: String) -> String? {
      guard let line = lines.first(where: { $0.starts(with: key.utf8) }) else { return nil }
      return String(line.dropFirst(key.utf8.count))
    }
    let versions = ["version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/"]
    guard let first = lines.first, versions.contains(where: { first.starts(with: $0.utf8) }),
      let digest = value("oid sha256:"), digest.utf8.count == 64, digest.utf8.allSatisfy(\.isLowerHexDigit),
      let size = value("size ").flatMap({ Int64($0) }), size >= 0
    else { return nil }
    self.digest = digest
    self.size = size
  }

  /// Whether `file` has this size and digest. Throws `SourceChanged` when it changed meanwhile.
  func isFor(_ file: SourceFile) throws -> Bool {
    guard file.identity.size == size else { return false }
    var hash = SHA256()
    try forEachChunk(of: size, read: { try file.read(from: $0, into: $1) }) { hash.update($0) }
    return hash.finalize().description == digest
  }
}
