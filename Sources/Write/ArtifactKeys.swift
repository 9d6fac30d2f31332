// What the bytes of each archive of a release follow from, in one digest: when it is what it was, so is the archive.

import Archive
import Basics
import Cache
import Plan

/// The keys of a plan's archives, under which a cache knows what came of them.
struct ArtifactKeys {
  private let plan: Plan
  private let entries: EntryDigests
  /// By the number of the tarball.
  private(set) var tarballs: [CacheKey] = []
  let images: ImageKeys

  /// Reads what is not known of the sources, on `jobs` threads. Throws `SourceChanged` or `SystemError`.
  init(_ plan: Plan, _ store: ContentStore, _ digests: ContentDigests, jobs: Int) throws {
    self.plan = plan
    entries = EntryDigests(store: store, contents: digests, jobs: jobs)
    try digests.prepare(store.table.ids, jobs: jobs)
    images = try ImageKeys(plan, entries)
    for id in store.table.ids {
      if case .nested(let number, _) = store.table[id] { digests.set(images.archives[number], of: id) }
    }
    for number in plan.tarballs.indices { try addTarball(number) }
  }

  private mutating func addTarball(_ number: Int) throws {
    let tarball = plan.tarballs[number]
    var hash = SHA256()
    hash.update(CacheParameters(level: tarball.level).bytes)
    hash.update(try entries.digest(of: tarball.entries).bytes)
    let digest = hash.finalize()
    tarballs.append(.artifact(digest))
    // Those that hold it come after it.
    for id in entries.store.table.ids {
      if case .artifact(number) = entries.store.table[id] { entries.contents.set(digest, of: id) }
    }
  }
}
