// What extended headers say of the next entry: the keywords of pax that change a row, and GNU's of sparse files.
// POSIX.1-2017, pax, "pax Extended Header Keywords".

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
  private(set) var sparse = SparseRecords()

  /// What GNU tar says of a volume, and shows as an entry where it stands before one.
  private static let volumePrefix = "GNU.volume."

  private enum Keyword: String {
    case path, linkpath, uname, gname, uid, gid, size, mtime

    /// Whether a global header may set it: what is one entry's own cannot be that of all.
    var isGlobal: Bool {
      switch self {
      case .uname, .gname, .uid, .gid, .mtime: true
      case .path, .linkpath, .size: false
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
    }
  }
}
