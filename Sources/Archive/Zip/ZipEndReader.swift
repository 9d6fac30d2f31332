// Finds the end of a zip, and with it the directory. All that stands in the archive must be accounted for.

/// The place and the length of the central directory.
struct ZipDirectoryPlace {
  let entries: UInt64
  let offset: Int64
  let size: Int64

  var end: Int64 { offset + size }
}

extension ZipDirectoryPlace {
  /// Finds the directory. Throws where the end is missing, or could be another one.
  init(in input: inout ZipInput) throws(ArchiveError) {
    let place = try Self.endPlace(in: &input)
    guard let end = try input.record(ZipEnd.signature, size: ZipEnd.size, at: place) else {
      throw Self.error(.noEnd, at: place)
    }
    var facts = EndFacts(end)
    let locator = place - Int64(Zip64Locator.size)
    var directoryEnd = place
    if let record = try input.record(Zip64Locator.signature, size: Zip64Locator.size, at: locator) {
      guard record[Zip64Locator.endDisk] == 0, record[Zip64Locator.disks] <= 1 else {
        throw Self.error(.volume, at: locator)
      }
      guard let offset = Int64(exactly: record[Zip64Locator.endOffset]),
        let long = try input.record(Zip64End.signature, size: Zip64End.size, at: offset),
        // It may have data behind its fields, of which it tells the size.
        let length = Int64(exactly: long[Zip64End.recordSize]),
        length == locator - offset - Int64(Zip64End.recordSize.range.upperBound)
      else { throw Self.error(.noRecord("the end record of zip64 before its locator"), at: locator) }
      try facts.take(long, at: offset)
      directoryEnd = offset
    }
    guard facts.disks.allSatisfy({ $0 == 0 }), facts.entriesOnDisk == facts.entries else {
      throw Self.error(.volume, at: place)
    }
    let (sum, overflows) = facts.offset.addingReportingOverflow(facts.size)
    guard !overflows, sum == UInt64(directoryEnd) else {
      throw Self.error(.directoryEnd(found: overflows ? .max : sum, wanted: directoryEnd), at: place)
    }
    // Both are at most the size of the file.
    self.init(entries: facts.entries, offset: Int64(facts.offset), size: Int64(facts.size))
  }

  /// The place of the end record: the only one whose comment ends the file.
  private static func endPlace(in input: inout ZipInput) throws(ArchiveError) -> Int64 {
    let longest = ZipEnd.size + Int(ZipEnd.commentLength.largest)
    let start = max(0, input.size - Int64(longest))
    let tail = try input.bytes(at: start, count: Int(input.size - start)) ?? []
    var found: [(place: Int, behind: Int)] = []
    for place in stride(from: tail.count - ZipEnd.size, through: 0, by: -1) where tail[place] == UInt8(ascii: "P") {
      let record = ZipRecord(read: tail[place..<(place + ZipEnd.size)])
      guard record[ZipRecord.signature] == UInt64(ZipEnd.signature) else { continue }
      found.append((place, tail.count - place - ZipEnd.size - Int(record[ZipEnd.commentLength])))
    }
    // Readers look for it from the end on; what stands before it may look like one.
    guard let last = found.first else { throw error(.noEnd, at: start) }
    if found.contains(where: { $0.place != last.place && $0.behind == 0 }) { throw error(.severalEnds, at: start) }
    guard last.behind == 0 else {
      let place = start + Int64(last.place)
      throw error(last.behind > 0 ? .behindEnd(Int64(last.behind)) : .noEnd, at: place)
    }
    return start + Int64(last.place)
  }

  private static func error(_ fault: ZipError.Fault, at place: Int64) -> ArchiveError {
    .zip(ZipError(offset: place, fault: fault))
  }

  /// The numbers of the end record, and those of zip64 in place of what does not fit.
  private struct EndFacts {
    var entriesOnDisk: UInt64
    var entries: UInt64
    var size: UInt64
    var offset: UInt64
    var disks: [UInt64]

    init(_ end: ZipRecord) {
      (entriesOnDisk, entries) = (end[ZipEnd.entriesOnDisk], end[ZipEnd.entries])
      (size, offset) = (end[ZipEnd.directorySize], end[ZipEnd.directoryOffset])
      disks = [end[ZipEnd.disk], end[ZipEnd.directoryDisk]]
    }

    mutating func take(_ long: ZipRecord, at place: Int64) throws(ArchiveError) {
      func take(_ number: inout UInt64, _ field: ZipField, _ longField: ZipField, _ name: String) throws(ArchiveError) {
        let value = long[longField]
        guard number == field.largest || number == value else {
          throw ArchiveError.zip(
            ZipError(offset: place, fault: .endConflict(field: name, short: number, long: value)))
        }
        number = value
      }
      try take(&entriesOnDisk, ZipEnd.entriesOnDisk, Zip64End.entriesOnDisk, "entries of this part")
      try take(&entries, ZipEnd.entries, Zip64End.entries, "entries")
      try take(&size, ZipEnd.directorySize, Zip64End.directorySize, "size of the directory")
      try take(&offset, ZipEnd.directoryOffset, Zip64End.directoryOffset, "offset of the directory")
      disks = [long[Zip64End.disk], long[Zip64End.directoryDisk]]
    }
  }
}
