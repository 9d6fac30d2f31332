// GNU's keywords for a sparse file in an extended header, versions 0.0, 0.1 and 1.0.
// GNU tar manual, "Storing Sparse Files", "PAX Format, Version 0.0" and the two that follow.

/// What the `GNU.sparse.` records of one extended header say, as it stands there.
struct SparseRecords {
  static let prefix = "GNU.sparse."

  private enum Keyword: String {
    case major, minor, name, realsize, size, numblocks, offset, numbytes, map
  }

  private(set) var isPresent = false
  private(set) var name: [UInt8]?
  /// The size with holes.
  private(set) var size: Int64?
  private var major: Int64?
  private var minor: Int64?
  private var numblocks: Int64?
  /// Offset and length in turn.
  private var numbers: [Int64] = []

  /// Whether the map stands at the start of the contents, as in version 1.0.
  var hasMapInContents: Bool { major == 1 }

  /// Takes in one record; `.sparse(.version)` for a keyword of no known version.
  mutating func set(_ record: PaxRecord) throws(ArchiveError) {
    guard let keyword = Keyword(rawValue: String(record.keyword.dropFirst(Self.prefix.count))) else {
      throw record.place.error(.sparse(.version))
    }
    isPresent = true
    switch keyword {
    case .major: major = try record.number()
    case .minor: minor = try record.number()
    case .name: name = try record.text()
    case .numblocks: numblocks = try record.number()
    case .realsize, .size:
      let found = try record.number()
      if size != nil && size != found { throw record.fault }
      size = found
    case .offset, .numbytes:
      guard let number = try record.number(), (numbers.count % 2 == 0) == (keyword == .offset) else {
        throw record.fault
      }
      numbers.append(number)
    case .map: numbers = try Self.map(record)
    }
  }

  /// The pairs of versions 0.0 and 0.1, after a check of the version; empty for 1.0.
  func map(at place: TarPlace) throws(ArchiveError) -> [Int64] {
    switch (major, minor) {
    case (nil, nil), (0, 0), (0, 1): break
    case (1, 0): return []
    default: throw place.error(.sparse(.version))
    }
    guard !numbers.isEmpty || numblocks == 0 else { throw place.error(.sparse(.noMap)) }
    if let numblocks, numblocks != Int64(numbers.count / 2) {
      throw place.error(.sparse(.malformedMap))
    }
    return numbers
  }

  private static func map(_ record: PaxRecord) throws(ArchiveError) -> [Int64] {
    if record.value.isEmpty { return [] }
    var numbers: [Int64] = []
    for text in record.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      guard let number = decimal(text) else { throw record.fault }
      numbers.append(number)
    }
    return numbers
  }
}
