// A walk through a folder of the source tree: every file, folder and symlink below it that the rule takes, each by
// lstat alone. What a release cannot hold is told by name and type. Folders are read side by side; the order in which
// they are gone through, and what is told, follow from the tree alone.

import Archive
import Glibc
import Synchronization

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

  /// Walks everything below the root, which the folders above it leave in `state`, on `jobs` threads. The closures are
  /// called by one of them at a time.
  func walk(
    _ state: TreeFilter.State, jobs: Int, take: @escaping (WalkedItem) -> Void, refuse: @escaping (Diagnostic) -> Void
  ) throws {
    let queue = FolderQueue(root: FolderVisit(item: nil, state: state))
    let workers = OrderedWorkers<FolderVisit, FolderContents, NoTool>(
      window: 64 * jobs, next: { queue.next() }, makeTool: { NoTool() }, work: { visit, _ in contents(of: visit) },
      commit: { contents in
        contents.refused.forEach(refuse)
        contents.items.forEach(take)
        queue.add(contents)
      })
    try workers.run(threads: jobs)
    // A folder comes when all below it is known: one that only holds the run's own folders comes and goes with them.
    if !filter.isSelective { queue.taken { own.liesBelow($0) }.forEach(take) }
  }

  /// Reads a folder; what was found before a mistake is there.
  private func contents(of folder: FolderVisit) -> FolderContents {
    var contents = FolderContents()
    do {
      let path = folder.item.map { root + [UInt8(ascii: "/")] + $0.path } ?? root
      let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (folder.item == nil ? 0 : O_NOFOLLOW))
      let isOutput = own.isOutput(FileStatus(try handle.status()))
      for name in try FolderListing.names(of: handle) {
        // Where the run writes into the tree itself, what killed runs left is as little of the tree as the outputs.
        if isOutput && name.starts(with: OutputFolder.temporaryPrefix.utf8) { continue }
        try look(at: name, in: handle, of: folder, &contents)
      }
    } catch {
      contents.refused.append(Diagnostic(.system, "\(error)"))
    }
    return contents
  }

  private func look(
    at name: [UInt8], in handle: borrowing FileHandle, of folder: FolderVisit, _ contents: inout FolderContents
  ) throws(SystemError) {
    let shown = handle.path + [UInt8(ascii: "/")] + name
    let path = folder.item.map { $0.path + [UInt8(ascii: "/")] + name } ?? name
    let status = try FileStatus.of(name, in: handle.descriptor, path: shown)
    let state = status.isFolder ? filter.state(below: patternPrefix + path, folder.state) : folder.state
    guard status.isFolder ? state != .out : filter.takes(file: patternPrefix + path, state) else { return }
    if own.contains(status) { return }
    func refuse(_ reason: String) {
      contents.refused.append(Diagnostic(.system, "\(escapedName(shown))\(reason)"))
    }
    if let fault = NameFault.of(path) { return refuse(": the name \(fault)") }
    guard status.isFolder || status.isFile || status.isSymlink else {
      return refuse(": \(status.typeName); \(FileStatus.wantedTypes)")
    }
    let target = status.isSymlink ? try FilePath.target(of: name, in: handle.descriptor, path: shown) : []
    if let fault = NameFault.of(target) { return refuse(": its target \(escapedName(target)) \(fault)") }
    let item = WalkedItem(path: path, status: status, target: target)
    if status.isFolder {
      contents.folders.append(FolderVisit(item: item, state: state))
    } else {
      contents.items.append(item)
    }
  }
}

/// A folder to be read.
private struct FolderVisit {
  /// Nil for the tree's root.
  let item: WalkedItem?
  /// The state of what is in it.
  let state: TreeFilter.State
}

/// What is taken of a folder's contents.
private struct FolderContents {
  var items: [WalkedItem] = []
  var folders: [FolderVisit] = []
  var refused: [Diagnostic] = []
}

/// The folders of a tree, each with the number of the one it is in, in the order in which they are read.
private final class FolderQueue: Sendable {
  private struct State {
    var folders: [(visit: FolderVisit, parent: Int)]
    var issued = 0
    /// How many were read.
    var done = 0
    /// Whether something was taken of each of those.
    var isTaken: [Bool] = []
  }

  private let state: Mutex<State>

  init(root: FolderVisit) { state = Mutex(State(folders: [(root, 0)])) }

  /// The next folder to read.
  func next() -> NextJob<FolderVisit> {
    state.withLock { state in
      guard state.issued < state.folders.count else { return state.done < state.issued ? .later : .end }
      state.issued += 1
      return .job(state.folders[state.issued - 1].visit)
    }
  }

  /// Adds what was found in the next of the folders, in the order in which these were given out.
  func add(_ contents: FolderContents) {
    state.withLock { state in
      state.folders += contents.folders.map { ($0, state.done) }
      state.isTaken.append(!contents.items.isEmpty)
      state.done += 1
    }
  }

  /// The folders below the root that are taken, the innermost first: all but those for which `isOptional` holds and of
  /// which nothing else is taken.
  func taken(_ isOptional: (FileStatus) -> Bool) -> [WalkedItem] {
    state.withLock { state in
      var items: [WalkedItem] = []
      for (number, (visit, parent)) in state.folders.enumerated().reversed() {
        guard let item = visit.item, state.isTaken[number] || !isOptional(item.status) else { continue }
        state.isTaken[parent] = true
        items.append(item)
      }
      return items
    }
  }
}

extension FileStatus {
  /// What a release may hold, for messages about what it may not.
  static let wantedTypes = "a release holds files, folders and symlinks"
}
