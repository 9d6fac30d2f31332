// Header blocks as text: a line for each field that is not empty, so that a golden file reads well in a diff.

@testable import Archive

enum HeaderDump {
  private static let fields: [(String, Range<Int>)] = [
    ("name", TarField.name.range), ("mode", TarField.mode.range), ("uid", TarField.uid.range),
    ("gid", TarField.gid.range), ("size", TarField.size.range), ("mtime", TarField.mtime.range),
    ("checksum", TarField.checksum.range), ("typeflag", TarField.typeflag.range),
    ("linkname", TarField.linkname.range), ("magic", TarField.magic.range), ("uname", TarField.uname.range),
    ("gname", TarField.gname.range), ("devmajor", TarField.devmajor.range), ("devminor", TarField.devminor.range),
    ("prefix", TarField.prefix.range), ("rest", TarField.prefix.range.upperBound..<TarFormat.blockSize),
  ]

  /// What the block of an extended header does not show: GNU tar leaves its device numbers empty, we put zeros there
  /// as ustar has them, and the checksum follows.
  private static let hiddenOfExtended = ["checksum", "devmajor", "devminor"]

  /// The fields of each header block, and the records of extended headers. NULs at the end of a field are left out,
  /// which loses nothing: the field's width is known.
  static func text(_ bytes: [UInt8]) -> String {
    var lines: [String] = []
    var rest = bytes[...]
    while rest.count >= TarFormat.blockSize {
      let block = Array(rest.prefix(TarFormat.blockSize))
      rest = rest.dropFirst(TarFormat.blockSize)
      let isExtended = block[TarField.typeflag.offset] == TarTypeflag.extended
      lines += show(block, hiding: isExtended ? hiddenOfExtended : [])
      guard isExtended else { continue }
      let size = octal(block[TarField.size.range])
      lines += records(rest.prefix(size + TarFormat.padding(after: Int64(size))))
      rest = rest.dropFirst(size + TarFormat.padding(after: Int64(size)))
    }
    if !rest.isEmpty { lines.append("and \(rest.count) bytes") }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func show(_ block: [UInt8], hiding hidden: [String]) -> [String] {
    fields.compactMap { label, range in
      let value = trimmed(block[range])
      if value.isEmpty || hidden.contains(label) { return nil }
      return label + String(repeating: " ", count: 10 - label.count) + escaped(value)
    }
  }

  private static func records(_ contents: ArraySlice<UInt8>) -> [String] {
    trimmed(contents).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      "|" + escaped($0).replacing("%20", with: " ")
    }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    bytes[..<((bytes.lastIndex { $0 != 0 } ?? bytes.startIndex - 1) + 1)]
  }

  /// `%`, blanks and all that is not printable ASCII as `%XX`.
  private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
    let shown = bytes.flatMap { byte in
      (0x21..<0x7F).contains(byte) && byte != UInt8(ascii: "%") ? [byte] : Array("%\(hexadecimal(byte))".utf8)
    }
    return String(decoding: shown, as: UTF8.self)
  }

  private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int {
    Int(String(decoding: field.prefix { $0 != 0 }, as: UTF8.self), radix: 8) ?? 0
  }
}
