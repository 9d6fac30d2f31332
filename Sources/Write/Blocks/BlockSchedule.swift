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
  /// Entries of a zip that are encoded each alone.
  case members(TarEntryList, [SmallMember], codec: Int)
  /// The start of an entry of a zip that has `size` plain bytes. `isOneSource` says that one source is all of it.
  case beginMember(ZipMethod, size: Int64, isOneSource: Bool)
  case endMember
  case end(artifact: Int)
}

/// An entry of a zip that is small, or has no contents.
struct SmallMember {
  /// Its index in the list of entries.
  let index: Int
  /// Its contents, where another entry has the same.
  let shared: MemberContent?
  /// Whether these were encoded before, in this run.
  let isRepeated: Bool
}

/// The form of a source in an archive; codecs are given by number.
enum SourceForm: Hashable {
  case encoded(codec: Int)
  /// Compressed already, and kept as it is.
  case kept(codec: Int)

  var codec: Int {
    switch self {
    case .encoded(let codec), .kept(let codec): codec
    }
  }
}

/// Gives out the jobs of a release in order. Called by one thread at a time.
final class BlockSchedule {
  private let artifacts: [Artifact]
  private let codecs: CodecTable
  private let store: SourceStore
  private let late: LateFacts
  private let isCached: (EncodedSource) -> Bool
  /// The numbers of the artifacts that are still to be written.
  private var rest: ArraySlice<Int>
  private var current: Current?
  private var encoded: Set<EncodedSource> = []
  private var areCompressed: [SourceID: Bool] = [:]
  /// The small contents that several entries of zips have, and whether they were given out.
  private var shared: [MemberContent: Bool]

  /// The artifact whose jobs are being given out.
  private struct Current {
    let artifact: Int
    let entries: TarEntryList
    let codec: Int
    /// The codec of a source that is kept as it is and is all of an entry.
    let keptCodec: Int
    var parts: ArraySlice<FilePart>
    /// Bytes of the first part that are given out already.
    var done: Int64 = 0
  }

  /// The jobs of the artifacts `numbers`; all other sources of these must be readable in `store`.
  init(
    _ numbers: [Int], of artifacts: [Artifact], _ codecs: CodecTable, store: SourceStore,
    _ late: LateFacts = LateFacts(), isCached: @escaping (EncodedSource) -> Bool = { _ in false }
  ) {
    rest = numbers[...]
    self.artifacts = artifacts
    self.codecs = codecs
    self.store = store
    self.late = late
    self.isCached = isCached
    shared = Self.sharedContents(of: numbers, of: artifacts, codecs)
  }

  /// The small contents that several entries of zips have.
  private static func sharedContents(
    of numbers: [Int], of artifacts: [Artifact], _ codecs: CodecTable
  ) -> [MemberContent: Bool] {
    var counts: [MemberContent: Int] = [:]
    for number in numbers where artifacts[number].isZip {
      let entries = artifacts[number].entries
      for index in 0..<entries.count {
        if let content = MemberContent(entries, index, codec: codecs.numbers[number]) {
          counts[content, default: 0] += 1
        }
      }
    }
    return counts.filter { $0.value > 1 }.mapValues { _ in false }
  }

  /// The next job; `.later` while it needs an artifact that is not finished. Throws when a source cannot be read.
  func next() throws -> NextJob<BlockJob> {
    guard let current else { return try begin() }
    guard let part = current.parts.first else {
      self.current = nil
      return .job(.end(artifact: current.artifact))
    }
    switch part {
    case .run(let rope, let range): return .job(run(rope, range, codec: current.codec))
    case .source(let id, let count, let isWhole): return .job(try source(id, count: count, isWhole, of: current))
    case .members(let range): return .job(members(range, of: current))
    case .beginMember(_, let size): return .job(try beginMember(size: size, of: current))
    case .endMember:
      endPart()
      return .job(.endMember)
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
    let contents = try format.contents(of: artifact, layer: nil, late, in: store)
    current = Current(
      artifact: number, entries: artifact.entries, codec: codecs.numbers[number],
      keptCodec: codecs.keptNumbers[number], parts: FilePart.parts(of: contents, in: store)[...])
    rest = rest.dropFirst()
    return .job(.begin(artifact: number))
  }

  private func run(_ rope: Rope, _ range: Range<Int64>, codec: Int) -> BlockJob {
    let start = range.lowerBound + (current?.done ?? 0)
    let end = min(start + Deflater.blockSize, range.upperBound)
    advance(to: end - range.lowerBound, of: range.upperBound - range.lowerBound)
    return .run(rope, start..<end, codec: codec)
  }

  private func source(_ id: SourceID, count: Int64, _ isWhole: Bool, of current: Current) throws -> BlockJob {
    let start = current.done
    let codec = current.codec
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
    // Within a stream of deflate, what is kept is in stored blocks of it.
    let form: SourceForm = isKept ? .kept(codec: isWhole ? current.keptCodec : codec) : .encoded(codec: codec)
    let end = min(start + (isKept ? codecs[form.codec].keptBlockSize : Deflater.blockSize), count)
    if end == count && !isKept { encoded.insert(source) }
    advance(to: end, of: count)
    return .source(id, start..<end, form, isFirst: start == 0, isLast: end == count)
  }

  private func members(_ range: Range<Int>, of current: Current) -> BlockJob {
    endPart()
    let members = range.map { index in
      guard let content = MemberContent(current.entries, index, codec: current.codec),
        let isRepeated = shared[content]
      else { return SmallMember(index: index, shared: nil, isRepeated: false) }
      shared[content] = true
      return SmallMember(index: index, shared: content, isRepeated: isRepeated)
    }
    return .members(current.entries, members, codec: current.codec)
  }

  private func beginMember(size: Int64, of current: Current) throws -> BlockJob {
    endPart()
    var isStored = current.codec == current.keptCodec
    guard case .source(let id, let count, isWhole: true) = self.current?.parts.first else {
      return .beginMember(isStored ? .stored : .deflated, size: size, isOneSource: false)
    }
    if !isStored { isStored = try isCompressed(id, count: count) }
    return .beginMember(isStored ? .stored : .deflated, size: size, isOneSource: true)
  }

  private func advance(to done: Int64, of count: Int64) {
    current?.done = done
    if done == count { endPart() }
  }

  private func endPart() {
    current?.done = 0
    current?.parts.removeFirst()
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
