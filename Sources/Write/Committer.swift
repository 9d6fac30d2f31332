// The results of the schedule into the archives: deflated blocks, what was deflated before, what the cache has.

import Archive
import Basics
import Cache
import Files
import Plan

/// Puts results into files, one at a time and in order.
final class Committer {
  private let plan: Plan
  private let store: ContentStore
  private let folder: OutputFolder
  private let memory: TarballMemory?
  private let hashesTars: Bool
  private let log: WorkLog
  private let watch: (PackagingEvent) -> Void
  private var writer: GzipWriter?
  private var extents: [ContentKey: DeflatedExtent] = [:]
  /// Where the content that is being written begins, and its checksum so far.
  private var contentStart: Int64 = 0
  private var contentCRC = CRC32()
  /// Where the cache takes it.
  private var stored: ObjectWriter?
  private var scratch = [UInt8](repeating: 0, count: 1 << 18)
  private(set) var results: [TarballResult] = []

  init(
    _ plan: Plan, store: ContentStore, folder: OutputFolder, memory: TarballMemory?, hashesTars: Bool, log: WorkLog,
    watch: @escaping (PackagingEvent) -> Void
  ) {
    self.plan = plan
    self.store = store
    self.folder = folder
    self.memory = memory
    self.hashesTars = hashesTars
    self.log = log
    self.watch = watch
  }

  func commit(_ result: BlockResult) throws {
    switch result {
    case .begin(let artifact):
      memory?.leaveRoom(from: artifact)
      let hashesTar = hashesTars && memory?.tarDigest(of: artifact) == nil
      writer = try GzipWriter(try folder.create(plan.tarballs[artifact].fileName), hashesTar: hashesTar)
      watch(.began(artifact: artifact))
    case .block(let block, let raw, _):
      try append(block, raw)
    case .storedBlock(let block, let raw, let id, let isFirst, let isLast):
      if isFirst { contentCRC = CRC32() }
      try append(block, raw)
      contentCRC.append(block.crc)
      if isLast { try memory?.check(contentCRC, of: id) }
    case .contentBlock(let block, let raw, let key, let isFirst, let isLast):
      if isFirst { begin(key) }
      try append(block, raw)
      contentCRC.append(block.crc)
      stored?.append(block.bytes)
      if isLast { try end(key) }
    case .splice(let key):
      try log.timed(.splicing) { try splice(key) }
    case .cached(let key):
      let isSpliced = try log.timed(.splicing) { try spliceCached(key) }
      if !isSpliced { try deflate(key) }
    case .end(let artifact):
      try finish(artifact)
    }
  }

  private func append(_ block: DeflatedBlock, _ raw: [UInt8]?) throws {
    try writer?.append(block)
    raw?.withUnsafeBytes { writer?.hash($0) }
    watch(.packed(block.crc.count))
  }

  private func begin(_ key: ContentKey) {
    (contentStart, contentCRC) = (writer?.count ?? 0, CRC32())
    stored = memory?.begin(key)
  }

  private func end(_ key: ContentKey) throws {
    let stored = stored.take()
    try memory?.check(contentCRC, of: key.id)
    stored?.finish(crc: contentCRC)
    noteExtent(of: key)
  }

  private func noteExtent(of key: ContentKey) {
    guard let path = writer?.path, let end = writer?.count else { return }
    extents[key] = DeflatedExtent(path: path, offset: contentStart, count: end - contentStart, crc: contentCRC)
  }

  private func splice(_ key: ContentKey) throws {
    guard let extent = extents[key] else { preconditionFailure("spliced before it was deflated") }
    try scratch.withUnsafeMutableBytes { try writer?.splice(extent, through: $0) }
    log.add(extent.crc.count, .repeated)
    try hash(key, count: extent.crc.count)
  }

  /// Whether a content could be appended as the cache has it; where not, nothing is.
  private func spliceCached(_ key: ContentKey) throws -> Bool {
    guard let object = memory?.content(key) else { return false }
    (contentStart, contentCRC) = (writer?.count ?? 0, object.crc)
    let fault = try scratch.withUnsafeMutableBytes { buffer in
      try writer?.splice(object.crc) { () throws(ObjectFault) in try object.next(into: buffer) }
    }
    if let fault {
      memory?.note(fault, of: key)
      return false
    }
    noteExtent(of: key)
    log.add(object.crc.count, .cached)
    try hash(key, count: object.crc.count)
    return true
  }

  /// Deflates a content that the cache had when it was asked, and has no more: it was pruned meanwhile, or is damaged.
  private func deflate(_ key: ContentKey) throws {
    let worker = try BlockWorker(nil, keepsRaw: hashesTars, log)
    let count = store.size(of: key.id) ?? 0
    for start in stride(from: 0, to: count, by: Int64.Stride(Deflater.blockSize)) {
      let end = min(start + Deflater.blockSize, count)
      let job = BlockJob.content(
        key.id, start..<end, .deflated(level: key.level), isFirst: start == 0, isLast: end == count)
      try commit(try worker.work(job, store))
    }
  }

  /// The bytes of a content that was spliced, to those who want them.
  private func hash(_ key: ContentKey, count: Int64) throws {
    guard writer?.wantsTarBytes == true else { return watch(.packed(count)) }
    var offset: Int64 = 0
    while offset < count {
      let chunk = Int(min(Int64(scratch.count), count - offset))
      try scratch.withUnsafeMutableBytes { buffer in
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk])
        try store.read(key.id, from: offset, into: part)
        writer?.hash(UnsafeRawBufferPointer(part))
      }
      offset += Int64(chunk)
      watch(.packed(Int64(chunk)))
    }
  }

  private func finish(_ artifact: Int) throws {
    guard var archive = try writer.take()?.finish() else { return }
    archive.tarDigest = archive.tarDigest ?? memory?.tarDigest(of: artifact)
    store.finish(artifact: artifact, as: archive.file)
    let result = TarballResult(artifact: artifact, archive: archive, isUnchanged: false)
    results.append(result)
    watch(.finished(result))
  }
}
