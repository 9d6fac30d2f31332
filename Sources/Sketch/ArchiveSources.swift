// Where a source tree has what archives hold: the same contents first, else a file of the same name.

import Archive
import Basics
import Files

/// The files of a tree, and of a folder of binaries outside of it.
struct ArchiveSources {
  private var tree: TreeIndex
  /// That of the folder of binaries, when it is not in the tree.
  private var binaries: TreeIndex?
  /// The path of the folder of binaries below the tree's root; nil when it is outside or not there.
  private let binaryFolder: [UInt8]?

  /// A file of the tree for an entry, and whether its contents are the same.
  struct Found {
    let file: TreeFile
    let isSame: Bool
  }

  init(_ places: SketchPlaces) throws {
    tree = try TreeIndex(of: places.root, leaving: places.leaving)
    let prefix = places.root == "." ? "" : "\(places.root)/"
    let bin = places.bin ?? places.usualBin
    let isInside = !bin.utf8.starts(with: "/".utf8) && bin.utf8.starts(with: prefix.utf8) && !bin.contains("..")
    binaryFolder = isInside ? Array(bin.utf8.dropFirst(prefix.utf8.count)) : nil
    binaries = isInside || places.bin == nil ? nil : try TreeIndex(of: bin)
  }

  /// The files and symlinks below a folder of the tree.
  func files(below folder: [UInt8]) -> ArraySlice<TreeFile> { tree.files(below: folder) }
  var emptyFolders: Set<[UInt8]> { tree.emptyFolders }

  /// The file of the tree for an entry with this path.
  mutating func source(of item: ArchiveContents.Item, at path: [UInt8]) throws -> Found? {
    if let digest = item.digest, item.entry.size > 0 {
      if let file = Self.best(try tree.files(of: digest, size: item.entry.size), for: path) {
        return Found(file: file, isSame: true)
      }
    }
    let name = Array(path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
    return Self.best(tree.files(named: name), for: path).map {
      Found(file: $0, isSame: item.entry.size == 0 && $0.source.identity.size == 0)
    }
  }

  /// Where the program of a platform is built to, and whether its path is below the folder of binaries outside of the
  /// tree; contents count before names.
  mutating func program(
    _ item: ArchiveContents.Item, named name: [UInt8], on platform: Platform
  ) throws -> (found: Found, isOutside: Bool)? {
    let names = [name, name + Array(".exe".utf8)]
    func fits(_ file: TreeFile) -> Bool {
      let own = NameWords(file.path, version: "").platform
      return own.map {
        $0.withoutVariant == platform.withoutVariant
          && ($0.variant == nil || platform.variant == nil || $0.variant == platform.variant)
      } ?? false
    }
    func best(_ files: [TreeFile]) -> TreeFile? { Self.best(files.filter(fits), for: name) }
    if let digest = item.digest, item.entry.size > 0 {
      let same = try tree.files(of: digest, size: item.entry.size)
      if let file = best(same) ?? Self.best(same, for: name) {
        return (Found(file: file, isSame: true), false)
      }
      if let file = Self.best(try binaries?.files(of: digest, size: item.entry.size) ?? [], for: name) {
        return (Found(file: file, isSame: true), true)
      }
    }
    if let file = best(names.flatMap { tree.files(named: $0) }) { return (Found(file: file, isSame: false), false) }
    if let file = best(names.flatMap { binaries?.files(named: $0) ?? [] }) {
      return (Found(file: file, isSame: false), true)
    }
    return nil
  }

  /// The file whose path is most like `path`: the same end, then fewer folders.
  private static func best(_ files: [TreeFile], for path: [UInt8]) -> TreeFile? {
    let wanted = path.split(separator: UInt8(ascii: "/"))
    func rank(_ file: TreeFile) -> (Int, Int) {
      let parts = file.path.split(separator: UInt8(ascii: "/"))
      let common = zip(parts.reversed(), wanted.reversed()).prefix { $0 == $1 }.count
      return (-common, parts.count)
    }
    // The first of equals is that of the lowest name.
    return files.min { rank($0) < rank($1) }
  }
}
