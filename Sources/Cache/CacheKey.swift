// What an object of the cache is called: a SHA-256 over all that shapes its bytes, so that an object that is found is
// the right one, whoever made it and whenever.

import Archive
package import Basics
import Files
private import Glibc
private import Synchronization

/// What shapes deflated bytes beside the content: a part of every key.
package struct CacheParameters: Hashable, Sendable {
  /// To be raised with every change of how blocks are cut or deflated.
  private static let revision = 1

  /// The parameters as they go into keys.
  package let bytes: [UInt8]

  private static let known = Mutex<[Int: CacheParameters]>([:])

  /// The parameters of this program, with the zlib that it runs with, at a level.
  package init(level: Int) {
    self = Self.known.withLock { known in
      if let parameters = known[level] { return parameters }
      let parameters = CacheParameters(new: level)
      known[level] = parameters
      return parameters
    }
  }

  private init(new level: Int) {
    // zlib-ng, where it stands in for zlib, says so in its version: "1.3.1.zlib-ng". Others do not, so what it makes of
    // a sample is a part of its name.
    let text = """
      revision \(Self.revision), zlib \(GzipMember.zlibVersion) \(Self.fingerprint(level: level)), level \(level), \
      memory 8, block \(Deflater.blockSize), window \(Deflater.windowSize)\n
      """
    bytes = Array(text.utf8)
  }
}

/// The name of an object.
package struct CacheKey: Hashable, Sendable {
  /// The SHA-256 that is the name.
  let digest: Digest

  /// The key of the deflated form of a content of `size` bytes that is cut into blocks of its own.
  package static func content(_ digest: Digest, size: Int64, _ parameters: CacheParameters) -> CacheKey {
    make("content", parameters) { hash in
      hash.update(digest.bytes)
      hash.update(number: size)
    }
  }

  /// The key of the deflated form of a block that follows `dictionary`.
  package static func block(
    _ block: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer, _ parameters: CacheParameters
  ) -> CacheKey {
    make("block", parameters) { hash in
      // The length says where one ends and the other begins.
      hash.update(number: Int64(dictionary.count))
      hash.update(dictionary)
      hash.update(block)
    }
  }

  /// The key of what is known of an artifact; `plan` stands for all that shapes it.
  package static func artifact(_ plan: Digest) -> CacheKey {
    var hash = SHA256()
    hash.update("artifact, form 2\n".utf8)
    hash.update(plan.bytes)
    return CacheKey(digest: hash.finalize())
  }

  private static func make(
    _ kind: String, _ parameters: CacheParameters, _ subject: (inout SHA256) -> Void
  ) -> CacheKey {
    var hash = SHA256()
    // Both end in a newline, which neither has within.
    hash.update("\(kind)\n".utf8)
    hash.update(parameters.bytes)
    subject(&hash)
    return CacheKey(digest: hash.finalize())
  }
}

extension SHA256 {
  /// Takes in a number as eight bytes.
  fileprivate mutating func update(number: Int64) {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: number)
    update(bytes)
  }
}

// What tells one zlib from another that has the same version: what it makes of a sample.

extension CacheParameters {
  /// The checksum of the sample, deflated after a dictionary.
  static func fingerprint(level: Int) -> String {
    let sample = ZlibSample().bytes
    do throws(DeflateError) {
      var deflater = try Deflater(level: level)
      let block = try sample.span.withUnsafeBytes { bytes throws(DeflateError) in
        try deflater.deflate(
          UnsafeRawBufferPointer(rebasing: bytes[Deflater.windowSize...]),
          after: UnsafeRawBufferPointer(rebasing: bytes[..<Deflater.windowSize]))
      }
      return "\(block.bytes.withUnsafeBytes { CRC32(of: $0).value })"
    } catch {
      // The run fails when it has to deflate. Until then its keys are those of no other run.
      return "unknown to process \(getpid()) at \(nanosecondsNow())"
    }
  }
}

/// Bytes in which the choices of a deflater show: how far it looks, how long a match it is content with, which short
/// matches it takes, where it ends a block.
private struct ZlibSample {
  private(set) var bytes: [UInt8] = []
  private var state: UInt32 = 1

  init() {
    addWords(count: 64 << 10)
    addLongMatches()
    addShortMatches()
  }

  /// Short words in an order without a period: many matches that compete.
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

  /// Matches of three bytes, more and less far than zlib takes them from (4096 bytes).
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
