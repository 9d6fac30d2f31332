// The entries of a zip while it is written: their headers go before their contents, and the directory of all behind them.

import Basics
import Files

/// Writes the entries of a list one after another, and the central directory at the end.
///
/// Sizes and checksum stand in the local header. Where they are known only behind the contents, the header is written
/// anew then, and what follows it is hashed no sooner: each byte is hashed once, and read once more for it.
struct ZipMembers: Sendable {
  /// What the central directory says of an entry beside what the list has: 32 bytes, for there may be a million.
  private struct Member {
    let offset: Int64
    let packedSize: Int64
    let plainSize: Int64
    let crc: UInt32
    let method: ZipMethod
  }

  /// The entry whose contents are being written.
  private struct Open {
    let method: ZipMethod
    let plannedSize: Int64
    /// Its local header as it was written, and the place of that; nil while there is none.
    var header: [UInt8]?
    var offset: Int64 = 0
    var crc = CRC32()
  }

  private let entries: TarEntryList
  private var members: [Member] = []
  private var current: Open?

  /// The entries of an archive, none of which is written yet.
  init(_ entries: TarEntryList) {
    self.entries = entries
    members.reserveCapacity(entries.count)
  }

  /// An empty last block (RFC 1951, 3.2.6: fixed codes, end of block), which ends a stream of flushed blocks.
  private static let endOfStream: [UInt8] = [0x03, 0x00]

  /// Writes the next entry, whose contents are at hand.
  mutating func add(_ contents: ZipContents, _ packed: ArraySlice<UInt8>, to file: inout OutputFile) throws(SystemError)
  {
    let header = header(contents, at: file.count, plannedSize: contents.crc.count)
    try file.write(header.local + packed)
    note(header)
  }

  /// Begins the next entry, which has `size` plain bytes.
  mutating func begin(_ method: ZipMethod, size: Int64) { current = Open(method: method, plannedSize: size) }

  /// Writes the local header of the entry that was begun, unless it is there already. `known` is the checksum of its
  /// plain bytes and the count of its deflated ones, without the end of their stream.
  mutating func startContents(_ known: (crc: CRC32, count: Int64)?, in file: inout OutputFile) throws(SystemError) {
    guard var open = current, open.header == nil else { return }
    let contents = known.map { ended(open.method, $0.crc, packedSize: $0.count) }
    open.offset = file.count
    let header = header(
      contents ?? ZipContents(open.method, CRC32(), packedSize: 0), at: open.offset, plannedSize: open.plannedSize)
    open.header = header.local
    if contents == nil { file.holdHash() }
    try file.write(header.local)
    current = open
  }

  private func ended(_ method: ZipMethod, _ crc: CRC32, packedSize: Int64) -> ZipContents {
    let end = method == .deflated ? Self.endOfStream.count : 0
    return ZipContents(method, crc, packedSize: packedSize + Int64(end))
  }

  /// Takes note of contents that were written to the entry that was begun.
  mutating func append(_ crc: CRC32) { current?.crc.append(crc) }

  /// Ends the entry that was begun.
  mutating func end(in file: inout OutputFile) throws(SystemError) {
    try startContents(nil, in: &file)
    guard let open = current.take(), let written = open.header else { return }
    let count = file.count - open.offset - Int64(written.count)
    if open.method == .deflated { try file.write(Self.endOfStream) }
    let contents = ended(open.method, open.crc, packedSize: count)
    let header = header(contents, at: open.offset, plannedSize: open.plannedSize)
    // It has the same length: that follows from the planned size.
    let bytes = header.local
    if bytes != written { try file.overwrite(bytes, at: open.offset) }
    try file.releaseHash()
    note(header)
  }

  private func header(_ contents: ZipContents, at offset: Int64, plannedSize: Int64) -> ZipHeader {
    ZipHeader(
      entry: entries.entry(at: members.count, size: contents.crc.count), contents: contents, offset: offset,
      plannedSize: plannedSize)
  }

  private mutating func note(_ header: ZipHeader) {
    let contents = header.contents
    members.append(
      Member(
        offset: header.offset, packedSize: contents.packedSize, plainSize: contents.crc.count, crc: contents.crc.value,
        method: contents.method))
  }

  /// Writes the central directory and what ends the archive.
  func finish(_ file: inout OutputFile) throws(SystemError) {
    let start = file.count
    var piece: [UInt8] = []
    for (index, member) in members.enumerated() {
      let crc = CRC32(kept: member.crc, count: member.plainSize)
      let contents = ZipContents(member.method, crc, packedSize: member.packedSize)
      piece +=
        ZipHeader(
          entry: entries.entry(at: index, size: member.plainSize), contents: contents, offset: member.offset,
          plannedSize: member.plainSize
        ).central
      guard piece.count >= 1 << 18 else { continue }
      try file.write(piece)
      piece = []
    }
    try file.write(piece)
    let ending = ZipEnding(
      entries: members.count, directoryOffset: start, directorySize: file.count - start,
      comment: entries.comment ?? [])
    try file.write(ending.bytes)
  }
}
