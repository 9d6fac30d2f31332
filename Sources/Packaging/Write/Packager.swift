// A plan into files: the blocks of the schedule, committed in order into the archives of the output folder.

package import Archive

/// What was made of a planned tarball.
package struct TarballResult: Sendable {
  /// The tarball's number in the plan.
  package let artifact: Int
  /// The archive as it was written.
  package let archive: GzipArchive
}

/// What happens while a release is written, for people to watch.
package enum PackagingEvent: Sendable {
  case began(artifact: Int)
  /// So many more uncompressed bytes are packed.
  case packed(Int64)
  case finished(TarballResult)
}

/// Writes the tarballs of a plan.
package struct Packager {
  private let plan: Plan
  private let folder: OutputFolder
  private let jobs: Int

  /// A packager that writes `plan` into `folder` on `jobs` threads.
  package init(_ plan: Plan, into folder: OutputFolder, jobs: Int) {
    self.plan = plan
    self.folder = folder
    self.jobs = jobs
  }

  /// Writes every tarball and commits them together; the results in the order of the plan.
  ///
  /// Throws `SourceChanged`, `SystemError` or `DeflateError`; then nothing was written.
  package func write(_ watch: @escaping (PackagingEvent) -> Void) throws -> [TarballResult] {
    let store = plan.store()
    // What digests are made of first: the names of the blobs of an image stand before their bytes.
    let images = Set(plan.tarballs.flatMap(\.images)).sorted()
    for (number, rope) in zip(images, try ImagePackager.ropes(plan, images, store, jobs: jobs)) {
      store.add(rope: rope, number: number)
    }
    let schedule = BlockSchedule(plan.tarballs, store: store)
    let committer = Committer(plan, store: store, folder: folder, watch: watch)
    // Blocks under way are what memory goes to: some for each thread, and some that wait for their turn.
    let workers = OrderedWorkers<BlockJob, BlockResult, BlockWorker>(
      window: max(16, jobs + 8), next: { try schedule.next() }, makeTool: { try BlockWorker() },
      work: { job, worker in try worker.work(job, store) }, commit: { try committer.commit($0) })
    try workers.run(threads: jobs)
    try folder.commit()
    return committer.results
  }
}

/// Puts results into files, one at a time and in order.
private final class Committer {
  private let plan: Plan
  private let store: ContentStore
  private let folder: OutputFolder
  private let watch: (PackagingEvent) -> Void
  private var writer: GzipWriter?
  private var extents: [ContentKey: DeflatedExtent] = [:]
  /// Where the content that is being written begins, and its checksum so far.
  private var contentStart: Int64 = 0
  private var contentCRC = CRC32()
  private var scratch = [UInt8](repeating: 0, count: 1 << 18)
  private(set) var results: [TarballResult] = []

  init(_ plan: Plan, store: ContentStore, folder: OutputFolder, watch: @escaping (PackagingEvent) -> Void) {
    self.plan = plan
    self.store = store
    self.folder = folder
    self.watch = watch
  }

  func commit(_ result: BlockResult) throws {
    switch result {
    case .begin(let artifact):
      writer = try GzipWriter(try folder.create(plan.tarballs[artifact].fileName))
      watch(.began(artifact: artifact))
    case .block(let raw, let block):
      try append(raw, block)
    case .contentBlock(let raw, let block, let key, let isFirst, let isLast):
      if isFirst { (contentStart, contentCRC) = (writer?.count ?? 0, CRC32()) }
      try append(raw, block)
      contentCRC.append(block.crc)
      if isLast, let key { noteExtent(of: key) }
    case .splice(let key):
      try splice(key)
    case .end(let artifact):
      try finish(artifact)
    }
  }

  private func append(_ raw: RawBlock, _ block: DeflatedBlock) throws {
    try raw.withParts { try writer?.append(block, of: $1) }
    watch(.packed(block.crc.count))
  }

  private func noteExtent(of key: ContentKey) {
    guard let path = writer?.path, let end = writer?.count else { return }
    extents[key] = DeflatedExtent(path: path, offset: contentStart, count: end - contentStart, crc: contentCRC)
  }

  private func splice(_ key: ContentKey) throws {
    guard let extent = extents[key] else { preconditionFailure("spliced before it was deflated") }
    try scratch.withUnsafeMutableBytes { try writer?.splice(extent, through: $0) }
    var offset: Int64 = 0
    while offset < extent.crc.count {
      let count = Int(min(Int64(scratch.count), extent.crc.count - offset))
      try scratch.withUnsafeMutableBytes { buffer in
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        try store.read(key.id, from: offset, into: part)
        writer?.hash(UnsafeRawBufferPointer(part))
      }
      offset += Int64(count)
      watch(.packed(Int64(count)))
    }
  }

  private func finish(_ artifact: Int) throws {
    guard let archive = try writer.take()?.finish() else { return }
    store.finish(artifact: artifact, as: archive.file)
    let result = TarballResult(artifact: artifact, archive: archive)
    results.append(result)
    watch(.finished(result))
  }
}
