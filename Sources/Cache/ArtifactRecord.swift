// The record that the cache keeps of a written artifact.

package import Basics

/// The facts about an artifact that are known only once it is made.
package struct ArtifactRecord: Equatable {
  /// Digest of its file.
  package let digest: Digest
  /// Bytes of its file.
  package let size: Int64
  /// Digest of the plain tar in it; nil where no run needed it.
  package let tarDigest: Digest?
  package let tarSize: Int64
  /// Digest of the archive beside it; nil for none.
  package let companionDigest: Digest?
  /// Whether it was one file in all of its places, as it is where the file systems allow links between them.
  package let isOneFile: Bool
  /// The objects that it was made of; they stay in use as long as it does.
  package let objects: [CacheKey]

  package init(
    digest: Digest, size: Int64, tarDigest: Digest?, tarSize: Int64, companionDigest: Digest?, isOneFile: Bool,
    objects: [CacheKey]
  ) {
    self.digest = digest
    self.size = size
    self.tarDigest = tarDigest
    self.tarSize = tarSize
    self.companionDigest = companionDigest
    self.isOneFile = isOneFile
    self.objects = objects
  }

  /// Bytes of all but the objects: digest (32), size (8), digest (32) and size (8) of the tar, digest of the companion
  /// (32), 1 or 0 for one file (8). The names of the objects follow, 32 bytes each.
  private static let headSize = 120

  /// Reads a record from `bytes`; nil when they are no record. A digest of 32 zeros means none.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.headSize, (bytes.count - Self.headSize) % 32 == 0 else { return nil }
    let span = bytes.span.bytes
    func digest(at offset: Int) -> Digest? { Digest(kept: span.bytes(at: offset, count: 32)) }
    func digestIfThere(at offset: Int) -> Digest? {
      digest(at: offset).flatMap { $0.bytes.allSatisfy { $0 == 0 } ? nil : $0 }
    }
    let flag = span.number(at: 112, as: Int64.self)
    guard let file = digest(at: 0), (0...1).contains(flag) else { return nil }
    self.digest = file
    size = span.number(at: 32, as: Int64.self)
    tarDigest = digestIfThere(at: 40)
    tarSize = span.number(at: 72, as: Int64.self)
    companionDigest = digestIfThere(at: 80)
    isOneFile = flag == 1
    objects = stride(from: Self.headSize, to: bytes.count, by: 32).compactMap { digest(at: $0).map(CacheKey.init) }
  }

  /// The bytes of the record in the cache.
  package var bytes: [UInt8] {
    let none = [UInt8](repeating: 0, count: 32)
    var bytes = digest.bytes
    bytes.append(littleEndian: size)
    bytes += tarDigest?.bytes ?? none
    bytes.append(littleEndian: tarSize)
    bytes += companionDigest?.bytes ?? none
    bytes.append(littleEndian: Int64(isOneFile ? 1 : 0))
    return bytes + objects.flatMap(\.digest.bytes)
  }
}
