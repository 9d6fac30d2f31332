// What the bytes of each archive of a release follow from, in one digest: when it is what it was, so is the archive.

import Archive
import Image

/// The keys of a plan's archives, under which a cache knows what came of them.
struct ArtifactKeys {
  private let plan: Plan
  private let store: ContentStore
  private let digests: ContentDigests
  private let jobs: Int
  /// By the number of the tarball.
  private(set) var tarballs: [CacheKey] = []
  /// By the number of the image, of its layer.
  private(set) var layers: [Int: CacheKey] = [:]

  /// Reads what is not known of the sources, on `jobs` threads. Throws `SourceChanged` or `SystemError`.
  init(_ plan: Plan, _ store: ContentStore, _ digests: ContentDigests, jobs: Int) throws {
    self.plan = plan
    self.store = store
    self.digests = digests
    self.jobs = jobs
    try digests.prepare(jobs: jobs)
    for id in store.table.ids {
      guard case .nested(let number, _) = store.table[id] else { continue }
      digests.set(try digest(ofImage: number), of: id)
    }
    for number in plan.tarballs.indices { try addTarball(number) }
  }

  private mutating func addTarball(_ number: Int) throws {
    let tarball = plan.tarballs[number]
    var hash = SHA256()
    hash.update(CacheParameters(level: tarball.level).bytes)
    hash.update(try digest(of: tarball.entries).bytes)
    let digest = hash.finalize()
    tarballs.append(.artifact(digest))
    // Those that hold it come after it.
    for id in store.table.ids {
      if case .artifact(number) = store.table[id] { digests.set(digest, of: id) }
    }
  }

  /// What the archive of an image follows from: its layer, and its documents but for the digest of the layer in them.
  private mutating func digest(ofImage number: Int) throws -> Digest {
    let image = plan.images[number]
    let layer = try digest(of: image.layer)
    layers[number] = .artifact(layer)
    var hash = SHA256()
    hash.update(layer.bytes)
    hash.update(image.documents(in: store))
    return hash.finalize()
  }

  /// The digest of the headers of `entries` and of the digests of their contents.
  private func digest(of entries: TarEntryList) throws -> Digest {
    let step = 256
    let parts = try ordered(stride(from: 0, to: entries.count, by: step), jobs: jobs) { [digests, store] start in
      try Self.digest(of: entries, start..<min(start + step, entries.count), store, digests)
    }
    var hash = SHA256()
    for part in parts { hash.update(part.bytes) }
    return hash.finalize()
  }

  private static func digest(
    of entries: TarEntryList, _ range: Range<Int>, _ store: ContentStore, _ digests: ContentDigests
  ) throws -> Digest {
    var hash = SHA256()
    for index in range {
      switch entries.body(at: index) {
      case .none:
        hash.update(TarHeader.encode(entries.entry(at: index, size: 0)))
      case .file(_, _, let identity):
        hash.update(TarHeader.encode(entries.entry(at: index, size: identity.size)))
        if let file = entries.sourceFile(at: index) { hash.update(try digests.key(of: file)) }
      case .content(let id):
        hash.update(TarHeader.encode(entries.entry(at: index, size: store.size(of: id) ?? 0)))
        // Those that an archive holds come before it.
        guard let digest = digests.digest(of: id) else { preconditionFailure("a content was not prepared") }
        hash.update(digest.bytes)
      }
    }
    return hash.finalize()
  }
}
