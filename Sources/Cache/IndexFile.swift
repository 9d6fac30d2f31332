// The file of the index: magic (14 bytes), machine (32), number of entries (8), the entries in order, CRC-32 of all
// these (4).

import Basics
import Files
import Glibc

/// Reads and writes the entries of the index.
enum IndexFile {
  /// With the machine: the files of another one are others, whatever their numbers.
  private static let magic = Array("kpack-index 2\n".utf8) + Machine.id.bytes
  private static let headerSize = 54
  private static let trailerSize = 4
  /// Entries that are read or written at once.
  private static let pieceCount = 1024

  /// The entries in the file at `path` that `isWanted`, in order; a file of more than `limit` entries is damaged, as none
  /// is written.
  static func read(
    _ path: [UInt8], atMost limit: Int = FileDigestIndex.usualLimit, where isWanted: (IndexEntry) -> Bool
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

  /// Writes the entries, which are in order.
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

// One file whose digest is known, in memory and in the file of the index.

/// A state of a file, its digest, and when that was last asked for.
struct IndexEntry: Sendable {
  /// Bytes of an entry in the file: device, inode, size, both times (8 bytes each), digest (32), day of use (4).
  static let size = 76

  let file: FileKey
  private let fileSize: Int64
  private let modified: Int64
  /// Time of the last change of the inode, nanoseconds since 1970.
  let changed: Int64
  /// In place, as an array of its own would double the memory of an entry.
  private let sha: InlineArray<32, UInt8>
  /// The day of its last use, counted since 1970.
  var used: UInt32

  /// Without a `digest`, the entry of a file that was hashed when it could still change unseen.
  init(_ identity: FileIdentity, _ digest: Digest?, used: UInt32) {
    file = identity.key
    (fileSize, modified, changed) = (identity.size, identity.modified, identity.changed)
    // A digest has 32 bytes; no content is known whose digest is zero.
    sha = InlineArray { digest?.bytes[$0] ?? 0 }
    self.used = used
  }

  /// Reads the entry at `offset`, which lies within `bytes` with its `size`.
  init(_ bytes: RawSpan, at offset: Int) {
    file = FileKey(
      device: bytes.number(at: offset, as: UInt64.self), inode: bytes.number(at: offset + 8, as: UInt64.self))
    fileSize = bytes.number(at: offset + 16, as: Int64.self)
    modified = bytes.number(at: offset + 24, as: Int64.self)
    changed = bytes.number(at: offset + 32, as: Int64.self)
    sha = InlineArray { bytes.number(at: offset + 40 + $0, as: UInt8.self) }
    used = bytes.number(at: offset + 72, as: UInt32.self)
  }

  /// Appends the entry in its form of the file.
  func append(to bytes: inout [UInt8]) {
    bytes += identity.bytes
    for index in sha.indices { bytes.append(sha[index]) }
    bytes.append(littleEndian: used)
  }

  var identity: FileIdentity { FileIdentity(kept: file, size: fileSize, modified: modified, changed: changed) }

  /// The digest of the file in this state; nil when it could still change unseen.
  var digest: Digest? {
    let bytes = sha.indices.map { sha[$0] }
    return bytes.allSatisfy { $0 == 0 } ? nil : Digest(kept: bytes)
  }

  /// The order of entries: by device and inode.
  static func precedes(_ first: FileKey, _ second: FileKey) -> Bool {
    (first.device, first.inode) < (second.device, second.inode)
  }
}

extension FileIdentity {
  /// The state in its form of the index, 40 bytes.
  package var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(IndexEntry.size)
    for number in [device, inode] { bytes.append(littleEndian: number) }
    for number in [size, modified, changed] { bytes.append(littleEndian: number) }
    return bytes
  }
}

/// Entries in order, one for a file: a tenth of the memory that a dictionary with digests would take.
struct IndexEntries: Sendable {
  private(set) var entries: [IndexEntry]

  /// Entries that are in order already, none twice.
  init(inOrder entries: [IndexEntry] = []) { self.entries = entries }

  /// The position of the entry of `file`; nil when there is none.
  func position(of file: FileKey) -> Int? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = low + (high - low) / 2
      if IndexEntry.precedes(entries[middle].file, file) { low = middle + 1 } else { high = middle }
    }
    return low < entries.count && entries[low].file == file ? low : nil
  }

  /// The position of the entry of exactly this state; nil when there is none.
  func position(of identity: FileIdentity) -> Int? {
    position(of: identity.key).flatMap { entries[$0].identity == identity ? $0 : nil }
  }

  /// Notes that an entry is used on `day`; false when that was noted before.
  mutating func use(_ position: Int, on day: UInt32) -> Bool {
    if entries[position].used == day { return false }
    entries[position].used = day
    return true
  }

  /// Takes in entries that are in order, each instead of an older one of the same file.
  ///
  /// In place, as two lists at once are all the memory that the index may take.
  mutating func merge(_ newer: [IndexEntry]) {
    let added = newer.filter { !replace($0) }
    var (old, new) = (entries.count, added.count)
    entries += added
    // From the back on: what is written over was moved already, or is one of those that were just appended.
    while new > 0 {
      if old > 0 && IndexEntry.precedes(added[new - 1].file, entries[old - 1].file) {
        old -= 1
        entries[old + new] = entries[old]
      } else {
        new -= 1
        entries[old + new] = added[new]
      }
    }
  }

  /// Takes in an entry instead of an older one; false when there is none of its file.
  private mutating func replace(_ entry: IndexEntry) -> Bool {
    guard let position = position(of: entry.file) else { return false }
    entries[position] = entry
    return true
  }

  /// Drops the entries that were last used before `day`, and of those over `limit` the ones not used for longest.
  mutating func drop(before day: UInt32, over limit: Int) {
    entries.removeAll { $0.used < day }
    guard entries.count > limit else { return }
    let oldest = entries.map(\.used).sorted(by: >)[limit]
    // What is left of the limit goes to entries of the oldest day that stays, in their order.
    var room = limit - entries.count(where: { $0.used > oldest })
    entries.removeAll { entry in
      guard entry.used <= oldest else { return false }
      room -= entry.used == oldest ? 1 : 0
      return entry.used < oldest || room < 0
    }
  }
}
