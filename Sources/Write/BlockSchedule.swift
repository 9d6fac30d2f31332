// From a plan to blocks: which bytes are deflated together, in which order, and what was deflated before and is
// spliced. The edges of the blocks follow from the plan alone, so the bytes do not depend on the number of threads.

import Archive
import Plan
import Threads

/// One step of writing a release; steps are committed in order.
enum BlockJob {
  case begin(artifact: Int)
  /// A block of headers and small files, after its dictionary.
  case run(Rope, Range<Int64>, level: Int)
  /// A block of a content, after its dictionary. `isFirst` begins the content, `isLast` ends it.
  case content(ContentID, Range<Int64>, ContentForm, isFirst: Bool, isLast: Bool)
  /// A content that was deflated before, in this run.
  case splice(ContentKey)
  /// A content that the cache has.
  case cached(ContentKey)
  case end(artifact: Int)
}

/// How a content stands in the deflate stream.
enum ContentForm: Hashable {
  case deflated(level: Int)
  /// Compressed already, as it is.
  case stored
}

/// A content in one form: what is made once and spliced after.
struct ContentKey: Hashable {
  let id: ContentID
  let level: Int
}

/// Gives out the jobs of a release in order. Called by one thread at a time.
final class BlockSchedule {
  private let artifacts: [PlannedTarball]
  private let store: ContentStore
  /// The numbers of artifacts that stay as they are.
  private let unchanged: Set<Int>
  private let isCached: (ContentKey) -> Bool
  private var nextArtifact = 0
  private var current: Current?
  private var deflated: Set<ContentKey> = []
  private var forms: [ContentID: Bool] = [:]

  /// The artifact whose jobs are given out.
  private struct Current {
    let artifact: Int
    let rope: Rope
    let level: Int
    var sections: ArraySlice<Rope.Section>
    /// Bytes of the first section that were given out.
    var done: Int64 = 0
  }

  /// The jobs of `artifacts` but for those that are `unchanged`, whose files `store` has.
  init(
    _ artifacts: [PlannedTarball], store: ContentStore, unchanged: Set<Int> = [],
    isCached: @escaping (ContentKey) -> Bool = { _ in false }
  ) {
    self.artifacts = artifacts
    self.store = store
    self.unchanged = unchanged
    self.isCached = isCached
  }

  /// The next job; `.later` while an artifact that the next one holds is not finished. Throws when a content cannot
  /// be read.
  func next() throws -> NextJob<BlockJob> {
    guard let current else { return begin() }
    guard let section = current.sections.first else {
      self.current = nil
      return .job(.end(artifact: current.artifact))
    }
    switch section {
    case .run(let range): return .job(run(range, of: current))
    case .content(let id, let range): return .job(try content(id, count: range.upperBound - range.lowerBound))
    }
  }

  private func begin() -> NextJob<BlockJob> {
    while unchanged.contains(nextArtifact) { nextArtifact += 1 }
    guard nextArtifact < artifacts.count else { return .end }
    let artifact = artifacts[nextArtifact]
    guard artifact.holds.allSatisfy({ store.isFinished(artifact: $0) }) else { return .later }
    let rope = Rope(artifact.entries, in: store)
    current = Current(artifact: nextArtifact, rope: rope, level: artifact.level, sections: rope.sections[...])
    nextArtifact += 1
    return .job(.begin(artifact: nextArtifact - 1))
  }

  private func run(_ range: Range<Int64>, of current: Current) -> BlockJob {
    let start = range.lowerBound + current.done
    let end = min(start + Deflater.blockSize, range.upperBound)
    advance(to: end - range.lowerBound, of: range.upperBound - range.lowerBound)
    return .run(current.rope, start..<end, level: current.level)
  }

  private func content(_ id: ContentID, count: Int64) throws -> BlockJob {
    let start = current?.done ?? 0
    let key = ContentKey(id: id, level: current?.level ?? 0)
    if start == 0 && deflated.contains(key) {
      advance(to: count, of: count)
      return .splice(key)
    }
    let form: ContentForm = try isCompressed(id, count: count) ? .stored : .deflated(level: key.level)
    if start == 0 && form != .stored && isCached(key) {
      deflated.insert(key)
      advance(to: count, of: count)
      return .cached(key)
    }
    let blockSize = form == .stored ? Int64(StoredBlocks.pieceSize) : Deflater.blockSize
    let end = min(start + blockSize, count)
    if end == count && form != .stored { deflated.insert(key) }
    advance(to: end, of: count)
    return .content(id, start..<end, form, isFirst: start == 0, isLast: end == count)
  }

  private func advance(to done: Int64, of count: Int64) {
    current?.done = done == count ? 0 : done
    if done == count { current?.sections.removeFirst() }
  }

  /// Artifacts always are: they are gzip files, and their edges must not depend on a size that comes late.
  private func isCompressed(_ id: ContentID, count: Int64) throws -> Bool {
    if case .artifact = store.table[id] { return true }
    if let known = forms[id] { return known }
    var start = [UInt8](repeating: 0, count: Int(min(count, Int64(FileFormat.compressedLength))))
    try start.withUnsafeMutableBytes { try store.read(id, from: 0, into: $0) }
    let isCompressed = FileFormat.isCompressed(start)
    forms[id] = isCompressed
    return isCompressed
  }
}
