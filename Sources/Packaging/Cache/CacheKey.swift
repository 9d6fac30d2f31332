// What an object of the cache is called: a SHA-256 over all that shapes its bytes, so that an object that is found is
// the right one, whoever made it and whenever.

internal import Archive
private import Glibc
private import Synchronization

/// What shapes deflated bytes beside the content: a part of every key.
struct CacheParameters: Hashable, Sendable {
  /// To be raised with every change of how blocks are cut or deflated.
  private static let revision = 1

  /// The parameters as they go into keys.
  let bytes: [UInt8]

  private static let known = Mutex<[Int: CacheParameters]>([:])

  /// The parameters of this program, with the zlib that it runs with, at a level.
  init(level: Int) {
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
      memory 8, block \(BlockSchedule.blockSize), window \(Deflater.windowSize)\n
      """
    bytes = Array(text.utf8)
  }
}

/// The name of an object.
struct CacheKey: Hashable, Sendable {
  /// The SHA-256 that is the name.
  let digest: Digest

  /// The key of the deflated form of a content of `size` bytes that is cut into blocks of its own.
  static func content(_ digest: Digest, size: Int64, _ parameters: CacheParameters) -> CacheKey {
    make("content", parameters) { hash in
      hash.update(digest.bytes)
      hash.update(number: size)
    }
  }

  /// The key of the deflated form of a block that follows `dictionary`.
  static func block(
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
  static func artifact(_ plan: Digest) -> CacheKey {
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
