// An archive read whole, for comparing.

@testable import Archive
@testable import TestSupport

/// All that reading an archive gave.
struct Listing {
  var rows: [EntryRecord] = []
  var warnings: [TarWarning] = []
  var error: ArchiveError?

  /// Reads the archive at `path`.
  init(path: [UInt8], limit: Int64 = TarReader.defaultLimit) throws {
    do {
      try ArchiveListing.read(path: path, limit: limit, record: { rows.append($0) }, warning: { warnings.append($0) })
    } catch let error as ArchiveError {
      self.error = error
    }
  }

  /// Reads `bytes` as an archive.
  init(_ bytes: [UInt8], limit: Int64 = TarReader.defaultLimit) throws {
    let folder = try TemporaryFolder()
    try self.init(path: folder.write(bytes), limit: limit)
  }

  /// The nine keys of each row, joined by spaces.
  var lines: [String] {
    rows.map {
      "\($0.path) \($0.type) \($0.mode) \($0.entry.uid) \($0.entry.gid) \($0.entry.size) \($0.link) \($0.mtime) \($0.sha256.prefix(8))"
    }
  }
}
