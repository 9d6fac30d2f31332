// The records of a zip: where each field lies, how wide it is, and what the values mean. Every offset of the format
// stands here and nowhere else.
// PKWARE, APPNOTE.TXT 6.3.10 (sections are named below); Info-ZIP, proginfo/extrafld.txt.

/// A field of a record; its bytes are in little-endian order (4.4.1.1).
struct ZipField: Sendable {
  /// Bytes from the start of the record.
  let offset: Int
  /// Bytes in the field: 2, 4 or 8.
  let width: Int

  init(_ offset: Int, _ width: Int) { (self.offset, self.width) = (offset, width) }

  /// The bytes of the field in a record.
  var range: Range<Int> { offset..<(offset + width) }
  /// The largest number that it holds. Of a size, an offset and a count it says that the number stands elsewhere
  /// (4.4.1.4).
  var largest: UInt64 { .max >> UInt64(64 - 8 * width) }
}

/// Local file header (4.3.7).
enum ZipLocalHeader {
  static let signature: UInt32 = 0x0403_4B50
  static let size = 30
  static let needed = ZipField(4, 2)
  static let flags = ZipField(6, 2)
  static let method = ZipField(8, 2)
  static let time = ZipField(10, 2)
  static let date = ZipField(12, 2)
  static let crc = ZipField(14, 4)
  static let packedSize = ZipField(18, 4)
  static let plainSize = ZipField(22, 4)
  static let nameLength = ZipField(26, 2)
  static let extraLength = ZipField(28, 2)
}

/// File header of the central directory (4.3.12).
enum ZipCentralHeader {
  static let signature: UInt32 = 0x0201_4B50
  static let size = 46
  static let madeBy = ZipField(4, 2)
  static let needed = ZipField(6, 2)
  static let flags = ZipField(8, 2)
  static let method = ZipField(10, 2)
  static let time = ZipField(12, 2)
  static let date = ZipField(14, 2)
  static let crc = ZipField(16, 4)
  static let packedSize = ZipField(20, 4)
  static let plainSize = ZipField(24, 4)
  static let nameLength = ZipField(28, 2)
  static let extraLength = ZipField(30, 2)
  static let commentLength = ZipField(32, 2)
  static let disk = ZipField(34, 2)
  static let externalAttributes = ZipField(38, 4)
  static let offset = ZipField(42, 4)
}

/// End of central directory record (4.3.16).
enum ZipEnd {
  static let signature: UInt32 = 0x0605_4B50
  static let size = 22
  static let disk = ZipField(4, 2)
  static let directoryDisk = ZipField(6, 2)
  static let entriesOnDisk = ZipField(8, 2)
  static let entries = ZipField(10, 2)
  static let directorySize = ZipField(12, 4)
  static let directoryOffset = ZipField(16, 4)
  static let commentLength = ZipField(20, 2)
}

/// Zip64 end of central directory record (4.3.14), without the extensible data that nobody uses.
enum Zip64End {
  static let signature: UInt32 = 0x0606_4B50
  static let size = 56
  /// The bytes that follow this field.
  static let recordSize = ZipField(4, 8)
  static let madeBy = ZipField(12, 2)
  static let needed = ZipField(14, 2)
  static let disk = ZipField(16, 4)
  static let directoryDisk = ZipField(20, 4)
  static let entriesOnDisk = ZipField(24, 8)
  static let entries = ZipField(32, 8)
  static let directorySize = ZipField(40, 8)
  static let directoryOffset = ZipField(48, 8)
}

/// Zip64 end of central directory locator (4.3.15).
enum Zip64Locator {
  static let signature: UInt32 = 0x0706_4B50
  static let size = 20
  static let endDisk = ZipField(4, 4)
  static let endOffset = ZipField(8, 8)
  static let disks = ZipField(16, 4)
}

/// The way in which contents are compressed (4.4.5).
package enum ZipMethod: UInt16, Sendable {
  case stored = 0
  case deflated = 8
}

/// Numbers that a header has.
enum ZipFormat {
  /// The host system Unix in the upper byte of "version made by", so that modes count (4.4.2).
  static let unix: UInt64 = 3
  /// That of macOS, where they count too.
  static let darwin: UInt64 = 19
  /// What a zip begins with: a local header, or in an empty one the end record.
  static let marks: [[UInt8]] = [[0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06]]
  /// What a data descriptor may begin with (4.3.9.3).
  static let descriptorSignature: UInt32 = 0x0807_4B50
  /// The version of this specification that is written by: that of zip64 (4.4.3.2).
  static let version: UInt64 = 45
  /// Versions that a reader needs (4.4.3.2): for a stored file, for folders and deflate, for zip64.
  static let (plainVersion, usualVersion, zip64Version): (UInt64, UInt64, UInt64) = (10, 20, 45)
  /// Flag: the name and the comment are UTF-8 (4.4.4, bit 11).
  static let utf8Flag: UInt64 = 1 << 11
  /// The attribute of folders in MS-DOS, and that of files that their owner may not write (4.4.15, 4.4.2: 0).
  static let (folderAttribute, readOnlyAttribute): (UInt64, UInt64) = (0x10, 0x01)
  /// What Unix has in the upper half of the external attributes: the type of a file above its permission bits (stat(2)).
  static let (typeMask, fileType, folderType, linkType): (UInt64, UInt64, UInt64, UInt64) =
    (0o170000, 0o100000, 0o040000, 0o120000)
  static let (charType, blockType, fifoType): (UInt64, UInt64, UInt64) = (0o020000, 0o060000, 0o010000)
}

/// The identifiers of extra fields (4.5.2; extrafld.txt).
enum ZipExtra {
  /// Sizes and offset of 64 bits (4.5.3).
  static let zip64: UInt64 = 0x0001
  /// "UT": times of Unix.
  static let timestamp: UInt64 = 0x5455
  /// "ux": user and group of any width.
  static let owner: UInt64 = 0x7875
  /// Times of NTFS (4.5.5).
  static let ntfs: UInt64 = 0x000A
  /// "up": the name in UTF-8, behind a version (1 byte) and a checksum of the header's name (4) (4.6.9).
  static let name: UInt64 = 0x7075
  /// In a timestamp: the time of the last change is there.
  static let hasModificationTime: UInt8 = 1
  static let ownerVersion: UInt8 = 1
}
