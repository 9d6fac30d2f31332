// The tar header block: where each field lies, how wide it is, and what each type flag means. Every offset of the
// format stands here and nowhere else.
// POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".

/// A field of the 512-byte header block.
package struct TarField: Sendable {
  /// Bytes from the start of the block.
  package let offset: Int
  /// Bytes in the field.
  package let width: Int

  /// The bytes of the field in a block.
  package var range: Range<Int> { offset..<(offset + width) }

  package static let name = TarField(offset: 0, width: 100)
  package static let mode = TarField(offset: 100, width: 8)
  package static let uid = TarField(offset: 108, width: 8)
  package static let gid = TarField(offset: 116, width: 8)
  package static let size = TarField(offset: 124, width: 12)
  package static let mtime = TarField(offset: 136, width: 12)
  package static let checksum = TarField(offset: 148, width: 8)
  package static let typeflag = TarField(offset: 156, width: 1)
  package static let linkname = TarField(offset: 157, width: 100)
  package static let magic = TarField(offset: 257, width: 8)
  package static let uname = TarField(offset: 265, width: 32)
  package static let gname = TarField(offset: 297, width: 32)
  package static let devmajor = TarField(offset: 329, width: 8)
  package static let devminor = TarField(offset: 337, width: 8)
  /// ustar: what stands before the last "/" that splits a long name.
  package static let prefix = TarField(offset: 345, width: 155)
  /// star: "tar" and a NUL in a ustar header whose prefix is shorter, for times stand behind it.
  package static let starMagic = TarField(offset: 508, width: 4)
  /// GNU's own format, in the place of the prefix: times of access and change, octal where there are any.
  package static let gnuTimes = [TarField(offset: 345, width: 12), TarField(offset: 357, width: 12)]
  /// GNU old sparse format: four (offset, size) pairs of twelve octal digits each.
  package static let gnuSparseMap = TarField(offset: 386, width: 96)
  /// GNU old sparse format: not zero when a block of 21 more pairs follows.
  package static let gnuSparseIsExtended = TarField(offset: 482, width: 1)
  /// GNU old sparse format: the size of the file with its holes.
  package static let gnuSparseRealSize = TarField(offset: 483, width: 12)
}

/// Sizes and magic values of the format.
package enum TarFormat {
  /// Bytes of a header block; contents are padded to a multiple of it.
  package static let blockSize = 512
  /// Magic and version of ustar and pax archives.
  package static let ustarMagic: [UInt8] = Array("ustar\u{0}00".utf8)
  /// Magic and version of GNU tar's own format.
  package static let gnuMagic: [UInt8] = Array("ustar  \u{0}".utf8)
  /// Mark of star's own headers, and the bytes of their prefix (star(5), "XSTAR format").
  package static let starMagic: [UInt8] = Array("tar\u{0}".utf8)
  package static let starPrefixWidth = 131
  /// The largest number that `width` - 1 octal digits hold: 8 GiB - 1 for the twelve bytes of the size.
  package static func largestOctal(_ field: TarField) -> Int64 { (1 << (3 * Int64(field.width - 1))) - 1 }

  /// The bytes from `count` up to the next block boundary.
  package static func padding(after count: Int64) -> Int { Int(-count & Int64(blockSize - 1)) }
}

/// The type flag of a header block.
package enum TarTypeflag {
  package static let file = UInt8(ascii: "0")
  package static let oldFile: UInt8 = 0
  package static let hardlink = UInt8(ascii: "1")
  package static let symlink = UInt8(ascii: "2")
  package static let char = UInt8(ascii: "3")
  package static let block = UInt8(ascii: "4")
  package static let directory = UInt8(ascii: "5")
  package static let fifo = UInt8(ascii: "6")
  package static let contiguous = UInt8(ascii: "7")
  package static let extended = UInt8(ascii: "x")
  package static let global = UInt8(ascii: "g")
  package static let gnuLongName = UInt8(ascii: "L")
  package static let gnuLongLink = UInt8(ascii: "K")
  package static let gnuSparse = UInt8(ascii: "S")
}
