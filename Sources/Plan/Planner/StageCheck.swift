// Staging replaces whole folders; this check comes before.

import Archive
import Basics
import Files

/// The check that staging replaces no folder of others.
struct StageCheck {
  /// The folders that are replaced.
  let folders: [StagedFolder]
  let locations: Locations
  /// The folder of the layouts; nil for the built-in ones.
  let layouts: String?

  /// Throws a `Diagnostic` when one of `folders`, which are replaced, is the source tree or holds it, or another folder of
  /// the run; or when the stage is the source tree, whose folders have such names too.
  func check() throws {
    func key(_ path: String) throws(SystemError) -> FileKey? {
      try FileStatus.followingIfThere(Array(path.utf8))?.key
    }
    if let stage = try key(locations.stage), try key(locations.root) == stage {
      let path = escapedName(locations.stage.utf8)
      throw Diagnostic(.usage, "--stage: \(path) is the source tree, expected a folder of its own")
    }
    let replaced = try folders.map { (folder: $0, key: try key($0.place.path)) }.filter { $0.key != nil }
    let others = [locations.root, locations.cache] + locations.own.filter { $0 != locations.stage }
    for path in others + (layouts.map { [$0] } ?? []) {
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

  /// Throws a `Diagnostic` when a file that goes into one of `artifacts` is in a folder that is replaced, and not in its
  /// place there: it would be gone.
  func checkSources(of artifacts: [Artifact], _ sources: SourceTable) throws {
    let replaced = folders.compactMap { folder in
      (try? Paths.resolved(Array(folder.place.path.utf8))).map { (folder: folder, start: $0 + [UInt8(ascii: "/")]) }
    }
    if replaced.isEmpty { return }
    var kept: Set<[UInt8]>?
    for source in try SourcePaths(of: artifacts, sources).places {
      guard replaced.contains(where: { source.path.starts(with: $0.start) }) else { continue }
      let known = kept ?? places(in: replaced, artifacts)
      kept = known
      if known.contains(source.path) { continue }
      let reason = "is in a folder of the stage that would be replaced"
      throw Diagnostic(.usage, "\(artifacts[source.artifact].title): \(escapedName(source.file.path)) \(reason)")
    }
  }

  /// The paths of all that will be in the folders.
  private func places(
    in replaced: [(folder: StagedFolder, start: [UInt8])], _ artifacts: [Artifact]
  ) -> Set<[UInt8]> {
    var places: Set<[UInt8]> = []
    for (folder, start) in replaced {
      let entries = artifacts[folder.artifact].entries
      for index in 0..<entries.count {
        if let path = folder.path(of: entries.name(at: index)) { places.insert(start + path) }
      }
    }
    return places
  }
}
