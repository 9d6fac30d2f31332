// The unpacked bytes of a tar archive as blocks and chunks, through one buffer of fixed size.

/// The stream under a `TarReader`.
struct TarInput: ~Copyable {
  private var source: UnpackingReader
  private var buffer = [UInt8](repeating: 0, count: 256 << 10)
  /// The part of `buffer` that is still to be used.
  private var unread = 0..<0
  /// Bytes used so far.
  private(set) var position: Int64 = 0
  private let limit: Int64
  private let onUnpacked: ((RawSpan) -> Void)?

  /// Reading past `limit` bytes throws `.overLimit`. All bytes go to `onUnpacked` before they are used or passed over.
  init(_ source: consuming UnpackingReader, limit: Int64, onUnpacked: ((RawSpan) -> Void)? = nil) {
    self.source = source
    self.limit = limit
    self.onUnpacked = onUnpacked
  }

  /// What the bytes come out of; nil for a file that is not compressed.
  var compression: Compression? { source.compression }

  /// Bytes that are still there; nil where that is not known.
  var available: Int64? { source.available.map { $0 + Int64(unread.count) } }

  /// The next block; shorter than 512 bytes, or empty, only at the end.
  mutating func block() throws(ArchiveError) -> [UInt8] {
    var block: [UInt8] = []
    block.reserveCapacity(TarFormat.blockSize)
    while block.count < TarFormat.blockSize {
      let missing = Int64(TarFormat.blockSize - block.count)
      let count = try chunk(atMost: missing) { span throws(ArchiveError) in
        span.withUnsafeBytes { block += $0 }
      }
      if count == 0 { break }
    }
    return block
  }

  /// Gives `body` the next bytes, `count` at most; how many they were, 0 only at the end.
  mutating func chunk(
    atMost count: Int64, _ body: (RawSpan) throws(ArchiveError) -> Void
  ) throws(ArchiveError) -> Int {
    if unread.isEmpty {
      let got = try source.read(into: &buffer, from: 0)
      unread = 0..<got
      if let onUnpacked, got > 0 { onUnpacked(buffer.span.bytes.extracting(first: got)) }
    }
    let length = Int(min(Int64(unread.count), count))
    let used = unread.prefix(length)
    unread = unread.dropFirst(length)
    position += Int64(length)
    if position > limit { throw TarPlace(offset: position).error(.overLimit(limit)) }
    if length > 0 { try body(buffer.span.bytes.extracting(used)) }
    return length
  }

  /// Passes over `count` bytes; how many there were, fewer only at the end.
  mutating func skip(_ count: Int64) throws(ArchiveError) -> Int64 {
    var left = count
    while left > 0 {
      var passed = seek(atMost: left)
      if passed == 0 { passed = Int64(try chunk(atMost: left) { _ throws(ArchiveError) in }) }
      if passed == 0 { break }
      left -= passed
    }
    return count - left
  }

  /// Passes over at most `count` bytes without reading them, where the file is not compressed and `onUnpacked` does not
  /// want them; how many.
  private mutating func seek(atMost count: Int64) -> Int64 {
    guard unread.isEmpty, onUnpacked == nil else { return 0 }
    let passed = source.skip(count)
    position += passed
    return passed
  }
}
