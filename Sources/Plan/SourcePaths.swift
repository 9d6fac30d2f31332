// Where the files that a plan packs are in truth, whatever links lead there: what is replaced or removed must not hold
// them.

import Archive
import Files

/// The places of the files that a run packs.
package struct SourcePaths {
  /// A file that goes into an artifact.
  struct Place {
    /// The number of the artifact.
    let artifact: Int
    let file: SourceFile
    /// The absolute path of the file, without links above it.
    let path: [UInt8]
  }

  let places: [Place]
  private let all: Set<[UInt8]>

  private static let slash = UInt8(ascii: "/")

  /// The sources of a plan.
  package init(of plan: Plan) throws { try self.init(of: plan.artifacts, plan.sources) }

  init(of artifacts: [Artifact], _ sources: SourceTable) throws {
    var folders: [[UInt8]: [UInt8]] = [:]
    var places: [Place] = []
    for (number, artifact) in artifacts.enumerated() {
      for index in 0..<artifact.entries.count {
        guard let file = Self.source(of: artifact.entries, at: index, sources) else { continue }
        let end = file.path.lastIndex(of: Self.slash)
        let folder = end.map { $0 == 0 ? [Self.slash] : Array(file.path[..<$0]) } ?? Array(".".utf8)
        let above = try folders[folder] ?? Paths.resolved(folder)
        folders[folder] = above
        let name = end.map { Array(file.path[($0 + 1)...]) } ?? file.path
        let path = (above == [Self.slash] ? [] : above) + [Self.slash] + name
        places.append(Place(artifact: number, file: file, path: path))
      }
    }
    self.places = places
    all = Set(places.map(\.path))
  }

  /// Whether the run packs the file at this absolute path, or one that is below it.
  package func touch(_ path: [UInt8]) -> Bool {
    all.contains(path) || all.contains { $0.starts(with: path + [Self.slash]) }
  }

  private static func source(of entries: TarEntryList, at index: Int, _ sources: SourceTable) -> SourceFile? {
    if let file = entries.sourceFile(at: index) { return file }
    if case .source(let id) = entries.body(at: index), case .file(let file) = sources[id] { return file }
    return nil
  }
}
