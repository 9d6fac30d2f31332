// The file system that the layers of an image make together: names and owners, without contents.
// OCI image-spec, layer.md, "Changeset" and "Whiteouts".

package import Archive

/// What stands at each path of an image, built layer by layer.
package struct FileTable: Sendable {
  /// What stands at one path.
  package struct Entry: Equatable, Sendable {
    /// A hard link has the kind of what it leads to, and all else of it too.
    package let kind: TarEntryKind
    /// Permission bits, 0 to 0o7777.
    package let mode: UInt16
    package let uid: Int64
    package let gid: Int64
    /// The target of a symlink, raw bytes; empty for all else.
    package let linkname: [UInt8]

    package init(kind: TarEntryKind, mode: UInt16, uid: Int64 = 0, gid: Int64 = 0, linkname: [UInt8] = []) {
      self.kind = kind
      self.mode = mode
      self.uid = uid
      self.gid = gid
      self.linkname = linkname
    }
  }

  /// The name of one file in its folder.
  typealias Name = ArraySlice<UInt8>

  private struct Node {
    var entry: Entry
    var children: [Name: Int] = [:]
  }

  /// The most bytes of a path that Linux takes (limits.h, PATH_MAX).
  static let longestPath = 4096
  /// The most symlinks that are followed for one path (path_resolution(7)).
  private static let mostLinks = 40

  /// A parent that no layer has: what containerd makes.
  private static let implied = Entry(kind: .directory, mode: 0o755)

  /// The root first; what was removed stays, but nothing leads to it.
  private var nodes = [Node(entry: FileTable.implied)]

  /// A table with nothing but a root folder.
  package init() {}

  /// What stands at `path`, which has no leading "/" and whose parents must be no symlinks; nil for nothing.
  package subscript(path: [UInt8]) -> Entry? { node(at: Self.parts(path)).map { nodes[$0].entry } }

  /// The names of what stands in the folder at `path`, sorted by their bytes.
  package func names(in path: [UInt8]) -> [[UInt8]] {
    guard let folder = node(at: Self.parts(path)) else { return [] }
    return nodes[folder].children.keys.map { Array($0) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// `path` with all symlinks followed inside the root, those of its last part too; the root is the empty path.
  ///
  /// A part that does not exist stays as it is. Nil on more than 40 symlinks and where a part is below a file.
  package func resolve(_ path: [UInt8]) -> [UInt8]? {
    resolve(Self.parts(path)).map { Array($0.joined(separator: [UInt8(ascii: "/")])) }
  }

  /// A path cut at its slashes, without empty and "." parts.
  static func parts(_ path: [UInt8]) -> [Name] {
    path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
  }
}

// Looking up
extension FileTable {
  private func node(at parts: some Sequence<Name>) -> Int? {
    var index = 0
    for part in parts {
      guard let child = nodes[index].children[part] else { return nil }
      index = child
    }
    return index
  }

  private func resolve(_ parts: [Name]) -> [Name]? {
    // What is still to be walked, last part first.
    var left = Array(parts.reversed())
    var done: [Name] = []
    var links = 0
    while let part = left.popLast() {
      if part.elementsEqual("..".utf8) {
        _ = done.popLast()
        continue
      }
      done.append(part)
      guard let index = node(at: done) else { continue }
      let entry = nodes[index].entry
      switch entry.kind {
      case .symlink:
        links += 1
        if links > Self.mostLinks { return nil }
        _ = done.popLast()
        if entry.linkname.first == UInt8(ascii: "/") { done = [] }
        left += Self.parts(entry.linkname).reversed()
      case .directory: break
      default: if !left.isEmpty { return nil }
      }
    }
    return done
  }
}

// Building
extension FileTable {
  /// The table with the entries of `layer`, a new one without hard links, over it.
  package func covered(by layer: TarEntryList) -> FileTable {
    var table = self
    for index in 0..<layer.count {
      let entry = layer.entry(at: index, size: 0)
      let node = Entry(
        kind: entry.kind, mode: entry.mode, uid: entry.uid, gid: entry.gid, linkname: entry.linkname)
      _ = table.set(node, at: Self.parts(entry.name))
    }
    return table
  }

  /// Removes `name`, and all below it, from the folder at `parent`, if they are there.
  mutating func remove(_ name: Name, from parent: [Name]) {
    guard let parent = resolve(parent), let folder = node(at: parent) else { return }
    nodes[folder].children[name] = nil
  }

  /// Removes all that stands in the folder at `parent`, if it is there.
  mutating func clear(_ parent: [Name]) {
    guard let parent = resolve(parent), let folder = node(at: parent) else { return }
    nodes[folder].children = [:]
  }

  /// Puts `entry` at `parts`, in the place of what stands there; a folder over a folder keeps what is in it.
  ///
  /// Missing parents are made. False when a parent is no folder and leads to none.
  mutating func set(_ entry: Entry, at parts: [Name]) -> Bool {
    guard let name = parts.last else {
      if entry.kind == .directory { nodes[0].entry = entry }
      return entry.kind == .directory
    }
    guard let parent = resolve(parts.dropLast()), let folder = makeFolders(parent) else { return false }
    if let index = nodes[folder].children[name] {
      let isMerged = entry.kind == .directory && nodes[index].entry.kind == .directory
      if !isMerged { nodes[index].children = [:] }
      nodes[index].entry = entry
      return true
    }
    append(entry, as: name, to: folder)
    return true
  }

  /// What the hard link target at `parts` is; its last part is not followed.
  func linked(_ parts: [Name]) -> Entry? {
    guard let name = parts.last, let parent = resolve(parts.dropLast()) else { return nil }
    return node(at: parent + [name]).map { nodes[$0].entry }
  }

  private mutating func makeFolders(_ parts: [Name]) -> Int? {
    var index = 0
    for part in parts {
      index = nodes[index].children[part] ?? append(Self.implied, as: part, to: index)
    }
    return nodes[index].entry.kind == .directory ? index : nil
  }

  @discardableResult
  private mutating func append(_ entry: Entry, as name: Name, to folder: Int) -> Int {
    nodes.append(Node(entry: entry))
    // A copy of the name's bytes, for a slice would keep the whole path.
    nodes[folder].children[ArraySlice(Array(name))] = nodes.count - 1
    return nodes.count - 1
  }

  private func resolve(_ parts: ArraySlice<Name>) -> [Name]? { resolve(Array(parts)) }
}
