// The bytes of a zip at any place, through one buffer that is filled where records are read.

/// An open zip.
struct ZipInput: ~Copyable {
  private static let bufferSize = 256 << 10

  private var source: ByteSource
  private var buffer = [UInt8](repeating: 0, count: bufferSize)
  /// What of the file is in the buffer.
  private var held: Range<Int64> = 0..<0

  init(_ source: consuming ByteSource) { self.source = source }

  /// Bytes of the file.
  var size: Int64 { source.size }

  /// The `count` bytes at `offset`, no more than the buffer holds; nil where the file does not have them all.
  mutating func bytes(at offset: Int64, count: Int) throws(ArchiveError) -> [UInt8]? {
    guard offset >= 0, count <= Self.bufferSize, offset <= size, Int64(count) <= size - offset else { return nil }
    if offset < held.lowerBound || offset + Int64(count) > held.upperBound {
      source.go(to: offset, count: size - offset)
      var got = 0
      while got < count {
        let more = try source.fill(&buffer, from: got)
        if more == 0 { return nil }
        got += more
      }
      held = offset..<(offset + Int64(got))
    }
    let start = Int(offset - held.lowerBound)
    return Array(buffer[start..<(start + count)])
  }

  /// The record of `size` bytes at `offset`; nil where there is none with this signature.
  mutating func record(
    _ signature: UInt32, size: Int, at offset: Int64
  ) throws(ArchiveError) -> ZipRecord? {
    guard let bytes = try bytes(at: offset, count: size) else { return nil }
    let record = ZipRecord(read: bytes)
    return record[ZipRecord.signature] == UInt64(signature) ? record : nil
  }

  /// Gives `body` the bytes of `range` in pieces, in order; false where the file does not have them all.
  mutating func forEachPiece(
    of range: Range<Int64>, _ body: (inout [UInt8], Int) throws(ArchiveError) -> Void
  ) throws(ArchiveError) -> Bool {
    held = 0..<0
    source.go(to: range.lowerBound, count: range.upperBound - range.lowerBound)
    var left = range.upperBound - range.lowerBound
    while left > 0 {
      let got = try source.fill(&buffer, from: 0)
      if got == 0 { return false }
      left -= Int64(got)
      try body(&buffer, got)
    }
    return true
  }
}
