// The parts of an rpm: what its header says of its files, and where their archive is. rpm's docs/manual/format_v4.md.

import Basics
import Files

/// The files of an rpm, as far as a listing needs them.
struct RpmReader {
  /// What the header says of a file.
  struct File {
    let user: [UInt8]
    let group: [UInt8]
    /// The SHA-256; nil where it has another digest or none.
    let digest: Digest?
  }

  /// The archive of the files.
  let payload: FileExtent
  /// By the path from the root on.
  private(set) var files: [[UInt8]: File] = [:]

  /// The most entries and bytes of a header (rpm's lib/header_internal.h, HEADER_TAGS_MAX and HEADER_DATA_MAX).
  private static let mostEntries: Int64 = 0xFFFF
  private static let mostBytes: Int64 = 0x0FFF_FFFF

  /// Reads the headers of the rpm at `path`.
  init(_ path: [UInt8]) throws(ArchiveError) {
    let whole = FileExtent(of: .file(path: path), offset: 0, count: .max)
    var source = try ByteSource.opening(whole)
    let size = source.available
    let lead = try source.bytes(RpmLead.size, of: "the lead", at: 0)
    if !lead.starts(with: RpmLead.magic) { throw .package(.rpmMagic(what: "lead")) }
    var offset = Int64(RpmLead.size)
    let signatures = try Self.header(&source, "signature", at: offset, size)
    offset += signatures.count
    let padding = -offset & 7
    _ = try source.bytes(Int(padding), of: "the signature", at: offset)
    offset += padding
    let header = try Self.header(&source, "header", at: offset, size)
    offset += header.count
    payload = FileExtent(of: .file(path: path), offset: offset, count: size - offset)
    try addFiles(header.values)
  }

  /// What the header says of the file with this name in the archive, which begins with a dot or a slash, or with neither.
  func file(named name: [UInt8]) -> File? {
    let bare = name.starts(with: "./".utf8) ? name.dropFirst(1) : name[...]
    let path = bare.first == UInt8(ascii: "/") ? Array(bare) : [UInt8(ascii: "/")] + bare
    return files[path.last == UInt8(ascii: "/") && path.count > 1 ? path.dropLast() : path]
  }

  private mutating func addFiles(_ values: [RpmTag: RpmValues]) throws(ArchiveError) {
    guard let names = try values[.baseNames]?.strings(), let folders = try values[.directoryNames]?.strings(),
      let indexes = try values[.directoryIndexes]?.numbers()
    else { return }
    let users = try values[.fileUsers]?.strings() ?? []
    let groups = try values[.fileGroups]?.strings() ?? []
    let digests = try values[.fileDigests]?.strings() ?? []
    // Without the tag the digests are of MD5.
    let isSHA256 = try values[.fileDigestAlgorithm]?.numbers().first == 8
    for (number, name) in names.enumerated() {
      guard number < indexes.count, let folder = Int(exactly: indexes[number]), folder < folders.count else {
        throw .package(.rpmEntry(tag: RpmTag.directoryIndexes.number))
      }
      // No path of a system is longer; many names may share one folder, and each is kept with it.
      if Int64(folders[folder].count + name.count) > CpioReader.longestName {
        throw .package(.rpmEntry(tag: RpmTag.baseNames.number))
      }
      files[folders[folder] + name] = File(
        user: number < users.count ? users[number] : [], group: number < groups.count ? groups[number] : [],
        digest: isSHA256 && number < digests.count ? Digest(hex: digests[number]) : nil)
    }
  }

  /// Reads a header; its values by tag, and how many bytes it has.
  private static func header(
    _ source: inout ByteSource, _ what: String, at offset: Int64, _ size: Int64
  ) throws(ArchiveError) -> (values: [RpmTag: RpmValues], count: Int64) {
    let start = try source.bytes(16, of: "the \(what)", at: offset)
    // The version and the three reserved bytes may differ; the first three may not.
    if !start.starts(with: RpmHeader.magic.prefix(3)) { throw .package(.rpmMagic(what: what)) }
    let (entries, bytes) = (Int64(number(start, 8)), Int64(number(start, 12)))
    if entries > mostEntries { throw .package(.rpmTooLarge(what: "entries", count: entries, limit: mostEntries)) }
    if bytes > mostBytes { throw .package(.rpmTooLarge(what: "bytes", count: bytes, limit: mostBytes)) }
    let count = 16 + entries * Int64(RpmHeader.indexSize) + bytes
    // Before there is room made for what is not there.
    if offset + count > size { throw .package(.cut(what: "the \(what)", offset: size)) }
    let index = try source.bytes(Int(entries) * RpmHeader.indexSize, of: "the \(what)", at: offset + 16)
    let store = try source.bytes(Int(bytes), of: "the \(what)", at: offset + 16 + Int64(index.count))
    var values: [RpmTag: RpmValues] = [:]
    for entry in 0..<Int(entries) {
      let at = entry * RpmHeader.indexSize
      let tag = RpmTag(number(index, at))
      let found = RpmValues(
        tag: tag, type: number(index, at + 4), offset: Int(number(index, at + 8)), count: Int(number(index, at + 12)),
        store: store)
      if found.offset > store.count || found.count > store.count {
        // The trailer of a region counts back from its own place.
        throw .package(.rpmEntry(tag: tag.number))
      }
      values[tag] = found
    }
    return (values, count)
  }

  /// The number of 32 bits at an index, which is within the bytes.
  private static func number(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    bytes[index..<(index + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// The values of a tag in the store of a header.
struct RpmValues {
  let tag: RpmTag
  let type: UInt32
  /// Within the store, or at its end.
  let offset: Int
  /// At most the bytes of the store.
  let count: Int
  let store: [UInt8]

  private var fault: ArchiveError { .package(.rpmEntry(tag: tag.number)) }

  /// The texts of a list.
  func strings() throws(ArchiveError) -> [[UInt8]] {
    guard type == 8 || type == 6 || type == 9 else { throw fault }
    var texts: [[UInt8]] = []
    var rest = store[offset...]
    for _ in 0..<count {
      guard let end = rest.firstIndex(of: 0) else { throw fault }
      texts.append(Array(rest[..<end]))
      rest = rest[(end + 1)...]
    }
    return texts
  }

  /// Numbers of 32 bits.
  func numbers() throws(ArchiveError) -> [UInt32] {
    // No overflow: neither is larger than a store.
    guard type == 4, offset + 4 * count <= store.count else { throw fault }
    return (0..<count).map { number in
      store[(offset + 4 * number)..<(offset + 4 * number + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}
