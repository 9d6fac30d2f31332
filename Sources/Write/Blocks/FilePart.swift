// The parts that a file is made of, in order. They follow from the plan alone.

import Archive
import Files
import Plan

/// A part of an artifact's file.
enum FilePart {
  /// Headers and small files of a tar, encoded as one stream.
  case run(Rope, Range<Int64>)
  /// A source that is encoded alone. `isWhole` says that it is all of an entry of a zip.
  case source(SourceID, count: Int64, isWhole: Bool)
  /// Entries of a zip that have no contents, or small ones; each is encoded alone.
  case members(Range<Int>)
  /// The start of an entry of a zip that has other parts, and the entry's plain bytes.
  case beginMember(Int, size: Int64)
  case endMember
}

extension FilePart {
  /// The parts of a file of these contents; all artifacts that it holds must be finished in `store`.
  static func parts(of contents: ArtifactContents, in store: SourceStore) -> [FilePart] {
    switch contents {
    case .stream(let rope): parts(of: rope)
    case .members(let entries): parts(of: entries, in: store)
    }
  }

  private static func parts(of rope: Rope) -> [FilePart] {
    rope.sections.map { section in
      switch section {
      case .run(let range): .run(rope, range)
      case .source(let id, let range): .source(id, count: range.upperBound - range.lowerBound, isWhole: false)
      }
    }
  }

  /// Entries that one worker packs at once, and the bytes of their contents from which on no more come to them.
  private static let (mostMembers, mostBytes) = (256, Deflater.blockSize)

  private static func parts(of entries: TarEntryList, in store: SourceStore) -> [FilePart] {
    var parts: [FilePart] = []
    var small = 0..<0
    var bytes: Int64 = 0
    func endSmall(at index: Int) {
      if !small.isEmpty { parts.append(.members(small)) }
      (small, bytes) = (index..<index, 0)
    }
    for index in 0..<entries.count {
      let size = Rope.size(of: index, of: entries, in: store)
      let contents = large(entries.body(at: index), size, store)
      if !contents.isEmpty {
        endSmall(at: index + 1)
        parts += [.beginMember(index, size: size)] + contents + [.endMember]
        continue
      }
      small = small.lowerBound..<(index + 1)
      bytes += size
      if small.count == mostMembers || bytes >= mostBytes { endSmall(at: index + 1) }
    }
    endSmall(at: entries.count)
    return parts
  }

  /// The parts of contents that are no small ones.
  private static func large(_ body: TarEntryBody, _ size: Int64, _ store: SourceStore) -> [FilePart] {
    guard case .source(let id) = body else { return [] }
    if let nested = store.rope(of: id) { return parts(of: nested) }
    return Rope.standsAlone(id, size, store) ? [.source(id, count: size, isWhole: true)] : []
  }
}

/// The contents of an entry of a zip that another one may have too.
struct MemberContent: Hashable {
  private enum Origin: Hashable {
    case file(FileKey, size: Int64, modified: Int64, changed: Int64)
    case source(SourceID)
  }

  private let origin: Origin
  /// The number of the codec that it is encoded with.
  private let codec: Int

  /// The contents of the entry at `index`; nil for one that has none.
  init?(_ entries: TarEntryList, _ index: Int, codec: Int) {
    self.codec = codec
    switch entries.body(at: index) {
    case .none: return nil
    case .source(let id): origin = .source(id)
    case .file(_, _, let identity):
      origin = .file(identity.key, size: identity.size, modified: identity.modified, changed: identity.changed)
    }
  }
}
