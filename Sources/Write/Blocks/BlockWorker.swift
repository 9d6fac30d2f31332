// The work of a thread on one job: read bytes and encode them. The result depends on the plan and the sources alone.

import Archive
import Basics
import Cache

/// A job's result, to be committed in order. `raw` has the plain bytes; nil where not wanted.
enum BlockResult {
  case whole(WrittenArtifact)
  case begin(artifact: Int)
  /// A block of a run, its key in the cache (nil for none), and the digests of the files that end in it.
  case block(EncodedBlock, raw: [UInt8]?, CacheKey?, [EntryDigest])
  /// A block of a source that is kept as it is.
  case keptBlock(EncodedBlock, raw: [UInt8]?, SourceID, isFirst: Bool, isLast: Bool)
  case sourceBlock(EncodedBlock, raw: [UInt8]?, EncodedSource, isFirst: Bool, isLast: Bool)
  case splice(EncodedSource)
  case cached(EncodedSource)
  /// Entries of a zip, their key in the cache (nil for none), and the digests of their contents.
  case members([PackedMember], CacheKey?, [EntryDigest])
  case beginMember(ZipMethod, size: Int64, isOneSource: Bool)
  case endMember
  case end(artifact: Int)
}

/// A small entry of a zip with its contents as they are stored.
enum PackedMember {
  /// `content` is what others know it by, if there are any.
  case packed(ZipContents, ArraySlice<UInt8>, MemberContent?)
  /// The contents of an earlier one.
  case repeated(MemberContent)
}

/// The work of a worker beside encoding.
struct BlockTask: Sendable {
  /// Whether the plain bytes are wanted too.
  var keepsRaw: Bool
  /// Whether the digest of each small file is wanted.
  var hashesEntries: Bool
}

/// Bytes of an archive, and the bytes before them to which a block may refer; valid until the worker's next read.
private struct RawBlock {
  let dictionary: UnsafeRawBufferPointer
  let bytes: UnsafeRawBufferPointer
}

/// The encoders of one thread.
final class BlockWorker {
  private let codecs: CodecTable
  /// The encoders made so far, by the number of their codec.
  private var encoders: [Int: any BlockEncoder] = [:]
  /// The buffer for all reads. It is used again so that it stays in the processor's cache and nothing is allocated.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Deflater.windowSize + Int(Deflater.blockSize), alignment: 64)
  private let cache: (any ObjectStore)?
  private let task: BlockTask
  private let log: WorkLog
  private let writeWhole: (Int) throws -> WrittenArtifact

  /// Blocks in `cache` are not encoded again. `writeWhole` writes an artifact that one worker writes.
  init(
    _ codecs: CodecTable, _ cache: (any ObjectStore)?, _ task: BlockTask, _ log: WorkLog,
    writeWhole: @escaping (Int) throws -> WrittenArtifact
  ) {
    self.codecs = codecs
    self.cache = cache
    self.task = task
    self.log = log
    self.writeWhole = writeWhole
  }

  deinit { buffer.deallocate() }

  func work(_ job: BlockJob, _ store: SourceStore) throws -> BlockResult {
    switch job {
    case .whole(let artifact): return .whole(try writeWhole(artifact))
    case .begin(let artifact): return .begin(artifact: artifact)
    case .splice(let source): return .splice(source)
    case .cached(let source): return .cached(source)
    case .beginMember(let method, let size, let isOneSource):
      return .beginMember(method, size: size, isOneSource: isOneSource)
    case .endMember: return .endMember
    case .end(let artifact): return .end(artifact: artifact)
    case .members(let entries, let members, let codec): return try pack(entries, members, codec, store)
    case .run(let rope, let range, let codec):
      let raw = try read(range, codec) { try rope.read(from: $0, into: $1) }
      let digests = task.hashesEntries ? try self.digests(of: rope, range, raw) : []
      let (block, key) = try block(raw, codec)
      return .block(block, raw: kept(raw), key, digests)
    case .source(let id, let range, .encoded(let codec), let isFirst, let isLast):
      let raw = try read(range, codec) { try store.read(id, from: $0, into: $1) }
      let source = EncodedSource(id: id, codec: codec)
      return .sourceBlock(try encode(raw, codec), raw: kept(raw), source, isFirst: isFirst, isLast: isLast)
    case .source(let id, let range, .kept(let codec), let isFirst, let isLast):
      let raw = try read(range) { try store.read(id, from: $0, into: $1) }
      log.add(Int64(raw.bytes.count), .stored)
      return .keptBlock(codecs[codec].kept(raw.bytes), raw: kept(raw), id, isFirst: isFirst, isLast: isLast)
    }
  }

  /// The bytes of `range`, at most one block, and the bytes before it to which `codec` may refer; `read` reads them
  /// from an offset.
  private func read(
    _ range: Range<Int64>, _ codec: Int? = nil, _ read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> RawBlock {
    let before = codec.map { min(codecs[$0].windowSize, Int(range.lowerBound)) } ?? 0
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(before + range.count)])
    try read(range.lowerBound - Int64(before), part)
    let all = UnsafeRawBufferPointer(part)
    return RawBlock(
      dictionary: UnsafeRawBufferPointer(rebasing: all[..<before]),
      bytes: UnsafeRawBufferPointer(rebasing: all[before...]))
  }

  private func kept(_ raw: RawBlock) -> [UInt8]? { task.keepsRaw ? Array(raw.bytes) : nil }

  /// The digests of the files that end in `range`. A file that begins before `range` is read again.
  private func digests(of rope: Rope, _ range: Range<Int64>, _ raw: RawBlock) throws -> [EntryDigest] {
    var digests: [EntryDigest] = []
    try rope.forEachFile(endingIn: range) { index, contents in
      var hash = SHA256()
      if contents.lowerBound >= range.lowerBound {
        // In bounds: the contents lie within the range that was read.
        let start = Int(contents.lowerBound - range.lowerBound)
        hash.update(UnsafeRawBufferPointer(rebasing: raw.bytes[start..<(start + contents.count)]))
      } else {
        var bytes = [UInt8](repeating: 0, count: contents.count)
        try bytes.withUnsafeMutableBytes { try rope.read(from: contents.lowerBound, into: $0) }
        hash.update(bytes)
      }
      digests.append(EntryDigest(index: index, digest: hash.finalize()))
    }
    return digests
  }

  private func block(_ raw: RawBlock, _ codec: Int) throws -> (EncodedBlock, CacheKey?) {
    guard let cache, codecs[codec].isWorthCaching else { return (try encode(raw, codec), nil) }
    let key = CacheKey.block(raw.bytes, after: raw.dictionary, codecs[codec])
    if let known = cache.block(key) {
      if known.crc == CRC32(of: raw.bytes) {
        log.add(known.crc.count, .cached)
        return (known, key)
      }
      cache.reject(key, for: .damaged)
    }
    let block = try encode(raw, codec)
    cache.store(block, as: key)
    return (block, key)
  }

  private func encode(_ raw: RawBlock, _ codec: Int) throws -> EncodedBlock {
    let encoder = try encoder(codec)
    let block = try log.timed(.deflating) { try encoder.encode(raw.bytes, after: raw.dictionary) }
    log.add(block.crc.count, .deflated)
    return block
  }

  private func encoder(_ codec: Int) throws -> any BlockEncoder {
    let encoder = try encoders[codec] ?? codecs[codec].makeEncoder()
    encoders[codec] = encoder
    return encoder
  }
}

// Small entries of zips
extension BlockWorker {
  private func pack(
    _ entries: TarEntryList, _ members: [SmallMember], _ codec: Int, _ store: SourceStore
  ) throws -> BlockResult {
    let new = members.filter { !$0.isRepeated }
    var plain = MemberBytes()
    for member in new { try plain.append(entries, member.index, store) }
    let digests = task.hashesEntries ? digests(of: new, entries, plain) : []
    let (packed, key) = try packed(plain, codec)
    var rest = packed.contents[...]
    let all = members.map { member in
      if member.isRepeated, let content = member.shared { return PackedMember.repeated(content) }
      guard let next = rest.popFirst() else { preconditionFailure("an entry was not packed") }
      return .packed(next.0, next.1, member.shared)
    }
    return .members(all, key, digests)
  }

  private func digests(of members: [SmallMember], _ entries: TarEntryList, _ plain: MemberBytes) -> [EntryDigest] {
    zip(members, plain.ranges).compactMap { member, range in
      guard entries.kind(at: member.index) == .file else { return nil }
      return EntryDigest(index: member.index, digest: SHA256.digest(of: plain.bytes[range]))
    }
  }

  private func packed(_ plain: MemberBytes, _ codec: Int) throws -> (PackedMembers, CacheKey?) {
    guard let cache, codecs[codec].isWorthCaching, !plain.bytes.isEmpty else { return (try encode(plain, codec), nil) }
    let key = plain.bytes.withUnsafeBytes { CacheKey.members($0, sizes: plain.ranges.map(\.count), codecs[codec]) }
    let crc = plain.bytes.withUnsafeBytes { CRC32(of: $0) }
    if let known = cache.block(key) {
      if known.crc == crc, let members = PackedMembers(known.bytes, of: plain) {
        log.add(Int64(plain.bytes.count), .cached)
        return (members, key)
      }
      cache.reject(key, for: .damaged)
    }
    let members = try encode(plain, codec)
    cache.store(EncodedBlock(bytes: members.bytes, crc: crc), as: key)
    return (members, key)
  }

  /// Each of the contents as a stream of its own, or as it is where that is no longer.
  private func encode(_ plain: MemberBytes, _ codec: Int) throws -> PackedMembers {
    let encoder = try encoder(codec)
    var members = PackedMembers()
    for range in plain.ranges {
      let bytes = plain.bytes[range]
      let isCompressed = FileFormat.isCompressed(Array(bytes.prefix(FileFormat.compressedLength)))
      let block = try log.timed(.deflating) {
        try bytes.withUnsafeBytes { raw in
          isCompressed || raw.isEmpty ? StoredCodec().kept(raw) : try encoder.encodeWhole(raw)
        }
      }
      let isStored = block.bytes.count >= bytes.count
      let method: ZipMethod = isStored ? .stored : .deflated
      log.add(Int64(bytes.count), isStored ? .stored : .deflated)
      let packed = isStored ? bytes : block.bytes[...]
      members.append(ZipContents(method, block.crc, packedSize: Int64(packed.count)), packed)
    }
    return members
  }
}

/// The cache objects in each artifact, noted while it is written.
final class UsedObjects {
  /// The objects' keys, by the number of the artifact.
  private(set) var keys: [Int: [CacheKey]] = [:]
  private var artifact = 0
  private let source: (EncodedSource) -> CacheKey?

  /// `source` gives the key of the encoded form of a source.
  init(source: @escaping (EncodedSource) -> CacheKey?) { self.source = source }

  /// Notes a result; results come in the order in which they are committed.
  func add(_ result: BlockResult) {
    switch result {
    case .begin(let artifact): self.artifact = artifact
    case .block(_, _, let key, _), .members(_, let key, _): add(key)
    case .sourceBlock(_, _, let source, _, isLast: true), .splice(let source), .cached(let source):
      add(self.source(source))
    case .whole, .keptBlock, .sourceBlock, .beginMember, .endMember, .end: break
    }
  }

  private func add(_ key: CacheKey?) {
    if let key { keys[artifact, default: []].append(key) }
  }
}
