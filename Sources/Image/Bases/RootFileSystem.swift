// The root file system of a base, as the entries of its one layer: made around a busybox, or taken from a folder.

package import Archive
import Basics
package import Files
private import Glibc

/// A root file system, as the layer that holds it is written from it.
package struct RootFileSystem: Sendable {
  /// Everything in it, sorted by the bytes of the names, none of which begins with "./".
  package private(set) var entries: TarEntryList
  /// The contents that `entries` names.
  package private(set) var contents = SourceTable()

  fileprivate init(mtime: Int64) { entries = TarEntryList(mtime: mtime) }
}

/// Something in a folder that a layer cannot hold.
package struct RootFileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Why it cannot be held.
  package enum Reason: Equatable, Sendable {
    /// Neither a file nor a folder nor a symlink; `found` says what, as in "a FIFO".
    case type(found: String)
    /// The name begins with ".wh.", which deletes a file in a layer (OCI image-spec, layer.md, "Whiteouts").
    case whiteout
    /// The name or the target of the link is longer than `ByteArena.longest`.
    case tooLong
  }

  /// Path of what is refused.
  package let path: [UInt8]
  package let reason: Reason

  package init(path: [UInt8], reason: Reason) {
    self.path = path
    self.reason = reason
  }

  package var description: String {
    switch reason {
    case .type(let found): "\(escapedName(path)): \(found); a layer is made from files, folders and symlinks"
    case .whiteout: "\(escapedName(path)): the name begins with \".wh.\", which deletes a file in a layer"
    case .tooLong: "\(escapedName(path)): the name or the target of the link has more than \(ByteArena.longest) bytes"
    }
  }
}

// Building. The owner of everything is 0:0.
extension RootFileSystem {
  fileprivate mutating func addFolder(_ path: [UInt8], mode: UInt16) throws(RootFileSystemError) {
    try add(.directory, path + [UInt8(ascii: "/")], mode: mode)
  }

  fileprivate mutating func addSymlink(_ path: [UInt8], to target: [UInt8]) throws(RootFileSystemError) {
    try add(.symlink, path, mode: 0o777, linkname: target)
  }

  fileprivate mutating func addFile(_ path: [UInt8], mode: UInt16, _ content: Source) throws(RootFileSystemError) {
    try add(.file, path, mode: mode, body: .source(contents.add(content)))
  }

  fileprivate mutating func addFile(
    _ path: [UInt8], mode: UInt16, capabilities: [UInt8], body: TarEntryBody
  ) throws(RootFileSystemError) {
    try add(.file, path, mode: mode, capabilities: capabilities, body: body)
  }

  fileprivate mutating func add(content: Source) -> SourceID { contents.add(content) }

  fileprivate mutating func add(sourceFolder path: [UInt8]) -> UInt32 { entries.add(folder: path) }

  fileprivate mutating func sort() { entries.sort() }

  private mutating func add(
    _ kind: TarEntryKind, _ name: [UInt8], mode: UInt16, linkname: [UInt8] = [], capabilities: [UInt8] = [],
    body: TarEntryBody = .none
  ) throws(RootFileSystemError) {
    let isAdded = entries.append(
      name: name, kind: kind, mode: mode, owner: .root, linkname: linkname, capabilities: capabilities, body: body)
    if !isAdded { throw RootFileSystemError(path: name, reason: .tooLong) }
  }
}

// A root file system that was unpacked into a folder.
extension RootFileSystem {
  /// The file system in the folder `path`, everything in it of the time `mtime`.
  ///
  /// Permission bits are kept, setuid and sticky ones too, and capabilities of executable files; the owner becomes 0:0.
  /// A file with several names becomes several files. `lose` is called with the path of each executable file and the
  /// names of its other extended attributes, which are left out, `inspect` with each executable file that is not empty. Throws `RootFileSystemError` and what
  /// `inspect` throws too.
  package static func folder(
    _ path: String, mtime: Int64, lose: @escaping (_ path: [UInt8], _ attributes: [[UInt8]]) -> Void = { _, _ in },
    inspect: ((SourceFile) throws -> Void)? = nil
  ) throws -> RootFileSystem {
    var folder = UnpackedFolder(Array(path.utf8), mtime: mtime, lose: lose, inspect: inspect)
    try FolderWalk(of: Array(path.utf8)).all { try folder.take($0) }
    folder.system.sort()
    return folder.system
  }
}

/// A root file system while the folder that holds it is walked through.
private struct UnpackedFolder {
  private let root: [UInt8]
  /// What the walk found.
  var system: RootFileSystem
  /// The root with a slash behind it, among the source folders of the entries.
  private let sourceFolder: UInt32
  /// The contents of big files: hard links to one file are one content.
  private var contents: [FileKey: SourceID] = [:]
  private let lose: ([UInt8], [[UInt8]]) -> Void
  private let inspect: ((SourceFile) throws -> Void)?

  init(
    _ root: [UInt8], mtime: Int64, lose: @escaping ([UInt8], [[UInt8]]) -> Void, inspect: ((SourceFile) throws -> Void)?
  ) {
    self.root = root
    self.lose = lose
    self.inspect = inspect
    system = RootFileSystem(mtime: mtime)
    sourceFolder = system.add(sourceFolder: root + [slash])
  }

  /// Takes one thing in.
  mutating func take(_ item: FolderWalk.Item) throws {
    let (path, shown, status) = (item.path, item.place, item.status)
    if item.name.starts(with: ".wh.".utf8) { throw RootFileSystemError(path: shown, reason: .whiteout) }
    if status.isFolder {
      try system.addFolder(path, mode: status.mode)
    } else if status.isSymlink {
      try system.addSymlink(path, to: try item.target())
    } else if status.isFile {
      // Executable files alone: a call for each file takes time, and capabilities are attributes of executables.
      var attributes = status.mode & 0o111 == 0 ? [] : try ExtendedAttributes.given(to: shown)
      var capabilities: [UInt8] = []
      if let index = attributes.firstIndex(of: Array(Capabilities.attribute.utf8)),
        let value = try ExtendedAttributes.value(of: Capabilities.attribute, at: shown),
        let known = Capabilities(bytes: value)
      {
        attributes.remove(at: index)
        capabilities = known.bytes
      }
      if !attributes.isEmpty { lose(shown, attributes) }
      if status.mode & 0o111 != 0, status.identity.size > 0 {
        try inspect?(SourceFile(path: shown, identity: status.identity))
      }
      try system.addFile(path, mode: status.mode, capabilities: capabilities, body: body(of: path, status))
    } else {
      throw RootFileSystemError(path: shown, reason: .type(found: status.typeName))
    }
  }

  /// A small file is written after its header; a big one is a source, which is deflated by itself.
  private mutating func body(of path: [UInt8], _ status: FileStatus) -> TarEntryBody {
    if status.identity.size < Rope.sourceThreshold { return .file(folder: sourceFolder, dropping: 0, status.identity) }
    if let known = contents[status.key] { return .source(known) }
    let file = SourceFile(path: root + [slash] + path, identity: status.identity)
    let id = system.add(content: .file(file))
    contents[status.key] = id
    return .source(id)
  }
}

private let slash = UInt8(ascii: "/")

// A root file system around one static busybox: the folders that programs look for, a link for each applet, and the
// users root and nobody.
extension RootFileSystem {
  /// The file system around the busybox `executable`, everything in it of the time `mtime`.
  ///
  /// Throws `NoBusyboxApplets` too, when `executable` is no busybox.
  package static func busybox(_ executable: SourceFile, mtime: Int64) throws -> RootFileSystem {
    let applets = try BusyboxApplets.names(in: executable)
    var system = RootFileSystem(mtime: mtime)
    for (name, mode) in folders { try system.addFolder(Array(name.utf8), mode: mode) }
    try system.addFile(Array("bin/busybox".utf8), mode: 0o755, .file(executable))
    for applet in applets where applet != "busybox" {
      try system.addSymlink(Array("bin/\(applet)".utf8), to: Array("busybox".utf8))
    }
    try system.addFile(Array("etc/passwd".utf8), mode: 0o644, .bytes(Array(users.utf8)))
    try system.addFile(Array("etc/group".utf8), mode: 0o644, .bytes(Array(groups.utf8)))
    system.sort()
    return system
  }

  /// The folders with their modes: in tmp everybody may make files, and remove only files of their own.
  private static let folders: [(String, UInt16)] = [
    ("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("home", 0o755), ("proc", 0o755), ("root", 0o700), ("sys", 0o755),
    ("tmp", 0o1777), ("usr", 0o755), ("var", 0o755),
  ]

  /// passwd(5): the names that an image's `User` may have.
  private static let users = """
    root:x:0:0:root:/root:/bin/sh
    nobody:x:65534:65534:nobody:/home:/bin/false

    """

  /// group(5).
  private static let groups = """
    root:x:0:
    nobody:x:65534:

    """
}
