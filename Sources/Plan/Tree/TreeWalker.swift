// A walk through a folder of the source tree: every file, folder and symlink below it that the rule takes, each by
// lstat alone. What a release cannot hold is told by name and type. Folders are read side by side; the order in which
// they are gone through, and what is told, follow from the tree alone.

import Basics
import Files
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
    var visits = [TreeVisit(folder: FolderWalk.Visit(), state: state)]
    var undecided = UndecidedFolders()
    while !visits.isEmpty {
      // The last first, so that few wait; so many whatever the number of threads, so that the order is the same.
      let next = visits.suffix(TreeVisit.mostAtOnce)
      visits.removeLast(next.count)
      for contents in try ordered(next, jobs: jobs, { contents(of: $0) }) {
        for mistake in contents.refused { found(.refused(mistake)) }
        for item in contents.items { found(.item(item)) }
        if !contents.items.isEmpty { undecided.take(contents.undecided) }
        for (folder, state, isUndecided) in contents.folders {
          let number = isUndecided ? undecided.add(folder, in: contents.undecided) : nil
          visits.append(TreeVisit(folder: FolderWalk.Visit(folder.path), state: state, undecided: number))
        }
        if let rest = contents.rest { visits.append(rest) }
      }
    }
    for item in undecided.taken { found(.item(item)) }
  }

  /// Reads a folder, or a part of a large one; what was found before a mistake is there.
  private func contents(of visit: TreeVisit) -> FolderContents {
    var contents = FolderContents(undecided: visit.undecided)
    do {
      let rest = try FolderWalk(of: root).read(visit.folder, isShared: own.isShared, where: isOfTree) { item in
        try look(at: item, visit, &contents)
      }
      contents.rest = rest.map { TreeVisit(folder: $0, state: visit.state, undecided: visit.undecided) }
    } catch {
      contents.refused.append(Diagnostic(.system, "\(error)"))
    }
    return contents
  }

  /// Whether a name in a folder is looked at. Where the run writes into the tree itself, what killed runs left is as
  /// little of the tree as the outputs.
  private func isOfTree(_ name: [UInt8], _ folder: FileStatus) -> Bool {
    if name == TreeFilter.git { return filter.takesGit }
    return !(name.starts(with: OutputFolder.temporaryPrefix.utf8) && own.isOutput(folder))
  }

  private func look(
    at found: FolderWalk.Item, _ visit: TreeVisit, _ contents: inout FolderContents
  ) throws(SystemError) {
    let (path, status) = (found.path, found.status)
    let state = status.isFolder ? filter.state(below: patternPrefix + path, visit.state) : visit.state
    guard status.isFolder ? state != .out : filter.takes(file: patternPrefix + path, state) else { return }
    if own.contains(status) { return }
    func refuse(_ reason: String) {
      contents.refused.append(Diagnostic(.system, "\(escapedName(found.place))\(reason)"))
    }
    if let fault = NameFault.of(path) { return refuse(": the name \(fault)") }
    guard status.isFolder || status.isFile || status.isSymlink else {
      return refuse(": \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try found.target() : []
    if let fault = NameFault.of(target) { return refuse(": its target \(escapedName(target)) \(fault)") }
    let item = WalkedItem(path: path, status: status, target: target)
    let isUndecided = status.isFolder && !filter.isSelective && own.liesBelow(status)
    if status.isFolder { contents.folders.append((item, state, isUndecided)) }
    if !status.isFolder || !(filter.isSelective || isUndecided) { contents.items.append(item) }
  }
}

/// A folder to be read, or what is left of a large one.
private struct TreeVisit {
  /// Visits under way at once.
  static let mostAtOnce = 64

  let folder: FolderWalk.Visit
  /// The state of what is in it.
  let state: TreeFilter.State
  /// Its number among the folders that are not decided on, if it is one.
  var undecided: Int?
}

/// What is taken of what one visit sees.
private struct FolderContents {
  /// The number of the folder among those that are not decided on, if it is one.
  let undecided: Int?
  var items: [WalkedItem] = []
  /// The folders to go on with, each with the state of what is in that, and whether only that decides on it.
  var folders: [(WalkedItem, TreeFilter.State, isUndecided: Bool)] = []
  var refused: [Diagnostic] = []
  var rest: TreeVisit?
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
