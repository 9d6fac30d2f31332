// What a cache keeps of an archive that was written.

package import Archive
package import Basics
import Files

/// What came of an archive: digest (32 bytes), size (8), digest (32) and size (8) of the tar in it, and the names of
/// objects (32 each).
package struct ArchiveRecord: Equatable {
  package let digest: Digest
  package let size: Int64
  /// Nil where no run asked for it: 32 zeros.
  package let tarDigest: Digest?
  package let tarSize: Int64
  /// The objects that the archive was made of: they are in use as long as it is.
  package let objects: [CacheKey]

  package init(_ archive: GzipArchive, objects: [CacheKey]) {
    digest = archive.digest
    size = archive.file.identity.size
    tarDigest = archive.tarDigest
    tarSize = archive.tarSize
    self.objects = objects
  }

  /// The record that `bytes` are; nil when they are none.
  init?(_ bytes: [UInt8]) {
    let headSize = 80
    guard bytes.count >= headSize, bytes.count % 32 == headSize % 32 else { return nil }
    let span = bytes.span.bytes
    func digest(at offset: Int) -> Digest? { Digest(kept: span.bytes(at: offset, count: 32)) }
    guard let archive = digest(at: 0), let tar = digest(at: 40) else { return nil }
    self.digest = archive
    size = span.number(at: 32, as: Int64.self)
    tarDigest = tar.bytes.allSatisfy { $0 == 0 } ? nil : tar
    tarSize = span.number(at: 72, as: Int64.self)
    objects = stride(from: headSize, to: bytes.count, by: 32).compactMap { digest(at: $0).map(CacheKey.init) }
  }

  package var bytes: [UInt8] {
    var bytes = digest.bytes
    bytes.append(littleEndian: size)
    bytes += tarDigest?.bytes ?? [UInt8](repeating: 0, count: 32)
    bytes.append(littleEndian: tarSize)
    return bytes + objects.flatMap(\.digest.bytes)
  }
}
