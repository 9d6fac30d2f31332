// Reads a cpio archive of the form "newc", plain, gzip or zstd, entry by entry in memory that no claim of the archive can
// enlarge.

import Basics
import Files

/// The entries of a cpio archive, in order.
struct CpioReader: ~Copyable {
  private var input: TarInput
  private let limit: Int64
  /// Bytes of the current entry's contents that were not read yet, and what pads them.
  private var left: Int64 = 0
  private var padding: Int64 = 0
  private var current: [UInt8] = []
  private var isAtEnd = false

  /// The form with checksums, which nothing here checks, as rpm does not.
  private static let otherMagic = Array("070702".utf8)
  static let longestName: Int64 = 4096

  /// Opens the archive that stands in a part of a file. What unpacks to more than `limit` bytes is refused.
  init(extent: FileExtent, limit: Int64) throws(ArchiveError) {
    input = TarInput(try UnpackingReader(.opening(extent)), limit: limit)
    self.limit = limit
  }

  /// The next entry, or nil at the end; contents that were not read are passed over.
  mutating func next() throws(ArchiveError) -> TarEntry? {
    if isAtEnd { return nil }
    try skip(left, of: "the contents of \(escapedName(current))")
    try skip(padding, of: "the padding of \(escapedName(current))")
    (left, padding) = (0, 0)
    let offset = input.position
    let header = try bytes(CpioHeader.size, of: "a header of cpio", from: offset)
    guard header.starts(with: CpioHeader.magic) || header.starts(with: Self.otherMagic) else {
      throw .package(.cpioMagic(offset: offset, FileFormat(of: header)))
    }
    var numbers: [CpioHeader.Field: Int64] = [:]
    for field in CpioHeader.Field.allCases {
      let found = header[field.range]
      // A sign would be taken by the conversion.
      let isHex = found.allSatisfy { $0.isLetterOrDigit }
      guard isHex, let number = Int64(String(decoding: found, as: UTF8.self), radix: 16) else {
        throw .package(.cpioField(offset: offset, field: "\(field)", found: Array(found)))
      }
      numbers[field] = number
    }
    let nameSize = numbers[.nameSize] ?? 0
    guard (2...Self.longestName).contains(nameSize) else { throw .package(.cpioName(offset: offset)) }
    var name = try bytes(Int(nameSize), of: "a name of cpio", from: offset)
    guard name.last == 0, !name.dropLast().contains(0) else { throw .package(.cpioName(offset: offset)) }
    name.removeLast()
    try skip(Int64(CpioHeader.padding(after: Int64(CpioHeader.size) + nameSize)), of: "a name of cpio")
    if name == CpioHeader.trailerName {
      try readEnd()
      return nil
    }
    current = name
    left = numbers[.size] ?? 0
    padding = Int64(CpioHeader.padding(after: left))
    if left > limit { throw TarPlace(offset: offset, name: name).error(.overLimit(limit)) }
    return try entry(name, numbers)
  }

  private mutating func entry(
    _ name: [UInt8], _ numbers: [CpioHeader.Field: Int64]
  ) throws(ArchiveError) -> TarEntry {
    let mode = numbers[.mode] ?? 0
    guard let kind = CpioHeader.kind(ofMode: mode) else { throw .package(.cpioType(name: name, mode: mode)) }
    var entry = TarEntry(
      name: name, kind: kind, mode: UInt16(mode & 0o7777), mtime: numbers[.mtime] ?? 0, uid: numbers[.uid] ?? 0,
      gid: numbers[.gid] ?? 0)
    if kind == .directory && name.last != UInt8(ascii: "/") { entry.name.append(UInt8(ascii: "/")) }
    if kind == .file { entry.size = left }
    if kind == .symlink {
      guard (1...Self.longestName).contains(left) else { throw .package(.cpioLink(name: name, size: left)) }
      entry.linkname = try bytes(Int(left), of: "the target of \(escapedName(name))", from: input.position)
      left = 0
    }
    return entry
  }

  /// Gives `body` the contents of the entry that `next()` returned, chunk by chunk.
  mutating func readContents(_ body: (RawSpan) throws(ArchiveError) -> Void) throws(ArchiveError) {
    while left > 0 {
      let got = Int64(try input.chunk(atMost: left, body))
      if got == 0 { throw .package(.cut(what: "the contents of \(escapedName(current))", offset: input.position)) }
      left -= got
    }
  }

  /// Reads the zeros that may follow the trailer.
  private mutating func readEnd() throws(ArchiveError) {
    isAtEnd = true
    let start = input.position
    while true {
      var isZero = true
      let got = try input.chunk(atMost: .max) { span throws(ArchiveError) in
        isZero = span.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
      }
      if !isZero { throw .package(.cpioTrailing(offset: start)) }
      if got == 0 { return }
    }
  }

  private mutating func bytes(_ count: Int, of what: String, from offset: Int64) throws(ArchiveError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let got = try input.chunk(atMost: Int64(count - bytes.count)) { span throws(ArchiveError) in
        span.withUnsafeBytes { bytes += $0 }
      }
      if got > 0 { continue }
      // What is short and no cpio at all is told as that.
      if offset == 0 && !bytes.starts(with: CpioHeader.magic.prefix(bytes.count)) {
        throw .package(.cpioMagic(offset: 0, FileFormat(of: bytes)))
      }
      throw .package(.cut(what: what, offset: input.position))
    }
    return bytes
  }

  private mutating func skip(_ count: Int64, of what: String) throws(ArchiveError) {
    if try input.skip(count) < count { throw .package(.cut(what: what, offset: input.position)) }
  }
}

extension CpioHeader {
  /// The kind of an entry whose mode has the bits of its type; nil for one that no archive has.
  fileprivate static func kind(ofMode mode: Int64) -> TarEntryKind? {
    switch mode & 0o170000 {
    case 0o100000: .file
    case 0o040000: .directory
    case 0o120000: .symlink
    case 0o020000: .char
    case 0o060000: .block
    case 0o010000: .fifo
    default: nil
    }
  }
}
