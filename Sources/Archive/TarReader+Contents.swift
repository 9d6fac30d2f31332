// The contents of an entry, in chunks of the one buffer; the holes of a sparse file are chunks of zeros.

extension TarReader {
  private static let zeros = [UInt8](repeating: 0, count: 64 << 10)

  /// Gives `body` what was not read yet of the contents of the entry that `next()` returned, chunk by chunk;
  /// together `size` bytes, or `.contentsCut`.
  package mutating func readContents(
    _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    guard let map = sparse else { return try readStored(stored, body) }
    sparse = nil
    var end: Int64 = 0
    for extent in map.extents {
      try Self.fillHole(extent.offset - end, body)
      try readStored(extent.length, body)
      end = extent.end
    }
    try Self.fillHole(map.size - end, body)
  }

  /// Passes over what is left of the contents and their padding.
  mutating func skipContents() throws(ArchiveError) {
    sparse = nil
    try readStored(stored) { _ throws(ArchiveError) in }
    let found = try input.skip(padding)
    if found < padding { throw current.error(.paddingCut(found: found, wanted: padding)) }
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

  private static func fillHole(
    _ count: Int64, _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) {
    var left = count
    while left > 0 {
      let length = min(left, Int64(zeros.count))
      try body(zeros.span.bytes.extracting(first: Int(length)))
      left -= length
    }
  }
}

extension TarReader {
  /// Bytes from the start of the unpacked archive to the contents of the entry that `next()` has just returned.
  package var contentsOffset: Int64 { input.position }

  /// Whether that entry is a sparse file, whose stored bytes are not its contents.
  package var isSparse: Bool { sparse != nil }
}
