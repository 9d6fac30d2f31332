// What a header of a zip says of an entry, read from either of its two headers.

import Basics

/// A header that was read.
struct ZipEntryHeader {
  /// Where the record stands, for errors.
  let place: Int64
  let name: [UInt8]
  /// Bytes of the record with all that belongs to it.
  let length: Int64
  let flags: UInt16
  let method: UInt16
  let time: DOSTime
  let crc: UInt32
  private(set) var packedSize: UInt64
  private(set) var plainSize: UInt64
  /// Bytes from the start of the archive to the local header; 0 in a local header.
  private(set) var offset: UInt64 = 0
  private(set) var extra = ZipExtraFacts()
  private var attributes: UInt64 = 0
  private var host: UInt64 = 0

  /// Sizes and checksum follow the contents (4.4.4, bit 3).
  var hasDescriptor: Bool { flags & 1 << 3 != 0 }
  var isUTF8: Bool { UInt64(flags) & ZipFormat.utf8Flag != 0 }
  /// The flags by which readers take a header in another way: encryption (0, 6, 13), descriptor, patches (5), UTF-8.
  static let meaningfulFlags: UInt16 = 1 << 0 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 11 | 1 << 13
  static let (encryptionFlags, patchFlag): (UInt16, UInt16) = (1 << 0 | 1 << 6 | 1 << 13, 1 << 5)

  func error(_ fault: ZipError.Fault) -> ArchiveError { .zip(ZipError(offset: place, name: name, fault: fault)) }
}

extension ZipEntryHeader {
  /// The header of the central directory at `place`.
  init(centralAt place: Int64, in input: inout ZipInput) throws(ArchiveError) {
    let missing = ArchiveError.zip(ZipError(offset: place, fault: .noRecord("a header of the directory")))
    typealias Field = ZipCentralHeader
    guard let record = try input.record(Field.signature, size: Field.size, at: place) else { throw missing }
    let lengths = [record[Field.nameLength], record[Field.extraLength], record[Field.commentLength]].map { Int($0) }
    let rest = place + Int64(Field.size)
    guard let name = try input.bytes(at: rest, count: lengths[0]),
      let extra = try input.bytes(at: rest + Int64(lengths[0]), count: lengths[1])
    else { throw missing }
    self.init(
      place: place, name: name, length: Int64(Field.size + lengths[0] + lengths[1] + lengths[2]),
      flags: UInt16(truncatingIfNeeded: record[Field.flags]), method: UInt16(truncatingIfNeeded: record[Field.method]),
      time: DOSTime(
        date: UInt16(truncatingIfNeeded: record[Field.date]), time: UInt16(truncatingIfNeeded: record[Field.time])),
      crc: UInt32(truncatingIfNeeded: record[Field.crc]), packedSize: record[Field.packedSize],
      plainSize: record[Field.plainSize])
    offset = record[Field.offset]
    attributes = record[Field.externalAttributes]
    host = record[Field.madeBy] >> 8
    guard record[Field.disk] == 0 else { throw error(.volume) }
    self.extra = try ZipExtraFacts(extra, of: self)
    var numbers = self.extra.zip64[...]
    try take(&plainSize, Field.plainSize, "size", &numbers)
    try take(&packedSize, Field.packedSize, "packed size", &numbers)
    try take(&offset, Field.offset, "offset", &numbers)
  }

  /// The local header at `place`.
  init(localAt place: Int64, in input: inout ZipInput) throws(ArchiveError) {
    let missing = ArchiveError.zip(ZipError(offset: place, fault: .noRecord("the header of an entry")))
    typealias Field = ZipLocalHeader
    guard let record = try input.record(Field.signature, size: Field.size, at: place) else { throw missing }
    let lengths = [record[Field.nameLength], record[Field.extraLength]].map { Int($0) }
    let rest = place + Int64(Field.size)
    guard let name = try input.bytes(at: rest, count: lengths[0]),
      let extra = try input.bytes(at: rest + Int64(lengths[0]), count: lengths[1])
    else { throw missing }
    self.init(
      place: place, name: name, length: Int64(Field.size + lengths[0] + lengths[1]),
      flags: UInt16(truncatingIfNeeded: record[Field.flags]), method: UInt16(truncatingIfNeeded: record[Field.method]),
      time: DOSTime(
        date: UInt16(truncatingIfNeeded: record[Field.date]), time: UInt16(truncatingIfNeeded: record[Field.time])),
      crc: UInt32(truncatingIfNeeded: record[Field.crc]), packedSize: record[Field.packedSize],
      plainSize: record[Field.plainSize])
    self.extra = try ZipExtraFacts(extra, of: self)
    var numbers = self.extra.zip64[...]
    try take(&plainSize, Field.plainSize, "size", &numbers)
    try take(&packedSize, Field.packedSize, "packed size", &numbers)
  }

  private init(
    place: Int64, name: [UInt8], length: Int64, flags: UInt16, method: UInt16, time: DOSTime, crc: UInt32,
    packedSize: UInt64, plainSize: UInt64
  ) {
    (self.place, self.name, self.length) = (place, name, length)
    (self.flags, self.method, self.time, self.crc) = (flags, method, time, crc)
    (self.packedSize, self.plainSize) = (packedSize, plainSize)
  }

  /// Replaces a number that stands in the extra field of zip64 (4.5.3); these stand there in a fixed order.
  private func take(
    _ number: inout UInt64, _ field: ZipField, _ name: String, _ numbers: inout ArraySlice<UInt64>
  ) throws(ArchiveError) {
    guard number == field.largest else { return }
    guard let long = numbers.popFirst() else { throw error(.noZip64(field: name)) }
    number = long
  }
}

// What kind of entry it is
extension ZipEntryHeader {
  private var hasModes: Bool { host == ZipFormat.unix || host == ZipFormat.darwin }

  private var endsInSlash: Bool { name.last == UInt8(ascii: "/") }

  /// What the entry is. Throws where readers differ on whether it is a directory.
  func kind() throws(ArchiveError) -> TarEntryKind {
    let kind: TarEntryKind? =
      switch hasModes ? attributes >> 16 & ZipFormat.typeMask : 0 {
      case ZipFormat.fileType: .file
      case ZipFormat.folderType: .directory
      case ZipFormat.linkType: .symlink
      case ZipFormat.charType: .char
      case ZipFormat.blockType: .block
      case ZipFormat.fifoType: .fifo
      default: nil
      }
    let isFolder = attributes & ZipFormat.folderAttribute != 0
    if endsInSlash {
      if let kind, kind != .directory { throw error(.namedAsDirectory(kind)) }
      return .directory
    }
    if kind == .directory || kind == nil && isFolder { throw error(.directoryWithoutSlash) }
    return kind ?? .file
  }

  /// The permission bits; the usual ones where the archive tells none.
  var mode: UInt16 {
    let bits = UInt16(truncatingIfNeeded: attributes >> 16) & 0o7777
    if hasModes && attributes >> 16 != 0 { return bits }
    if endsInSlash { return 0o755 }
    return attributes & ZipFormat.readOnlyAttribute != 0 ? 0o444 : 0o644
  }

  /// The time of the last change: that of Unix where it is told, else that of MS-DOS, taken for UTC.
  var mtime: Int64 { extra.mtime ?? time.epoch }

  /// Throws where the local header says something else of the entry than this one, of the directory.
  func check(_ local: ZipEntryHeader) throws(ArchiveError) {
    func same<Value: Equatable>(_ field: String, _ mine: Value?, _ its: Value?, _ text: (Value) -> String)
      throws(ArchiveError)
    {
      guard let mine, let its, mine != its else { return }
      throw local.error(.conflict(field: field, directory: text(mine), local: text(its)))
    }
    try same("name", name, local.name) { escapedName($0) }
    let flags = (flags & Self.meaningfulFlags, local.flags & Self.meaningfulFlags)
    try same("flags", flags.0, flags.1) { "0x\(String($0, radix: 16))" }
    try same("method", method, local.method) { "\($0)" }
    try same("time", time, local.time) { "\(UTCTime(epoch: $0.epoch))" }
    try same("extended time", extra.mtime, local.extra.mtime) { "\($0)" }
    try same("owner", extra.owner?.uid, local.extra.owner?.uid) { "\($0)" }
    try same("group", extra.owner?.gid, local.extra.owner?.gid) { "\($0)" }
    // Where they follow the contents, there may be zeros in their place.
    func told<Number: FixedWidthInteger>(_ number: Number) -> Number? { hasDescriptor && number == 0 ? nil : number }
    try same("checksum", crc, told(local.crc)) { String($0, radix: 16) }
    try same("size", plainSize, told(local.plainSize)) { "\($0)" }
    try same("packed size", packedSize, told(local.packedSize)) { "\($0)" }
  }
}

/// What the extra fields of a header say.
struct ZipExtraFacts {
  /// The numbers of zip64, in their order.
  private(set) var zip64: [UInt64] = []
  private(set) var mtime: Int64?
  private(set) var owner: (uid: Int64, gid: Int64)?

  init() {}

  /// Reads the extra fields of `header`. Throws where one is not whole, or gives the entry another name.
  init(_ bytes: [UInt8], of header: ZipEntryHeader) throws(ArchiveError) {
    var rest = bytes[...]
    while rest.count >= 4 {
      let identifier = Self.number(rest.prefix(2))
      let length = Int(Self.number(rest.dropFirst(2).prefix(2)))
      let data = rest.dropFirst(4).prefix(length)
      guard data.count == length, read(identifier, data) else {
        throw header.error(.extra(identifier: UInt16(truncatingIfNeeded: identifier)))
      }
      if identifier == ZipExtra.name, data.dropFirst(5) != header.name[...] {
        throw header.error(.secondName(Array(data.dropFirst(5))))
      }
      rest = rest.dropFirst(4 + length)
    }
    // A few zeros are there to align what follows.
    guard rest.allSatisfy({ $0 == 0 }) else { throw header.error(.extra(identifier: 0)) }
  }

  /// Takes in one field; false where it is too short for what it says.
  private mutating func read(_ identifier: UInt64, _ data: ArraySlice<UInt8>) -> Bool {
    switch identifier {
    case ZipExtra.zip64:
      zip64 = stride(from: 0, to: data.count - 7, by: 8).map { Self.number(data.dropFirst($0).prefix(8)) }
    case ZipExtra.timestamp:
      guard let flags = data.first else { return false }
      guard flags & ZipExtra.hasModificationTime != 0 else { return true }
      guard data.count >= 5 else { return false }
      mtime = Int64(Int32(truncatingIfNeeded: Self.number(data.dropFirst().prefix(4))))
    case ZipExtra.ntfs:
      // Four bytes of nothing, then attributes: 1 is modification, access and creation, in 100 ns since 1601.
      guard mtime == nil, data.count >= 16, Self.number(data.dropFirst(4).prefix(2)) == 1 else { return true }
      let ticks = Self.number(data.dropFirst(8).prefix(8))
      mtime = Int64(ticks / 10_000_000) - 11_644_473_600
    case ZipExtra.owner:
      guard data.first == ZipExtra.ownerVersion else { return true }
      var rest = data.dropFirst()
      var numbers: [Int64] = []
      for _ in 0..<2 {
        guard let width = rest.popFirst().map({ Int($0) }), width <= 8, rest.count >= width,
          let number = Int64(exactly: Self.number(rest.prefix(width)))
        else { return false }
        numbers.append(number)
        rest = rest.dropFirst(width)
      }
      owner = (numbers[0], numbers[1])
    case ZipExtra.name: return data.count >= 5
    default: break
    }
    return true
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
