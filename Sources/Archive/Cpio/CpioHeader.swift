// The header of an entry of a cpio archive in the format "newc": hexadecimal text, and everything on a boundary of four
// bytes. cpio(5), "New ASCII Format".

/// The header of a cpio entry, and the numbers of its format.
package enum CpioHeader {
  /// The magic of the format.
  package static let magic = Array("070701".utf8)
  /// Bytes before the name.
  package static let size = 110
  /// The name of the last entry, which is none.
  package static let trailerName = Array("TRAILER!!!".utf8)

  /// The numbers of a header, in their order.
  package enum Field: Int, CaseIterable {
    case inode, mode, uid, gid, links, mtime, size, deviceMajor, deviceMinor, rawMajor, rawMinor, nameSize, checksum

    /// Where its eight digits are in a header.
    package var range: Range<Int> { (6 + rawValue * 8)..<(14 + rawValue * 8) }
  }

  /// The zero bytes from `count` up to the next boundary.
  package static func padding(after count: Int64) -> Int { Int(-count & 3) }

  /// The header of `entry` with its name and the zeros behind it. The inode tells entries apart; `mode` has the bits of
  /// the type. Numbers must fit 32 bits: where packages are planned, that is checked.
  package static func encode(_ entry: TarEntry, inode: Int, size: Int64) -> [UInt8] {
    let name = bareName(of: entry)
    return encode(
      [
        .inode: Int64(inode), .mode: Int64(modeWithType(of: entry)), .uid: entry.uid, .gid: entry.gid, .links: 1,
        .mtime: entry.mtime, .size: size,
      ], name: name)
  }

  /// The trailer that ends an archive.
  package static let trailer = encode([.links: 1], name: trailerName)

  private static func encode(_ numbers: [Field: Int64], name: [UInt8]) -> [UInt8] {
    var bytes = magic
    for field in Field.allCases {
      let number = field == .nameSize ? Int64(name.count + 1) : numbers[field] ?? 0
      let digits = Array(String(UInt32(truncatingIfNeeded: number), radix: 16).utf8)
      bytes += [UInt8](repeating: UInt8(ascii: "0"), count: 8 - digits.count) + digits
    }
    bytes += name + [0]
    return bytes + [UInt8](repeating: 0, count: padding(after: Int64(bytes.count)))
  }

  /// The stored name without the slash of a folder.
  package static func bareName(of entry: TarEntry) -> [UInt8] {
    entry.kind == .directory && entry.name.last == UInt8(ascii: "/") ? entry.name.dropLast() : entry.name
  }

  /// The permission bits with those of the type (stat(2), S_IFMT).
  package static func modeWithType(of entry: TarEntry) -> UInt16 {
    let type: UInt16 =
      switch entry.kind {
      case .file, .hardlink: 0o100000
      case .directory: 0o040000
      case .symlink: 0o120000
      case .char: 0o020000
      case .block: 0o060000
      case .fifo: 0o010000
      }
    return type | entry.mode & 0o7777
  }
}
