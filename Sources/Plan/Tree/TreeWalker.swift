// Walks through a folder of the source tree and finds every file, folder and symlink that the rule takes, by lstat
// alone. Other types and names are refused. Folders are read in parallel; the order of the results depends on the tree
// alone.

import Basics
import Files
import Threads

/// An item that a walk found.
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
  /// The text before a path below the root when patterns are matched: "PATH/" for one of several paths.
  let patternPrefix: [UInt8]

  /// A result of a walk.
  enum Finding {
    case item(WalkedItem)
    /// An item that a release cannot hold.
    case refused(Diagnostic)
  }

  /// Walks everything below the root on `jobs` threads. `state` comes from the folders above the root. `found` is
  /// called on this thread. Returns which patterns of the filter fit something.
  func walk(_ state: TreeFilter.State, jobs: Int, _ found: (Finding) -> Void) throws -> PatternMarks {
    var marks = filter.noMarks
    var visits = [TreeVisit(folder: FolderWalk.Visit(), state: state)]
    var undecided = UndecidedFolders()
    while !visits.isEmpty {
      // The last visits first, so that few wait. Their number does not depend on `jobs`, so that the order is fixed.
      let next = visits.suffix(TreeVisit.mostAtOnce)
      visits.removeLast(next.count)
      let known = marks
      for contents in try ordered(next, jobs: jobs, { contents(of: $0, known) }) {
        marks.add(contents.marks)
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
    return marks
  }

  /// Reads a folder, or a part of a large one. After a mistake the items found before it are kept.
  private func contents(of visit: TreeVisit, _ known: PatternMarks) -> FolderContents {
    var contents = FolderContents(undecided: visit.undecided, marks: known)
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

  /// Whether a name in a folder is looked at.
  private func isOfTree(_ name: [UInt8], _ folder: FileStatus) -> Bool {
    if name == TreeFilter.git { return filter.takesGit }
    return !own.leavesOut(name, in: folder)
  }

  private func look(
    at found: FolderWalk.Item, _ visit: TreeVisit, _ contents: inout FolderContents
  ) throws(SystemError) {
    let (path, status) = (found.path, found.status)
    filter.mark(patternPrefix + path, isFolder: status.isFolder, in: &contents.marks)
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

/// A folder to read, or the rest of a large one.
private struct TreeVisit {
  /// Visits under way at once.
  static let mostAtOnce = 64

  let folder: FolderWalk.Visit
  /// The state of its contents.
  let state: TreeFilter.State
  /// Its number in `UndecidedFolders`, if it is there.
  var undecided: Int?
}

/// The items that one visit takes.
private struct FolderContents {
  /// The folder's number in `UndecidedFolders`, if it is there.
  let undecided: Int?
  /// The patterns that fit something, here and before.
  var marks: PatternMarks
  var items: [WalkedItem] = []
  /// The folders to visit next, each with the state of its contents, and whether it is taken only for its contents.
  var folders: [(WalkedItem, TreeFilter.State, isUndecided: Bool)] = []
  var refused: [Diagnostic] = []
  var rest: TreeVisit?
}

/// Folders that have some of the run's own places below them, and may exist only for these. They are taken only when
/// something else in them is.
private struct UndecidedFolders {
  private var folders: [(item: WalkedItem, parent: Int?, isTaken: Bool)] = []

  /// Adds a folder and returns its number.
  mutating func add(_ item: WalkedItem, in parent: Int?) -> Int {
    folders.append((item, parent, isTaken: false))
    return folders.count - 1
  }

  /// Marks the folder with this number as taken, and all folders above it.
  mutating func take(_ number: Int?) {
    var next = number
    while let number = next, !folders[number].isTaken {
      folders[number].isTaken = true
      next = folders[number].parent
    }
  }

  /// The folders that are taken.
  var taken: [WalkedItem] { folders.filter(\.isTaken).map(\.item) }
}

extension FileStatus {
  /// The types that a release may hold, for messages about other types.
  static let wantedTypes = "a release holds files, folders and symlinks"
}
