// Reads a tar archive, plain, gzip or zstd, entry by entry in memory that no claim of the archive can enlarge.
// It reads v7, ustar, pax, GNU's long names, sparse files and base-256, and refuses what two readers would read in
// two ways.

import Basics
package import Files

/// The entries of an archive, in order.
package struct TarReader: ~Copyable {
  /// Bytes that an archive may unpack to unless the caller says otherwise.
  package static let defaultLimit: Int64 = 64 << 30

  private var input: TarInput
  private let limit: Int64
  /// What the global headers so far say of all entries that follow.
  private var globals = ExtendedHeader()
  /// The entry whose contents come next, for errors.
  private var current = TarPlace(offset: 0)
  /// Stored bytes of the current entry that were not read yet, and what pads them to a block.
  private var stored: Int64 = 0
  private var padding: Int64 = 0
  private var sparse: SparseMap?
  /// Bytes of holes that were read so far.
  private var holes: Int64 = 0
  private var isAtEnd = false
  /// Whether the archive may end within the zeros that pad the last contents, which gives a warning: all contents are
  /// there, and Go's archive/tar, which engines read layers with, takes it. A cut block of the end mark is still damage,
  /// as it is to Go.
  package var takesCutEnd = false
  /// Whether no byte at all is an archive without entries.
  package var takesNothing = false
  /// Bytes of contents so far, with holes.
  private var total: Int64 = 0
  /// Whether there was an extended header, of one entry or of all.
  private var hasPaxHeaders = false
  private var warnings: [TarWarning] = []

  /// Opens the archive at `path`. What unpacks to more than `limit` bytes, holes counted, is refused.
  package init(path: [UInt8], limit: Int64 = defaultLimit) throws(ArchiveError) {
    input = TarInput(try UnpackingReader(.opening(path)), limit: limit)
    self.limit = limit
  }

  /// Opens the archive that stands in a part of a file. What unpacks to more than `limit` bytes is refused.
  ///
  /// `onUnpacked` is given all bytes of the unpacked archive in order, up to the very end of `extent` by the time
  /// that `next()` returns nil.
  package init(
    extent: FileExtent, limit: Int64 = defaultLimit, onUnpacked: ((RawSpan) -> Void)? = nil
  ) throws(ArchiveError) {
    input = TarInput(try UnpackingReader(.opening(extent)), limit: limit, onUnpacked: onUnpacked)
    self.limit = limit
  }

  /// The next entry, or nil when the archive has ended soundly; contents that were not read are passed over.
  ///
  /// After an error the reader must not be used again.
  package mutating func next() throws(ArchiveError) -> TarEntry? {
    if isAtEnd { return nil }
    try skipContents()
    if isAtEnd { return nil }
    var extensions = TarExtensions(globals: globals)
    while let header = try nextHeader() {
      switch header.typeflag {
      case TarTypeflag.extended: try readExtended(header, into: &extensions)
      case TarTypeflag.gnuLongName: try readLongName(header, into: &extensions)
      case TarTypeflag.gnuLongLink: try readLongLink(header, into: &extensions)
      case TarTypeflag.global:
        try extensions.checkNone()
        try readGlobal(header)
        extensions = TarExtensions(globals: globals)
      default: return try entry(header, extensions)
      }
    }
    try extensions.checkNone()
    return nil
  }

  /// Bytes from the start of the unpacked archive to the contents of the entry that `next()` has just returned.
  package var contentsOffset: Int64 { input.position }

  /// Whether that entry is a sparse file, whose stored bytes are not its contents.
  package var isSparse: Bool { sparse != nil }

  /// The warnings since the last call.
  package mutating func takeWarnings() -> [TarWarning] {
    defer { warnings = [] }
    return warnings
  }

  private mutating func warn(_ warning: TarWarning) { warnings.append(warning) }

  /// The next header block, or nil at the end of the archive.
  private mutating func nextHeader() throws(ArchiveError) -> TarHeaderBlock? {
    let offset = input.position
    let block = try input.block()
    let isZero = block.allSatisfy { $0 == 0 }
    if block.isEmpty {
      if offset > 0 {
        endWithoutMark(zeroBlocks: 0)
      } else if takesNothing {
        isAtEnd = true
      } else {
        throw TarPlace(offset: 0).error(.empty(in: input.compression))
      }
      return nil
    }
    if offset == 0 && !isZero && !TarHeaderBlock.isLikely(block) {
      // What is short and of no known format may be an archive that was cut.
      let format = FileFormat(of: block)
      if format != nil || block.count == TarFormat.blockSize {
        throw TarPlace(offset: 0).error(.notAnArchive(format, in: input.compression))
      }
    }
    guard block.count == TarFormat.blockSize else {
      throw TarPlace(offset: offset).error(.headerCut(found: block.count))
    }
    if isZero {
      try readEnd()
      return nil
    }
    return try TarHeaderBlock(block, at: offset)
  }

  /// The entry that `header` and what came before it describe; makes its contents the next to be read.
  private mutating func entry(
    _ header: TarHeaderBlock, _ extensions: TarExtensions
  ) throws(ArchiveError) -> TarEntry {
    let extended = extensions.extended
    var name = try extensions.name(header)
    current = TarPlace(offset: header.place.offset, name: name)
    let kind = try kind(header, name: name)
    let size = try storedSize(header, extended)
    if kind == .directory && !name.isEmpty && name.last != UInt8(ascii: "/") { name.append(UInt8(ascii: "/")) }
    var entry = TarEntry(
      name: name, kind: kind, mode: UInt16(truncatingIfNeeded: header.mode & 0o7777),
      mtime: extended.mtime ?? header.mtime, uid: extended.uid ?? header.uid, gid: extended.gid ?? header.gid,
      uname: extended.uname ?? header.uname, gname: extended.gname ?? header.gname)
    if kind == .file { entry.capabilities = extended.capabilities ?? [] }
    if kind == .symlink || kind == .hardlink { entry.linkname = try extensions.linkname(header) }
    if kind == .hardlink && entry.linkname.isEmpty { throw current.error(.noLinkTarget) }
    try openContents(header, extended, size: size, of: &entry)
    return entry
  }

  /// What the entry is; `.namedAsDirectory` for a name that ends in "/" on what is no directory to all readers.
  private func kind(_ header: TarHeaderBlock, name: [UInt8]) throws(ArchiveError) -> TarEntryKind {
    let hasSlash = name.last == UInt8(ascii: "/")
    if header.typeflag == TarTypeflag.oldFile {
      // v7 has no directories: a name that ends in "/" is one. To Python that is the name in the block itself, and to
      // GNU tar "/" alone is a file.
      let hasOther = name.contains { $0 != UInt8(ascii: "/") }
      guard hasSlash == (header.place.name.last == UInt8(ascii: "/")), hasOther || !hasSlash else {
        throw current.error(.namedAsDirectory(.file))
      }
      return hasSlash ? .directory : .file
    }
    let kind = try kind(header.typeflag)
    if hasSlash && kind != .directory { throw current.error(.namedAsDirectory(kind)) }
    return kind
  }

  private func kind(_ typeflag: UInt8) throws(ArchiveError) -> TarEntryKind {
    switch typeflag {
    case TarTypeflag.file, TarTypeflag.contiguous, TarTypeflag.gnuSparse: .file
    case TarTypeflag.directory: .directory
    case TarTypeflag.symlink: .symlink
    case TarTypeflag.hardlink: .hardlink
    case TarTypeflag.char: .char
    case TarTypeflag.block: .block
    case TarTypeflag.fifo: .fifo
    default: throw current.error(.typeflag(typeflag))
    }
  }

  /// The bytes that the entry claims to store. Both places may state it, but not differently (CVE-2025-62518).
  private func storedSize(_ header: TarHeaderBlock, _ extended: ExtendedHeader) throws(ArchiveError) -> Int64 {
    guard let other = extended.size else { return header.size }
    if header.size != 0 && header.size != other {
      throw current.error(.sizeConflict(header: header.size, extended: other))
    }
    return other
  }

  /// Sets the entry's size, and the reader up for its contents.
  private mutating func openContents(
    _ header: TarHeaderBlock, _ extended: ExtendedHeader, size: Int64, of entry: inout TarEntry
  ) throws(ArchiveError) {
    let isOldSparse = header.typeflag == TarTypeflag.gnuSparse
    // libarchive goes by the map, others by the type flag, which Go wants to be in GNU's own format.
    if isOldSparse ? !header.isGNU : header.hasOldSparseMap { throw current.error(.sparse(.format)) }
    let isSparse = isOldSparse || extended.sparse.isPresent
    // GNU tar wants the records before a header of ustar; Python takes the size of what is stored for that of the file.
    if isSparse && !isOldSparse && !header.isUstar { throw current.error(.sparse(.format)) }
    if isSparse && extended.size != nil { throw current.error(.sparse(.sizeRecord)) }
    guard entry.kind == .file else {
      if isSparse { throw current.error(.sparse(.notAFile)) }
      if size != 0 { try passOver(size: size, of: entry, header) }
      return
    }
    if size > limit { throw current.error(.overLimit(limit)) }
    stored = size
    padding = Int64(TarFormat.padding(after: size))
    if isSparse { sparse = try readSparseMap(header, extended.sparse) }
    entry.size = sparse?.size ?? size
    let (sum, overflow) = total.addingReportingOverflow(entry.size)
    if overflow || sum > limit { throw current.error(.overLimit(limit)) }
    total = sum
  }

  /// Ignores the `size` that the hard link `entry` states, with a warning; `.sizeWithoutContents` for all else that is no
  /// file, where GNU tar looks for contents and others do not.
  ///
  /// Some writers of old leave the size of the link's target there. POSIX lets a hard link of a pax archive have
  /// contents, which no common writer makes, and only libarchive reads them: behind an extended header, of any entry,
  /// and in a header whose magic is not quite that of ustar.
  private mutating func passOver(size: Int64, of entry: TarEntry, _ header: TarHeaderBlock) throws(ArchiveError) {
    if entry.kind != .hardlink || hasPaxHeaders || header.isNearlyUstar {
      throw current.error(.sizeWithoutContents(entry.kind, size))
    }
    warn(.sizeIgnored(name: entry.name, size: size))
  }
}

/// The contents of an entry, in chunks of the one buffer; the holes of a sparse file are chunks of zeros.
extension TarReader {
  private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

  /// Bytes of holes that are read whatever the archive has: about a second of hashing.
  private static let freeHoles: Int64 = 2 << 30
  /// Bytes of holes that are read for each byte of the archive before them: the image of a disk has some tens.
  private static let holesPerByte: Int64 = 32

  /// Gives `body` what was not read yet of the contents of the entry that `next()` returned, chunk by chunk;
  /// together `size` bytes, or `.contentsCut`.
  ///
  /// False at a hole that makes all holes of the archive so far too many: few bytes can claim any number of them. The
  /// rest of the contents is not given then.
  @discardableResult package mutating func readContents(
    _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) -> Bool {
    guard let map = sparse else {
      try readStored(stored, body)
      return true
    }
    sparse = nil
    // A cut is found before the holes that stand before it are read.
    if let available = input.available, available < stored {
      throw current.error(.contentsCut(found: available, wanted: stored))
    }
    var end: Int64 = 0
    for extent in map.extents {
      guard try fillHole(extent.offset - end, body) else { return false }
      try readStored(extent.length, body)
      end = extent.end
    }
    // The map reaches the end of the file.
    return true
  }

  /// Passes over what is left of the contents and their padding; the end where that is cut and may be.
  private mutating func skipContents() throws(ArchiveError) {
    sparse = nil
    let contents = try input.skip(stored)
    if contents < stored { throw current.error(.contentsCut(found: contents, wanted: stored)) }
    stored = 0
    let found = try input.skip(padding)
    if found < padding {
      guard takesCutEnd else { throw current.error(.paddingCut(found: found, wanted: padding)) }
      warn(.paddingCut(name: current.name, found: found, wanted: padding))
      isAtEnd = true
    }
    padding = 0
  }

  private mutating func readStored(
    _ count: Int64, _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var left = count
    while left > 0 {
      let got = Int64(try input.chunk(atMost: left, body))
      if got == 0 { throw current.error(.contentsCut(found: count - left, wanted: count)) }
      left -= got
      stored -= got
    }
  }

  private mutating func fillHole(
    _ count: Int64, _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) -> Bool {
    // Far from overflow: no file has 2^50 bytes.
    let most = Self.freeHoles + min(input.position, 1 << 50) * Self.holesPerByte
    guard count <= most - holes else { return false }
    holes += count
    var left = count
    while left > 0 {
      let length = min(left, Int64(Self.zeros.count))
      try body(Self.zeros.span.bytes.extracting(first: Int(length)))
      left -= length
    }
    return true
  }
}

/// The headers that are no entries: `x` and `g` of pax, `L` and `K` of GNU tar.
extension TarReader {
  /// The most bytes that such a header may have: an honest one has a few hundred.
  static let extensionLimit: Int64 = 1 << 20

  private mutating func readExtended(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    hasPaxHeaders = true
    try extensions.extended.apply(PaxRecords(readExtension(header), at: header.place))
  }

  private mutating func readLongName(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    extensions.longName = try readLongText(header)
  }

  private mutating func readLongLink(
    _ header: TarHeaderBlock, into extensions: inout TarExtensions
  ) throws(ArchiveError) {
    try extensions.add(header)
    extensions.longLink = try readLongText(header)
  }

  /// Takes over the global keywords.
  private mutating func readGlobal(_ header: TarHeaderBlock) throws(ArchiveError) {
    hasPaxHeaders = true
    try globals.apply(global: PaxRecords(readExtension(header), at: header.place))
  }

  /// What stands before the NUL; `.noLongName` when that is nothing: some readers take the header block's own
  /// field then.
  private mutating func readLongText(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let text = TarHeaderBlock.text(try readExtension(header))
    if text.isEmpty { throw header.place.error(.noLongName(typeflag: header.typeflag)) }
    return text
  }

  /// The contents of such a header, read block by block, so that a claim alone takes no memory.
  private mutating func readExtension(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let size = header.size
    guard size <= Self.extensionLimit else {
      throw header.place.error(.extensionTooLarge(size: size, limit: Self.extensionLimit))
    }
    var contents: [UInt8] = []
    while contents.count < Int(size) {
      let block = try input.block()
      contents += block.prefix(Int(size) - contents.count)
      if block.count < TarFormat.blockSize && contents.count < Int(size) {
        throw header.place.error(.contentsCut(found: Int64(contents.count), wanted: size))
      }
    }
    return contents
  }
}

/// The map of a sparse file from the three places where GNU tar keeps it: the header and the blocks behind it (old
/// format), the extended header (0.0 and 0.1), the start of the contents (1.0).
/// GNU tar manual, "Storing Sparse Files".
extension TarReader {
  /// The map of the current entry, whose `stored` bytes are less by what the map took of them.
  private mutating func readSparseMap(
    _ header: TarHeaderBlock, _ records: SparseRecords
  ) throws(ArchiveError) -> SparseMap {
    var (size, numbers): (Int64, [Int64])
    if header.typeflag == TarTypeflag.gnuSparse {
      if records.isPresent { throw current.error(.sparse(.version)) }
      (size, numbers) = try readOldMap(header)
    } else {
      (size, numbers) = try records.map(at: current)
      if records.hasMapInContents { numbers = try readMapInContents() }
    }
    return try SparseMap(numbers: numbers, size: size, stored: stored, at: current)
  }

  /// The old format: four pairs in the header, then blocks of 21 more that the size does not count.
  private mutating func readOldMap(_ header: TarHeaderBlock) throws(ArchiveError) -> (Int64, [Int64]) {
    let (size, first) = try header.oldSparseMap()
    var numbers = first.numbers
    var isExtended = first.isExtended
    var taken = 0
    while isExtended {
      let block = try input.block()
      guard block.count == TarFormat.blockSize else { throw current.error(.headerCut(found: block.count)) }
      taken += block.count
      try checkMapSize(taken)
      guard let more = OldSparseBlock(extension: block) else { throw current.error(.sparse(.malformedMap)) }
      numbers += more.numbers
      isExtended = more.isExtended
    }
    return (size, numbers)
  }

  /// Version 1.0: decimal numbers, one a line, the first of them the number of pairs; padded to a block.
  private mutating func readMapInContents() throws(ArchiveError) -> [Int64] {
    var numbers: [Int64] = []
    var line: [UInt8] = []
    var wanted: Int64 = 1
    var taken = 0
    while Int64(numbers.count) < wanted {
      for byte in try mapBlock() where Int64(numbers.count) < wanted {
        guard byte == UInt8(ascii: "\n") else {
          line.append(byte)
          continue
        }
        guard let number = decimal(line) else { throw current.error(.sparse(.malformedMap)) }
        line = []
        numbers.append(number)
        guard numbers.count == 1 else { continue }
        // Each number takes two bytes at the least.
        if number > Int64(SparseMap.limit / 4) { try checkMapSize(.max) }
        wanted = 1 + 2 * number
      }
      taken += TarFormat.blockSize
      try checkMapSize(taken)
    }
    return Array(numbers.dropFirst())
  }

  /// One block of the map in the contents.
  private mutating func mapBlock() throws(ArchiveError) -> [UInt8] {
    guard stored >= TarFormat.blockSize else { throw current.error(.sparse(.malformedMap)) }
    let block = try input.block()
    guard block.count == TarFormat.blockSize else {
      throw current.error(.contentsCut(found: Int64(block.count), wanted: stored))
    }
    stored -= Int64(TarFormat.blockSize)
    return block
  }

  private func checkMapSize(_ size: Int) throws(ArchiveError) {
    if size <= SparseMap.limit { return }
    throw current.error(.extensionTooLarge(size: Int64(size), limit: Int64(SparseMap.limit)))
  }
}

/// The end of an archive: two blocks of zeros, then nothing but zeros. All of it is read, so that the checksum of the
/// gzip member around it is verified.
extension TarReader {
  /// The most bytes behind the end mark: tape-sized records pad with a few KiB.
  static let trailingLimit: Int64 = 64 << 20

  private mutating func endWithoutMark(zeroBlocks: Int) {
    isAtEnd = true
    warn(.endMarkMissing(zeroBlocks: zeroBlocks))
  }

  /// Reads on from the first block of zeros to the end of the file.
  private mutating func readEnd() throws(ArchiveError) {
    let offset = input.position
    let second = try input.block()
    // To Go that is damage, others stop.
    if second.contains(where: { $0 != 0 }) { throw TarPlace(offset: offset).error(.zeroBlock) }
    if second.count < TarFormat.blockSize {
      if takesCutEnd && !second.isEmpty { throw TarPlace(offset: offset).error(.headerCut(found: second.count)) }
      endWithoutMark(zeroBlocks: 1)
    }
    isAtEnd = true
    var firstOther: Int64?
    while true {
      let start = input.position
      if start - offset > Self.trailingLimit {
        throw TarPlace(offset: start).error(.overTrailingLimit(Self.trailingLimit))
      }
      var isZero = true
      let got = try input.chunk(atMost: Int64(TarFormat.blockSize)) { span throws(ArchiveError) in
        isZero = span.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
      }
      if got == 0 { break }
      if !isZero && firstOther == nil { firstOther = start }
    }
    if let firstOther { warn(.bytesBehindEnd(offset: firstOther)) }
  }
}
