// One digest of all that is in a folder, by which a folder of the stage is known again: the path, type, mode and
// contents of each thing in it.

import Archive
import Basics
import Files
import Plan

/// Takes in what is in a folder, in any order.
struct FolderContents {
  private var lines: [[UInt8]] = []

  private init() {}

  /// Adds a folder.
  private mutating func add(folder path: [UInt8], mode: UInt16) { add("d", path, String(mode, radix: 8)) }

  /// Adds a file with these contents.
  private mutating func add(file path: [UInt8], mode: UInt16, _ contents: Digest) {
    add("f", path, "\(String(mode, radix: 8)) \(contents)")
  }

  /// Adds a symlink.
  private mutating func add(symlink path: [UInt8], to target: [UInt8]) {
    // No path has a NUL.
    lines.append(path + [0] + Array("l ".utf8) + target)
  }

  private mutating func add(_ type: String, _ path: [UInt8], _ facts: String) {
    lines.append(path + [0] + Array("\(type) \(facts)".utf8))
  }

  /// The contents of a folder of the stage that is filled from `entries`, whose files have these digests.
  init(of entries: TarEntryList, in folder: StagedFolder, _ digests: [Digest?]) {
    for index in 0..<entries.count {
      guard let path = folder.path(of: entries.name(at: index)) else { continue }
      let mode = entries.mode(at: index)
      switch entries.kind(at: index) {
      case .directory: add(folder: path, mode: mode)
      case .symlink: add(symlink: path, to: entries.entry(at: index, size: 0).linkname)
      case .file, .hardlink, .char, .block, .fifo:
        add(file: path, mode: mode, digests[index] ?? SHA256.digest(of: []))
      }
    }
  }

  /// The digest of all.
  func finalize() -> Digest {
    var hash = SHA256()
    for line in lines.sorted(by: bytesPrecede) { hash.update(line + [0, UInt8(ascii: "\n")]) }
    return hash.finalize()
  }

  /// The digest of the folder at `path`; nil when it has something else than folders, files and symlinks in it.
  static func digest(of path: [UInt8]) throws -> Digest? {
    var digest = FolderContents()
    var isKnown = true
    try FolderWalk(of: path).all { item in
      let status = item.status
      if status.isFolder {
        digest.add(folder: item.path, mode: status.mode)
      } else if status.isSymlink {
        digest.add(symlink: item.path, to: try item.target())
      } else if status.isFile {
        let file = SourceFile(path: item.place, identity: status.identity)
        digest.add(file: item.path, mode: status.mode, try file.digest())
      } else {
        isKnown = false
      }
    }
    return isKnown ? digest.finalize() : nil
  }
}
