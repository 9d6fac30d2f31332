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
    let replaced = folders.compactMap { try? Paths.resolved(Array($0.place.path.utf8)) }
    let current = try Paths.resolved(Array(".".utf8))
    var places: Set<[UInt8]>?
    for artifact in artifacts {
      for index in 0..<artifact.entries.count {
        guard let path = Self.source(of: artifact.entries, at: index, sources)?.path else { continue }
        let absolute = path.first == UInt8(ascii: "/") ? path : current + [UInt8(ascii: "/")] + path
        guard replaced.contains(where: { absolute.starts(with: $0 + [UInt8(ascii: "/")]) }) else { continue }
        let known = places ?? self.places(in: artifacts)
        places = known
        if known.contains(path) { continue }
        let reason = "is in a folder of the stage that would be replaced"
        throw Diagnostic(.usage, "\(artifact.title): \(escapedName(path)) \(reason)")
      }
    }
  }

  /// The paths of all that will be in the folders.
  private func places(in artifacts: [Artifact]) -> Set<[UInt8]> {
    var places: Set<[UInt8]> = []
    for folder in folders {
      let entries = artifacts[folder.artifact].entries
      for index in 0..<entries.count {
        if let place = folder.place(of: entries.name(at: index)) { places.insert(Array(place.path.utf8)) }
      }
    }
    return places
  }

  private static func source(of entries: TarEntryList, at index: Int, _ sources: SourceTable) -> SourceFile? {
    if let file = entries.sourceFile(at: index) { return file }
    if case .source(let id) = entries.body(at: index), case .file(let file) = sources[id] { return file }
    return nil
  }
}
