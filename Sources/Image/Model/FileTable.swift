// The file system that the layers of an image make together: names, modes and owners, without the files' bytes.
// OCI image-spec, layer.md, "Changeset" and "Whiteouts".

package import Archive
import Files

/// What is at each path of an image, built layer by layer.
package struct FileTable: Sendable {
  /// What is at one path.
  package struct Entry: Equatable, Sendable {
    /// A hard link has the kind of what it leads to, and all else of it too.
    package let kind: TarEntryKind
    /// Permission bits, 0 to 0o7777.
    package let mode: UInt16
    package let uid: Int64
    package let gid: Int64
    /// The target of a symlink, raw bytes; empty for all else.
    package let linkname: [UInt8]
    /// The value of a file's attribute security.capability; empty for none.
    package let capabilities: [UInt8]
    /// Where a file's bytes stand; nil for what is no file, has no layer, or is sparse.
    package var contents: Contents?

    package init(
      kind: TarEntryKind, mode: UInt16, uid: Int64 = 0, gid: Int64 = 0, linkname: [UInt8] = [],
      capabilities: [UInt8] = []
    ) {
      self.kind = kind
      self.mode = mode
      self.uid = uid
      self.gid = gid
      self.linkname = linkname
      self.capabilities = capabilities
    }
  }

  /// A place in an unpacked layer.
  package struct Contents: Equatable, Sendable {
    /// The number of the layer, from the lowest on.
    package let layer: Int
    package let offset: Int64
    package let count: Int64
  }

  /// The name of one file in its folder.
  typealias Name = [UInt8]

  /// Why an entry cannot stand at its path.
  enum Refusal: Error, Equatable {
    case belowNoFolder
    case belowLoop
    case rootIsNoFolder
    /// The table is full.
    case tooMany
  }

  /// What keeps a path from leading anywhere.
  package enum Obstacle: Error, Equatable {
    /// More symlinks than a system follows: in practice, links that lead to one another.
    case loop
    /// A file where a folder should be.
    case file
  }

  private struct Node {
    var entry: Entry
    /// The number under which its children are found.
    var folder: Int
  }

  private struct Place: Hashable {
    let folder: Int
    let name: Name
  }

  /// One part of a path that was walked, and its node if there is one.
  private struct Step {
    let name: Name
    let node: Int?
  }

  /// The most bytes of a path that Linux takes (limits.h, PATH_MAX).
  static let longestPath = 4096
  /// The most symlinks that are followed for one path (path_resolution(7)).
  private static let mostLinks = 40

  /// The most files and folders of an image, those counted that a later layer hides: about 150 MB in memory.
  static let mostNodes = 1_000_000

  /// The folder that containerd makes where no layer has a parent of an entry.
  private static let implied = Entry(kind: .directory, mode: 0o755)

  /// The root first. A node that was removed stays here, but no child leads to it.
  private var nodes = [Node(entry: FileTable.implied, folder: 0)]
  /// All children of all folders: the name of each leads to its node.
  private var children: [Place: Int] = [:]
  private var folders = 1

  /// A table with nothing but a root folder.
  package init() {}

  /// What is at `path`, which has no leading "/" and no symlinks among its parents; nil for nothing.
  package subscript(path: [UInt8]) -> Entry? {
    var index = 0
    for part in Self.parts(path) {
      guard let child = child(part, of: index) else { return nil }
      index = child
    }
    return nodes[index].entry
  }

  /// `path` with all symlinks followed inside the root, those of its last part too; the root is the empty path.
  ///
  /// A part that does not exist stays as it is. Nil on more than 40 symlinks and where a part is below a file.
  package func resolve(_ path: [UInt8]) -> [UInt8]? {
    walk(Self.parts(path)).map { Array($0.map(\.name).joined(separator: [UInt8(ascii: "/")])) }
  }

  /// All that is below the folder at `path`, which has no symlinks: by the path from there, in the order of their bytes.
  package func contents(of path: [UInt8]) -> [(path: [UInt8], entry: Entry)] {
    guard let start = walk(Self.parts(path)).flatMap(end) else { return [] }
    let byFolder = Dictionary(grouping: children, by: \.key.folder)
    var found: [(path: [UInt8], entry: Entry)] = []
    var left = [(path: [UInt8](), node: start)]
    while let (path, node) = left.popLast() {
      for (place, child) in byFolder[nodes[node].folder] ?? [] {
        let path = path.isEmpty ? place.name : path + [UInt8(ascii: "/")] + place.name
        found.append((path, nodes[child].entry))
        if nodes[child].entry.kind == .directory { left.append((path, child)) }
      }
    }
    return found.sorted { $0.path.lexicographicallyPrecedes($1.path) }
  }

  /// Why `resolve` gives nil for `path`; nil where it gives a path.
  package func obstacle(on path: [UInt8]) -> Obstacle? {
    guard case .failure(let obstacle) = follow(Self.parts(path)) else { return nil }
    return obstacle
  }

  /// A path cut at its slashes, without empty and "." parts.
  static func parts(_ path: some Collection<UInt8>) -> [Name] {
    path.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }.map { Array($0) }
  }
}

// Looking up
extension FileTable {
  private func child(_ name: Name, of folder: Int) -> Int? {
    children[Place(folder: nodes[folder].folder, name: name)]
  }

  /// The way that `parts` lead, without symlinks; nil for none.
  private func walk(_ parts: some BidirectionalCollection<Name>) -> [Step]? {
    guard case .success(let way) = follow(parts) else { return nil }
    return way
  }

  /// The way that `parts` lead, without symlinks; one look-up a part.
  private func follow(_ parts: some BidirectionalCollection<Name>) -> Result<[Step], Obstacle> {
    // What is still to be walked, last part first.
    var left = Array(parts.reversed())
    var done: [Step] = []
    var links = 0
    while let part = left.popLast() {
      if part.elementsEqual("..".utf8) {
        _ = done.popLast()
        continue
      }
      let folder = done.isEmpty ? 0 : done.last?.node
      guard let index = folder.flatMap({ child(part, of: $0) }) else {
        done.append(Step(name: part, node: nil))
        continue
      }
      let entry = nodes[index].entry
      if entry.kind == .symlink {
        links += 1
        if links > Self.mostLinks { return .failure(.loop) }
        if entry.linkname.first == UInt8(ascii: "/") { done = [] }
        left += Self.parts(entry.linkname).reversed()
        continue
      }
      if entry.kind != .directory && !left.isEmpty { return .failure(.file) }
      done.append(Step(name: part, node: index))
    }
    return .success(done)
  }

  /// The node that the way ends at, the root for no part; nil when there is none.
  private func end(of way: [Step]) -> Int? {
    if let last = way.last { return last.node }
    return 0
  }
}

// Building
extension FileTable {
  /// The table with the entries of `layer`, which has no hard links, over it.
  package func covered(by layer: TarEntryList) -> FileTable {
    var table = self
    for index in 0..<layer.count {
      let entry = layer.entry(at: index, size: 0)
      let node = Entry(
        kind: entry.kind, mode: entry.mode, uid: entry.uid, gid: entry.gid, linkname: entry.linkname,
        capabilities: entry.capabilities)
      // An entry without a place, such as one below a file, cannot be looked up either.
      try? table.set(node, at: Self.parts(entry.name))
    }
    return table
  }

  /// Removes `name`, and all below it, from the folder at `parent`, if they are there.
  mutating func remove(_ name: Name, from parent: some BidirectionalCollection<Name>) {
    guard let folder = walk(parent).flatMap(end) else { return }
    children[Place(folder: nodes[folder].folder, name: name)] = nil
  }

  /// Removes all that is in the folder at `parent`, if it is there.
  mutating func clear(_ parent: some BidirectionalCollection<Name>) {
    if let folder = walk(parent).flatMap(end) { empty(folder) }
  }

  /// Puts `entry` at `parts` and replaces what is there; a folder over a folder keeps what is in it.
  ///
  /// Missing parents are made.
  mutating func set(_ entry: Entry, at parts: [Name]) throws(Refusal) {
    guard let name = parts.last else {
      guard entry.kind == .directory else { throw .rootIsNoFolder }
      nodes[0].entry = entry
      return
    }
    let way: [Step]
    switch follow(parts.dropLast()) {
    case .success(let steps): way = steps
    case .failure(.loop): throw .belowLoop
    case .failure(.file): throw .belowNoFolder
    }
    let folder = try makeFolders(way)
    guard let index = child(name, of: folder) else {
      _ = try append(entry, as: name, to: folder)
      return
    }
    let isMerged = entry.kind == .directory && nodes[index].entry.kind == .directory
    if !isMerged { empty(index) }
    nodes[index].entry = entry
  }

  /// The entry that a hard link to `parts` means; a symlink there is not followed.
  func linked(_ parts: [Name]) -> Entry? {
    guard let name = parts.last, let folder = walk(parts.dropLast()).flatMap(end) else { return nil }
    return child(name, of: folder).map { nodes[$0].entry }
  }

  private mutating func makeFolders(_ way: [Step]) throws(Refusal) -> Int {
    var index = 0
    for step in way {
      index = if let node = step.node { node } else { try append(Self.implied, as: step.name, to: index) }
    }
    if nodes[index].entry.kind != .directory { throw .belowNoFolder }
    return index
  }

  private mutating func append(_ entry: Entry, as name: Name, to folder: Int) throws(Refusal) -> Int {
    if nodes.count >= Self.mostNodes { throw .tooMany }
    children[Place(folder: nodes[folder].folder, name: name)] = nodes.count
    nodes.append(Node(entry: entry, folder: folders))
    folders += 1
    return nodes.count - 1
  }

  /// Leaves nothing in the folder `index`: it gets a new number, so that its children belong to no folder.
  private mutating func empty(_ index: Int) {
    nodes[index].folder = folders
    folders += 1
  }
}
