// What precedes an entry and speaks of it: an extended header, a long name, a long link name.

/// The headers seen since the last entry.
struct TarExtensions {
  /// The records for the entry, those of the global headers included.
  var extended: ExtendedHeader
  var longName: [UInt8]?
  var longLink: [UInt8]?
  /// Where each of these headers stands, with its type flag.
  private var seen: [(typeflag: UInt8, place: TarPlace)] = []

  init(globals: ExtendedHeader) { extended = globals }

  /// Notes `header`; `.repeatedExtension` when there was one of its type, as readers differ on which counts.
  mutating func add(_ header: TarHeaderBlock) throws(ArchiveError) {
    if seen.contains(where: { $0.typeflag == header.typeflag }) {
      throw header.place.error(.repeatedExtension(typeflag: header.typeflag))
    }
    seen.append((header.typeflag, header.place))
  }

  /// Throws `.orphanExtension` when a header was seen for which there is no entry.
  func checkNone() throws(ArchiveError) {
    if let first = seen.first { throw first.place.error(.orphanExtension(typeflag: first.typeflag)) }
  }

  /// The entry's name.
  func name(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    let extended = try Self.choose(extended.sparse.name, extended.path, at: header)
    if let name = try Self.choose(longName, extended, at: header) { return name }
    return try header.name()
  }

  /// The entry's link name; `.noLinkTarget` for one whose header has none, which to libarchive is no link.
  func linkname(_ header: TarHeaderBlock) throws(ArchiveError) -> [UInt8] {
    guard let name = try Self.choose(longLink, extended.linkpath, at: header) else { return header.linkname }
    if header.linkname.isEmpty { throw header.place.error(.noLinkTarget) }
    return name
  }

  /// The one that is given; `.nameConflict` when both are and differ, as readers differ on which counts.
  private static func choose(
    _ first: [UInt8]?, _ second: [UInt8]?, at header: TarHeaderBlock
  ) throws(ArchiveError) -> [UInt8]? {
    guard let first, let second, first != second else { return first ?? second }
    throw header.place.error(.nameConflict(first, second))
  }
}
