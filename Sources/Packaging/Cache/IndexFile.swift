// The file of the index: magic (14 bytes), machine (32), number of entries (8), the entries in order, CRC-32 of all
// these (4).

internal import Archive
internal import Glibc

/// Reads and writes the entries of the index.
enum IndexFile {
  /// With the machine: the files of another one are others, whatever their numbers.
  private static let magic = Array("kpack-index 2\n".utf8) + Machine.id.bytes
  private static let headerSize = 54
  private static let trailerSize = 4
  /// Entries that are read or written at once.
  private static let pieceCount = 1024
  /// The entries in the file at `path` that `isWanted`, in order.
  ///
  /// Throws `ObjectFault`, also for a file of more than `limit` entries, which is never written.
  static func read(
    _ path: [UInt8], atMost limit: Int = StatIndex.usualLimit, where isWanted: (IndexEntry) -> Bool
  ) throws(ObjectFault) -> [IndexEntry] {
    let file = try FileHandle(keptAt: path)
    let status = try reading { () throws(SystemError) in try file.status() }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .missing }
    let start = try file.keptBytes(at: 0, count: min(magic.count, Int(status.st_size)))
    guard magic.starts(with: start) else { throw .foreign }
    let header = try file.keptBytes(at: 0, count: headerSize)
    let count = header.span.bytes.number(at: magic.count, as: Int64.self)
    guard (0...Int64(limit)).contains(count),
      Int64(status.st_size) == count * Int64(IndexEntry.size) + Int64(headerSize + trailerSize)
    else { throw .damaged }
    var crc = header.withUnsafeBytes { CRC32(of: $0) }
    let entries = try entries(of: file, count: Int(count), &crc, where: isWanted)
    let trailer = try file.keptBytes(at: crc.count, count: trailerSize)
    guard trailer.span.bytes.number(at: 0, as: UInt32.self) == crc.value else { throw .damaged }
    return entries
  }

  private static func entries(
    of file: borrowing FileHandle, count: Int, _ crc: inout CRC32, where isWanted: (IndexEntry) -> Bool
  ) throws(ObjectFault) -> [IndexEntry] {
    var entries: [IndexEntry] = []
    var last: FileKey?
    for start in stride(from: 0, to: count, by: pieceCount) {
      let pieceSize = min(pieceCount, count - start) * IndexEntry.size
      let piece = try file.keptBytes(at: crc.count, count: pieceSize)
      crc.append(piece.withUnsafeBytes { CRC32(of: $0) })
      for offset in stride(from: 0, to: pieceSize, by: IndexEntry.size) {
        let entry = IndexEntry(piece.span.bytes, at: offset)
        if let last, !IndexEntry.precedes(last, entry.file) { throw .damaged }
        last = entry.file
        if isWanted(entry) { entries.append(entry) }
      }
    }
    return entries
  }

  /// Writes the entries, which are in order. Throws `SystemError`.
  static func write(_ entries: [IndexEntry], to file: CacheTemporary) throws(SystemError) {
    var bytes = magic
    bytes.append(littleEndian: Int64(entries.count))
    var crc = CRC32()
    for start in stride(from: 0, to: entries.count, by: pieceCount) {
      for entry in entries[start..<min(start + pieceCount, entries.count)] { entry.append(to: &bytes) }
      crc.append(bytes.withUnsafeBytes { CRC32(of: $0) })
      try file.write(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    crc.append(bytes.withUnsafeBytes { CRC32(of: $0) })
    bytes.append(littleEndian: crc.value)
    try file.write(bytes)
  }
}
