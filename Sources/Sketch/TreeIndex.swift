// The files of a source tree, to be found by contents and by name.

import Basics
import Files
import Glibc

/// A file or symlink of a tree.
struct TreeFile {
  /// Path below the tree's root.
  let path: [UInt8]
  let source: SourceFile
  let mode: FileMode
  /// The target of a symlink; nil of a file.
  let target: [UInt8]?

  /// The name without folders.
  var name: ArraySlice<UInt8> { path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...] }
  /// The mode that an archive gives it when nothing else is asked for.
  var usualMode: FileMode { FileMode(bits: mode.bits & 0o100 != 0 ? 0o755 : 0o644) }
}

/// All files of a folder and those below it, but for git's.
struct TreeIndex {
  /// In the order of their paths.
  let files: [TreeFile]
  /// Folders without anything in them.
  let emptyFolders: Set<[UInt8]>
  private let bySize: [Int64: [Int]]
  private let byName: [[UInt8]: [Int]]
  private var digests: [Int: Digest] = [:]

  /// The most files that a tree may have to be searched: a release is made of far fewer.
  private static let mostFiles = 2_000_000

  /// Reads the names in the folder `root`, down to `depth` folders; folders at `leaving`, paths below it, are left out,
  /// and so is what this user may not read.
  init(of root: String, leaving: Set<[UInt8]> = [], depth: Int = .max) throws {
    var files: [TreeFile] = []
    var folders: Set<[UInt8]> = []
    var parents: Set<[UInt8]> = []
    let walk = FolderWalk(of: Array(root.utf8))
    var pending = [FolderWalk.Visit()]
    while let visit = pending.popLast(), files.count < Self.mostFiles {
      do {
        let rest = try walk.read(visit) { item in
          if leaving.contains(item.path) || item.name.elementsEqual(".git".utf8) { return }
          parents.insert(visit.path)
          if item.status.isFolder {
            folders.insert(item.path)
            let above = item.path.count { $0 == UInt8(ascii: "/") }
            if above + 1 < depth { pending.append(FolderWalk.Visit(item.path)) }
          } else if item.status.isFile || item.status.isSymlink {
            files.append(
              TreeFile(
                path: item.path, source: SourceFile(path: item.place, identity: item.status.identity),
                mode: FileMode(bits: item.status.mode), target: item.status.isSymlink ? try item.target() : nil))
          }
        }
        if let rest { pending.append(rest) }
      } catch let error as SystemError where !visit.path.isEmpty && (error.errno == EACCES || error.isAboutMissingFile)
      {
        // What cannot be read cannot be packed either.
        continue
      }
    }
    self.files = files.sorted { bytesPrecede($0.path, $1.path) }
    emptyFolders = folders.subtracting(parents)
    let numbered = self.files.enumerated().filter { $0.element.target == nil }
    bySize = Dictionary(grouping: numbered, by: \.element.source.identity.size).mapValues { $0.map(\.offset) }
    byName = Dictionary(grouping: numbered, by: { Array($0.element.name) }).mapValues { $0.map(\.offset) }
  }

  /// The files with these contents.
  mutating func files(of digest: Digest, size: Int64) throws -> [TreeFile] {
    var found: [TreeFile] = []
    for number in bySize[size] ?? [] {
      let own = try digests[number] ?? files[number].source.digest()
      digests[number] = own
      if own == digest { found.append(files[number]) }
    }
    return found
  }

  /// The files of this name.
  func files(named name: [UInt8]) -> [TreeFile] { (byName[name] ?? []).map { files[$0] } }

  /// The files and symlinks below a folder; the empty path is the root.
  func files(below folder: [UInt8]) -> ArraySlice<TreeFile> {
    if folder.isEmpty { return files[...] }
    let prefix = folder + [UInt8(ascii: "/")]
    let start = files.partitionIndex { !bytesPrecede($0.path, prefix) }
    let end = files[start...].firstIndex { !$0.path.starts(with: prefix) } ?? files.endIndex
    return files[start..<end]
  }
}

extension Array {
  /// The first index for which `isBehind` holds, where it holds for all that follow too.
  fileprivate func partitionIndex(_ isBehind: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
