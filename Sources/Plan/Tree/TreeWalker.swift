// A walk through a folder of the source tree: every file, folder and symlink below it that the rule takes, each by
// lstat alone. What a release cannot hold is told by name and type. Folders are read side by side; the order in which
// they are gone through, and what is told, follow from the tree alone.

import Basics
import Files
import Glibc
import Threads

/// One thing that a walk found.
struct WalkedItem: Sendable {
  /// Path below the tree's root.
  let path: [UInt8]
  let status: FileStatus
  /// The target of a symlink.
  let target: [UInt8]
}

/// Walks one tree.
struct TreeWalker: Sendable {
  /// The tree's root.
  let root: [UInt8]
  let filter: TreeFilter
  let own: OwnPlaces
  /// What stands before a path below the root when patterns look at it: "PATH/" for one of several paths.
  let patternPrefix: [UInt8]

  /// What a walk has to tell.
  enum Finding {
    case item(WalkedItem)
    /// What a release cannot hold.
    case refused(Diagnostic)
  }

  /// Walks everything below the root, which the folders above it leave in `state`, on `jobs` threads. This one calls
  /// `found`.
  func walk(_ state: TreeFilter.State, jobs: Int, _ found: (Finding) -> Void) throws {
    var visits = [FolderVisit(path: [], state: state)]
    var undecided = UndecidedFolders()
    while !visits.isEmpty {
      // The last first, so that few wait; so many whatever the number of threads, so that the order is the same.
      let next = visits.suffix(FolderVisit.mostAtOnce)
      visits.removeLast(next.count)
      for contents in try ordered(next, jobs: jobs, { contents(of: $0) }) {
        for mistake in contents.refused { found(.refused(mistake)) }
        for item in contents.items { found(.item(item)) }
        if !contents.items.isEmpty { undecided.take(contents.undecided) }
        for (folder, state, isUndecided) in contents.folders {
          let number = isUndecided ? undecided.add(folder, in: contents.undecided) : nil
          visits.append(FolderVisit(path: folder.path, state: state, undecided: number))
        }
        if let rest = contents.rest { visits.append(rest) }
      }
    }
    for item in undecided.taken { found(.item(item)) }
  }

  /// Reads a folder, or a part of a large one; what was found before a mistake is there.
  private func contents(of visit: FolderVisit) -> FolderContents {
    var contents = FolderContents(undecided: visit.undecided)
    do {
      let path = visit.path.isEmpty ? root : root + [UInt8(ascii: "/")] + visit.path
      let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (visit.path.isEmpty ? 0 : O_NOFOLLOW))
      let status = FileStatus(try handle.status())
      let isOutput = own.isOutput(status)
      let names =
        try visit.names ?? FolderListing.names(ofSource: handle, since: own.isShared(status) ? nil : status)[...]
      for name in names.prefix(FolderVisit.mostNames) {
        // Where the run writes into the tree itself, what killed runs left is as little of the tree as the outputs.
        if isOutput && name.starts(with: OutputFolder.temporaryPrefix.utf8) { continue }
        if name == TreeFilter.git && !filter.takesGit { continue }
        try look(at: name, in: handle, visit, &contents)
      }
      contents.rest = visit.rest(of: names)
    } catch {
      contents.refused.append(Diagnostic(.system, "\(error)"))
    }
    return contents
  }

  private func look(
    at name: [UInt8], in handle: borrowing FileHandle, _ visit: FolderVisit, _ contents: inout FolderContents
  ) throws(SystemError) {
    let shown = handle.path + [UInt8(ascii: "/")] + name
    let path = visit.path.isEmpty ? name : visit.path + [UInt8(ascii: "/")] + name
    let status = try FileStatus.of(name, in: handle.descriptor, path: shown)
    let state = status.isFolder ? filter.state(below: patternPrefix + path, visit.state) : visit.state
    guard status.isFolder ? state != .out : filter.takes(file: patternPrefix + path, state) else { return }
    if own.contains(status) { return }
    func refuse(_ reason: String) {
      contents.refused.append(Diagnostic(.system, "\(escapedName(shown))\(reason)"))
    }
    if let fault = NameFault.of(path) { return refuse(": the name \(fault)") }
    guard status.isFolder || status.isFile || status.isSymlink else {
      return refuse(": \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try Paths.target(of: name, in: handle.descriptor, path: shown) : []
    if let fault = NameFault.of(target) { return refuse(": its target \(escapedName(target)) \(fault)") }
    let item = WalkedItem(path: path, status: status, target: target)
    let isUndecided = status.isFolder && !filter.isSelective && own.liesBelow(status)
    if status.isFolder { contents.folders.append((item, state, isUndecided)) }
    if !status.isFolder || !(filter.isSelective || isUndecided) { contents.items.append(item) }
  }
}

/// A folder to be read, or what is left of a large one.
private struct FolderVisit {
  /// Visits under way at once.
  static let mostAtOnce = 64
  /// Names that one visit looks at, so that of a folder of a million files no more than the names is held at once.
  static let mostNames = 1000

  /// Path below the tree's root, which itself is the empty path.
  let path: [UInt8]
  /// The state of what is in it.
  let state: TreeFilter.State
  /// Its number among the folders that are not decided on, if it is one.
  var undecided: Int?
  /// The names that are left; nil for all that are in it.
  var names: ArraySlice<[UInt8]>?

  /// What is left after a visit of these names; nil for nothing.
  func rest(of names: ArraySlice<[UInt8]>) -> FolderVisit? {
    var rest = self
    rest.names = names.dropFirst(Self.mostNames)
    return rest.names?.isEmpty == false ? rest : nil
  }
}

/// What is taken of what one visit sees.
private struct FolderContents {
  /// The number of the folder among those that are not decided on, if it is one.
  let undecided: Int?
  var items: [WalkedItem] = []
  /// The folders to go on with, each with the state of what is in that, and whether only that decides on it.
  var folders: [(WalkedItem, TreeFilter.State, isUndecided: Bool)] = []
  var refused: [Diagnostic] = []
  var rest: FolderVisit?
}

/// Folders with some of the run's own below them, which come and go with these: they are taken where something else in
/// them is.
private struct UndecidedFolders {
  private var folders: [(item: WalkedItem, parent: Int?, isTaken: Bool)] = []

  /// Adds a folder; its number.
  mutating func add(_ item: WalkedItem, in parent: Int?) -> Int {
    folders.append((item, parent, isTaken: false))
    return folders.count - 1
  }

  /// Notes that something is taken of the folder of that number, if it is one, and so of those that it is in.
  mutating func take(_ number: Int?) {
    var next = number
    while let number = next, !folders[number].isTaken {
      folders[number].isTaken = true
      next = folders[number].parent
    }
  }

  /// Those that are taken.
  var taken: [WalkedItem] { folders.filter(\.isTaken).map(\.item) }
}

extension FileStatus {
  /// What a release may hold, for messages about what it may not.
  static let wantedTypes = "a release holds files, folders and symlinks"
}
