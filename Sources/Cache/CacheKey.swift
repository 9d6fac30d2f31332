// The name of an object in the cache: a SHA-256 over everything that shapes its bytes. So an object with this name is
// the right one, no matter which run made it.

package import Archive
package import Basics

/// The name of an object.
package struct CacheKey: Hashable, Sendable {
  /// The SHA-256 that is the name.
  let digest: Digest

  /// The key of the encoded form of a content of `size` bytes that is cut into separate blocks.
  package static func content(_ digest: Digest, size: Int64, _ codec: any Codec) -> CacheKey {
    make("content", codec) { hash in
      hash.update(digest.bytes)
      hash.update(number: size)
    }
  }

  /// The key of the encoded form of a block that follows `dictionary`.
  package static func block(
    _ block: UnsafeRawBufferPointer, after dictionary: UnsafeRawBufferPointer, _ codec: any Codec
  ) -> CacheKey {
    make("block", codec) { hash in
      // The length marks the end of the dictionary and the start of the block.
      hash.update(number: Int64(dictionary.count))
      hash.update(dictionary)
      hash.update(block)
    }
  }

  /// The key of the encoded forms of several small contents, `all` of them one after another, each of which is a stream
  /// of its own.
  package static func members(_ all: UnsafeRawBufferPointer, sizes: [Int], _ codec: any Codec) -> CacheKey {
    make("members", codec) { hash in
      // The count of the sizes marks their end and the start of the contents.
      for number in [sizes.count] + sizes { hash.update(number: Int64(number)) }
      hash.update(all)
    }
  }

  /// The key of the record of an artifact; `plan` is the digest of everything that shapes it.
  package static func artifact(_ plan: Digest) -> CacheKey {
    var hash = SHA256()
    hash.update("artifact, form 2\n".utf8)
    hash.update(plan.bytes)
    return CacheKey(digest: hash.finalize())
  }

  /// The key of a checksum of the content with the SHA-256 `digest`.
  package static func checksum(_ algorithm: ChecksumAlgorithm, of digest: Digest) -> CacheKey {
    var hash = SHA256()
    hash.update("\(algorithm.rawValue) of sha256\n".utf8)
    hash.update(digest.bytes)
    return CacheKey(digest: hash.finalize())
  }

  private static func make(
    _ kind: String, _ codec: any Codec, _ subject: (inout SHA256) -> Void
  ) -> CacheKey {
    var hash = SHA256()
    // A newline ends each of the two; neither contains one.
    hash.update("\(kind)\n".utf8)
    hash.update("\(codec.identity)\n".utf8)
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
