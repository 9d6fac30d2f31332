// Reads a zip in the order of its central directory, in memory that no claim of the archive can enlarge: some bytes for
// each entry that is really there. It refuses what two readers would read in two ways, those that go from the front
// among them: entries must fill the archive without gaps, and say the same in both of their headers.

import Basics

/// The entries of a zip, in the order of its directory.
package struct ZipReader: ~Copyable {
  private var input: ZipInput
  private let directory: ZipDirectoryPlace
  private let limit: Int64
  /// Where the local headers begin, ascending.
  private var starts: [Int64] = []
  /// Where the next header of the directory stands.
  private var position: Int64
  /// The entry whose contents were not read yet, and their place.
  private var current: (header: ZipEntryHeader, contents: Range<Int64>)?
  private var output = [UInt8](repeating: 0, count: 128 << 10)
  private var warnings: [TarWarning] = []

  /// Whether the file at `path` begins as a zip does.
  package static func isZip(path: [UInt8]) throws(ArchiveError) -> Bool {
    var input = ZipInput(try .opening(path))
    let start = try input.bytes(at: 0, count: 4) ?? []
    return ZipFormat.marks.contains(start)
  }

  /// Opens the archive at `path` and goes through its directory. What unpacks to more than `limit` bytes is refused.
  package static func opening(
    _ path: [UInt8], limit: Int64 = TarReader.defaultLimit
  ) throws(ArchiveError) -> ZipReader {
    var input = ZipInput(try .opening(path))
    let directory = try ZipDirectoryPlace(in: &input)
    var reader = ZipReader(input, directory, limit: limit)
    try reader.readDirectory()
    return reader
  }

  private init(_ input: consuming ZipInput, _ directory: ZipDirectoryPlace, limit: Int64) {
    self.input = input
    self.directory = directory
    self.limit = limit
    position = directory.offset
  }

  /// The next entry, or nil when there are no more. Contents that were not read are checked first.
  ///
  /// After an error the reader must not be used again.
  package mutating func next() throws(ArchiveError) -> TarEntry? {
    try readContents { _ throws(ArchiveError) in }
    guard position < directory.end else { return nil }
    let header = try ZipEntryHeader(centralAt: position, in: &input)
    position += header.length
    // Again, for the file may have changed since.
    try checkContents(of: header)
    let local = try ZipEntryHeader(localAt: try start(of: header), in: &input)
    try header.check(local)
    try checkName(of: header)
    let kind = try header.kind()
    current = (header, try contents(of: header, local))
    let owner = header.extra.owner ?? (0, 0)
    var entry = TarEntry(
      name: header.name, kind: kind, mode: header.mode, mtime: header.mtime, uid: owner.uid, gid: owner.gid)
    switch kind {
    // At most the limit.
    case .file: entry.size = Int64(header.plainSize)
    case .symlink: entry.linkname = try readLink(of: header)
    case .directory, .char, .block, .fifo, .hardlink:
      guard header.plainSize == 0 else { throw header.error(.sizeWithoutContents(kind, Int64(header.plainSize))) }
    }
    return entry
  }

  /// The warnings since the last call.
  package mutating func takeWarnings() -> [TarWarning] {
    defer { warnings = [] }
    return warnings
  }

  /// Gives `body` the contents of the entry that `next()` has just returned, piece by piece, and checks them.
  package mutating func readContents(
    _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    guard let (header, contents) = current.take() else { return }
    var crc = CRC32()
    let wanted = Int64(header.plainSize)
    func take(_ bytes: inout [UInt8], _ count: Int) throws(ArchiveError) {
      crc.append(bytes.withUnsafeBytes { CRC32(of: UnsafeRawBufferPointer(rebasing: $0[..<count])) })
      guard crc.count <= wanted else { throw header.error(.contentsSize(found: crc.count, wanted: wanted)) }
      try body(bytes.span.bytes.extracting(first: count))
    }
    let isWhole: Bool
    if header.method == ZipMethod.stored.rawValue {
      isWhole = try input.forEachPiece(of: contents, take)
    } else {
      // Moved out, because the input is used meanwhile.
      var output: [UInt8] = []
      swap(&output, &self.output)
      let inflater = Inflater(.none)
      var hasEnded = false
      isWhole = try input.forEachPiece(of: contents) { piece, count throws(ArchiveError) in
        var unread = 0..<count
        repeat {
          if hasEnded { throw header.error(.damaged("other bytes follow the end of the stream")) }
          let step = inflater.inflate(&piece, unread, into: &output, from: 0)
          unread = (unread.lowerBound + step.consumed)..<count
          if step.produced > 0 { try take(&output, step.produced) }
          switch step.outcome {
          case .damaged(let reason): throw header.error(.damaged(reason))
          case .memberEnded: hasEnded = true
          // With nothing left and nothing given, the stream goes on in the next piece.
          case .more where step.produced == 0 && unread.isEmpty: return
          case .more where step.produced == 0 && step.consumed == 0: throw header.error(.damaged("no progress"))
          case .more: break
          }
        } while !(hasEnded && unread.isEmpty)
      }
      swap(&output, &self.output)
      if isWhole && !hasEnded { throw header.error(.damaged("the stream does not end")) }
    }
    guard isWhole else { throw header.error(.noRecord("all of the contents")) }
    guard crc.count == wanted else { throw header.error(.contentsSize(found: crc.count, wanted: wanted)) }
    guard crc.value == header.crc else { throw header.error(.checksum(found: header.crc, computed: crc.value)) }
  }
}

// The directory
extension ZipReader {
  /// Goes through the directory once: counts and sizes are those that are told, and no entry has another's place or name.
  private mutating func readDirectory() throws(ArchiveError) {
    defer { position = directory.offset }
    var total: UInt64 = 0
    var names = ZipNameHashes()
    while position < directory.end {
      let header = try ZipEntryHeader(centralAt: position, in: &input)
      position += header.length
      try checkContents(of: header)
      // Each is checked against the limit, so that their sum does not overflow.
      total += header.plainSize
      guard total <= UInt64(limit) else { throw header.error(.overLimit(limit)) }
      if !names.insert(header.name) { throw header.error(.repeatedName) }
      starts.append(try start(of: header))
    }
    let place = ArchiveError.zip(
      ZipError(offset: directory.offset, fault: .count(found: Int64(starts.count), told: directory.entries)))
    guard position == directory.end, UInt64(starts.count) == directory.entries else { throw place }
    starts.sort()
    let first = starts.first ?? directory.offset
    guard first == 0 else { throw ArchiveError.zip(ZipError(offset: 0, fault: .beforeStart(first))) }
  }

  private func checkContents(of header: ZipEntryHeader) throws(ArchiveError) {
    if header.flags & ZipEntryHeader.encryptionFlags != 0 { throw header.error(.encrypted) }
    if header.flags & ZipEntryHeader.patchFlag != 0 { throw header.error(.flags(header.flags)) }
    guard let method = ZipMethod(rawValue: header.method) else { throw header.error(.method(header.method)) }
    guard header.plainSize <= UInt64(limit) else { throw header.error(.overLimit(limit)) }
    guard let packed = Int64(exactly: header.packedSize), packed <= input.size else {
      throw header.error(.noRecord("\(header.packedSize) bytes of contents"))
    }
    if method == .stored && header.packedSize != header.plainSize {
      throw header.error(.storedSize(packed: packed, plain: Int64(header.plainSize)))
    }
  }

  /// Where the local header of an entry begins.
  private func start(of header: ZipEntryHeader) throws(ArchiveError) -> Int64 {
    guard let start = Int64(exactly: header.offset), start < directory.offset else {
      throw header.error(.noRecord("an entry before the directory, found its offset \(header.offset)"))
    }
    return start
  }

  private mutating func checkName(of header: ZipEntryHeader) throws(ArchiveError) {
    let name = header.name
    if name.contains(0) { throw header.error(.nameWithNUL) }
    if !name.allSatisfy({ $0 < 0x80 }) {
      if !header.isUTF8 {
        warnings.append(.unmarkedName(name: name))
      } else if String(validating: name, as: UTF8.self) == nil {
        throw header.error(.notUTF8)
      }
    }
    let isDrive = name.count > 1 && name[1] == UInt8(ascii: ":")
    if isDrive || name.contains(UInt8(ascii: "\\")) { warnings.append(.windowsName(name: name)) }
  }

  /// The place of the contents. Throws where they do not reach to the next entry, or beyond.
  private mutating func contents(
    of header: ZipEntryHeader, _ local: ZipEntryHeader
  ) throws(ArchiveError) -> Range<Int64> {
    let start = local.place + local.length
    // Both are at most the size of the file.
    let end = start + Int64(header.packedSize)
    let next = nextStart(behind: local.place)
    if next == local.place || end > next { throw local.error(.overlap) }
    if header.hasDescriptor {
      guard try hasDescriptor(of: header, in: end..<next) else { throw local.error(.descriptor) }
    } else if end < next {
      throw local.error(.gap(next - end))
    }
    return start..<end
  }

  /// Where the entry behind the one at `start` begins, or the directory; `start` itself where two begin there.
  private func nextStart(behind start: Int64) -> Int64 {
    var range = starts.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      range = starts[middle] >= start ? range.lowerBound..<middle : (middle + 1)..<range.upperBound
    }
    let next = range.lowerBound + 1
    return next < starts.count ? starts[next] : directory.offset
  }

  /// Whether `range` is a descriptor of the entry (4.3.9): with a signature or without, and with sizes of 32 or 64 bits.
  private mutating func hasDescriptor(of header: ZipEntryHeader, in range: Range<Int64>) throws(ArchiveError) -> Bool {
    let length = Int(clamping: range.upperBound - range.lowerBound)
    guard [12, 16, 20, 24].contains(length), var bytes = try input.bytes(at: range.lowerBound, count: length) else {
      return false
    }
    if length == 16 || length == 24 {
      guard ZipRecord(read: bytes)[ZipRecord.signature] == UInt64(ZipFormat.descriptorSignature) else { return false }
      bytes.removeFirst(4)
    }
    let width = bytes.count == 12 ? 4 : 8
    let record = ZipRecord(read: bytes)
    return record[ZipField(0, 4)] == UInt64(header.crc) && record[ZipField(4, width)] == header.packedSize
      && record[ZipField(4 + width, width)] == header.plainSize
  }

  private static let longestLink = UInt64(UInt16.max)

  private mutating func readLink(of header: ZipEntryHeader) throws(ArchiveError) -> [UInt8] {
    guard header.plainSize > 0, header.plainSize <= Self.longestLink else {
      throw header.error(.longLink(Int64(header.plainSize)))
    }
    var target: [UInt8] = []
    try readContents { bytes throws(ArchiveError) in bytes.withUnsafeBytes { target += $0 } }
    if target.contains(0) { throw header.error(.nameWithNUL) }
    return target
  }
}

/// The names of the entries so far, "./" and doubled slashes aside, by hashes of this process.
private struct ZipNameHashes {
  private var hashes: Set<Int> = []

  /// Adds a name; false where it, or its like, is there already. Of a million different names two have one hash once in
  /// some 30 million runs.
  mutating func insert(_ name: [UInt8]) -> Bool {
    var hasher = Hasher()
    for part in name.split(separator: UInt8(ascii: "/")) where part != [UInt8(ascii: ".")] {
      part.withUnsafeBytes { hasher.combine(bytes: $0) }
      hasher.combine(UInt8(ascii: "/"))
    }
    return hashes.insert(hasher.finalize()).inserted
  }
}
