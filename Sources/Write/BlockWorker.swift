// What a thread does with one job: read the bytes, deflate them. A function of the plan and the sources alone.

import Archive
import Basics
import Cache

/// A job's result, to be committed in order. `raw` are the uncompressed bytes, nil where nobody hashes them.
enum BlockResult {
  case begin(artifact: Int)
  /// With the name that it has in the cache, nil for none.
  case block(DeflatedBlock, raw: [UInt8]?, CacheKey?)
  /// A block of a content that is stored as it is.
  case storedBlock(DeflatedBlock, raw: [UInt8]?, ContentID, isFirst: Bool, isLast: Bool)
  case contentBlock(DeflatedBlock, raw: [UInt8]?, ContentKey, isFirst: Bool, isLast: Bool)
  case splice(ContentKey)
  case cached(ContentKey)
  case end(artifact: Int)
}

/// Bytes of an archive, after the bytes before them that a block may refer to; valid until its worker reads others.
private struct RawBlock {
  let dictionary: UnsafeRawBufferPointer
  let bytes: UnsafeRawBufferPointer
}

/// The deflater of one thread.
final class BlockWorker {
  private var level = 0
  private var deflater: Deflater
  /// What is read, in the same place each time: it stays in the processor's cache, and nothing is allocated.
  private let buffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: Deflater.windowSize + Int(Deflater.blockSize), alignment: 64)

  private let cache: (any ObjectStore)?
  private let keepsRaw: Bool
  private let log: WorkLog

  /// With a `cache`, blocks that it has are not deflated. `keepsRaw` says whether the uncompressed bytes are wanted.
  init(_ cache: (any ObjectStore)?, keepsRaw: Bool, _ log: WorkLog) throws {
    self.cache = cache
    self.keepsRaw = keepsRaw
    self.log = log
    deflater = try Deflater(level: level)
  }

  deinit { buffer.deallocate() }

  func work(_ job: BlockJob, _ store: ContentStore) throws -> BlockResult {
    switch job {
    case .begin(let artifact): return .begin(artifact: artifact)
    case .splice(let key): return .splice(key)
    case .cached(let key): return .cached(key)
    case .end(let artifact): return .end(artifact: artifact)
    case .run(let rope, let range, let level):
      let raw = try read(range, dictionary: true) { try rope.read(from: $0, into: $1) }
      let (block, key) = try block(raw, level)
      return .block(block, raw: kept(raw), key)
    case .content(let id, let range, .deflated(let level), let isFirst, let isLast):
      let raw = try read(range, dictionary: true) { try store.read(id, from: $0, into: $1) }
      let key = ContentKey(id: id, level: level)
      return .contentBlock(try deflate(raw, level), raw: kept(raw), key, isFirst: isFirst, isLast: isLast)
    case .content(let id, let range, .stored, let isFirst, let isLast):
      let raw = try read(range, dictionary: false) { try store.read(id, from: $0, into: $1) }
      log.add(Int64(raw.bytes.count), .stored)
      let block = StoredBlocks.encode(raw.bytes)
      return .storedBlock(block, raw: kept(raw), id, isFirst: isFirst, isLast: isLast)
    }
  }

  /// The bytes of `range`, no more than a block has, and up to 32 KiB before, as `read` gives them from an offset on.
  private func read(
    _ range: Range<Int64>, dictionary: Bool, _ read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws -> RawBlock {
    let before = dictionary ? min(Deflater.windowSize, Int(range.lowerBound)) : 0
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(before + range.count)])
    try read(range.lowerBound - Int64(before), part)
    let all = UnsafeRawBufferPointer(part)
    return RawBlock(
      dictionary: UnsafeRawBufferPointer(rebasing: all[..<before]),
      bytes: UnsafeRawBufferPointer(rebasing: all[before...]))
  }

  private func kept(_ raw: RawBlock) -> [UInt8]? { keepsRaw ? Array(raw.bytes) : nil }

  private func block(_ raw: RawBlock, _ level: Int) throws -> (DeflatedBlock, CacheKey?) {
    guard let cache else { return (try deflate(raw, level), nil) }
    let key = CacheKey.block(raw.bytes, after: raw.dictionary, CacheParameters(level: level))
    if let known = cache.block(key) {
      if known.crc == CRC32(of: raw.bytes) {
        log.add(known.crc.count, .cached)
        return (known, key)
      }
      cache.reject(key, for: .damaged)
    }
    let block = try deflate(raw, level)
    cache.store(block, as: key)
    return (block, key)
  }

  private func deflate(_ raw: RawBlock, _ level: Int) throws -> DeflatedBlock {
    if level != self.level {
      deflater = try Deflater(level: level)
      self.level = level
    }
    let block = try log.timed(.deflating) { try deflater.deflate(raw.bytes, after: raw.dictionary) }
    log.add(block.crc.count, .deflated)
    return block
  }
}
