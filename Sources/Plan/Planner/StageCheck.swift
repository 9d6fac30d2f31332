// Staging replaces whole folders; this check comes before.

import Basics
import Files

/// The check that staging replaces no folder of others.
enum StageCheck {
  /// Throws a `Diagnostic` when one of `folders`, which are replaced, is the source tree or holds it, or another folder of
  /// the run; or when the stage is the source tree, whose folders have such names too.
  static func check(_ folders: [StagedFolder], _ locations: Locations) throws {
    func key(_ path: String) throws(SystemError) -> FileKey? {
      try FileStatus.followingIfThere(Array(path.utf8))?.key
    }
    if let stage = try key(locations.stage), try key(locations.root) == stage {
      let path = escapedName(locations.stage.utf8)
      throw Diagnostic(.usage, "--stage: \(path) is the source tree, expected a folder of its own")
    }
    let replaced = try folders.map { (folder: $0, key: try key($0.place.path)) }.filter { $0.key != nil }
    for path in [locations.root, locations.cache] + locations.own.filter({ $0 != locations.stage }) {
      guard var rest = try? Paths.resolved(Array(path.utf8)) else { continue }
      while !rest.isEmpty {
        let above = try FileStatus.followingIfThere(rest)?.key
        if let hit = replaced.first(where: { $0.key == above }) {
          let stage = escapedName(hit.folder.place.path.utf8)
          throw Diagnostic(.usage, "--stage: \(stage) would be replaced, and \(escapedName(path.utf8)) is in it")
        }
        rest = Array(rest[..<(rest.lastIndex(of: UInt8(ascii: "/")) ?? 0)])
      }
    }
  }
}
