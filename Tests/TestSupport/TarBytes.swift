// Tar and gzip archives made byte by byte, also such as no sane writer makes.

@testable import Archive

/// A piece of an archive; pieces are joined with `+`.
typealias TarBytes = [UInt8]

enum Tar {
  static let zeroBlock = TarBytes(repeating: 0, count: 512)
  static let end = zeroBlock + zeroBlock

  /// A field that is overwritten, before the checksum is made.
  struct Edit: Sendable {
    let field: TarField
    let bytes: [UInt8]
    init(_ field: TarField, _ text: String) { (self.field, bytes) = (field, Array(text.utf8)) }
    init(_ field: TarField, _ bytes: [UInt8]) { (self.field, self.bytes) = (field, bytes) }
  }

  /// A header block of a plain file, mode 0644, owner 0:0, time 0, with `edits`.
  static func header(_ name: String, type: Character = "0", size: Int = 0, _ edits: Edit...) -> TarBytes {
    header(name, type: type, size: size, edits)
  }

  static func header(_ name: String, type: Character = "0", size: Int = 0, _ edits: [Edit]) -> TarBytes {
    var block = zeroBlock
    func set(_ field: TarField, _ bytes: [UInt8]) {
      let used = bytes.prefix(field.width)
      block.replaceSubrange(field.range.prefix(used.count), with: used)
    }
    set(.name, Array(name.utf8))
    set(.mode, Array("0000644".utf8))
    set(.uid, Array("0000000".utf8))
    set(.gid, Array("0000000".utf8))
    set(.size, octal(size, digits: 11))
    set(.mtime, octal(0, digits: 11))
    set(.typeflag, [type.asciiValue ?? 0])
    set(.magic, TarFormat.ustarMagic)
    for edit in edits {
      set(edit.field, edit.bytes + [UInt8](repeating: 0, count: max(0, edit.field.width - edit.bytes.count)))
    }
    set(.checksum, [UInt8](repeating: UInt8(ascii: " "), count: 8))
    let sum = block.reduce(0) { $0 + Int($1) }
    set(.checksum, octal(sum, digits: 6) + [0])
    return block
  }

  /// `contents` with the zeros up to the next block.
  static func padded(_ contents: [UInt8]) -> TarBytes {
    contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
  }

  /// A header and its contents.
  static func entry(_ name: String, type: Character = "0", _ contents: [UInt8] = [], _ edits: Edit...) -> TarBytes {
    header(name, type: type, size: contents.count, edits) + padded(contents)
  }

  /// An extended header with `records` in the order given.
  static func pax(_ records: (String, String)..., type: Character = "x") -> TarBytes {
    entry("pax", type: type, records.flatMap { record($0.0, $0.1) })
  }

  /// An extended header with these bytes for records.
  static func pax(raw: String) -> TarBytes { entry("pax", type: "x", Array(raw.utf8)) }

  /// "LENGTH KEYWORD=VALUE\n".
  static func record(_ keyword: String, _ value: String) -> [UInt8] {
    let body = Array(" \(keyword)=\(value)\n".utf8)
    var length = body.count + 1
    while "\(length)".utf8.count + body.count != length { length += 1 }
    return Array("\(length)".utf8) + body
  }

  static func octal(_ number: Int, digits: Int) -> [UInt8] {
    let text = String(number, radix: 8)
    return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8)
  }

  /// A number in base-256: the top bit, then two's complement.
  static func base256(_ number: Int64, width: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: number < 0 ? 0xFF : 0, count: width)
    for index in 0..<min(8, width) {
      bytes[width - 1 - index] = UInt8(truncatingIfNeeded: number >> (8 * Int64(index)))
    }
    bytes[0] |= 0x80
    return bytes
  }
}

enum Gzip {
  /// A member that stores `contents`, 65535 bytes at most, without compressing them.
  static func stored(_ contents: [UInt8]) -> [UInt8] {
    let length = UInt16(contents.count)
    let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let block: [UInt8] = [1] + little(UInt32(length), 2) + little(UInt32(~length), 2)
    return head + block + contents + little(crc32(contents), 4) + little(UInt32(length), 4)
  }

  private static func little(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }

  /// RFC 1952, section 8, without its table.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }
}
