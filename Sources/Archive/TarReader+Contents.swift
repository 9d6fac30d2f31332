// The contents of an entry, in chunks of the one buffer; the holes of a sparse file are chunks of zeros.

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
  mutating func skipContents() throws(ArchiveError) {
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

extension TarReader {
  /// Bytes from the start of the unpacked archive to the contents of the entry that `next()` has just returned.
  package var contentsOffset: Int64 { input.position }

  /// Whether that entry is a sparse file, whose stored bytes are not its contents.
  package var isSparse: Bool { sparse != nil }
}
