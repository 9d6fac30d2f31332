// A message digest under way, by the system's libcrypto: what SHA-256 and the checksums of releases share.

private import CCrypto

/// A digest under way (FIPS 180-4), through OpenSSL's EVP interface, which uses the processor's SHA instructions.
package struct MessageDigest: ~Copyable {
  private let algorithm: ChecksumAlgorithm
  private let context: OpaquePointer

  package init(_ algorithm: ChecksumAlgorithm) {
    let type =
      switch algorithm {
      case .sha256: EVP_sha256()
      case .sha512: EVP_sha512()
      }
    // EVP_MD_CTX_new and EVP_DigestInit_ex fail only when memory is exhausted or no provider has the algorithm; nothing
    // that is read can cause either.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, type, nil) == 1 else {
      fatalError("libcrypto has no \(algorithm.rawValue)")
    }
    (self.algorithm, self.context) = (algorithm, context)
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// A second one that has taken in the same so far.
  package borrowing func copy() -> MessageDigest {
    let copy = MessageDigest(algorithm)
    // Fails only when memory is exhausted.
    guard EVP_MD_CTX_copy_ex(copy.context, context) == 1 else { fatalError("libcrypto copies no digest") }
    return copy
  }

  /// The bytes of the digest of all that was taken in.
  package consuming func finalize() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: algorithm.count)
    // Exactly so many bytes are written.
    _ = EVP_DigestFinal_ex(context, &bytes, nil)
    return bytes
  }
}

/// The algorithms of checksum files, by their names in layouts.
package enum ChecksumAlgorithm: String, CaseIterable, Sendable {
  case sha256, sha512

  /// Bytes of a digest.
  package var count: Int {
    switch self {
    case .sha256: 32
    case .sha512: 64
    }
  }
}
