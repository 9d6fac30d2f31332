// What extended headers say of the next entry: the keywords of pax that change a row, and GNU's of sparse files.
// POSIX.1-2017, pax, "pax Extended Header Keywords".

import Basics

/// The values of the keywords seen; nil where there is none, so that the header block's own field counts.
struct ExtendedHeader {
  private(set) var path: [UInt8]?
  private(set) var linkpath: [UInt8]?
  private(set) var uname: [UInt8]?
  private(set) var gname: [UInt8]?
  private(set) var uid: Int64?
  private(set) var gid: Int64?
  private(set) var size: Int64?
  /// Whole seconds, floored.
  private(set) var mtime: Int64?
  /// The value of the attribute security.capability.
  private(set) var capabilities: [UInt8]?
  private(set) var sparse = SparseRecords()

  /// What GNU tar says of a volume, and shows as an entry where it stands before one.
  private static let volumePrefix = "GNU.volume."

  private enum Keyword: String {
    case path, linkpath, uname, gname, uid, gid, size, mtime
    case capabilities = "SCHILY.xattr.security.capability"

    /// Whether a global header may set it: what is one entry's own cannot be that of all.
    var isGlobal: Bool {
      switch self {
      case .uname, .gname, .uid, .gid, .mtime: true
      case .path, .linkpath, .size, .capabilities: false
      }
    }
  }

  /// Takes in the records of an `x` header. A later record of a keyword wins, and an empty value takes the keyword
  /// back where it is an owner or a time; of what else may be empty readers make different things.
  mutating func apply(_ records: PaxRecords) throws(ArchiveError) {
    var records = records
    while let record = try records.next() {
      if let keyword = Keyword(rawValue: record.keyword) {
        try set(keyword, record)
      } else if SparseRecords.areMeant(by: record.keyword) {
        try sparse.set(record)
      } else if record.keyword.hasPrefix(Self.volumePrefix) {
        throw record.place.error(.volume(keyword: record.keyword))
      }
    }
  }

  /// Takes in the records of a `g` header; `.globalKeyword` for one that would give all entries the same name or
  /// size, which some readers obey and others do not.
  mutating func apply(global records: PaxRecords) throws(ArchiveError) {
    var records = records
    while let record = try records.next() {
      let keyword = Keyword(rawValue: record.keyword)
      if keyword?.isGlobal == false || SparseRecords.areMeant(by: record.keyword) {
        throw record.place.error(.globalKeyword(record.keyword))
      }
      if let keyword { try set(keyword, record) }
    }
  }

  private mutating func set(_ keyword: Keyword, _ record: PaxRecord) throws(ArchiveError) {
    switch keyword {
    case .path: path = try record.name()
    case .linkpath: linkpath = try record.name()
    case .uname: uname = try record.text()
    case .gname: gname = try record.text()
    case .uid: uid = try record.number()
    case .gid: gid = try record.number()
    case .size: size = try record.size()
    case .mtime: mtime = try record.seconds()
    case .capabilities: capabilities = record.value
    }
  }
}

// The records of an extended header: "LENGTH KEYWORD=VALUE\n", cut by their length and never by the newline.
// POSIX.1-2017, pax, "pax Extended Header".

/// One record; some of its readings are nil for an empty value, which takes the keyword back.
struct PaxRecord {
  let keyword: String
  /// Any bytes, newlines and "=" too.
  let value: [UInt8]
  /// Where the extended header stands, for errors.
  let place: TarPlace

  /// That the value is not what the keyword wants.
  var fault: ArchiveError { place.error(.paxValue(keyword: keyword, found: value)) }

  /// A name of an owner: no NUL.
  func text() throws(ArchiveError) -> [UInt8]? {
    if value.contains(0) { throw fault }
    return value.isEmpty ? nil : value
  }

  /// A name of an entry: one byte or more, no NUL.
  func name() throws(ArchiveError) -> [UInt8] {
    if value.isEmpty || value.contains(0) { throw fault }
    return value
  }

  /// A decimal number, 0 or more.
  func number() throws(ArchiveError) -> Int64? { value.isEmpty ? nil : try size() }

  /// A decimal number of one digit or more.
  func size() throws(ArchiveError) -> Int64 {
    guard let number = decimal(value) else { throw fault }
    return number
  }

  /// The whole seconds of a time such as "-1.5", floored: -2 for that one.
  func seconds() throws(ArchiveError) -> Int64? {
    if value.isEmpty { return nil }
    guard let seconds = flooredSeconds(value) else { throw fault }
    return seconds
  }
}

/// The records of one extended header, in order.
struct PaxRecords {
  private let place: TarPlace
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8], at place: TarPlace) {
    self.bytes = bytes
    self.place = place
  }

  /// The next record, nil after the last.
  mutating func next() throws(ArchiveError) -> PaxRecord? {
    let rest = bytes[index...]
    if rest.isEmpty { return nil }
    // Twenty digits are more than the number of any byte.
    let digits = rest.prefix(20).prefix { $0 != UInt8(ascii: " ") }
    guard let length = decimal(digits).flatMap({ Int(exactly: $0) }), length > digits.count, length <= rest.count
    else { throw place.error(.paxRecord(at: index, .length)) }
    let record = rest.prefix(length)
    guard record.last == UInt8(ascii: "\n") else { throw place.error(.paxRecord(at: index, .newline)) }
    let body = record.dropFirst(digits.count + 1).dropLast()
    // GNU tar passes over blanks before the keyword, to others they are a part of it.
    guard let equals = body.firstIndex(of: UInt8(ascii: "=")), equals > body.startIndex, !body[..<equals].contains(0),
      body.first != UInt8(ascii: " "), body.first != UInt8(ascii: "\t")
    else { throw place.error(.paxRecord(at: index, .keyword)) }
    index += length
    return PaxRecord(
      keyword: String(decoding: body[..<equals], as: UTF8.self), value: Array(body[(equals + 1)...]), place: place)
  }
}

/// The whole seconds of a decimal time, floored; nil for all else.
private func flooredSeconds(_ text: [UInt8]) -> Int64? {
  let isNegative = text.first == UInt8(ascii: "-")
  let parts = text.dropFirst(isNegative ? 1 : 0).split(
    separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
  guard let seconds = parts.first.flatMap({ decimal($0) }) else { return nil }
  let fraction = parts.dropFirst().first ?? []
  guard fraction.allSatisfy(\.isDigit) else { return nil }
  let isFractional = fraction.contains { $0 != UInt8(ascii: "0") }
  // `seconds` is 0 to 2^63 - 1, so that its negative less 1 is in range.
  return isNegative ? -seconds - (isFractional ? 1 : 0) : seconds
}

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
