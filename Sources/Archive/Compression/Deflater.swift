// Raw deflate with the system's zlib. Each block becomes a piece of a deflate stream that ends on a byte boundary, so
// that pieces from different cores join into one stream.
// RFC 1951; zlib.h; zlib's examples/gzjoin.c and pigz join sync-flushed pieces in the same way.

import Basics
private import CZlib
import Files
private import Glibc
private import Synchronization

/// Deflates one block after another, each with a new stream of the system's zlib: after a `deflateReset`, the output of
/// zlib-ng depends on the earlier use of the stream.
package struct Deflater: ~Copyable {
  /// Bytes before a block to which it may refer: 32 KiB.
  package static let windowSize = 32 << 10
  /// Bytes of a block, in a run and in a source that is cut into blocks.
  package static let blockSize: Int64 = 512 << 10

  private let level: CInt
  /// On the heap, because zlib keeps a pointer back to it and checks it.
  private let stream: UnsafeMutablePointer<z_stream>
  private var isNew = true
  /// The buffer for deflated bytes. It is used again for each block, so that it stays in the processor's cache.
  private var output = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)

  /// A deflater of `level` 0 (stored) to 9. Throws when memory is exhausted.
  package init(level: Int) throws(DeflateError) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    let level = CInt(clamping: level)
    let code = Self.begin(stream, level)
    guard code == Z_OK else {
      stream.deallocate()
      throw DeflateError(code: code)
    }
    self.level = level
    self.stream = stream
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// Deflates `bytes`, which follow `dictionary` (at most `windowSize` bytes) in the stream.
  package mutating func deflate(
    _ bytes: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer
  ) throws(DeflateError) -> EncodedBlock {
    try renew()
    if let start = dictionary.bindMemory(to: UInt8.self).baseAddress, !dictionary.isEmpty {
      try check(deflateSetDictionary(stream, start, UInt32(dictionary.count)))
    }
    let code = deflate(bytes, Z_SYNC_FLUSH)
    try check(code)
    return try block(of: bytes)
  }

  /// Deflates `bytes` as a stream of their own, with its end.
  package mutating func deflateWhole(_ bytes: UnsafeRawBufferPointer) throws(DeflateError) -> EncodedBlock {
    try renew()
    let code = deflate(bytes, Z_FINISH)
    guard code == Z_STREAM_END else { throw DeflateError(code: code == Z_OK ? Z_BUF_ERROR : code) }
    return try block(of: bytes)
  }

  /// Makes the stream one that has deflated nothing.
  private mutating func renew() throws(DeflateError) {
    if !isNew {
      deflateEnd(stream)
      try check(Self.begin(stream, level))
    }
    isNew = false
  }

  /// Deflates all of `bytes` into `output`; gives zlib's return code.
  private mutating func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: CInt) -> CInt {
    // zlib reads through the pointer without changing it, and never past avail_in.
    stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    // The bound is for a finished stream. A sync flush adds five bytes, and stored blocks of level 0 a few more.
    let capacity = Int(deflateBound(stream, UInt(bytes.count))) + 64
    if output.count < capacity {
      output.deallocate()
      output = .allocate(capacity: capacity)
    }
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(output.count)
    return CZlib.deflate(stream, flush)
  }

  /// What was deflated; all input is taken and room is left, so the flush or the end is complete.
  private func block(of bytes: UnsafeRawBufferPointer) throws(DeflateError) -> EncodedBlock {
    guard stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0 else { throw DeflateError(code: Z_BUF_ERROR) }
    let deflated = UnsafeBufferPointer(rebasing: output[..<(output.count - Int(stream.pointee.avail_out))])
    return EncodedBlock(bytes: Array(deflated), crc: CRC32(of: bytes))
  }

  /// Makes a new stream; gives zlib's return code.
  private static func begin(_ stream: UnsafeMutablePointer<z_stream>, _ level: CInt) -> CInt {
    stream.initialize(to: z_stream())
    // -15: raw deflate with the whole window. 8: the memory level with the best size (zlib's default).
    return kpack_deflate_init(stream, level, -15, 8)
  }

  private func check(_ code: CInt) throws(DeflateError) {
    if code != Z_OK { throw DeflateError(code: code) }
  }
}

/// zlib failed.
package struct DeflateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// zlib's return code (zlib.h).
  package let code: CInt

  package var description: String {
    code == Z_MEM_ERROR ? "zlib: out of memory" : "zlib failed with code \(code)"
  }
}

/// Stored blocks of deflate, for bytes that are compressed already (RFC 1951, 3.2.4).
package enum StoredBlocks {
  /// The most bytes that one stored block holds.
  private static let longest = 0xFFFF

  /// Bytes of a piece of stored content, which fill whole stored blocks.
  package static let pieceSize = 4 * longest

  /// `bytes` as stored blocks that are not the last of their stream.
  package static func encode(_ bytes: UnsafeRawBufferPointer) -> EncodedBlock {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(bytes.count + 5 * (bytes.count / longest + 1))
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(longest)
      let length = UInt16(chunk.count)
      encoded += [0, UInt8(truncatingIfNeeded: length), UInt8(length >> 8)]
      encoded += [UInt8(truncatingIfNeeded: ~length), UInt8(~length >> 8)]
      encoded.append(contentsOf: chunk)
      rest = rest.dropFirst(longest)
    }
    return EncodedBlock(bytes: encoded, crc: CRC32(of: bytes))
  }
}

extension Deflater {
  /// Raise it with every change of how blocks are cut or deflated.
  private static let revision = 1

  private static let identities = Mutex<[Int: String]>([:])

  /// Everything that shapes deflated bytes at a level, with the zlib of this process.
  static func identity(level: Int) -> String {
    identities.withLock { known in
      if let identity = known[level] { return identity }
      let identity = newIdentity(level: level)
      known[level] = identity
      return identity
    }
  }

  private static func newIdentity(level: Int) -> String {
    // As a replacement of zlib, zlib-ng gives the version "1.3.1.zlib-ng". Other replacements give zlib's own version,
    // so the checksum of a deflated sample is added.
    """
    revision \(revision), zlib \(GzipMember.zlibVersion) \(fingerprint(level: level)), level \(level), memory 8, \
    block \(blockSize), window \(windowSize)
    """
  }

  /// The checksum of the sample, deflated after a dictionary.
  private static func fingerprint(level: Int) -> String {
    let sample = ZlibSample().bytes
    do throws(DeflateError) {
      var deflater = try Deflater(level: level)
      let block = try sample.span.withUnsafeBytes { bytes throws(DeflateError) in
        try deflater.deflate(
          UnsafeRawBufferPointer(rebasing: bytes[windowSize...]),
          after: UnsafeRawBufferPointer(rebasing: bytes[..<windowSize]))
      }
      return "\(block.bytes.withUnsafeBytes { CRC32(of: $0).value })"
    } catch {
      // The run fails when it has to deflate. Until then, its keys match those of no other run.
      return "unknown to process \(getpid()) at \(nanosecondsNow())"
    }
  }
}

/// Bytes that show the choices of a deflater: how far it searches, how long a match is good enough, which short matches
/// it takes, where it ends a block.
private struct ZlibSample {
  private(set) var bytes: [UInt8] = []
  private var state: UInt32 = 1

  init() {
    addWords(count: 64 << 10)
    addLongMatches()
    addShortMatches()
  }

  /// Short words in an order that does not repeat, for many competing matches.
  private mutating func addWords(count: Int) {
    let words = ["the ", "release ", "of ", "archive", "\n", "0x7f", "block ", "deflate"].map { Array($0.utf8) }
    while bytes.count < count { bytes += words[Int(next() >> 29)] }
  }

  /// A near match and a longer one behind it, of lengths up to the longest that there is (258, RFC 1951, 3.2.5).
  private mutating func addLongMatches() {
    for length in [12, 24, 40, 72, 100, 140, 200, 250] {
      let text = noise(300)
      bytes += text + noise(40) + text.prefix(length) + noise(40) + text
    }
  }

  /// Matches of three bytes, nearer and farther than zlib's limit for them (4096 bytes).
  private mutating func addShortMatches() {
    for distance in [2000, 4000, 4200, 8000, 20_000, 30_000] {
      let start = bytes.count
      bytes += noise(600)
      bytes += noise(distance - 600)
      for piece in 0..<30 { bytes += bytes[(start + piece * 20)..<(start + piece * 20 + 3)] + noise(17) }
    }
  }

  private mutating func noise(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next() >> 24) } }

  private mutating func next() -> UInt32 {
    // Numerical Recipes, 7.1: a linear congruential generator.
    state = state &* 1_664_525 &+ 1_013_904_223
    return state
  }
}
