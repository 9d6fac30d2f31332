// A root file system that was unpacked into a folder: everything below it, each thing by lstat alone.

package import Archive
private import Glibc

extension RootFileSystem {
  /// The file system in the folder `path`, everything in it of the time `mtime`.
  ///
  /// Permission bits are kept, setuid and sticky ones too; the owner is 0:0, whoever unpacked the folder. Each name of
  /// a file with several is a file of its own. `lose` is called with the path of each file to be run and the names of
  /// its extended attributes, which are left out, `inspect` with each file to be run that has a byte. Throws
  /// `RootFileSystemError` for what no layer can be made from, `SystemError`, and what `inspect` throws.
  package static func folder(
    _ path: String, mtime: Int64, lose: @escaping (_ path: [UInt8], _ attributes: [[UInt8]]) -> Void = { _, _ in },
    inspect: ((SourceFile) throws -> Void)? = nil
  ) throws -> RootFileSystem {
    var walk = FolderWalk(root: Array(path.utf8), mtime: mtime, lose: lose, inspect: inspect)
    try walk.run()
    return walk.system
  }
}

/// A walk through a folder that holds a root file system.
private struct FolderWalk {
  private let root: [UInt8]
  /// What the walk found.
  private(set) var system: RootFileSystem
  /// The root with a slash behind it, among the source folders of the entries.
  private let sourceFolder: UInt32
  /// The files that are distinct contents: a hard link to one is the same content.
  private var contents: [FileKey: ContentID] = [:]
  private let lose: ([UInt8], [[UInt8]]) -> Void
  private let inspect: ((SourceFile) throws -> Void)?
  /// Folders below the root that are yet to be read; the root is the empty path.
  private var pending: [[UInt8]] = [[]]

  init(
    root: [UInt8], mtime: Int64, lose: @escaping ([UInt8], [[UInt8]]) -> Void, inspect: ((SourceFile) throws -> Void)?
  ) {
    self.root = root
    self.lose = lose
    self.inspect = inspect
    system = RootFileSystem(mtime: mtime)
    sourceFolder = system.add(sourceFolder: root + [slash])
  }

  mutating func run() throws {
    while let folder = pending.popLast() { try read(folder) }
    system.sort()
  }

  private mutating func read(_ folder: [UInt8]) throws {
    let path = folder.isEmpty ? root : root + [slash] + folder
    // The root may be reached through a link; below it none is followed, even one that comes while the walk goes on.
    let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (folder.isEmpty ? 0 : O_NOFOLLOW))
    for name in try FolderListing.names(ofSource: handle, since: FileStatus(try handle.status())) {
      try take(name, of: handle, as: folder.isEmpty ? name : folder + [slash] + name)
    }
  }

  private mutating func take(_ name: [UInt8], of folder: borrowing FileHandle, as path: [UInt8]) throws {
    let shown = root + [slash] + path
    if name.starts(with: ".wh.".utf8) { throw RootFileSystemError(path: shown, reason: .whiteout) }
    let status = try FileStatus.of(name, in: folder.descriptor, path: shown)
    if status.isFolder {
      try system.addFolder(path, mode: status.mode)
      pending.append(path)
    } else if status.isSymlink {
      try system.addSymlink(path, to: try FilePath.target(of: name, in: folder.descriptor, path: shown))
    } else if status.isFile {
      // Another call for each file would be felt, and what is to be run is what has capabilities.
      let attributes = status.mode & 0o111 == 0 ? [] : try ExtendedAttributes.given(to: shown)
      if !attributes.isEmpty { lose(shown, attributes) }
      if status.mode & 0o111 != 0, status.identity.size > 0 {
        try inspect?(SourceFile(path: shown, identity: status.identity))
      }
      try system.addFile(path, mode: status.mode, body: body(of: path, status))
    } else {
      throw RootFileSystemError(path: shown, reason: .type(found: status.typeName))
    }
  }

  /// A file flows with its header; a big one is a distinct content, which is deflated by itself.
  private mutating func body(of path: [UInt8], _ status: FileStatus) -> TarEntryBody {
    if status.identity.size < Rope.contentThreshold { return .file(folder: sourceFolder, dropping: 0, status.identity) }
    if let known = contents[status.key] { return .content(known) }
    let file = SourceFile(path: root + [slash] + path, identity: status.identity)
    let id = system.add(content: .file(file))
    contents[status.key] = id
    return .content(id)
  }
}

private let slash = UInt8(ascii: "/")
