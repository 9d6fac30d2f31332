// The parts of a deb: the members of its ar archive, which are always the same three. deb(5).

import Basics
import Files

/// Finds the archive of the files in a deb.
enum DebReader {
  /// What a deb begins with.
  static let mark = ArHeader.magic + Array("debian-binary".utf8)

  /// A member of the archive.
  private struct Member {
    let name: [UInt8]
    let contents: FileExtent
    /// Where the next one begins.
    let end: Int64
  }

  /// Where the archive of the files is in the deb at `path`.
  static func files(in path: [UInt8]) throws(ArchiveError) -> FileExtent {
    let whole = FileExtent(of: .file(path: path), offset: 0, count: .max)
    let size = try ByteSource.opening(whole).available
    guard try bytes(of: path, 0, ArHeader.magic.count, "the start") == ArHeader.magic else {
      throw .package(.member(found: [], wanted: "debian-binary"))
    }
    let version = try member(of: path, at: Int64(ArHeader.magic.count), size)
    guard version.name == Array("debian-binary".utf8) else {
      throw .package(.member(found: version.name, wanted: "debian-binary"))
    }
    let text = try bytes(of: path, version.contents.offset, Int(min(version.contents.count, 64)), "debian-binary")
    if !text.starts(with: "2.".utf8) { throw .package(.debVersion(found: text)) }
    let control = try member(of: path, at: version.end, size)
    try check(control, isNamed: "control.tar")
    let data = try member(of: path, at: control.end, size)
    try check(data, isNamed: "data.tar")
    // Signatures may follow, whose names begin with "_".
    var end = data.end
    while end < size {
      let other = try member(of: path, at: end, size)
      if other.name.first != UInt8(ascii: "_") { throw .package(.member(found: other.name, wanted: "_... or none")) }
      end = other.end
    }
    return data.contents
  }

  private static func check(_ member: Member, isNamed name: String) throws(ArchiveError) {
    let wanted = Array(name.utf8)
    let rest = member.name.dropFirst(wanted.count)
    if member.name.starts(with: wanted) && (rest.isEmpty || rest.first == UInt8(ascii: ".")) { return }
    throw .package(.member(found: member.name, wanted: name))
  }

  private static func member(of path: [UInt8], at offset: Int64, _ size: Int64) throws(ArchiveError) -> Member {
    let header = try bytes(of: path, offset, ArHeader.size, "a header of ar")
    func field(_ range: Range<Int>) -> [UInt8] {
      Array(header[range].reversed().drop { $0 == UInt8(ascii: " ") }.reversed())
    }
    if Array(header[ArHeader.Field.end]) != ArHeader.end {
      throw .package(.arHeader(offset: offset, field: "end", found: Array(header[ArHeader.Field.end])))
    }
    let digits = field(ArHeader.Field.size)
    guard !digits.isEmpty, digits.allSatisfy(\.isDigit), let count = Int64(String(decoding: digits, as: UTF8.self))
    else {
      throw .package(.arHeader(offset: offset, field: "size", found: digits))
    }
    let start = offset + Int64(ArHeader.size)
    // A size has ten digits at most: no overflow.
    if start + count > size { throw .package(.cut(what: "a member of ar", offset: size)) }
    var name = field(ArHeader.Field.name)
    // GNU ar puts a slash behind each name.
    if name.last == UInt8(ascii: "/") { name.removeLast() }
    return Member(
      name: name, contents: FileExtent(of: .file(path: path), offset: start, count: count),
      end: start + count + (count & 1))
  }

  /// Exactly these bytes of the file.
  private static func bytes(
    of path: [UInt8], _ offset: Int64, _ count: Int, _ what: String
  ) throws(ArchiveError) -> [UInt8] {
    var source = try ByteSource.opening(FileExtent(of: .file(path: path), offset: offset, count: Int64(count)))
    return try source.bytes(count, of: what, at: offset)
  }
}
