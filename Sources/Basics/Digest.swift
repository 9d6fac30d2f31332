// A SHA-256 value, and the streaming computation of one.

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

/// A SHA-256 under way.
package struct SHA256: ~Copyable {
  private var digest: MessageDigest

  package init() { digest = MessageDigest(.sha256) }

  private init(_ digest: consuming MessageDigest) { self.digest = digest }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) { digest.update(bytes) }

  /// Takes in `bytes`.
  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
    if done == nil { update(ContiguousArray(bytes)) }
  }

  /// A second one that has taken in the same so far.
  package borrowing func copy() -> SHA256 { SHA256(digest.copy()) }

  /// The digest of all that was taken in.
  package consuming func finalize() -> Digest { Digest(bytes: digest.finalize()) }

  /// The digest of `bytes`.
  package static func digest(of bytes: some Sequence<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finalize()
  }
}
