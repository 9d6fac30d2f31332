// The bytes inside a file that may be compressed: gzip members are inflated and joined, all else passes through.

/// A file read through gzip (RFC 1952) when it starts with the magic of gzip, else as it is. Memory is one buffer.
struct GzipReader: ~Copyable {
  private static let magic: [UInt8] = [0x1F, 0x8B]
  private static let bufferSize = 128 << 10

  private var source: ByteSource
  private var inflater = Inflater()
  private var buffer = [UInt8](repeating: 0, count: bufferSize)
  /// The part of `buffer` that is still to be used.
  private var unread = 0..<0
  /// Bytes of the file before `unread`.
  private var offset: Int64 = 0
  private(set) var isCompressed = false
  private var isInsideMember = false

  /// Looks at the first two bytes of `source`.
  init(_ source: consuming ByteSource) throws(ArchiveError) {
    self.source = source
    try fill(atLeast: Self.magic.count)
    isCompressed = startsWithMagic
    isInsideMember = isCompressed
  }

  /// Fills `output` from `index` on with one byte or more; the number of bytes, 0 at the end of a sound file.
  mutating func read(into output: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    guard isCompressed else { return try readPlain(into: &output, from: index) }
    while try startMember() {
      if unread.isEmpty { try fill(atLeast: 1) }
      let isAtEnd = unread.isEmpty
      // At the end of the file zlib may still hold bytes that had no room in the last call's output.
      let step = inflater.inflate(&buffer, unread, into: &output, from: index)
      use(step.consumed)
      switch step.outcome {
      case .damaged(let reason): throw .gzip(.damaged(offset: offset, reason: reason))
      case .memberEnded: isInsideMember = false
      case .more where isAtEnd && step.produced == 0: throw .gzip(.cut(offset: offset))
      case .more: break
      }
      if step.produced > 0 { return step.produced }
    }
    return 0
  }

  private var startsWithMagic: Bool { buffer[unread].starts(with: Self.magic) }

  /// Whether there is a member to go on with; false at the end of the file, which follows a member or zeros behind it.
  private mutating func startMember() throws(ArchiveError) -> Bool {
    if isInsideMember { return true }
    try fill(atLeast: Self.magic.count)
    if unread.isEmpty { return false }
    guard startsWithMagic else {
      try readPadding()
      return false
    }
    inflater.reset()
    isInsideMember = true
    return true
  }

  /// Reads the zeros that fill up the last record of a tape, and of a pipe that `bsdtar -cz` writes to.
  ///
  /// `.trailingBytes` when anything else is there.
  private mutating func readPadding() throws(ArchiveError) {
    let start = offset
    while !unread.isEmpty {
      guard buffer[unread].allSatisfy({ $0 == 0 }) else { throw .gzip(.trailingBytes(offset: start)) }
      use(unread.count)
      try fill(atLeast: 1)
    }
  }

  /// Bytes that are still there; nil for a compressed file, where only the end tells.
  var available: Int64? { isCompressed ? nil : source.available + Int64(unread.count) }

  /// Passes over as many of the next `count` bytes as need not be read to know what follows; 0 for a compressed file.
  mutating func skip(_ count: Int64) -> Int64 {
    if isCompressed { return 0 }
    let buffered = Int(min(Int64(unread.count), count))
    use(buffered)
    return Int64(buffered) + source.skip(count - Int64(buffered))
  }

  private mutating func readPlain(into output: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    if unread.isEmpty { return try source.fill(&output, from: index) }
    let count = min(unread.count, output.count - index)
    output.replaceSubrange(index..<(index + count), with: buffer[unread].prefix(count))
    use(count)
    return count
  }

  private mutating func use(_ count: Int) {
    unread = (unread.lowerBound + count)..<unread.upperBound
    offset += Int64(count)
  }

  /// Reads until `count` bytes, a handful at most, are there or the file ends.
  private mutating func fill(atLeast count: Int) throws(ArchiveError) {
    guard unread.count < count else { return }
    buffer.replaceSubrange(0..<unread.count, with: Array(buffer[unread]))
    unread = 0..<unread.count
    while unread.count < count {
      let got = try source.fill(&buffer, from: unread.upperBound)
      if got == 0 { return }
      unread = 0..<(unread.upperBound + got)
    }
  }
}
