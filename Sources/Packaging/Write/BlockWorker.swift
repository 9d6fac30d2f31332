// What a thread does with one job: read the bytes, deflate them. A function of the plan and the sources alone.

import Archive

/// A job's result, to be committed in order.
enum BlockResult {
  case begin(artifact: Int)
  case block(RawBlock, DeflatedBlock)
  case contentBlock(RawBlock, DeflatedBlock, ContentKey?, isFirst: Bool, isLast: Bool)
  case splice(ContentKey)
  case cached(ContentKey)
  case end(artifact: Int)
}

/// Bytes of an archive, after the bytes before them that a block may refer to.
struct RawBlock {
  private let bytes: [UInt8]
  private let dictionaryCount: Int

  /// The bytes of `range` and up to 32 KiB before, as `read` gives them from an offset on.
  init(
    _ range: Range<Int64>, dictionary: Bool, read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
  ) throws {
    let before = dictionary ? min(Int64(Deflater.windowSize), range.lowerBound) : 0
    dictionaryCount = Int(before)
    bytes = try [UInt8](unsafeUninitializedCapacity: range.count + dictionaryCount) { buffer, count in
      try read(range.lowerBound - before, UnsafeMutableRawBufferPointer(buffer))
      count = buffer.count
    }
  }

  /// Calls `body` with the bytes before the block and with the block.
  func withParts<Result>(
    _ body: (_ dictionary: UnsafeRawBufferPointer, _ block: UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes { all in
      try body(
        UnsafeRawBufferPointer(rebasing: all[..<dictionaryCount]),
        UnsafeRawBufferPointer(rebasing: all[dictionaryCount...]))
    }
  }
}

/// The deflater of one thread.
final class BlockWorker {
  private var level = 0
  private var deflater: Deflater

  private let cache: Cache?
  private let log: WorkLog

  /// With a `cache`, blocks that it has are not deflated.
  init(_ cache: Cache?, _ log: WorkLog) throws {
    self.cache = cache
    self.log = log
    deflater = try Deflater(level: level)
  }

  func work(_ job: BlockJob, _ store: ContentStore) throws -> BlockResult {
    switch job {
    case .begin(let artifact): return .begin(artifact: artifact)
    case .splice(let key): return .splice(key)
    case .cached(let key): return .cached(key)
    case .end(let artifact): return .end(artifact: artifact)
    case .run(let rope, let range, let level):
      let raw = try RawBlock(range, dictionary: true) { try rope.read(from: $0, into: $1) }
      return .block(raw, try block(raw, level))
    case .content(let id, let range, .deflated(let level), let isFirst, let isLast):
      let raw = try RawBlock(range, dictionary: true) { try store.read(id, from: $0, into: $1) }
      let key = ContentKey(id: id, level: level)
      return .contentBlock(raw, try deflate(raw, level), key, isFirst: isFirst, isLast: isLast)
    case .content(let id, let range, .stored, _, _):
      let raw = try RawBlock(range, dictionary: false) { try store.read(id, from: $0, into: $1) }
      return .block(raw, raw.withParts { StoredBlocks.encode($1) })
    }
  }

  private func block(_ raw: RawBlock, _ level: Int) throws -> DeflatedBlock {
    guard let cache else { return try deflate(raw, level) }
    let key = raw.withParts { CacheKey.block($1, after: $0, CacheParameters(level: level)) }
    if let known = cache.block(key) {
      log.add(known.crc.count, .cached)
      return known
    }
    let block = try deflate(raw, level)
    cache.store(block, as: key)
    return block
  }

  private func deflate(_ raw: RawBlock, _ level: Int) throws -> DeflatedBlock {
    if level != self.level {
      deflater = try Deflater(level: level)
      self.level = level
    }
    let block = try log.timed(.deflating) { try raw.withParts { try deflater.deflate($1, after: $0) } }
    log.add(block.crc.count, .deflated)
    return block
  }
}
