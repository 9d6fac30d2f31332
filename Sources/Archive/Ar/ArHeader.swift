// The header of a member of an ar archive, as Debian packages are. deb(5), "FORMAT"; ar(5).

/// The header of a member.
package enum ArHeader {
  /// What an archive begins with.
  package static let magic = Array("!<arch>\n".utf8)
  /// Bytes of a header.
  package static let size = 60
  /// The bytes that end a header.
  package static let end = Array("`\n".utf8)
  /// The most bytes of a member: ten decimal digits.
  package static let largest: Int64 = 9_999_999_999

  /// The fields of a header: where each begins, and its width.
  package enum Field {
    package static let name = 0..<16
    package static let mtime = 16..<28
    package static let owner = 28..<34
    package static let group = 34..<40
    package static let mode = 40..<48
    package static let size = 48..<58
    package static let end = 58..<60
  }

  /// The header of a member of root's with the mode 0644. The name has at most 16 bytes, the size at most `largest`.
  package static func encode(name: String, size: Int64, mtime: Int64) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(ascii: " "), count: Self.size)
    func set(_ field: Range<Int>, _ text: String) {
      for (offset, byte) in text.utf8.prefix(field.count).enumerated() { bytes[field.lowerBound + offset] = byte }
    }
    set(Field.name, name)
    set(Field.mtime, String(mtime))
    set(Field.owner, "0")
    set(Field.group, "0")
    set(Field.mode, "100644")
    set(Field.size, String(size))
    bytes.replaceSubrange(Field.end, with: end)
    return bytes
  }
}
