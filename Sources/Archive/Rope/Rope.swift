// An archive as a list of pieces that are rendered only when they are read. The entries alone give the place of each
// byte, so any thread can make any range.

package import Basics
import Files

/// The uncompressed bytes of one tar archive, none of which are in memory.
package struct Rope: Sendable {
  /// A part of the archive that is deflated separately.
  package enum Section: Equatable, Sendable {
    /// Headers, small files and padding, deflated as one stream.
    case run(Range<Int64>)
    /// A source that is deflated alone, so that it can be spliced into other archives.
    case source(SourceID, Range<Int64>)
  }

  private enum Piece {
    /// Header, contents and padding of the entry at an index.
    case member(UInt32)
    /// The contents alone of the entry at an index.
    case contents(UInt32)
    /// The header alone of the entry at an index.
    case header(UInt32)
    /// A source that is a section of its own.
    case source(SourceID)
    /// A source that is deflated in one run with the pieces around it.
    case part(SourceID)
    /// Bytes as they are.
    case bytes([UInt8])
    /// All of another archive.
    case nested(Rope)
    /// Zero bytes.
    case zeros
  }

  /// Contents of this many bytes or more are sections of their own.
  package static let sourceThreshold: Int64 = 1 << 20

  private let entries: TarEntryList
  private let store: SourceStore
  private var pieces: [Piece] = []
  /// Where each piece ends, bytes from the start.
  private var ends: [Int64] = []

  /// The archive of `entries`: their headers and contents in order and two zero blocks at the end.
  ///
  /// Every artifact that it holds must be finished in `store`; an unfinished one counts as empty.
  package init(_ entries: TarEntryList, in store: SourceStore) {
    self.entries = entries
    self.store = store
    pieces.reserveCapacity(entries.count + 1)
    ends.reserveCapacity(entries.count + 1)
    if let comment = entries.comment {
      let header = TarHeader.encode(comment: comment, mtime: entries.mtime)
      append(.bytes(header), Int64(header.count))
    }
    for index in 0..<entries.count {
      let size = Self.size(of: index, of: entries, in: store)
      let header = Int64(TarHeader.size(of: entries.entry(at: index, size: size), entries.form))
      let padding = Int64(TarFormat.padding(after: size))
      let number = UInt32(truncatingIfNeeded: index)
      if case .source(let id) = entries.body(at: index), let nested = store.rope(of: id) {
        append(.header(number), header)
        append(.nested(nested), size)
        if padding > 0 { append(.zeros, padding) }
        continue
      }
      guard case .source(let id) = entries.body(at: index), Self.standsAlone(id, size, store) else {
        append(.member(number), header + size + padding)
        continue
      }
      append(.header(number), header)
      append(.source(id), size)
      if padding > 0 { append(.zeros, padding) }
    }
    appendEnd()
  }

  /// The contents of all of `entries` one after another, without headers.
  package init(contentsOf entries: TarEntryList, in store: SourceStore) {
    self.entries = entries
    self.store = store
    for index in 0..<entries.count {
      let size = Self.size(of: index, of: entries, in: store)
      if size > 0 { append(.contents(UInt32(truncatingIfNeeded: index)), size) }
    }
  }

  /// The cpio archive of `entries`: their headers and contents in order, and the trailer.
  ///
  /// Every artifact that it holds must be finished in `store`.
  package init(cpio entries: TarEntryList, in store: SourceStore) {
    self.entries = entries
    self.store = store
    for index in 0..<entries.count {
      let entry = entries.entry(at: index, size: 0)
      let isLink = entry.kind == .symlink
      let size = isLink ? Int64(entry.linkname.count) : Self.size(of: index, of: entries, in: store)
      let header = CpioHeader.encode(entry, inode: index + 1, size: size) + (isLink ? entry.linkname : [])
      append(.bytes(header), Int64(header.count))
      if !isLink && size > 0 {
        if case .source(let id) = entries.body(at: index) {
          appendContents(of: id, size)
        } else {
          append(.contents(UInt32(truncatingIfNeeded: index)), size)
        }
      }
      let padding = CpioHeader.padding(after: size)
      if padding > 0 { append(.zeros, Int64(padding)) }
    }
    append(.bytes(CpioHeader.trailer), Int64(CpioHeader.trailer.count))
  }

  /// A file without entries, and without its end yet.
  package init(in store: SourceStore) {
    entries = TarEntryList(mtime: 0)
    self.store = store
  }

  /// Bytes of the archive.
  package var count: Int64 { ends.last ?? 0 }

  /// The sections of the archive, in order and without gaps.
  package var sections: [Section] {
    var sections: [Section] = []
    var runStart: Int64 = 0
    forEachContent(from: 0) { id, range in
      if range.lowerBound > runStart { sections.append(.run(runStart..<range.lowerBound)) }
      sections.append(.source(id, range))
      runStart = range.upperBound
    }
    if count > runStart { sections.append(.run(runStart..<count)) }
    return sections
  }

  /// Gives `body` each source that is a section of its own, in order, and its place when this archive begins at
  /// `start`.
  private func forEachContent(from start: Int64, _ body: (SourceID, Range<Int64>) -> Void) {
    for (index, piece) in pieces.enumerated() {
      let range = (start + self.start(of: index))..<(start + ends[index])
      switch piece {
      case .source(let id): body(id, range)
      case .nested(let rope): rope.forEachContent(from: range.lowerBound, body)
      case .member, .contents, .header, .part, .bytes, .zeros: break
      }
    }
  }

  private mutating func append(_ piece: Piece, _ count: Int64) {
    pieces.append(piece)
    ends.append(self.count + count)
  }

  /// An artifact always stands alone: its size is known too late to decide where blocks end.
  package static func standsAlone(_ id: SourceID, _ size: Int64, _ store: SourceStore) -> Bool {
    if case .artifact = store.table[id] { return true }
    return size >= sourceThreshold
  }

  /// Bytes of the contents of the entry at `index`; 0 for an artifact that is not finished.
  package static func size(of index: Int, of entries: TarEntryList, in store: SourceStore) -> Int64 {
    switch entries.body(at: index) {
    case .none: 0
    case .file(_, _, let identity): identity.size
    case .source(let id): store.size(of: id) ?? 0
    }
  }
}

// Building one entry by entry
extension Rope {
  /// The contents of one entry.
  package enum Body {
    case none
    case bytes([UInt8])
    case source(SourceID)
    case archive(Rope)
  }

  /// Adds an entry; its size is that of `body`.
  package mutating func append(_ entry: TarEntry, _ body: Body = .none) {
    var entry = entry
    switch body {
    case .none: break
    case .bytes(let bytes): entry.size = Int64(bytes.count)
    case .source(let id): entry.size = store.size(of: id) ?? 0
    case .archive(let rope): entry.size = rope.count
    }
    let header = TarHeader.encode(entry)
    append(.bytes(header), Int64(header.count))
    switch body {
    case .bytes(let bytes) where !bytes.isEmpty: append(.bytes(bytes), entry.size)
    case .source(let id): appendContents(of: id, entry.size)
    case .archive(let rope): append(.nested(rope), entry.size)
    case .none, .bytes: break
    }
    let padding = Int64(TarFormat.padding(after: entry.size))
    if padding > 0 { append(.zeros, padding) }
  }

  /// Adds bytes as they are.
  package mutating func append(_ bytes: [UInt8]) {
    if !bytes.isEmpty { append(.bytes(bytes), Int64(bytes.count)) }
  }

  /// Adds the bytes of a source, which is finished if it is an artifact.
  package mutating func append(_ id: SourceID) {
    let size = store.size(of: id) ?? 0
    if size > 0 { appendContents(of: id, size) }
  }

  private mutating func appendContents(of id: SourceID, _ size: Int64) {
    if let nested = store.rope(of: id) { return append(.nested(nested), size) }
    append(Self.standsAlone(id, size, store) ? .source(id) : .part(id), size)
  }

  /// Adds the two zero blocks that end an archive.
  package mutating func appendEnd() { append(.zeros, Int64(2 * TarFormat.blockSize)) }
}

// Reading
extension Rope {
  /// Renders the bytes from `offset` on until `buffer` is full; the range must lie within the archive.
  ///
  /// Throws `SourceChanged` when a file changed since the plan.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    var index = firstPiece(endingAfter: offset)
    var done = 0
    while done < buffer.count {
      let position = offset + Int64(done)
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<min(buffer.count, done + left(index, position))])
      try render(pieces[index], from: position - start(of: index), into: rest)
      done += rest.count
      index += 1
    }
  }

  private func start(of index: Int) -> Int64 { index == 0 ? 0 : ends[index - 1] }

  private func left(_ index: Int, _ position: Int64) -> Int { Int(ends[index] - position) }

  private func firstPiece(endingAfter offset: Int64) -> Int {
    var range = 0..<ends.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = ends[middle] > offset ? range.lowerBound..<middle : (middle + 1)..<range.upperBound
    }
    return range.lowerBound
  }

  private func render(_ piece: Piece, from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    switch piece {
    case .zeros: buffer.initializeMemory(as: UInt8.self, repeating: 0)
    case .bytes(let bytes): buffer.copyBytes(from: bytes[Int(offset)..<(Int(offset) + buffer.count)])
    case .nested(let rope): try rope.read(from: offset, into: buffer)
    case .source(let id), .part(let id): try store.read(id, from: offset, into: buffer)
    case .header(let number): buffer.copyBytes(from: header(Int(number)).dropFirst(Int(offset)).prefix(buffer.count))
    case .contents(let number): try readBody(Int(number), from: offset, into: buffer)
    case .member(let number): try renderMember(Int(number), from: offset, into: buffer)
    }
  }

  private func header(_ index: Int) -> [UInt8] {
    TarHeader.encode(
      entries.entry(at: index, size: Self.size(of: index, of: entries, in: store)), entries.form)
  }

  /// A member is three ranges, header, contents and padding; each part that `buffer` wants is rendered in turn.
  private func renderMember(_ index: Int, from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    let header = header(index)
    let size = Self.size(of: index, of: entries, in: store)
    let wanted = offset..<(offset + Int64(buffer.count))
    let headerPart = wanted.clamped(to: 0..<Int64(header.count))
    let bodyPart = wanted.clamped(to: Int64(header.count)..<(Int64(header.count) + size))
    if !headerPart.isEmpty { buffer.copyBytes(from: header[Int(headerPart.lowerBound)..<Int(headerPart.upperBound)]) }
    // An empty file is checked for changes too, together with the start of its header.
    if size == 0 && wanted.lowerBound == 0 { try readBody(index, from: 0, into: .init(start: nil, count: 0)) }
    if !bodyPart.isEmpty {
      let start = Int(bodyPart.lowerBound - offset)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[start..<(start + bodyPart.count)])
      try readBody(index, from: bodyPart.lowerBound - Int64(header.count), into: part)
    }
    let filled = headerPart.count + bodyPart.count
    UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).initializeMemory(as: UInt8.self, repeating: 0)
  }

  private func readBody(_ index: Int, from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    if case .source(let id) = entries.body(at: index) {
      try store.read(id, from: offset, into: buffer)
    } else {
      try entries.sourceFile(at: index)?.read(from: offset, into: buffer)
    }
  }
}

// Contents one by one
extension Rope {
  /// Gives `body` each file in a run whose contents end within `range`, or are empty and begin there: its index in the
  /// list of entries, and the place of its contents.
  package func forEachFile(
    endingIn range: Range<Int64>, _ body: (_ index: Int, _ contents: Range<Int64>) throws -> Void
  ) rethrows {
    for index in firstPiece(endingAfter: range.lowerBound)..<pieces.count {
      let start = start(of: index)
      if start >= range.upperBound { return }
      guard case .member(let number) = pieces[index], entries.kind(at: Int(number)) == .file else { continue }
      let size = Self.size(of: Int(number), of: entries, in: store)
      let first = start + Int64(TarHeader.size(of: entries.entry(at: Int(number), size: size), entries.form))
      let end = first + size
      if end > range.lowerBound && end <= range.upperBound { try body(Int(number), first..<end) }
    }
  }
}

// The whole archive, from start to end
extension Rope {
  /// The digest of the whole archive. Throws `SourceChanged` when a file changed since the plan.
  package func digest() throws -> Digest {
    var hash = SHA256()
    try forEachChunk { hash.update($0) }
    return hash.finalize()
  }

  /// Renders the whole archive, in chunks of at most 256 KiB.
  ///
  /// Throws `SourceChanged` when a file changed since the plan.
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    try Files.forEachChunk(of: count, read: { try read(from: $0, into: $1) }, body)
  }
}
