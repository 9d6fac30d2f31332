// The blocks of a plan: which bytes are encoded together, in which order, and which sources are spliced. The edges of
// blocks follow from the plan alone, so the bytes do not depend on the number of threads.

import Archive
import Plan
import Threads

/// One step of writing a release; steps are committed in order.
enum BlockJob {
  /// An artifact that one worker writes.
  case whole(artifact: Int)
  case begin(artifact: Int)
  /// A block of headers and small files.
  case run(Rope, Range<Int64>, codec: Int)
  /// A block of a source. `isFirst` and `isLast` mark its ends.
  case source(SourceID, Range<Int64>, SourceForm, isFirst: Bool, isLast: Bool)
  /// A source that was encoded before, in this run.
  case splice(EncodedSource)
  /// A source that the cache has.
  case cached(EncodedSource)
  case end(artifact: Int)
}

/// The form of a source in an archive; codecs are given by number.
enum SourceForm: Hashable {
  case encoded(codec: Int)
  /// Compressed already, and kept as it is.
  case kept(codec: Int)
}

/// Gives out the jobs of a release in order. Called by one thread at a time.
final class BlockSchedule {
  private let artifacts: [Artifact]
  private let codecs: CodecTable
  private let store: SourceStore
  private let isCached: (EncodedSource) -> Bool
  /// The numbers of the artifacts that are still to be written.
  private var rest: ArraySlice<Int>
  private var current: Current?
  private var encoded: Set<EncodedSource> = []
  private var areCompressed: [SourceID: Bool] = [:]

  /// The artifact whose jobs are being given out.
  private struct Current {
    let artifact: Int
    let rope: Rope
    let codec: Int
    var sections: ArraySlice<Rope.Section>
    /// Bytes of the first section that are given out already.
    var done: Int64 = 0
  }

  /// The jobs of the artifacts `numbers`; all other sources of these must be readable in `store`.
  init(
    _ numbers: [Int], of artifacts: [Artifact], _ codecs: CodecTable, store: SourceStore,
    isCached: @escaping (EncodedSource) -> Bool = { _ in false }
  ) {
    rest = numbers[...]
    self.artifacts = artifacts
    self.codecs = codecs
    self.store = store
    self.isCached = isCached
  }

  /// The next job; `.later` while it needs an artifact that is not finished. Throws when a source cannot be read.
  func next() throws -> NextJob<BlockJob> {
    guard let current else { return try begin() }
    guard let section = current.sections.first else {
      self.current = nil
      return .job(.end(artifact: current.artifact))
    }
    switch section {
    case .run(let range): return .job(run(range, of: current))
    case .source(let id, let range): return .job(try source(id, count: range.upperBound - range.lowerBound))
    }
  }

  private func begin() throws -> NextJob<BlockJob> {
    guard let number = rest.first else { return .end }
    let artifact = artifacts[number]
    let format = artifact.writtenFormat
    if format.isWrittenWhole {
      rest = rest.dropFirst()
      return .job(.whole(artifact: number))
    }
    guard artifact.needs.allSatisfy({ artifacts[$0].image != nil || store.isFinished(artifact: $0) }) else {
      return .later
    }
    let rope = try format.rope(of: artifact, layer: nil, in: store)
    current = Current(artifact: number, rope: rope, codec: codecs.numbers[number], sections: rope.sections[...])
    rest = rest.dropFirst()
    return .job(.begin(artifact: number))
  }

  private func run(_ range: Range<Int64>, of current: Current) -> BlockJob {
    let start = range.lowerBound + current.done
    let end = min(start + Deflater.blockSize, range.upperBound)
    advance(to: end - range.lowerBound, of: range.upperBound - range.lowerBound)
    return .run(current.rope, start..<end, codec: current.codec)
  }

  private func source(_ id: SourceID, count: Int64) throws -> BlockJob {
    let start = current?.done ?? 0
    let codec = current?.codec ?? 0
    let source = EncodedSource(id: id, codec: codec)
    if start == 0 && encoded.contains(source) {
      advance(to: count, of: count)
      return .splice(source)
    }
    let isKept = try isCompressed(id, count: count)
    if start == 0 && !isKept && isCached(source) {
      encoded.insert(source)
      advance(to: count, of: count)
      return .cached(source)
    }
    let end = min(start + (isKept ? codecs[codec].keptBlockSize : Deflater.blockSize), count)
    if end == count && !isKept { encoded.insert(source) }
    advance(to: end, of: count)
    let form: SourceForm = isKept ? .kept(codec: codec) : .encoded(codec: codec)
    return .source(id, start..<end, form, isFirst: start == 0, isLast: end == count)
  }

  private func advance(to done: Int64, of count: Int64) {
    current?.done = done == count ? 0 : done
    if done == count { current?.sections.removeFirst() }
  }

  /// Whether a source is kept as it is. Artifacts always are, because their size is known too late to decide where
  /// blocks end.
  private func isCompressed(_ id: SourceID, count: Int64) throws -> Bool {
    if case .artifact = store.table[id] { return true }
    if let known = areCompressed[id] { return known }
    var start = [UInt8](repeating: 0, count: Int(min(count, Int64(FileFormat.compressedLength))))
    try start.withUnsafeMutableBytes { try store.read(id, from: 0, into: $0) }
    let isCompressed = FileFormat.isCompressed(start)
    areCompressed[id] = isCompressed
    return isCompressed
  }
}
