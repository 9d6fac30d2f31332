// The form of an object's file: a header that says which object it is, the payload, and a trailer that says whether
// all of it is there. Nothing in it is believed before it is checked.

internal import Archive

/// What an object is.
enum ObjectKind: UInt16, CaseIterable {
  /// The deflated form of a content, of any size.
  case content = 1
  /// The deflated form of one block.
  case block = 2
  /// A small document of the program's own.
  case record = 3
}

/// The first bytes of an object: magic (14 bytes), kind (2), key (32).
enum ObjectHeader {
  static let magic = Array("kpack-cache 1\n".utf8)
  static let size = 48

  static func bytes(_ key: CacheKey, _ kind: ObjectKind) -> [UInt8] {
    var bytes = magic
    bytes.append(littleEndian: kind.rawValue)
    return bytes + key.digest.bytes
  }
}

/// The last bytes of an object: size (8 bytes) and CRC-32 (4) of the payload, size (8) and CRC-32 (4) of what the
/// payload stands for, CRC-32 of these (4).
struct ObjectTrailer: Equatable {
  static let size = 28
  private static let checkedSize = 24

  /// Checksum and length of the payload.
  let payload: CRC32
  /// Checksum and length of what was deflated; those of the payload where it is not deflated.
  let raw: CRC32

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for crc in [payload, raw] {
      bytes.append(littleEndian: crc.count)
      bytes.append(littleEndian: crc.value)
    }
    bytes.append(littleEndian: bytes.withUnsafeBytes { CRC32(of: $0) }.value)
    return bytes
  }
}

extension ObjectTrailer {
  /// Reads a trailer; nil when it is damaged.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let span = bytes.span.bytes
    payload = CRC32(kept: span.number(at: 8, as: UInt32.self), count: span.number(at: 0, as: Int64.self))
    raw = CRC32(kept: span.number(at: 20, as: UInt32.self), count: span.number(at: 12, as: Int64.self))
    let checked = bytes.withUnsafeBytes { CRC32(of: UnsafeRawBufferPointer(rebasing: $0[..<Self.checkedSize])) }
    guard checked.value == span.number(at: Self.checkedSize, as: UInt32.self), raw.count >= 0 else { return nil }
  }
}
