// One digest for each artifact of a release, over everything that shapes its bytes. While this key is the same, the
// artifact is the same.

import Archive
import Basics
import Cache
import Files
import Plan
import Threads

/// The keys of a plan's artifacts, under which a cache keeps their results.
struct ArtifactKeys {
  /// Raise it with every change of the bytes of artifacts or of the files beside them.
  private static let revision = 3

  /// The key of each artifact's file.
  private(set) var files: [Digest] = []
  /// The key of each artifact's record, with the files beside it.
  private(set) var records: [CacheKey] = []
  /// The key of the digest of each image's new layer; nil for a tarball.
  private(set) var layers: [CacheKey?] = []
  /// The digest of the file that is copied beside each artifact; nil for none.
  private(set) var copies: [Digest?] = []

  /// Reads the sources whose digests are not known, on `jobs` threads.
  init(_ plan: Plan, _ store: SourceStore, _ digests: SourceDigests, jobs: Int) throws {
    let entries = EntryDigests(store: store, sources: digests, jobs: jobs)
    let contents = Dictionary(
      plan.sources.ids.compactMap { id in
        switch plan.sources[id] {
        case .artifact(let number), .nested(let number, _): (number, [id])
        case .bytes, .file, .extent, .spool: nil
        }
      }, uniquingKeysWith: +)
    for (number, artifact) in plan.artifacts.enumerated() {
      // Before the entries: once a small file was hashed, its key is its digest and no longer its state.
      let copy = try Self.copy(beside: artifact, digests)
      let list = try entries.digest(of: artifact.entries)
      let file = try artifact.writtenFormat.key(of: artifact, entries: list, in: store)
      // The artifacts that hold it come later.
      for id in contents[number] ?? [] { digests.set(file, of: id) }
      files.append(file)
      copies.append(copy)
      layers.append(artifact.image == nil ? nil : .artifact(Self.digest("layer", [list.bytes])))
      // The path of the copied executable shapes the other files beside the archive.
      let beside = artifact.image?.executable?.path ?? []
      records.append(.artifact(Self.digest("record", [file.bytes, beside])))
    }
  }

  /// The digest of the executable that is copied beside an image; nil for none.
  private static func copy(beside artifact: Artifact, _ digests: SourceDigests) throws -> Digest? {
    guard let executable = artifact.image?.executable else { return nil }
    let index = artifact.entries.index(of: executable.path)
    if let index, case .source(let id) = artifact.entries.body(at: index) { return digests.digest(of: id) }
    return try digests.digest(of: executable.file)
  }

  private static func digest(_ kind: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    hash.update("artifact \(kind), revision \(revision)\n".utf8)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }
}

/// Digests of lists of entries, over their headers and the keys of their contents.
private struct EntryDigests {
  let store: SourceStore
  /// Has the digests of all sources in the lists.
  let sources: SourceDigests
  /// Threads.
  let jobs: Int

  /// The digest of the headers of `entries`, the global one included, and of the digests of their contents.
  func digest(of entries: TarEntryList) throws -> Digest {
    let step = 256
    let parts = try ordered(stride(from: 0, to: entries.count, by: step), jobs: jobs) { [sources, store] start in
      try Self.digest(of: entries, start..<min(start + step, entries.count), store, sources)
    }
    var hash = SHA256()
    if let comment = entries.comment { hash.update(TarHeader.encode(comment: comment, mtime: entries.mtime)) }
    for part in parts { hash.update(part.bytes) }
    return hash.finalize()
  }

  private static func digest(
    of entries: TarEntryList, _ range: Range<Int>, _ store: SourceStore, _ sources: SourceDigests
  ) throws -> Digest {
    var hash = SHA256()
    for index in range {
      switch entries.body(at: index) {
      case .none:
        hash.update(TarHeader.encode(entries.entry(at: index, size: 0)))
      case .file(_, _, let identity):
        hash.update(TarHeader.encode(entries.entry(at: index, size: identity.size)))
        if let file = entries.sourceFile(at: index) { hash.update(try sources.key(of: file)) }
      case .source(let id):
        hash.update(TarHeader.encode(entries.entry(at: index, size: store.size(of: id) ?? 0)))
        // The artifacts that an archive holds come before it.
        guard let digest = sources.digest(of: id) else { preconditionFailure("a content was not prepared") }
        hash.update(digest.bytes)
      }
    }
    return hash.finalize()
  }
}
