// A walk through a folder of the source tree: every file, folder and symlink below it that the rule takes, each by
// lstat alone. What a release cannot hold is told by name and type.

import Archive
import Glibc

/// What a rule takes of a tree, by the paths below the tree's root.
struct TreeFilter {
  let include: [Glob]
  let exclude: [Glob]
  /// Base names that the archive leaves out everywhere.
  let cruft: [Glob]

  /// Whether only what `include` selects is taken.
  var isSelective: Bool { !include.isEmpty }

  /// Whether the file or symlink at `path` is taken; `isInside` when a folder above it is included as a whole.
  func takes(file path: [UInt8], isInside: Bool) -> Bool {
    let isIncluded = include.isEmpty || isInside || include.contains { $0.matches(file: path) }
    return isIncluded && !(exclude + cruft).contains { $0.matches(file: path) }
  }

  /// Whether the folder at `path` is left out with all below it.
  func leavesOut(folder path: [UInt8]) -> Bool { exclude.contains { $0.matches(folder: path) } }

  /// Whether the folder at `path` is included with all below it.
  func includes(folder path: [UInt8]) -> Bool { include.contains { $0.matches(folder: path) } }
}

/// The run's own folders and outputs, which no tree takes in.
struct OwnPlaces {
  private let places: Set<FileKey>
  /// The folders above them.
  private let parents: Set<FileKey>

  init(folders: [String], files: [String]) {
    var places: Set<FileKey> = []
    var parents: Set<FileKey> = []
    for path in folders + files {
      // What does not exist cannot be taken in; but a folder made to hold it may be there already.
      if let status = try? FileStatus.following(Array(path.utf8)) { places.insert(status.key) }
      var rest = path[...]
      while let slash = rest.lastIndex(of: "/") {
        rest = rest[..<slash]
        if let status = try? FileStatus.following(Array(rest.utf8)) { parents.insert(status.key) }
      }
    }
    self.places = places
    self.parents = parents
  }

  func contains(_ status: FileStatus) -> Bool { places.contains(status.key) }
  func liesBelow(_ status: FileStatus) -> Bool { parents.contains(status.key) }
}

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

  /// Walks everything below the root.
  func walk() { _ = walk(folder: [], isInside: filter.includes(folder: patternPrefix.dropLastByte())) }

  /// Whether anything was taken.
  private func walk(folder: [UInt8], isInside: Bool) -> Bool {
    var isAnyTaken = false
    var folders: [(path: [UInt8], status: FileStatus)] = []
    do {
      let path = folder.isEmpty ? root : root + [UInt8(ascii: "/")] + folder
      let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY | (folder.isEmpty ? 0 : O_NOFOLLOW))
      for name in try FolderListing.names(of: handle) {
        let itemPath = folder.isEmpty ? name : folder + [UInt8(ascii: "/")] + name
        let shown = path + [UInt8(ascii: "/")] + name
        let status = try FileStatus.of(name, in: handle.descriptor, path: shown)
        if status.isFolder {
          folders.append((itemPath, status))
        } else if try takeItem(name, in: handle, itemPath, shown, status, isInside: isInside) {
          isAnyTaken = true
        }
      }
    } catch {
      refuse(Diagnostic(.system, "\(error)"))
    }
    for (path, status) in folders where walk(below: path, status, isInside: isInside) { isAnyTaken = true }
    return isAnyTaken
  }

  private func walk(below path: [UInt8], _ status: FileStatus, isInside: Bool) -> Bool {
    let pattern = patternPrefix + path
    if own.contains(status) || filter.leavesOut(folder: pattern) { return false }
    guard isAcceptable(path) else { return false }
    let isTaken = walk(folder: path, isInside: isInside || filter.includes(folder: pattern))
    // A folder that only holds the run's own folders comes and goes with them.
    if filter.isSelective || (own.liesBelow(status) && !isTaken) { return isTaken }
    take(WalkedItem(path: path, status: status, target: []))
    return true
  }

  private func takeItem(
    _ name: [UInt8], in folder: borrowing FileHandle, _ path: [UInt8], _ shown: [UInt8], _ status: FileStatus,
    isInside: Bool
  ) throws(SystemError) -> Bool {
    guard filter.takes(file: patternPrefix + path, isInside: isInside), !own.contains(status) else { return false }
    guard isAcceptable(path) else { return false }
    guard status.isFile || status.isSymlink else {
      refuse(
        Diagnostic(.system, "\(escapedName(shown)): \(status.typeName); \(FileStatus.wantedTypes)"))
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

/// Why a release cannot hold a name.
enum NameFault {
  /// What is wrong with `name`; nil when nothing is.
  static func of(_ name: [UInt8]) -> String? {
    if name.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in it" }
    return isValidUTF8(name) ? nil : "is not UTF-8"
  }
}

extension [UInt8] {
  fileprivate func dropLastByte() -> [UInt8] { Array(dropLast()) }
}
