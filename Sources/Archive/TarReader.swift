// Reads a tar archive, plain, gzip or zstd, entry by entry in memory that no claim of the archive can enlarge.
// It reads v7, ustar, pax, GNU's long names, sparse files and base-256, and refuses what two readers would read in
// two ways; the rest of its parts are in TarReader+Extensions, +Sparse, +Contents and +End.

/// The entries of an archive, in order.
package struct TarReader: ~Copyable {
  /// Bytes that an archive may unpack to unless the caller says otherwise.
  package static let defaultLimit: Int64 = 64 << 30

  var input: TarInput
  let limit: Int64
  /// What the global headers so far say of all entries that follow.
  var globals = ExtendedHeader()
  /// The entry whose contents come next, for errors.
  var current = TarPlace(offset: 0)
  /// Stored bytes of the current entry that were not read yet, and what pads them to a block.
  var stored: Int64 = 0
  var padding: Int64 = 0
  var sparse: SparseMap?
  /// Bytes of holes that were read so far.
  var holes: Int64 = 0
  var isAtEnd = false
  /// Whether the archive may end within the zeros that pad the last contents, which a warning tells: all contents are
  /// there, and Go's archive/tar, which engines read layers with, takes it. A block of the end mark that is cut is
  /// damage all the same, as it is to Go.
  package var takesCutEnd = false
  /// Whether no byte at all is an archive without entries.
  package var takesNothing = false
  /// Bytes of contents so far, with holes.
  private var total: Int64 = 0
  /// Whether there was an extended header, of one entry or of all.
  var hasPaxHeaders = false
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

  /// The warnings since the last call.
  package mutating func takeWarnings() -> [TarWarning] {
    defer { warnings = [] }
    return warnings
  }

  mutating func warn(_ warning: TarWarning) { warnings.append(warning) }

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

  /// Takes the hard link `entry` without the `size` that it states; `.sizeWithoutContents` for all else that is no file,
  /// where GNU tar looks for contents and others do not.
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
