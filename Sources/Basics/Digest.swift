// A SHA-256 value, and the streaming computation of one by the system's libcrypto.

private import CCrypto

/// A SHA-256 value: 32 bytes, shown as 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// The 32 bytes of the digest.
  package let bytes: [UInt8]

  fileprivate init(bytes: [UInt8]) { self.bytes = bytes }

  /// The digest of these bytes, which were kept somewhere; nil when they are not 32.
  package init?(kept bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// The digest that 64 lower-case hexadecimal digits write; nil for any other text.
  package init?(hex digits: [UInt8]) {
    guard let bytes = Hex.bytes(of: digits) else { return nil }
    self.init(kept: bytes)
  }

  package var description: String { Hex.text(of: bytes) }
}

/// A SHA-256 under way (FIPS 180-4), through OpenSSL's EVP interface, which uses the processor's SHA instructions.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  package init() {
    // EVP_MD_CTX_new and EVP_DigestInit_ex fail only when memory is exhausted or no provider has SHA-256; nothing
    // that is read can cause either.
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("libcrypto has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    _ = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if done == nil { update(ContiguousArray(bytes)) }
  }

  /// A second one that has taken in the same so far.
  package borrowing func copy() -> SHA256 {
    let copy = SHA256()
    // Fails only when memory is exhausted.
    guard EVP_MD_CTX_copy_ex(copy.context, context) == 1 else { fatalError("libcrypto copies no SHA-256") }
    return copy
  }

  /// The digest of all that was taken in.
  package consuming func finalize() -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    // EVP_sha256 writes exactly 32 bytes.
    _ = EVP_DigestFinal_ex(context, &bytes, nil)
    return Digest(bytes: bytes)
  }

  /// The digest of `bytes`.
  package static func digest(of bytes: some Sequence<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }
}
