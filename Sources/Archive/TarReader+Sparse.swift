// The map of a sparse file from the three places where GNU tar keeps it: the header and the blocks behind it (old
// format), the extended header (0.0 and 0.1), the start of the contents (1.0).
// GNU tar manual, "Storing Sparse Files".

extension TarReader {
  /// The map of the current entry, whose `stored` bytes are less by what the map took of them.
  mutating func readSparseMap(
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
