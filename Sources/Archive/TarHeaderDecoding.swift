// Decoding of the 512-byte header block: checksum, numbers in octal or base-256, and texts.
// POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" (base-256, type flags).

/// A header block whose checksum is right.
struct TarHeaderBlock {
  /// Where the block stands; its name is that of the block's own field.
  let place: TarPlace
  private let bytes: [UInt8]

  /// Takes a whole block; `.checksum` or `.number` when it is no header.
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
  }

  var typeflag: UInt8 { bytes[TarField.typeflag.offset] }

  /// The name with the prefix that only ustar has; GNU's format keeps other things there.
  var name: [UInt8] {
    let prefix = Self.text(bytes[TarField.prefix.range])
    return isUstar && !prefix.isEmpty ? prefix + [UInt8(ascii: "/")] + place.name : place.name
  }

  var linkname: [UInt8] { Self.text(bytes[TarField.linkname.range]) }
  var uname: [UInt8] { hasOwnerNames ? Self.text(bytes[TarField.uname.range]) : [] }
  var gname: [UInt8] { hasOwnerNames ? Self.text(bytes[TarField.gname.range]) : [] }

  /// The size field, 0 or more.
  func size() throws(ArchiveError) -> Int64 {
    let size = try number(.size, "size")
    if size < 0 { throw place.error(.negativeSize(size)) }
    return size
  }

  /// The number in `field`, named `label` in the error. A field of NULs and spaces is 0.
  func number(_ field: TarField, _ label: String) throws(ArchiveError) -> Int64 {
    guard let number = Self.number(bytes[field.range]) else {
      throw place.error(.number(field: label, found: Array(bytes[field.range])))
    }
    return number
  }

  /// GNU's old sparse format: the size with holes, the pairs of the block, and whether a block of more follows.
  func oldSparseMap() throws(ArchiveError) -> (size: Int64, map: OldSparseBlock) {
    guard let size = Self.number(bytes[TarField.gnuSparseRealSize.range]), size >= 0,
      let numbers = OldSparseBlock.numbers(bytes[TarField.gnuSparseMap.range])
    else { throw place.error(.sparse(.malformedMap)) }
    return (size, OldSparseBlock(numbers: numbers, isExtended: bytes[TarField.gnuSparseIsExtended.offset] != 0))
  }

  /// Any version: some writers leave the two digits after the magic of ustar empty.
  private var isUstar: Bool { bytes[TarField.magic.range].starts(with: TarFormat.ustarMagic.prefix(6)) }
  private var hasOwnerNames: Bool { isUstar || bytes[TarField.magic.range].elementsEqual(TarFormat.gnuMagic) }
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

  /// Octal, or base-256 when the top bit is set: two's complement of the other bits, most significant first.
  static func number(_ field: ArraySlice<UInt8>) -> Int64? {
    guard let first = field.first, first & 0x80 != 0 else { return octal(field) }
    let isNegative = first & 0x40 != 0
    var value = isNegative ? Int64(first | 0x80) - 256 : Int64(first & 0x7F)
    for byte in field.dropFirst() {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
      if overflow { return nil }
      value = shifted | Int64(byte)
    }
    return value
  }

  /// Spaces, octal digits, then a NUL and anything, or only spaces; nil for all else, which readers take differently.
  private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
    let space = UInt8(ascii: " ")
    let digits = field.prefix { $0 != 0 }.drop { $0 == space }.reversed().drop { $0 == space }.reversed()
    if digits.isEmpty { return field.allSatisfy { $0 == 0 || $0 == space } ? 0 : nil }
    var value: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
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
