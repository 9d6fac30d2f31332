// Unpacking archives of images: where and how much, where their bytes go while they are read, and what their faults are
// called.

import Archive
import Basics
import Files

/// Where compressed bytes of images are unpacked to, and how much of them.
package struct Unpacking: Sendable {
  /// The folder near which nameless files are made.
  let folder: String
  /// The most bytes that an archive, or all layers of one image, may unpack to.
  let limit: Int64

  package init(near folder: String, limit: Int64 = TarReader.defaultLimit) {
    self.folder = folder
    self.limit = limit
  }
}

/// Takes the unpacked bytes of one archive; a class, because the reader gives them to a closure.
final class UnpackedBytes {
  /// Keeps the bytes; nil when they are in a file as they are.
  let spool: Spool?
  /// Bytes so far.
  private(set) var count: Int64 = 0
  private let isHashed: Bool
  private var hash = SHA256()
  private var fault: (any Error)?

  /// Bytes that go into `spool`, and are hashed when their digest will be asked for.
  init(spool: Spool?, isHashed: Bool = true) {
    self.spool = spool
    self.isHashed = isHashed
  }

  func append(_ span: RawSpan) {
    span.withUnsafeBytes { bytes in
      if isHashed { hash.update(bytes) }
      count += Int64(bytes.count)
      guard let spool, fault == nil else { return }
      do throws(SystemError) { try spool.append(bytes) } catch { fault = error }
    }
  }

  /// Notes why the archive is refused; the first reason stays.
  func refuse(_ error: any Error) { fault = fault ?? error }

  /// Throws the reason that was noted, or what went wrong with the file.
  func check() throws {
    if let fault { throw fault }
  }

  /// The digest of all bytes, where they are hashed; to be called once.
  func digest() -> ImageDigest {
    var all = SHA256()
    swap(&all, &hash)
    return ImageDigest(all.finalize())
  }
}

extension ArchiveError {
  /// The error for the archive `name` that `field` of `place` names; errors of the system stay as they are.
  func imageError(_ place: String, _ field: String, _ name: String?) -> any Error {
    let prefix = name.map { "\($0): " } ?? ""
    return switch self {
    case .system(let error): error
    default: ImageError(place, field, "\(prefix)\(fault)")
    }
  }
}

extension TarWarning {
  /// Whether zeros are missing at the end, and nothing else.
  var isCutEnd: Bool {
    switch self {
    case .endMarkMissing, .paddingCut: true
    default: false
    }
  }

  /// Whether bytes follow the end: readers that read on see another archive than those that stop.
  var isBehindEnd: Bool {
    if case .bytesBehindEnd = self { true } else { false }
  }
}
