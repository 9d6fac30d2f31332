// The root file system of a base image, as the entries of its one layer: made around a busybox, or taken from a folder.

package import Archive

/// A root file system: what the layer that holds it is written from.
package struct RootFileSystem: Sendable {
  /// Everything in it, sorted by the bytes of the names, none of which begins with "./".
  package private(set) var entries: TarEntryList
  /// The contents that `entries` names.
  package private(set) var contents = ContentTable()

  init(mtime: Int64) { entries = TarEntryList(mtime: mtime) }
}

/// What a root file system cannot hold.
package struct RootFileSystemError: Error, Equatable, Sendable, CustomStringConvertible {
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

// Building; everything belongs to 0:0.
extension RootFileSystem {
  mutating func addFolder(_ path: [UInt8], mode: UInt16) throws(RootFileSystemError) {
    try add(.directory, path + [UInt8(ascii: "/")], mode: mode)
  }

  mutating func addSymlink(_ path: [UInt8], to target: [UInt8]) throws(RootFileSystemError) {
    try add(.symlink, path, mode: 0o777, linkname: target)
  }

  mutating func addFile(_ path: [UInt8], mode: UInt16, _ content: Content) throws(RootFileSystemError) {
    try add(.file, path, mode: mode, body: .content(contents.add(content)))
  }

  mutating func addFile(_ path: [UInt8], mode: UInt16, body: TarEntryBody) throws(RootFileSystemError) {
    try add(.file, path, mode: mode, body: body)
  }

  mutating func add(content: Content) -> ContentID { contents.add(content) }

  mutating func add(sourceFolder path: [UInt8]) -> UInt32 { entries.add(folder: path) }

  mutating func sort() { entries.sort() }

  private mutating func add(
    _ kind: TarEntryKind, _ name: [UInt8], mode: UInt16, linkname: [UInt8] = [], body: TarEntryBody = .none
  ) throws(RootFileSystemError) {
    let isAdded = entries.append(
      name: name, kind: kind, mode: mode, owner: .root, linkname: linkname, body: body)
    if !isAdded { throw RootFileSystemError(path: name, reason: .tooLong) }
  }
}
