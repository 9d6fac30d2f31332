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

  /// Takes in the records of an `x` header. A later record of a keyword wins, an empty value takes the keyword back.
  mutating func apply(_ records: PaxRecords) throws(ArchiveError) {
    var records = records
    while let record = try records.next() {
      if let keyword = Keyword(rawValue: record.keyword) {
        try set(keyword, record)
      } else if record.keyword.hasPrefix(SparseRecords.prefix) {
        try sparse.set(record)
      }
    }
  }

  /// Takes in the records of a `g` header; returns the keywords that it must not set, which have no effect.
  mutating func apply(global records: PaxRecords) throws(ArchiveError) -> [String] {
    var records = records
    var ignored: Set<String> = []
    while let record = try records.next() {
      if let keyword = Keyword(rawValue: record.keyword) {
        if keyword.isGlobal { try set(keyword, record) } else { ignored.insert(record.keyword) }
      } else if record.keyword.hasPrefix(SparseRecords.prefix) {
        ignored.insert(SparseRecords.prefix + "*")
      }
    }
    return ignored.sorted()
  }

  private mutating func set(_ keyword: Keyword, _ record: PaxRecord) throws(ArchiveError) {
    switch keyword {
    case .path: path = try record.text()
    case .linkpath: linkpath = try record.text()
    case .uname: uname = try record.text()
    case .gname: gname = try record.text()
    case .uid: uid = try record.number()
    case .gid: gid = try record.number()
    case .size: size = try record.number()
    case .mtime: mtime = try record.seconds()
    }
  }
}
