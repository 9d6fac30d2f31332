// The writer's side of a zip's headers: what an entry is, and where and how its contents stand.

package import Basics

/// The contents of an entry as they stand in a zip.
package struct ZipContents: Equatable, Sendable {
  package let method: ZipMethod
  /// Checksum and length of the plain bytes.
  package let crc: CRC32
  /// Bytes that are stored.
  package let packedSize: Int64

  package init(_ method: ZipMethod, _ crc: CRC32, packedSize: Int64) {
    (self.method, self.crc, self.packedSize) = (method, crc, packedSize)
  }
}

/// The two headers of an entry: the local one before its contents, and the one in the central directory.
///
/// Their names and extra fields are the same, but for zip64: the local header has it where the contents are so large that
/// their sizes may need it (4.5.3 wants both there then), the central one has what does not fit.
struct ZipHeader {
  let entry: TarEntry
  let contents: ZipContents
  /// Bytes from the start of the archive to the local header.
  let offset: Int64
  /// Bytes of the plain contents, by which the size of the local header is chosen before they are packed.
  let plannedSize: Int64

  /// Whether the sizes in the local header have 64 bits. Deflate adds less than a 32nd and a mebibyte to what it cannot
  /// compress: stored blocks of some KiB have five bytes more each.
  var isLong: Bool { plannedSize + plannedSize >> 5 + 1 << 20 >= Int64(ZipLocalHeader.plainSize.largest) }

  /// The local header.
  var local: [UInt8] {
    var record = ZipRecord(ZipLocalHeader.signature, size: ZipLocalHeader.size)
    let time = DOSTime(epoch: entry.mtime)
    var extra = otherExtra
    if isLong { extra = Self.zip64([plainSize, packedSize]) + extra }
    record[ZipLocalHeader.needed] = neededVersion(isLong: isLong)
    record[ZipLocalHeader.flags] = flags
    record[ZipLocalHeader.method] = UInt64(contents.method.rawValue)
    record[ZipLocalHeader.time] = UInt64(time.time)
    record[ZipLocalHeader.date] = UInt64(time.date)
    record[ZipLocalHeader.crc] = UInt64(contents.crc.value)
    record[ZipLocalHeader.packedSize] = isLong ? ZipLocalHeader.packedSize.largest : packedSize
    record[ZipLocalHeader.plainSize] = isLong ? ZipLocalHeader.plainSize.largest : plainSize
    record[ZipLocalHeader.nameLength] = UInt64(entry.name.count)
    record[ZipLocalHeader.extraLength] = UInt64(extra.count)
    return record.bytes + entry.name + extra
  }

  /// The header in the central directory.
  var central: [UInt8] {
    var record = ZipRecord(ZipCentralHeader.signature, size: ZipCentralHeader.size)
    let time = DOSTime(epoch: entry.mtime)
    var large: [UInt64] = []
    func short(_ number: UInt64, _ field: ZipField) -> UInt64 {
      if number < field.largest { return number }
      large.append(number)
      return field.largest
    }
    // In this order in the extra field (4.5.3).
    record[ZipCentralHeader.plainSize] = short(plainSize, ZipCentralHeader.plainSize)
    record[ZipCentralHeader.packedSize] = short(packedSize, ZipCentralHeader.packedSize)
    record[ZipCentralHeader.offset] = short(UInt64(offset), ZipCentralHeader.offset)
    let extra = (large.isEmpty ? [] : Self.zip64(large)) + otherExtra
    record[ZipCentralHeader.madeBy] = ZipFormat.unix << 8 | ZipFormat.version
    record[ZipCentralHeader.needed] = neededVersion(isLong: isLong || !large.isEmpty)
    record[ZipCentralHeader.flags] = flags
    record[ZipCentralHeader.method] = UInt64(contents.method.rawValue)
    record[ZipCentralHeader.time] = UInt64(time.time)
    record[ZipCentralHeader.date] = UInt64(time.date)
    record[ZipCentralHeader.crc] = UInt64(contents.crc.value)
    record[ZipCentralHeader.nameLength] = UInt64(entry.name.count)
    record[ZipCentralHeader.extraLength] = UInt64(extra.count)
    record[ZipCentralHeader.externalAttributes] = externalAttributes
    return record.bytes + entry.name + extra
  }

  private var plainSize: UInt64 { UInt64(contents.crc.count) }
  private var packedSize: UInt64 { UInt64(contents.packedSize) }

  private func neededVersion(isLong: Bool) -> UInt64 {
    if isLong { return ZipFormat.zip64Version }
    return contents.method == .deflated || entry.kind == .directory ? ZipFormat.usualVersion : ZipFormat.plainVersion
  }

  private var flags: UInt64 { entry.name.allSatisfy { $0 < 0x80 } ? 0 : ZipFormat.utf8Flag }

  /// Type and mode as Unix has them, and what MS-DOS knows of them in the lowest byte, as Info-ZIP's zip sets it.
  private var externalAttributes: UInt64 {
    let type =
      switch entry.kind {
      case .directory: ZipFormat.folderType
      case .symlink: ZipFormat.linkType
      default: ZipFormat.fileType
      }
    let folder = entry.kind == .directory ? ZipFormat.folderAttribute : 0
    let readOnly = entry.mode & 0o200 == 0 ? ZipFormat.readOnlyAttribute : 0
    return (type | UInt64(entry.mode)) << 16 | folder | readOnly
  }

  /// The extra fields that both headers have.
  ///
  /// The time in whole seconds, where 32 bits with a sign hold it, for all readers take that alike. The owner only where
  /// it is another than root, whom every archive without it has: unzip -X gives files to the one that is named.
  private var otherExtra: [UInt8] {
    var extra: [UInt8] = []
    if let time = Int32(exactly: entry.mtime), time >= 0 {
      extra += Self.field(
        ZipExtra.timestamp, [ZipExtra.hasModificationTime] + ZipRecord.bytes(UInt64(time), width: 4))
    }
    if entry.uid != 0 || entry.gid != 0 {
      let numbers = [entry.uid, entry.gid].flatMap { number in
        ZipRecord.bytes(4, width: 1) + ZipRecord.bytes(UInt64(bitPattern: number), width: 4)
      }
      extra += Self.field(ZipExtra.owner, [ZipExtra.ownerVersion] + numbers)
    }
    return extra
  }

  private static func zip64(_ numbers: [UInt64]) -> [UInt8] {
    field(ZipExtra.zip64, numbers.flatMap { ZipRecord.bytes($0, width: 8) })
  }

  private static func field(_ identifier: UInt64, _ data: [UInt8]) -> [UInt8] {
    ZipRecord.bytes(identifier, width: 2) + ZipRecord.bytes(UInt64(data.count), width: 2) + data
  }
}

/// The records behind the central directory.
struct ZipEnding {
  let entries: Int
  /// Bytes from the start of the archive to the central directory.
  let directoryOffset: Int64
  let directorySize: Int64
  let comment: [UInt8]

  /// The end record, and those of zip64 before it where a number does not fit.
  var bytes: [UInt8] {
    var end = ZipRecord(ZipEnd.signature, size: ZipEnd.size)
    var isLong = false
    func set(_ number: UInt64, _ field: ZipField) {
      if number >= field.largest { isLong = true }
      end[field] = min(number, field.largest)
    }
    set(UInt64(entries), ZipEnd.entriesOnDisk)
    set(UInt64(entries), ZipEnd.entries)
    set(UInt64(directorySize), ZipEnd.directorySize)
    set(UInt64(directoryOffset), ZipEnd.directoryOffset)
    end[ZipEnd.commentLength] = UInt64(comment.count)
    return (isLong ? zip64 : []) + end.bytes + comment
  }

  private var zip64: [UInt8] {
    var end = ZipRecord(Zip64End.signature, size: Zip64End.size)
    end[Zip64End.recordSize] = UInt64(Zip64End.size - Zip64End.recordSize.range.upperBound)
    end[Zip64End.madeBy] = ZipFormat.unix << 8 | ZipFormat.version
    end[Zip64End.needed] = ZipFormat.zip64Version
    end[Zip64End.entriesOnDisk] = UInt64(entries)
    end[Zip64End.entries] = UInt64(entries)
    end[Zip64End.directorySize] = UInt64(directorySize)
    end[Zip64End.directoryOffset] = UInt64(directoryOffset)
    var locator = ZipRecord(Zip64Locator.signature, size: Zip64Locator.size)
    locator[Zip64Locator.endOffset] = UInt64(directoryOffset + directorySize)
    locator[Zip64Locator.disks] = 1
    return end.bytes + locator.bytes
  }
}
