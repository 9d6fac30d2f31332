// Decoding of the 512-byte header block: checksum, numbers in octal or base-256, and texts.
// POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" (base-256, type flags).

import Basics

/// A header block whose checksum is right and whose numbers are numbers.
struct TarHeaderBlock {
  /// Where the block stands; its name is that of the block's own field.
  let place: TarPlace
  let mode: Int64
  let uid: Int64
  let gid: Int64
  /// 0 or more.
  let size: Int64
  let mtime: Int64
  private let bytes: [UInt8]

  /// Takes a whole block; `.checksum`, `.number` or `.negativeSize` when it is no header.
  ///
  /// All numbers of each block are read, also where nothing asks for them: at one that is none Go stops, and Python
  /// ends the archive in silence.
  init(_ bytes: [UInt8], at offset: Int64) throws(ArchiveError) {
    self.bytes = bytes
    let place = TarPlace(offset: offset)
    let stated = Self.octal(bytes[TarField.checksum.range])
    let sums = Self.checksums(bytes)
    if stated != sums.unsigned && stated != sums.signed {
      guard let stated else {
        throw place.error(.number(field: "checksum", found: Array(bytes[TarField.checksum.range])))
      }
      throw place.error(.checksum(found: stated, computed: sums.unsigned))
    }
    self.place = TarPlace(offset: offset, name: Self.text(bytes[TarField.name.range]))
    let named = self.place
    func read(
      _ field: TarField, _ label: String, as read: (ArraySlice<UInt8>) -> Int64? = Self.number
    ) throws(ArchiveError) -> Int64 {
      let found = bytes[field.range]
      if let number = read(found) { return number }
      throw named.error(.number(field: label, found: Array(found)))
    }
    size = try read(.size, "size", as: Self.size)
    mode = try read(.mode, "mode")
    mtime = try read(.mtime, "mtime")
    uid = try read(.uid, "uid")
    gid = try read(.gid, "gid")
    _ = try read(.devmajor, "devmajor")
    _ = try read(.devminor, "devminor")
    if size < 0 { throw named.error(.negativeSize(size)) }
  }

  var typeflag: UInt8 { bytes[TarField.typeflag.offset] }

  /// The name with its prefix; `.prefix` where readers differ on whether there is one.
  ///
  /// Only ustar has a prefix, but Python takes what any other header has there for one, unless it is that of a sparse
  /// file; Go takes it so in a header of GNU tar that has no times there, and alone knows that star's is shorter.
  func name() throws(ArchiveError) -> [UInt8] {
    let prefix = Self.text(bytes[TarField.prefix.range])
    if prefix.isEmpty { return place.name }
    if typeflag == TarTypeflag.gnuSparse && TarField.gnuTimes.allSatisfy({ Self.number(bytes[$0.range]) != nil }) {
      return place.name
    }
    let isOfStar = bytes[TarField.starMagic.range].elementsEqual(TarFormat.starMagic)
    let width = isOfStar ? TarFormat.starPrefixWidth : TarField.prefix.width
    guard isUstar, prefix.count <= width else { throw place.error(.prefix(found: prefix)) }
    return prefix + [UInt8(ascii: "/")] + place.name
  }

  var linkname: [UInt8] { Self.text(bytes[TarField.linkname.range]) }
  var uname: [UInt8] { hasOwnerNames ? Self.text(bytes[TarField.uname.range]) : [] }
  var gname: [UInt8] { hasOwnerNames ? Self.text(bytes[TarField.gname.range]) : [] }

  /// GNU's old sparse format: the size with holes, and the pairs of the block.
  func oldSparseMap() throws(ArchiveError) -> (size: Int64, map: OldSparseBlock) {
    let isExtended = bytes[TarField.gnuSparseIsExtended.offset] != 0
    guard let size = Self.size(bytes[TarField.gnuSparseRealSize.range]), size >= 0,
      let map = OldSparseBlock(pairs: bytes[TarField.gnuSparseMap.range], isExtended: isExtended)
    else { throw place.error(.sparse(.malformedMap)) }
    return (size, map)
  }

  /// Any version: some writers leave the two digits after the magic of ustar empty.
  var isUstar: Bool { bytes[TarField.magic.range].starts(with: TarFormat.ustarMagic.prefix(6)) }
  var isGNU: Bool { bytes[TarField.magic.range].elementsEqual(TarFormat.gnuMagic) }
  /// Whether libarchive takes the header for one of ustar, but not for a sound one.
  var isNearlyUstar: Bool {
    let magic = bytes[TarField.magic.range]
    return magic.starts(with: TarFormat.ustarMagic.prefix(5)) && !isGNU && !magic.elementsEqual(TarFormat.ustarMagic)
  }
  private var hasOwnerNames: Bool { isUstar || isGNU }

  /// Whether the block has the sparse map that only `gnuSparse` of GNU's own format has.
  var hasOldSparseMap: Bool {
    let fields: [TarField] = [.gnuSparseMap, .gnuSparseIsExtended, .gnuSparseRealSize]
    return isGNU && fields.contains { bytes[$0.offset] != 0 }
  }
}

extension TarHeaderBlock {
  /// Whether the first block of a file is a header, be it a damaged one.
  static func isLikely(_ block: [UInt8]) -> Bool {
    guard block.count == TarFormat.blockSize else { return false }
    if block[TarField.magic.range].starts(with: TarFormat.ustarMagic.prefix(5)) { return true }
    let sums = checksums(block)
    let stated = octal(block[TarField.checksum.range])
    return stated == sums.unsigned || stated == sums.signed
  }

  /// What stands before the first NUL.
  static func text(_ field: some Collection<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

  /// Octal, or base-256 behind a byte that is 0x80, or 0xFF before a negative number: two's complement, most
  /// significant byte first. Other bytes with the top bit are read by some as part of the number, by others not.
  static func number(_ field: ArraySlice<UInt8>) -> Int64? {
    guard let first = field.first, first & 0x80 != 0 else { return octal(field) }
    guard first == 0x80 || first == 0xFF else { return nil }
    var value: Int64 = first == 0xFF ? -1 : 0
    for byte in field.dropFirst() {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
      if overflow { return nil }
      value = shifted | Int64(byte)
    }
    return value
  }

  /// A number of bytes: no blanks alone, where GNU tar finds no number and others find 0.
  static func size(_ field: ArraySlice<UInt8>) -> Int64? {
    field.allSatisfy { $0 == UInt8(ascii: " ") } ? nil : number(field)
  }

  /// Spaces, octal digits, then a NUL and anything, or only spaces; nil for all else, which readers take differently.
  private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
    let space = UInt8(ascii: " ")
    let digits = field.prefix { $0 != 0 }.drop { $0 == space }.reversed().drop { $0 == space }.reversed()
    if digits.isEmpty { return field.allSatisfy { $0 == 0 || $0 == space } ? 0 : nil }
    var value: Int64 = 0
    for digit in digits {
      guard digit.isOctalDigit else { return nil }
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 8)
      if overflow { return nil }
      value = shifted | Int64(digit - UInt8(ascii: "0"))
    }
    return value
  }

  /// The sum of all bytes with the checksum field as spaces. Old writers summed signed bytes; both are taken.
  private static func checksums(_ bytes: [UInt8]) -> (unsigned: Int64, signed: Int64) {
    let spaces = Int64(TarField.checksum.width) * Int64(UInt8(ascii: " "))
    var sums = (unsigned: spaces, signed: spaces)
    for (index, byte) in bytes.enumerated() where !TarField.checksum.range.contains(index) {
      sums.unsigned += Int64(byte)
      sums.signed += Int64(Int8(bitPattern: byte))
    }
    return sums
  }
}
