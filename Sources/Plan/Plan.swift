// The plan of a run as plain data. It is made, and every mistake found, before a byte is compressed.

package import Archive
package import Basics
import Files
package import Git
package import Layout

/// Everything that a run will write.
package struct Plan: Sendable {
  /// The origin of a folder that no rule names.
  package static let implied = UInt32.max

  /// The artifacts, each after those that it holds.
  package let artifacts: [Artifact]
  /// The sources of their bytes, each distinct one once.
  package let sources: SourceTable
  /// The archives that git is asked for, by spool number.
  package let gitArchives: [GitArchive]
  /// The rules that brought entries, by number.
  package let rules: [RuleOrigin]
  package let release: PlannedRelease
  /// Things that are no mistake, but seldom meant.
  package internal(set) var warnings: [String]
  /// The folders of the stage that the run makes, in the order of their tarballs.
  package let stagedFolders: [StagedFolder]
  /// What the environment leaves out of the release; nil for nothing.
  package let platformCut: PlatformCut?
  /// The checksum files of the results, folder by folder.
  package let checksums: [ChecksumFile]
  /// The OCI image layout of its images; nil where none is made.
  package let oci: OCIRelease?

  /// The numbers of the artifacts that become files, in order: those that have a place, those that a folder of the stage
  /// holds, and payloads.
  package var written: [Int] {
    artifacts.indices.filter { artifacts[$0].firstPlace != nil }
  }

  /// A store of the contents, which can read git archives.
  package func store() -> SourceStore { SourceStore(sources, gitArchives) }

  /// Bytes of an entry's contents; nil for a tarball of the same plan, and for an image whose base is not known.
  package func size(of artifact: Artifact, at index: Int) -> Int64? {
    let body = artifact.entries.body(at: index)
    if case .source(let id) = body, case .nested(let number, _) = sources[id], artifacts[number].image?.hasBase == false
    {
      return nil
    }
    return sources.size(of: body)
  }

  /// Bytes of an artifact's contents, without the tarballs that it holds.
  package func bytes(of artifact: Artifact) -> Int64 {
    (0..<artifact.entries.count).reduce(0) { $0 + (size(of: artifact, at: $1) ?? 0) }
  }

  /// The approximate bytes of a tarball's tar, without the tarballs that it holds.
  package func tarBytes(of artifact: Artifact) -> Int64 {
    // A package has its payload, and little beside it.
    if artifact.package != nil { return Int64(artifact.entries.count * TarFormat.blockSize) }
    return bytes(of: artifact) + Int64(artifact.entries.count * TarFormat.blockSize)
  }

  /// The most bytes, approximately, of each artifact's file. Archives that it holds are counted at each place.
  package var largestSizes: [Int64] {
    var sizes: [Int64] = []
    for artifact in artifacts {
      if let image = artifact.image {
        sizes.append(image.size)
        continue
      }
      var size = tarBytes(of: artifact)
      if let package = artifact.package { size = size.addingClamped(sizes[package.payload]) }
      for index in 0..<artifact.entries.count where artifact.package == nil {
        guard case .source(let id) = artifact.entries.body(at: index), case .artifact(let number) = sources[id] else {
          continue
        }
        // Held artifacts stand before it, so their sizes are known.
        size = size.addingClamped(sizes[number])
      }
      // Deflate stores incompressible data in blocks: by zlib's deflateBound, less than a thousandth more.
      sizes.append(size.addingClamped(size >> 10))
    }
    return sizes
  }

  /// The record of the entry at `index` of an artifact. `digest` is that of its contents, if known; `late` gives the
  /// bytes of another artifact.
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

  /// The source of an entry's contents for messages, such as a path; nil for no contents.
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
  /// The sum; the largest number when it overflows.
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
  /// A store of `contents`, which can read git archives.
  convenience init(_ contents: SourceTable, _ gitArchives: [GitArchive]) {
    self.init(contents)
    for (number, archive) in gitArchives.enumerated() { add(spool: archive.spool, number: number) }
  }
}
