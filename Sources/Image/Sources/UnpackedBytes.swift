// Where the bytes of an archive go while it is read: into a digest, and into a spool when they were compressed.

import Archive
import Basics
import Files

/// The unpacked bytes of one archive on their way; a class, for the reader gives them to a closure.
final class UnpackedBytes {
  /// Keeps the bytes; nil when they stand in a file as they are.
  let spool: Spool?
  /// Bytes so far.
  private(set) var count: Int64 = 0
  private let isHashed: Bool
  private var hash = SHA256()
  private var fault: (any Error)?

  /// Bytes that go into `spool`, and into a hash when somebody will ask for their digest.
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

  /// Notes why the archive is not taken; the first reason stays.
  func refuse(_ error: any Error) { fault = fault ?? error }

  /// Throws what went wrong on the way.
  func check() throws {
    if let fault { throw fault }
  }

  /// The digest of all bytes, which are hashed; to be asked for once.
  func digest() -> ImageDigest {
    var all = SHA256()
    swap(&all, &hash)
    return ImageDigest(all.finalize())
  }
}

extension ArchiveError {
  /// The error for an archive that stands at `place`, `field`, under `name`; the system's own errors stay.
  func imageError(_ place: String, _ field: String, _ name: String?) -> any Error {
    let prefix = name.map { "\($0): " } ?? ""
    return switch self {
    case .system(let error): error
    default: ImageError(place, field, "\(prefix)\(fault)")
    }
  }
}

extension TarWarning {
  /// Whether zeros lack at the end, but no content.
  var isCutEnd: Bool {
    switch self {
    case .endMarkMissing, .paddingCut: true
    default: false
    }
  }

  /// Whether two readers may see different archives, for one of them reads on.
  var isBehindEnd: Bool {
    if case .bytesBehindEnd = self { true } else { false }
  }
}
