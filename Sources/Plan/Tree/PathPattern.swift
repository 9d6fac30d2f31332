// A path with `*`, `?` or `[` in it, and what it fits below the root of the source tree. It is gone through part by part,
// so that only the folders that it can fit are read.

import Basics
import Files
import Glibc
import Layout

/// A pattern for paths below the root of the source tree.
struct PathPattern {
  /// What stands between two slashes.
  private enum Part {
    case name([UInt8])
    case glob(Glob)
    /// `**`: any number of folders.
    case folders
  }

  private let parts: [Part]

  /// Whether `text` is a pattern and not a plain path.
  static func isOne(_ text: String) -> Bool { text.utf8.contains { "*?[".utf8.contains($0) } }

  /// The pattern that `text`, a relative path, spells.
  init(_ text: String) throws(GlobError) {
    var parts: [Part] = []
    for part in text.utf8.split(separator: UInt8(ascii: "/")) {
      let text = String(decoding: Array(part), as: UTF8.self)
      if text == "**" {
        parts.append(.folders)
      } else {
        parts.append(Self.isOne(text) ? .glob(try Glob(text)) : .name(Array(part)))
      }
    }
    // What a folder has in it brings all that is below.
    if case .folders? = parts.last { parts[parts.count - 1] = .glob(try Glob("*")) }
    self.parts = parts
  }

  /// The paths below `root` that it fits, sorted by their bytes. A folder stands for all below it. The run's own places
  /// are left out, and `.git` unless the pattern spells it.
  func paths(below root: [UInt8], _ own: OwnPlaces) throws -> [[UInt8]] {
    var search = Search(root: root, own: own)
    try search.go(through: parts[...], in: [])
    return search.found.sorted(by: bytesPrecede)
  }

  private struct Search {
    let root: [UInt8]
    let own: OwnPlaces
    /// Each path once: two `**` may lead there.
    private(set) var found: Set<[UInt8]> = []

    init(root: [UInt8], own: OwnPlaces) { (self.root, self.own) = (root, own) }

    /// `folder` is a path below the root with a slash behind it, or empty.
    mutating func go(through parts: ArraySlice<Part>, in folder: [UInt8]) throws {
      guard let part = parts.first else { return }
      let rest = parts.dropFirst()
      switch part {
      case .name(let name):
        guard let status = try status(of: folder + name) else { return }
        let isFolder = try status.isFolder || status.isSymlink && isFolder(behind: folder + name)
        try take(folder + name, isFolder: isFolder, status, then: rest)
      case .glob(let glob):
        for (name, status) in try contents(of: folder) {
          let isMeant = name != TreeFilter.git || glob.names(name)
          guard isMeant, glob.matches(file: name) else { continue }
          try take(folder + name, isFolder: status.isFolder, status, then: rest)
        }
      case .folders:
        try go(through: rest, in: folder)
        for (name, status) in try contents(of: folder) where status.isFolder && name != TreeFilter.git {
          try go(through: parts, in: folder + name + [UInt8(ascii: "/")])
        }
      }
    }

    private mutating func take(
      _ path: [UInt8], isFolder: Bool, _ status: FileStatus, then rest: ArraySlice<Part>
    ) throws {
      if rest.isEmpty {
        if !own.contains(status) { found.insert(path) }
      } else if isFolder {
        try go(through: rest, in: path + [UInt8(ascii: "/")])
      }
    }

    private func place(_ path: some Collection<UInt8>) -> [UInt8] {
      if path.isEmpty { return root }
      return root == Array(".".utf8) ? Array(path) : root + [UInt8(ascii: "/")] + path
    }

    private func status(of path: [UInt8]) throws -> FileStatus? {
      do throws(SystemError) {
        return try FileStatus.ifThere(place(path))
      } catch {
        if error.errno == ENOTDIR { return nil }
        throw error
      }
    }

    private func isFolder(behind path: [UInt8]) throws -> Bool {
      do throws(SystemError) {
        return try FileStatus.followingIfThere(place(path))?.isFolder == true
      } catch {
        if error.errno == ELOOP { return false }
        throw error
      }
    }

    /// What is in a folder that may be looked into, sorted by name.
    private func contents(of folder: [UInt8]) throws -> [(name: [UInt8], status: FileStatus)] {
      let path = place(folder.dropLast())
      guard let status = try FileStatus.followingIfThere(path), status.isFolder, !own.contains(status) else {
        return []
      }
      let handle = try FileHandle(opening: path, O_RDONLY | O_DIRECTORY)
      let names = try FolderListing.names(
        ofSource: handle, since: own.isShared(status) ? nil : FileStatus(try handle.status()))
      return try names.compactMap { name in
        if own.leavesOut(name, in: status) { return nil }
        // What went away meanwhile was not there.
        return try FileStatus.ifThere(place(folder + name)).map { (name, $0) }
      }
    }
  }
}
