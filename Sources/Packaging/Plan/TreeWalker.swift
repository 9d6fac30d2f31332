// A walk through a folder of the source tree: every file, folder and symlink below it that the rule takes, each by
// lstat alone. What a release cannot hold is told by name and type.

import Archive
import Glibc

/// One thing that a walk found.
struct WalkedItem {
  /// Path below the tree's root.
  let path: [UInt8]
  let status: FileStatus
  /// The target of a symlink.
  let target: [UInt8]
}

/// Walks one tree.
struct TreeWalker {
  /// The tree's root.
  let root: [UInt8]
  let filter: TreeFilter
  let own: OwnPlaces
  /// What stands before a path below the root when patterns look at it: "PATH/" for one of several paths.
  let patternPrefix: [UInt8]
  let take: (WalkedItem) -> Void
  let refuse: (Diagnostic) -> Void

  /// Walks everything below the root, which the folders above it leave in `state`.
  func walk(_ state: TreeFilter.State) { _ = walk(folder: [], state) }

  /// Whether anything was taken.
  private func walk(folder: [UInt8], _ state: TreeFilter.State) -> Bool {
    var isAnyTaken = false
    var folders: [(path: [UInt8], status: FileStatus)] = []
    do {
      let path = folder.isEmpty ? root : root + [UInt8(ascii: "/")] + folder
      let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (folder.isEmpty ? 0 : O_NOFOLLOW))
      let isOutput = own.isOutput(FileStatus(try handle.status()))
      for name in try FolderListing.names(of: handle) {
        // Where the run writes into the tree itself, what killed runs left is as little of the tree as the outputs.
        if isOutput && name.starts(with: OutputFolder.temporaryPrefix.utf8) { continue }
        let itemPath = folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
        let shown = path + [UInt8(ascii: "/")] + name
        let status = try FileStatus.of(name, in: handle.descriptor, path: shown)
        if status.isFolder {
          folders.append((itemPath, status))
        } else if try takeItem(name, in: handle, itemPath, shown, status, state) {
          isAnyTaken = true
        }
      }
    } catch {
      refuse(Diagnostic(.system, "\(error)"))
    }
    for (path, status) in folders where walk(below: path, status, state) { isAnyTaken = true }
    return isAnyTaken
  }

  private func walk(below path: [UInt8], _ status: FileStatus, _ state: TreeFilter.State) -> Bool {
    let state = filter.state(below: patternPrefix + path, state)
    if state == .out || own.contains(status) { return false }
    guard isAcceptable(path) else { return false }
    let isTaken = walk(folder: path, state)
    // A folder that only holds the run's own folders comes and goes with them.
    if filter.isSelective || (own.liesBelow(status) && !isTaken) { return isTaken }
    take(WalkedItem(path: path, status: status, target: []))
    return true
  }

  private func takeItem(
    _ name: [UInt8], in folder: borrowing FileHandle, _ path: [UInt8], _ shown: [UInt8], _ status: FileStatus,
    _ state: TreeFilter.State
  ) throws(SystemError) -> Bool {
    guard filter.takes(file: patternPrefix + path, state), !own.contains(status) else { return false }
    guard isAcceptable(path) else { return false }
    guard status.isFile || status.isSymlink else {
      refuse(Diagnostic(.system, "\(escapedName(shown)): \(status.typeName); \(FileStatus.wantedTypes)"))
      return false
    }
    let target = status.isSymlink ? try FilePath.target(of: name, in: folder.descriptor, path: shown) : []
    if let fault = NameFault.of(target) {
      refuse(Diagnostic(.system, "\(escapedName(shown)): its target \(escapedName(target)) \(fault)"))
      return false
    }
    take(WalkedItem(path: path, status: status, target: target))
    return true
  }

  private func isAcceptable(_ path: [UInt8]) -> Bool {
    guard let fault = NameFault.of(path) else { return true }
    refuse(Diagnostic(.system, "\(escapedName(root + [UInt8(ascii: "/")] + path)): the name \(fault)"))
    return false
  }
}

extension FileStatus {
  /// What a release may hold, for messages about what it may not.
  static let wantedTypes = "a release holds files, folders and symlinks"
}
