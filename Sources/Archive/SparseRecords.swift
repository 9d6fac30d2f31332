// GNU's keywords for a sparse file in an extended header, versions 0.0, 0.1 and 1.0.
// GNU tar manual, "Storing Sparse Files", "PAX Format, Version 0.0" and the two that follow.

/// What the `GNU.sparse.` records of one extended header say, as it stands there.
struct SparseRecords {
  private static let prefix = "GNU.sparse."
  /// Sparse files of star and of Solaris, which no more than libarchive reads.
  private static let unread = ["SCHILY.realsize", "SUN.holesdata"]

  private enum Keyword: String {
    case major, minor, name, realsize, size, numblocks, offset, numbytes, map
  }

  private(set) var isPresent = false
  private(set) var name: [UInt8]?
  /// The size with holes as 1.0 states it, and as the versions before.
  private var realsize: Int64?
  private var size: Int64?
  private var major: Int64?
  private var minor: Int64?
  private var numblocks: Int64?
  /// Offset and length in turn.
  private var numbers: [Int64] = []

  /// Whether the map stands at the start of the contents, as in version 1.0.
  var hasMapInContents: Bool { major == 1 }

  /// Whether `keyword` is one of sparse files.
  static func areMeant(by keyword: String) -> Bool { keyword.hasPrefix(prefix) || unread.contains(keyword) }

  /// Takes in one record; `.sparse(.version)` for a keyword of no known version.
  mutating func set(_ record: PaxRecord) throws(ArchiveError) {
    guard record.keyword.hasPrefix(Self.prefix),
      let keyword = Keyword(rawValue: String(record.keyword.dropFirst(Self.prefix.count)))
    else {
      throw record.place.error(.sparse(.version))
    }
    isPresent = true
    switch keyword {
    case .major: major = try record.number()
    case .minor: minor = try record.number()
    case .name: name = try record.name()
    case .numblocks: numblocks = try record.number()
    case .realsize: realsize = try record.size()
    case .size: size = try record.size()
    case .offset, .numbytes:
      // GNU tar makes room for the map by this number.
      guard numblocks != nil, (numbers.count % 2 == 0) == (keyword == .offset) else { throw record.fault }
      numbers.append(try record.size())
    case .map:
      guard numblocks != nil, numbers.isEmpty else { throw record.fault }
      numbers = try Self.map(record)
    }
  }

  /// The size with holes, and the pairs of versions 0.0 and 0.1, which are empty for 1.0; a `.sparse` fault when
  /// these are not the records of one version.
  func map(at place: TarPlace) throws(ArchiveError) -> (size: Int64, numbers: [Int64]) {
    switch (major, minor) {
    case (nil, nil), (0, 0), (0, 1): break
    case (1, 0):
      guard let realsize, size == nil else { throw place.error(.sparse(.noSize)) }
      if numblocks != nil { throw place.error(.sparse(.malformedMap)) }
      return (realsize, [])
    default: throw place.error(.sparse(.version))
    }
    guard let size, realsize == nil else { throw place.error(.sparse(.noSize)) }
    guard !numbers.isEmpty else { throw place.error(.sparse(.noMap)) }
    if let numblocks, numblocks != Int64(numbers.count / 2) {
      throw place.error(.sparse(.malformedMap))
    }
    return (size, numbers)
  }

  private static func map(_ record: PaxRecord) throws(ArchiveError) -> [Int64] {
    var numbers: [Int64] = []
    for text in record.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let number = decimal(text) else { throw record.fault }
      numbers.append(number)
    }
    return numbers
  }
}
