// Writes the files of a plan: all artifacts in one transaction.

import Archive
import Basics
package import Cache
package import Files
package import Plan
import Threads

/// Writes the artifacts of a plan.
package final class ReleaseWriter {
  /// The work that was done, and its time.
  package let log = WorkLog()
  private let plan: Plan
  private let options: WriteOptions
  private let cache: ArtifactCache?
  private var memory: ReleaseMemory?
  private var written: [WrittenArtifact] = []
  /// Artifacts that are left alone.
  private var unchanged: [WrittenArtifact] = []
  private var objects: [Int: [CacheKey]] = [:]
  private var staged: [FilledFolder] = []
  private var checksums: [ChecksumResult] = []
  private var oci: (results: [OCIResult], files: [WrittenFile]) = ([], [])

  /// With a `cache`, nothing that it has is made again, and an artifact that is there already, unchanged, is left
  /// alone.
  package init(_ plan: Plan, _ options: WriteOptions, cache: ArtifactCache? = nil) {
    self.plan = plan
    self.options = options
    self.cache = cache
  }

  /// The folders that the artifacts of a plan go into, in the order in which `write` takes them.
  package static func folders(of plan: Plan) -> [String] { ReleaseFolder.paths(of: plan) }

  /// The folders that artifacts go into, each once.
  package static func folders(of artifacts: [Artifact]) -> [String] {
    ReleaseFolder.paths(of: artifacts.flatMap { $0.places + $0.companions.map(\.place) })
  }

  /// Throws `OutputError` when `outputs` has a folder in the place of a file of the plan, or the reverse.
  package static func check(_ plan: Plan, in outputs: OutputFolder) throws {
    let folder = ReleaseFolder(outputs, for: plan)
    for artifact in plan.artifacts { try folder.check(artifact) }
    for file in plan.checksums { try folder.check(file) }
  }

  /// Writes every artifact that has a place into `outputs`, which has the folders of the plan. These stay open: other
  /// files of the release, such as checksums, can be added before `commit`.
  ///
  /// `watch` is called by several threads. When it throws, nothing was written.
  package func write(into outputs: OutputFolder, _ watch: @escaping @Sendable (WriteEvent) -> Void) throws -> Ledger {
    let store = plan.store()
    let codecs = CodecTable(of: plan.artifacts)
    let folder = ReleaseFolder(outputs, for: plan)
    let memory = try cache.map { cache in
      try log.timed(.hashing) { try ReleaseMemory(cache, plan, store, codecs, folder, options) }
    }
    self.memory = memory
    let unchanged = memory?.unchanged ?? [:]
    self.unchanged = Array(unchanged.values)
    for number in plan.written where plan.artifacts[number].image == nil {
      guard let artifact = unchanged[number] else { continue }
      store.finish(artifact: number, as: artifact.file)
      log.add(artifact.result.tarSize, .leftAlone)
      watch(.finished(artifact.result))
    }
    let packages = plan.written.filter { plan.artifacts[$0].package != nil && unchanged[$0] == nil }
    let payloads = packages.compactMap { plan.artifacts[$0].package?.payload }
    let rest = plan.written.filter { number in
      let artifact = plan.artifacts[number]
      return artifact.isPayload ? payloads.contains(number) : artifact.image != nil || unchanged[number] == nil
    }
    let layers = try log.timed(.hashing) { try addImages(neededBy: rest, to: store) }
    let late = try log.timed(.hashing) {
      LateFacts(
        sums: try PackageSums(plan: plan, store: store, known: memory?.digests).find(payloads, jobs: options.jobs))
    }
    let writer = ArtifactWriter(
      plan: plan, store: store, folder: folder, memory: memory, layers: layers, late: late, log: log,
      watch: watch)
    let schedule = BlockSchedule(rest, of: plan.artifacts, codecs, store: store, late) { memory?.has($0) ?? false }
    let task = BlockTask(keepsRaw: options.hashesTars, hashesEntries: options.hashesEntries)
    let assembler = Assembler(
      plan.artifacts, codecs, store: store, late, folder: folder, memory: memory, task, log, watch: watch)
    let used = UsedObjects { memory?.key(of: $0) }
    // Most memory is in unfinished blocks: some for each thread, and some that wait for their turn.
    let workers = OrderedWorkers<BlockJob, BlockResult, BlockWorker>(
      window: max(16, options.jobs + 8), next: { try schedule.next() },
      makeTool: { [log] in
        BlockWorker(codecs, memory?.cache.objects, task, log) { try writer.write($0) }
      },
      work: { job, worker in try worker.work(job, store) },
      commit: { result in
        used.add(result)
        try assembler.commit(result)
      })
    try workers.run(threads: options.jobs)
    written = assembler.written
    objects = used.keys
    if !plan.stagedFolders.isEmpty { watch(.staging) }
    try log.timed(.staging) { try fillStage(outputs, folder, store) }
    let all = Dictionary(uniqueKeysWithValues: (written + self.unchanged).map { ($0.result.artifact, $0) })
    checksums = try log.timed(.hashing) {
      try ChecksumWriter(plan: plan, folder: folder, artifacts: all, cache: cache, options: options).write()
    }
    if let release = plan.oci {
      let writer = OCIWriter(
        plan: plan, store: store, folder: folder, known: memory?.digests, layers: layers, jobs: options.jobs)
      oci = try log.timed(.writing) { try writer.write(release) }
    }
    return try ledger(store)
  }

  /// Gives all outputs their names, together with the record of them; without `keeping` there is none. When it throws,
  /// the older outputs are unchanged.
  @discardableResult
  package func commit(_ outputs: OutputFolder, _ keeping: RecordKeeping? = nil) throws -> RunEnd {
    var end = RunEnd()
    if let keeping {
      let copies = try CopyDigests.find(written, of: plan, memory, jobs: options.jobs)
      let folders = try log.timed(.hashing) { try recordedFolders() }
      end.tidying = try keeping.finish(outputs, plan, written + unchanged, folders, checksums, copies: copies)
    }
    let files = written.flatMap(\.files) + oci.files
    let time = cache?.timeBeforeCommit(of: files.map(\.identity))
    try outputs.commit(last: OwnFile.record)
    end.tidying.removeEmptyFolders()
    if let time {
      memory?.keep(written, of: objects, since: time)
      memory?.note(oci.files, since: time)
    }
    cache?.keepLinked(staged.flatMap(\.steadySources))
    end.staged = staged.map(\.finalResult)
    end.checksums = checksums
    end.oci = oci.results
    end.remaining = outputs.remaining
    return end
  }

  /// The folders of the stage with the digests of all that is in them.
  private func recordedFolders() throws -> [RecordedFolder] {
    if staged.isEmpty { return [] }
    let known = Dictionary(uniqueKeysWithValues: (written + unchanged).map { ($0.result.artifact, $0.result.digest) })
    let entryDigests = Dictionary(uniqueKeysWithValues: written.map { ($0.result.artifact, $0.entryDigests) })
    let digests = try LedgerDigests(
      plan: plan, store: plan.store(), known: memory?.digests, jobs: options.jobs, artifacts: known, usesIndex: true
    ).find(plan.stagedFolders.map { ($0.artifact, entryDigests[$0.artifact] ?? []) })
    return staged.map { filled in
      let folder = filled.result.folder
      return RecordedFolder(
        folder: folder, bytes: filled.result.bytes,
        digest: FolderContents(
          of: plan.artifacts[folder.artifact].entries, in: folder, digests[folder.artifact] ?? []
        ).finalize())
    }
  }

  /// Fills the folders of the stage from the sources and from the artifacts, which are all written.
  private func fillStage(_ outputs: OutputFolder, _ folder: ReleaseFolder, _ store: SourceStore) throws {
    let artifacts = Dictionary(uniqueKeysWithValues: (written + unchanged).map { ($0.result.artifact, $0) })
    let filler = StageFiller(plan: plan, store: store, artifacts: artifacts)
    // Begun here, so that their temporary names follow from the plan.
    let begun = try plan.stagedFolders.map { staged in
      let place = folder[staged.place]
      return (staged, try outputs.createFolder(place.name, in: place.folder))
    }
    staged = try ordered(begun, jobs: options.jobs) { staged, output in try filler.fill(staged, output) }
  }

  /// Makes the images readable that are written or are in a written tarball; gives the digests of their new layers, by
  /// number. Digests come first, because in an image the name of a blob stands before its bytes.
  private func addImages(neededBy rest: [Int], to store: SourceStore) throws -> [Int: Digest] {
    let unchanged = memory?.unchanged ?? [:]
    // An image that is only in tarballs has to be read for its digest.
    let changed =
      (options.hashesEntries ? plan.written : rest.filter { unchanged[$0] == nil })
      + (plan.oci?.members.flatMap(\.artifacts) ?? [])
    let images = Set(changed + changed.flatMap { plan.artifacts[$0].needs }).filter { plan.artifacts[$0].image != nil }
    let held = Set(changed.flatMap { plan.artifacts[$0].needs })
    let archives = Dictionary(grouping: images) { plan.artifacts[$0].image?.layerNumber }
    let layers = archives.values.map { $0.sorted() }.sorted { $0[0] < $1[0] }
    let digests = try ordered(layers, jobs: options.jobs) { [plan, memory] numbers -> (Digest, [Int: Rope]) in
      guard let image = plan.artifacts[numbers[0]].image else { preconditionFailure("a tarball has no layer") }
      let make = { try image.layerDigest(in: store) }
      let digest = try memory?.layerDigest(of: numbers[0], orMake: make) ?? make()
      var ropes: [Int: Rope] = [:]
      for number in numbers where held.contains(number) {
        ropes[number] = try plan.artifacts[number].image?.rope(in: store, layerDigest: digest)
      }
      return (digest, ropes)
    }
    for (number, rope) in digests.flatMap(\.1) { store.add(rope: rope, number: number) }
    let found = zip(layers, digests).flatMap { numbers, digest in numbers.map { ($0, digest.0) } }
    return Dictionary(uniqueKeysWithValues: found)
  }

  private func ledger(_ store: SourceStore) throws -> Ledger {
    let all = (written + unchanged).sorted { $0.result.artifact < $1.result.artifact }
    var digests: [Int: [Digest?]] = [:]
    if options.hashesEntries {
      let artifacts = Dictionary(uniqueKeysWithValues: all.map { ($0.result.artifact, $0.result.digest) })
      digests = try LedgerDigests(
        plan: plan, store: store, known: memory?.digests, jobs: options.jobs, artifacts: artifacts
      ).find(all.filter { !plan.artifacts[$0.result.artifact].isPayload })
    }
    return Ledger(plan, all.map(\.result), digests: digests)
  }
}

/// What a run did beside its artifacts.
package struct RunEnd: Sendable {
  package internal(set) var tidying = Tidying()
  /// The folders of the stage.
  package internal(set) var staged: [StagedResult] = []
  package internal(set) var checksums: [ChecksumResult] = []
  /// The images of the OCI image layout.
  package internal(set) var oci: [OCIResult] = []
  /// Older folders of the stage that could not be removed, by the names that they have now.
  package internal(set) var remaining: [[UInt8]] = []
}
