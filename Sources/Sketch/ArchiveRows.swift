// The entries of a group's archives side by side: of each path what it is on every platform, and where the tree has it.

import Archive
import Basics
import Image

/// A path in the archives of a group.
struct ArchiveRow {
  /// Below the root; a program's without ".exe".
  let path: [UInt8]
  /// By the number of the archive in the group.
  fileprivate(set) var items: [Int: ArchiveContents.Item]
  /// Whether it is a built program, which differs by platform.
  fileprivate(set) var isProgram = false

  /// The numbers of the archives that have it.
  var slots: [Int] { items.keys.sorted() }
  var first: ArchiveContents.Item? { slots.first.flatMap { items[$0] } }
  var name: [UInt8] { Array(path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]) }
  var folder: [UInt8] { path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[..<$0]) } ?? [] }
}

/// All paths in the archives of a group.
struct ArchiveRows {
  /// In the order of their bytes.
  let rows: [ArchiveRow]

  init(_ group: ArchiveGroup) {
    var rows: [[UInt8]: ArchiveRow] = [:]
    for (slot, archive) in group.archives.enumerated() {
      for item in archive.contents.items {
        let path = Self.path(of: item, on: archive.platform)
        rows[path, default: ArchiveRow(path: path, items: [:])].items[slot] = item
      }
    }
    self.rows = rows.values.map { row in
      var row = row
      row.isProgram = Self.isProgram(row, in: group)
      return row
    }.sorted { bytesPrecede($0.path, $1.path) }
  }

  private static let suffix = Array(".exe".utf8)

  private static func path(of item: ArchiveContents.Item, on platform: Platform?) -> [UInt8] {
    guard platform?.os == "windows", item.isFile, item.path.suffix(suffix.count).elementsEqual(suffix) else {
      return item.path
    }
    return Array(item.path.dropLast(suffix.count))
  }

  /// Whether a file is a program for each platform: by its format, or because each platform has another one.
  private static func isProgram(_ row: ArchiveRow, in group: ArchiveGroup) -> Bool {
    let files = row.items.filter { $0.value.isFile }
    guard group.hasPlatforms, !files.isEmpty, files.count == row.items.count else { return false }
    let areOwn = files.allSatisfy { slot, item in
      guard let platform = group.archives[slot].platform, let machines = item.machines else { return false }
      return machines.suit(os: platform.os, architecture: platform.architecture)
    }
    if areOwn { return true }
    let digests = Set(files.compactMap { $0.value.digest })
    let isRun = files.contains { $0.value.isExecutable }
    return isRun && files.count > 1 && digests.count == files.count
  }
}
