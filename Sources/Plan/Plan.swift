// What a run will write, as plain data: made before a byte is compressed, with every mistake found.

package import Archive
package import Basics
import Files
package import Git
package import Layout

/// Everything that a run will write.
package struct Plan: Sendable {
  /// The origin of a folder that no rule names.
  package static let implied = UInt32.max

  /// Each after those that it holds.
  package let artifacts: [Artifact]
  /// Where their bytes come from, each distinct source once.
  package let sources: SourceTable
  /// The archives that git is asked for, by spool number.
  package let gitArchives: [GitArchive]
  /// The rules that brought entries, by number.
  package let rules: [RuleOrigin]
  /// What is not wrong, but seldom meant.
  package let warnings: [String]

  /// The numbers of the artifacts that have a place to go to, in order.
  package var written: [Int] { artifacts.indices.filter { !artifacts[$0].places.isEmpty } }

  /// A store of the contents, with what git archives are read from.
  package func store() -> SourceStore { SourceStore(sources, gitArchives) }

  /// Bytes of an entry's contents; nil for a tarball of the same plan.
  package func size(of artifact: Artifact, at index: Int) -> Int64? {
    sources.size(of: artifact.entries.body(at: index))
  }

  /// Bytes of all contents of an artifact, those of the tarballs that it holds left out.
  package func bytes(of artifact: Artifact) -> Int64 {
    (0..<artifact.entries.count).reduce(0) { $0 + (size(of: artifact, at: $1) ?? 0) }
  }

  /// Bytes of the tar of a tarball, about; those of the tarballs that it holds are left out.
  package func tarBytes(of artifact: Artifact) -> Int64 {
    bytes(of: artifact) + Int64(artifact.entries.count * TarFormat.blockSize)
  }

  /// Bytes of each artifact's file at most, about; the archives that it holds are counted at each place.
  package var largestSizes: [Int64] {
    var sizes: [Int64] = []
    for artifact in artifacts {
      if let image = artifact.image {
        sizes.append(image.size)
        continue
      }
      var size = tarBytes(of: artifact)
      for index in 0..<artifact.entries.count {
        guard case .source(let id) = artifact.entries.body(at: index), case .artifact(let number) = sources[id] else {
          continue
        }
        // Those that it holds stand before it.
        size = size.addingClamped(sizes[number])
      }
      // What cannot be made smaller is stored in blocks: by zlib's deflateBound less than a thousandth more.
      sizes.append(size.addingClamped(size >> 10))
    }
    return sizes
  }

  /// What is known of the entry at `index` of an artifact; `digest` is that of its contents, where that is known, and
  /// `late` tells how many bytes another artifact has.
  package func record(
    of artifact: Artifact, at index: Int, digest: Digest? = nil, late: (Int) -> Int64? = { _ in nil }
  ) -> EntryRecord {
    var size = size(of: artifact, at: index)
    if case .source(let id) = artifact.entries.body(at: index), case .artifact(let number) = sources[id] {
      size = late(number)
    }
    let entry = artifact.entries.entry(at: index, size: size ?? 0)
    let origin = artifact.entries.origin(at: index)
    return EntryRecord(
      entry, size: size, digest: digest, rule: origin == Self.implied ? "implied" : rules[Int(origin)].short,
      source: source(of: artifact, at: index))
  }

  /// Where the contents of an entry come from, for people: a path, or what else it is; nil for no contents.
  private func source(of artifact: Artifact, at index: Int) -> String? {
    if let file = artifact.entries.sourceFile(at: index) { return escapedName(file.path) }
    guard case .source(let id) = artifact.entries.body(at: index) else { return nil }
    switch sources[id] {
    case .bytes: return "text"
    case .file(let file): return escapedName(file.path)
    case .extent(let spool, _, _): return "git \(gitArchives[spool].commit)"
    case .spool: return "base image"
    case .artifact(let number), .nested(let number, _): return artifacts[number].title
    }
  }
}

extension Int64 {
  /// The sum, or the largest number where that is more.
  package func addingClamped(_ other: Int64) -> Int64 {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? .max : sum
  }
}

extension SourceTable {
  /// Bytes of an entry's contents; nil for another tarball of the release.
  func size(of body: TarEntryBody) -> Int64? {
    switch body {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .source(let id): size(of: id)
    }
  }
}

extension SourceStore {
  /// A store of `contents`, with what git archives are read from.
  convenience init(_ contents: SourceTable, _ gitArchives: [GitArchive]) {
    self.init(contents)
    for (number, archive) in gitArchives.enumerated() { add(spool: archive.spool, number: number) }
  }
}
