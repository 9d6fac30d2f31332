// An archive read from start to end, entry by entry.

import Basics
package import Files

/// The listing of an archive.
package enum ArchiveListing {
  /// Reads the archive at `path`, a tar, plain, gzip or zstd, a zip, or the files of a deb or rpm, and gives the records of
  /// its entries in order. Memory use stays flat.
  ///
  /// Warnings on an entry come before its record. An archive of more than `limit` unpacked bytes, holes counted, is
  /// refused. A sparse file with more holes than `TarReader` reads has a warning and no digest. An `ArchiveError` comes
  /// after the records of the entries before the fault.
  package static func read(
    path: [UInt8], limit: Int64 = TarReader.defaultLimit, record: (EntryRecord) throws -> Void,
    warning: (TarWarning) throws -> Void
  ) throws {
    let start = try start(of: path)
    // The first name of a tar may begin as any other format does.
    if TarHeaderBlock.isLikely(start) {
      var reader = try TarReader(path: path, limit: limit)
      return try read(&reader, record: record, warning: warning)
    }
    if start.starts(with: RpmLead.magic) { return try read(rpm: path, limit, record, warning) }
    if start.starts(with: DebReader.mark) {
      var reader = try TarReader(extent: try DebReader.files(in: path), limit: limit)
      return try read(&reader, record: record, warning: warning)
    }
    if try ZipReader.isZip(path: path) {
      var reader = try ZipReader.opening(path, limit: limit)
      return try read(&reader, record: record, warning: warning)
    }
    var reader = try TarReader(path: path, limit: limit)
    try read(&reader, record: record, warning: warning)
  }

  private static func read(
    _ reader: inout ZipReader, record: (EntryRecord) throws -> Void, warning: (TarWarning) throws -> Void
  ) throws {
    var audit = ArchiveAudit()
    while let entry = try reader.next() {
      for found in reader.takeWarnings() + audit.check(entry) { try warning(found) }
      var hash = SHA256()
      try reader.readContents { chunk throws(ArchiveError) in chunk.withUnsafeBytes { hash.update($0) } }
      try record(EntryRecord(entry, size: entry.size, digest: entry.kind == .file ? hash.finalize() : nil))
    }
  }

  /// The first bytes of the file; fewer at its end.
  private static func start(of path: [UInt8]) throws(ArchiveError) -> [UInt8] {
    var source = try ByteSource.opening(path)
    var bytes = [UInt8](repeating: 0, count: TarFormat.blockSize)
    var done = 0
    while done < bytes.count {
      let got = try source.fill(&bytes, from: done)
      if got == 0 { break }
      done += got
    }
    return Array(bytes.prefix(done))
  }

  private static func read(
    rpm path: [UInt8], _ limit: Int64, _ record: (EntryRecord) throws -> Void, _ warning: (TarWarning) throws -> Void
  ) throws {
    let package = try RpmReader(path)
    var reader = try CpioReader(extent: package.payload, limit: limit)
    var audit = ArchiveAudit()
    while var entry = try reader.next() {
      let known = package.file(named: entry.name)
      (entry.uname, entry.gname) = (known?.user ?? [], known?.group ?? [])
      for found in audit.check(entry) { try warning(found) }
      var digest: Digest?
      if entry.kind == .file {
        var hash = SHA256()
        try reader.readContents { chunk throws(ArchiveError) in chunk.withUnsafeBytes { hash.update($0) } }
        digest = hash.finalize()
        // Of several names of one file only the last has the contents.
        if let wanted = known?.digest, wanted != digest, entry.size > 0 {
          throw ArchiveError.package(.digest(name: entry.name))
        }
      }
      try record(EntryRecord(entry, size: entry.size, digest: digest))
    }
  }

  /// The same for a layer within a file, without warnings, because the layer was checked before.
  package static func read(layer extent: FileExtent, record: (EntryRecord) throws -> Void) throws {
    var reader = try TarReader(extent: extent)
    reader.takesCutEnd = true
    reader.takesNothing = true
    try read(&reader, record: record) { _ in }
  }

  private static func read(
    _ reader: inout TarReader, record: (EntryRecord) throws -> Void, warning: (TarWarning) throws -> Void
  ) throws {
    var audit = ArchiveAudit()
    while let entry = try reader.next() {
      for found in reader.takeWarnings() + audit.check(entry) { try warning(found) }
      let digest = entry.kind == .file ? try digest(of: &reader) : nil
      if entry.kind == .file && digest == nil { try warning(.notHashed(name: entry.name, size: entry.size)) }
      try record(EntryRecord(entry, size: entry.size, digest: digest))
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
