// The bytes inside a file that may be compressed: members of gzip and frames of zstd are unpacked and joined, all else
// passes through.

/// A file read through gzip (RFC 1952) or zstd (RFC 8878) when it starts as such, else as it is. Memory is one buffer and
/// what the library takes.
struct UnpackingReader: ~Copyable {
  private static let bufferSize = 128 << 10

  private var source: ByteSource
  private var unpacker = Unpacker.none
  private var buffer = [UInt8](repeating: 0, count: bufferSize)
  /// The part of `buffer` that is still to be used.
  private var unread = 0..<0
  /// Bytes of the file before `unread`.
  private var offset: Int64 = 0
  private(set) var compression: Compression?
  private var isInsideMember = false

  /// Looks at the first bytes of `source`.
  init(_ source: consuming ByteSource) throws(ArchiveError) {
    self.source = source
    try fill(atLeast: Compression.markLength)
    compression = Compression(of: buffer[unread])
    unpacker = try Unpacker(compression)
    isInsideMember = compression != nil
  }

  /// Fills `output` from `index` on with one byte or more; the number of bytes, 0 at the end of a sound file.
  mutating func read(into output: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    guard let compression else { return try readPlain(into: &output, from: index) }
    while try startMember(of: compression) {
      if unread.isEmpty { try fill(atLeast: 1) }
      let isAtEnd = unread.isEmpty
      // At the end of the file the library may still hold bytes that had no room in the last call's output.
      let step = unpacker.unpack(&buffer, unread, into: &output, from: index)
      use(step.consumed)
      switch step.outcome {
      case .damaged(let reason): throw compression.error(.damaged(offset: offset, reason: reason))
      case .memberEnded: isInsideMember = false
      case .more where isAtEnd && step.produced == 0: throw compression.error(.cut(offset: offset))
      case .more: break
      }
      if step.produced > 0 { return step.produced }
    }
    return 0
  }

  /// Whether there is a member or frame to go on with; false at the end of the file, which follows one or zeros
  /// behind it.
  private mutating func startMember(of compression: Compression) throws(ArchiveError) -> Bool {
    if isInsideMember { return true }
    try fill(atLeast: Compression.markLength)
    if unread.isEmpty { return false }
    guard Compression(of: buffer[unread]) == compression else {
      try readPadding(behind: compression)
      return false
    }
    unpacker.reset()
    isInsideMember = true
    return true
  }

  /// Reads the zeros that fill up the last record of a tape, and of a pipe that `bsdtar -cz` writes to.
  ///
  /// `.trailingBytes` when anything else is there.
  private mutating func readPadding(behind compression: Compression) throws(ArchiveError) {
    let start = offset
    while !unread.isEmpty {
      guard buffer[unread].allSatisfy({ $0 == 0 }) else {
        throw compression.error(.trailingBytes(offset: start))
      }
      use(unread.count)
      try fill(atLeast: 1)
    }
  }

  /// Bytes that are still there; nil for a compressed file, where that is not known.
  var available: Int64? { compression == nil ? source.available + Int64(unread.count) : nil }

  /// Passes over as many of the next `count` bytes as need not be read to know what follows; 0 for a compressed file.
  mutating func skip(_ count: Int64) -> Int64 {
    if compression != nil { return 0 }
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

/// The library that undoes the compression of a file, under way.
enum Unpacker: ~Copyable {
  /// Nothing: the file is not compressed.
  case none
  case gzip(Inflater)
  case zstd(ZstdStream)

  /// What one call did.
  struct Step {
    let consumed: Int
    let produced: Int
    let outcome: Outcome
  }

  /// What came of a step.
  enum Outcome: Equatable {
    case more
    /// A member of gzip or a frame of zstd has ended.
    case memberEnded
    /// The input is not what the format allows; the library's own words.
    case damaged(String)
  }

  /// The unpacker for `compression`.
  init(_ compression: Compression?) throws(ArchiveError) {
    switch compression {
    case nil: self = .none
    case .gzip: self = .gzip(Inflater(.gzip))
    case .zstd: self = .zstd(try ZstdStream())
    }
  }

  /// Makes ready for the next member; libzstd goes on with the next frame by itself.
  func reset() {
    switch self {
    case .gzip(let inflater): inflater.reset()
    case .none: break
    case .zstd: break
    }
  }

  /// Unpacks `input` within `range` into `output` from `index` on, until either is used up or the member ends.
  func unpack(_ input: inout [UInt8], _ range: Range<Int>, into output: inout [UInt8], from index: Int) -> Step {
    switch self {
    case .none: Step(consumed: 0, produced: 0, outcome: .memberEnded)
    case .gzip(let inflater): inflater.inflate(&input, range, into: &output, from: index)
    case .zstd(let stream): stream.decompress(input, range, into: &output, from: index)
    }
  }
}
