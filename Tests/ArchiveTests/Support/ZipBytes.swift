// Zips made byte by byte, also such as no sane writer makes.

@testable import Archive
@testable import Basics
@testable import TestSupport

/// An entry of a zip; what is set beside its contents stands in its headers, right or wrong.
struct ZipPart {
  var name: [UInt8]
  /// What stands in the archive.
  var stored: [UInt8]
  var plainSize: UInt32
  var packedSize: UInt32
  var crc: UInt32
  var method: UInt16 = 0
  var flags: UInt16 = 0
  /// Time of MS-DOS: 2017-07-14T02:40:00.
  var (time, date): (UInt16, UInt16) = (0x1500, 0x4AEE)
  /// Unix, and a file of mode 0644.
  var madeBy: UInt16 = 3 << 8 | 20
  var attributes: UInt32 = 0o100644 << 16
  var extra: [UInt8] = []
  var comment: [UInt8] = []
  /// What of the local header is not as in the directory.
  var local: (inout ZipPart) -> Void = { _ in }
  /// The offset in the directory; nil for the true one.
  var offset: UInt32?
  /// Bytes behind the contents.
  var behind: [UInt8] = []
  /// Whether it stands in the directory alone.
  var isGhost = false

  init(_ name: String, _ text: String = "", _ change: (inout ZipPart) -> Void = { _ in }) {
    let bytes = Array(text.utf8)
    self.name = Array(name.utf8)
    stored = bytes
    (plainSize, packedSize) = (UInt32(bytes.count), UInt32(bytes.count))
    crc = bytes.withUnsafeBytes { CRC32(of: $0).value }
    change(&self)
  }

  /// A part whose contents are deflated.
  static func deflated(_ name: String, _ text: String, _ change: (inout ZipPart) -> Void = { _ in }) throws -> ZipPart {
    var deflater = try Deflater(level: 6)
    let block = try Array(text.utf8).withUnsafeBytes { try deflater.deflateWhole($0) }
    return ZipPart(name, text) { part in
      part.method = 8
      part.stored = block.bytes
      part.packedSize = UInt32(block.bytes.count)
      change(&part)
    }
  }

  fileprivate var localHeader: [UInt8] {
    var part = self
    local(&part)
    return little(0x0403_4B50, 4) + little(20, 2) + part.common + part.name + part.extra
  }

  fileprivate func centralHeader(at offset: Int) -> [UInt8] {
    little(0x0201_4B50, 4) + little(Int(madeBy), 2) + little(20, 2) + common + little(comment.count, 2) + little(0, 4)
      + little(Int(attributes), 4) + little(self.offset.map { Int($0) } ?? offset, 4) + name + extra + comment
  }

  private var common: [UInt8] {
    little(Int(flags), 2) + little(Int(method), 2) + little(Int(time), 2) + little(Int(date), 2) + little(Int(crc), 4)
      + little(Int(packedSize), 4) + little(Int(plainSize), 4) + little(name.count, 2) + little(extra.count, 2)
  }
}

/// The bytes of a number, lowest first.
func little(_ number: Int, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
}

/// An extra field.
func extraField(_ identifier: Int, _ data: [UInt8]) -> [UInt8] {
  little(identifier, 2) + little(data.count, 2) + data
}

/// A zip, right or wrong.
struct ZipBytes {
  var parts: [ZipPart]
  var prefix: [UInt8] = []
  /// Bytes between the last entry and the directory.
  var gap: [UInt8] = []
  /// Bytes between the directory and its end record.
  var beforeEnd: [UInt8] = []
  var comment: [UInt8] = []
  var commentLength: Int?
  var behind: [UInt8] = []
  var count: Int?
  var (disk, directoryDisk) = (0, 0)
  /// Of the directory, added to the true ones.
  var (sizeShift, offsetShift) = (0, 0)

  init(_ parts: ZipPart..., change: (inout ZipBytes) -> Void = { _ in }) {
    self.parts = parts
    change(&self)
  }

  var bytes: [UInt8] {
    var bytes = prefix
    var directory: [UInt8] = []
    for part in parts {
      directory += part.centralHeader(at: bytes.count)
      if !part.isGhost { bytes += part.localHeader + part.stored + part.behind }
    }
    bytes += gap
    let count = count ?? parts.count
    let start = bytes.count
    bytes += directory + beforeEnd + little(0x0605_4B50, 4) + little(disk, 2) + little(directoryDisk, 2)
    bytes += little(count, 2) + little(count, 2) + little(directory.count + sizeShift, 4)
    return bytes + little(start + offsetShift, 4) + little(commentLength ?? comment.count, 2) + comment + behind
  }
}
