// Makes artifacts from the results of the schedule: new blocks, sources encoded before, and sources from the cache.

import Archive
import Basics
import Cache
import Files
import Plan

/// Puts results into files, one at a time and in order.
final class Assembler {
  private let artifacts: [Artifact]
  private let codecs: CodecTable
  private let store: SourceStore
  private let late: LateFacts
  private let folder: ReleaseFolder
  private let memory: ReleaseMemory?
  private let task: BlockTask
  private let log: WorkLog
  private let watch: @Sendable (WriteEvent) -> Void
  /// The artifact that is being written.
  private var current = 0
  private var writer: ArchiveWriter?
  private var extents: [EncodedSource: EncodedExtent] = [:]
  /// The places of small contents that several entries of zips have.
  private var members: [MemberContent: (contents: ZipContents, extent: EncodedExtent)] = [:]
  /// Whether one source is all of the entry that is being written.
  private var isOneSource = false
  /// The start of the source that is being written; its checksum so far is `sourceCRC`.
  private var sourceStart: Int64 = 0
  private var sourceCRC = CRC32()
  /// Stores that source in the cache; nil when it is not stored.
  private var stored: ObjectWriter?
  private var scratch = [UInt8](repeating: 0, count: 1 << 18)
  private var entryDigests: [EntryDigest] = []
  private(set) var written: [WrittenArtifact] = []

  init(
    _ artifacts: [Artifact], _ codecs: CodecTable, store: SourceStore, _ late: LateFacts, folder: ReleaseFolder,
    memory: ReleaseMemory?, _ task: BlockTask, _ log: WorkLog, watch: @escaping @Sendable (WriteEvent) -> Void
  ) {
    self.artifacts = artifacts
    self.codecs = codecs
    self.store = store
    self.late = late
    self.folder = folder
    self.memory = memory
    self.task = task
    self.log = log
    self.watch = watch
  }

  func commit(_ result: BlockResult) throws {
    switch result {
    case .whole(let artifact):
      end(artifact)
    case .begin(let artifact):
      memory?.leaveRoom(from: artifact)
      let hashesTar = task.keepsRaw && artifacts[artifact].isTar && memory?.tarDigest(of: artifact) == nil
      let framing = artifacts[artifact].writtenFormat.framing(of: artifacts[artifact])
      writer = try ArchiveWriter(try folder.create(artifacts[artifact]), framing: framing, hashesTar: hashesTar)
      entryDigests = []
      current = artifact
      watch(.began(artifact: artifact))
    case .block(let block, let raw, _, let digests):
      entryDigests += digests
      try writer?.startContents()
      try append(block, raw)
    case .keptBlock(let block, let raw, let id, let isFirst, let isLast):
      if isFirst {
        sourceCRC = CRC32()
        try writer?.startContents()
      }
      try append(block, raw)
      sourceCRC.append(block.crc)
      if isLast { try memory?.check(sourceCRC, of: id) }
    case .sourceBlock(let block, let raw, let source, let isFirst, let isLast):
      if isFirst { try begin(source) }
      try append(block, raw)
      sourceCRC.append(block.crc)
      stored?.append(block.bytes)
      if isLast { try end(source) }
    case .splice(let source):
      try log.timed(.splicing) { try splice(source) }
    case .cached(let source):
      let isSpliced = try log.timed(.splicing) { try spliceCached(source) }
      if !isSpliced { try encode(source) }
    case .members(let packed, _, let digests):
      entryDigests += digests
      for member in packed { try append(member) }
    case .beginMember(let method, let size, let isOneSource):
      self.isOneSource = isOneSource
      writer?.beginMember(method, size: size)
    case .endMember:
      isOneSource = false
      try writer?.endMember()
    case .end(let artifact):
      try finish(artifact)
    }
  }

  private func append(_ block: EncodedBlock, _ raw: [UInt8]?) throws {
    try writer?.append(block)
    raw?.withUnsafeBytes { writer?.hash($0) }
    watch(.packed(block.crc.count, artifact: current))
  }

  private func append(_ member: PackedMember) throws {
    switch member {
    case .packed(let contents, let packed, let shared):
      try writer?.add(contents, packed)
      if let shared, let path = writer?.path, let end = writer?.count {
        let count = Int64(packed.count)
        let extent = EncodedExtent(path: path, offset: end - count, count: count, crc: contents.crc)
        members[shared] = (contents, extent)
      }
      watch(.packed(contents.crc.count, artifact: current))
    case .repeated(let content):
      guard let known = members[content] else { preconditionFailure("copied before it was packed") }
      try writer?.add(known.contents, try known.extent.bytes()[...])
      log.add(known.contents.crc.count, .repeated)
      watch(.packed(known.contents.crc.count, artifact: current))
    }
  }

  private func begin(_ source: EncodedSource) throws {
    try writer?.startContents()
    (sourceStart, sourceCRC) = (writer?.count ?? 0, CRC32())
    stored = memory?.begin(source)
  }

  private func end(_ source: EncodedSource) throws {
    let stored = stored.take()
    try memory?.check(sourceCRC, of: source.id)
    stored?.finish(crc: sourceCRC)
    noteExtent(of: source)
  }

  private func noteExtent(of source: EncodedSource) {
    guard let path = writer?.path, let end = writer?.count else { return }
    extents[source] = EncodedExtent(path: path, offset: sourceStart, count: end - sourceStart, crc: sourceCRC)
  }

  private func splice(_ source: EncodedSource) throws {
    guard let extent = extents[source] else { preconditionFailure("spliced before it was encoded") }
    try writer?.startContents(isOneSource ? (extent.crc, extent.count) : nil)
    try scratch.withUnsafeMutableBytes { try writer?.splice(extent, through: $0) }
    log.add(extent.crc.count, .repeated)
    try hash(source, count: extent.crc.count)
  }

  /// Appends a source from the cache; false, and nothing is appended, when the cache does not have it intact.
  private func spliceCached(_ source: EncodedSource) throws -> Bool {
    guard let object = memory?.encoded(source) else { return false }
    try writer?.startContents(isOneSource ? (object.crc, object.count) : nil)
    (sourceStart, sourceCRC) = (writer?.count ?? 0, object.crc)
    let fault = try scratch.withUnsafeMutableBytes { buffer in
      try writer?.splice(object.crc) { () throws(ObjectFault) in try object.next(into: buffer) }
    }
    if let fault {
      memory?.note(fault, of: source)
      return false
    }
    noteExtent(of: source)
    log.add(object.crc.count, .cached)
    try hash(source, count: object.crc.count)
    return true
  }

  /// Encodes a source that the cache had at first but cannot give now: it was pruned meanwhile, or is damaged.
  private func encode(_ source: EncodedSource) throws {
    let worker = BlockWorker(codecs, nil, task, log) { _ in preconditionFailure("a source is no artifact") }
    let count = store.size(of: source.id) ?? 0
    for start in stride(from: 0, to: count, by: Int64.Stride(Deflater.blockSize)) {
      let end = min(start + Deflater.blockSize, count)
      let job = BlockJob.source(
        source.id, start..<end, .encoded(codec: source.codec), isFirst: start == 0, isLast: end == count)
      try commit(try worker.work(job, store))
    }
  }

  /// Hashes the plain bytes of a spliced source, if the digest of the plain tar is wanted.
  private func hash(_ source: EncodedSource, count: Int64) throws {
    guard writer?.wantsTarBytes == true else { return watch(.packed(count, artifact: current)) }
    var offset: Int64 = 0
    while offset < count {
      let chunk = Int(min(Int64(scratch.count), count - offset))
      try scratch.withUnsafeMutableBytes { buffer in
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<chunk])
        try store.read(source.id, from: offset, into: part)
        writer?.hash(UnsafeRawBufferPointer(part))
      }
      offset += Int64(chunk)
      watch(.packed(Int64(chunk), artifact: current))
    }
  }

  private func finish(_ number: Int) throws {
    guard var archive = try writer.take()?.finish() else { return }
    archive.tarDigest = archive.tarDigest ?? memory?.tarDigest(of: number)
    let place = folder.place(artifacts[number])
    var files = ArtifactFiles(in: folder, store)
    files.note(archive.digest, at: place, archive.file)
    let companion = try files.write(artifacts[number].companions)
    try files.link(archive.file, to: artifacts[number].places.dropFirst())
    let result = ArtifactResult(
      artifact: number, digest: archive.digest, size: archive.file.identity.size, tarDigest: archive.tarDigest,
      // Of a package the bytes of its files are told, which its payload has.
      tarSize: artifacts[number].package.map { late.payload($0.payload).plainSize } ?? archive.tarSize,
      isUnchanged: false)
    late.note(result)
    end(
      WrittenArtifact(
        result: result, file: archive.file, files: files.written, companionDigest: companion,
        entryDigests: entryDigests))
  }

  private func end(_ artifact: WrittenArtifact) {
    store.finish(artifact: artifact.result.artifact, as: artifact.file)
    if !artifact.result.isUnchanged { written.append(artifact) }
    watch(.finished(artifact.result))
  }
}
