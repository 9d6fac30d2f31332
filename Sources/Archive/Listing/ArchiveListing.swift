// The rows that a listing of an archive has: one per entry, with nine keys.

package import Basics
package import Files

/// One entry of a listing.
package struct ListingRow: Equatable, Sendable {
  package let entry: TarEntry
  /// Of the contents; nil unless the entry is a file, and for one with more holes than are read.
  package let digest: Digest?

  package init(entry: TarEntry, digest: Digest?) {
    self.entry = entry
    self.digest = digest
  }

  /// The escaped name, a directory's without its slashes; a leading "./" is kept, and the root is "." or "/".
  package var path: String {
    guard entry.kind == .directory else { return escapedName(entry.name) }
    let bare = entry.name.reversed().drop { $0 == UInt8(ascii: "/") }.reversed()
    return bare.isEmpty ? "/" : escapedName(bare)
  }

  package var type: String { entry.kind.rawValue }
  /// Four octal digits.
  package var mode: String { FileMode(bits: entry.mode).octal }
  package var uid: Int64 { entry.uid }
  package var gid: Int64 { entry.gid }
  /// Bytes of contents with holes; 0 unless the entry is a file.
  package var size: Int64 { entry.size }
  /// The escaped target, empty unless the entry is a link.
  package var link: String { escapedName(entry.linkname) }
  /// Whole seconds since 1970, floored.
  package var mtime: Int64 { entry.mtime }
  /// 64 hexadecimal digits, empty where there is no digest.
  package var sha256: String { digest?.description ?? "" }
}

/// The listing of an archive.
package enum ArchiveListing {
  /// Reads the archive at `path`, plain, gzip or zstd, from start to end and hands out its rows in order, in flat memory.
  ///
  /// Warnings on an entry come before its row. What unpacks to more than `limit` bytes, holes counted, is refused. A
  /// sparse file with more holes than `TarReader` reads has no digest, but a warning.
  /// Throws an `ArchiveError`, after the rows of the entries before the fault, or what `row` or `warning` throws.
  package static func read(
    path: [UInt8], limit: Int64 = TarReader.defaultLimit, row: (ListingRow) throws -> Void,
    warning: (TarWarning) throws -> Void
  ) throws {
    var reader = try TarReader(path: path, limit: limit)
    try read(&reader, row: row, warning: warning)
  }

  /// The same for a layer within a file, which was read before, without its warnings.
  package static func read(layer extent: FileExtent, row: (ListingRow) throws -> Void) throws {
    var reader = try TarReader(extent: extent)
    reader.takesCutEnd = true
    reader.takesNothing = true
    try read(&reader, row: row) { _ in }
  }

  private static func read(
    _ reader: inout TarReader, row: (ListingRow) throws -> Void, warning: (TarWarning) throws -> Void
  ) throws {
    var audit = ArchiveAudit()
    while let entry = try reader.next() {
      for found in reader.takeWarnings() + audit.check(entry) { try warning(found) }
      let digest = entry.kind == .file ? try digest(of: &reader) : nil
      if entry.kind == .file && digest == nil { try warning(.notHashed(name: entry.name, size: entry.size)) }
      try row(ListingRow(entry: entry, digest: digest))
    }
    for found in reader.takeWarnings() { try warning(found) }
  }

  private static func digest(of reader: inout TarReader) throws(ArchiveError) -> Digest? {
    var hash = SHA256()
    let isWhole = try reader.readContents { chunk throws(ArchiveError) in
      chunk.withUnsafeBytes { hash.update($0) }
    }
    return isWhole ? hash.finalize() : nil
  }
}
