// A plan into files: the blocks of the schedule, committed in order into the archives of the output folder.

package import Archive
package import Cache
package import Files
package import Plan
import Threads

/// What was made of a planned tarball.
package struct TarballResult: Sendable {
  /// The tarball's number in the plan.
  package let artifact: Int
  /// The archive as it was written.
  package let archive: GzipArchive
  /// Whether it stood there already and was left alone.
  package let isUnchanged: Bool
}

/// What happens while a release is written, for people to watch.
package enum PackagingEvent: Sendable {
  case began(artifact: Int)
  /// So many more uncompressed bytes are packed.
  case packed(Int64)
  case finished(TarballResult)
}

/// How a release is written.
package struct WriteOptions: Sendable {
  /// Threads.
  package var jobs: Int
  /// Whether what stands there already is written again.
  package var isForced = false
  /// Whether the digests of the uncompressed tars are wanted: to hash these takes as long as all other hashing.
  package var hashesTars = false

  package init(jobs: Int) { self.jobs = jobs }
}

/// Writes the tarballs of a plan.
package struct Packager {
  private let plan: Plan
  private let folder: OutputFolder
  private let options: WriteOptions
  private let cache: ArtifactCache?
  /// What was done, and where the time went.
  package let log = WorkLog()

  /// A packager that writes `plan` into `folder`.
  ///
  /// With a `cache`, what it knows is not made again, and a tarball that stands there as it would be written is left
  /// alone.
  package init(_ plan: Plan, into folder: OutputFolder, _ options: WriteOptions, cache: ArtifactCache? = nil) {
    self.plan = plan
    self.folder = folder
    self.options = options
    self.cache = cache
  }

  /// Writes every tarball and commits them together; the results in the order of the plan.
  ///
  /// Throws `SourceChanged`, `SystemError` or `DeflateError`; then nothing was written.
  package func write(_ watch: @escaping (PackagingEvent) -> Void) throws -> [TarballResult] {
    let store = plan.store()
    let memory = try cache.map { cache in
      try log.timed(.hashing) { try TarballMemory(cache, plan, store, folder, options) }
    }
    let unchanged = memory?.unchanged ?? [:]
    for number in plan.tarballs.indices {
      guard let result = unchanged[number] else { continue }
      store.finish(artifact: number, as: result.archive.file)
      log.add(result.archive.tarSize, .leftAlone)
      watch(.finished(result))
    }
    try log.timed(.hashing) { try addImages(to: store, memory) }
    let schedule = BlockSchedule(plan.tarballs, store: store, unchanged: Set(unchanged.keys)) { key in
      memory?.has(key) ?? false
    }
    let committer = Committer(
      plan, store: store, folder: folder, memory: memory, hashesTars: options.hashesTars, log: log, watch: watch)
    let used = UsedObjects { memory?.cacheKey($0) }
    // Blocks under way are what memory goes to: some for each thread, and some that wait for their turn.
    let workers = OrderedWorkers<BlockJob, BlockResult, BlockWorker>(
      window: max(16, options.jobs + 8), next: { try schedule.next() },
      makeTool: { [options, log] in
        try BlockWorker(memory?.cache.objects, keepsRaw: options.hashesTars, log)
      },
      work: { job, worker in try worker.work(job, store) },
      commit: { result in
        used.add(result)
        try committer.commit(result)
      })
    try workers.run(threads: options.jobs)
    let time = cache?.timeBeforeCommit(of: committer.results.map(\.archive.file.identity))
    try folder.commit()
    if let time { memory?.keep(committer.results, of: used.keys, since: time) }
    return (committer.results + unchanged.values).sorted { $0.artifact < $1.artifact }
  }

  /// What digests are made of comes first: the names of the blobs of an image stand before their bytes.
  private func addImages(to store: ContentStore, _ memory: TarballMemory?) throws {
    let unchanged = memory?.unchanged ?? [:]
    let wanted = plan.tarballs.indices.filter { unchanged[$0] == nil }.flatMap { plan.tarballs[$0].images }
    let images = Set(wanted).sorted()
    let ropes = try ordered(images, jobs: options.jobs) { number in
      let image = plan.images[number]
      let digest = try memory?.layerDigest(ofImage: number) ?? image.layerDigest(in: store)
      return try image.rope(in: store, layerDigest: digest)
    }
    for (number, rope) in zip(images, ropes) { store.add(rope: rope, number: number) }
  }
}
