// The compressions that archives are read through: the first bytes that each is known by, and what can be wrong with it.

/// A compression that is undone while an archive is read.
package enum Compression: String, CaseIterable, Sendable {
  case gzip, zstd

  /// Bytes that `init(of:)` must be given.
  package static let markLength = 4

  static let gzipMark: [UInt8] = [0x1F, 0x8B]  // RFC 1952, 2.3.1
  static let zstdMark: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]  // RFC 8878, 3.1.1
  /// What follows the first byte, 0x50 to 0x5F, of a frame to be skipped (RFC 8878, 3.1.2).
  static let skippableMark: [UInt8] = [0x2A, 0x4D, 0x18]

  /// The name under which the system has the library that zstd is undone with.
  static let zstdLibrary = "libzstd.so.1"
  /// What is said of something that is compressed with zstd where that library is not there.
  package static let zstdMissing = "takes the system's libzstd (\(zstdLibrary)), which is not here"

  /// The compression of what begins with `bytes`; nil for all else, be it compressed in another way.
  package init?(of bytes: some Collection<UInt8>) {
    let isSkippable = bytes.first.map { $0 & 0xF0 == 0x50 } ?? false
    if bytes.starts(with: Self.gzipMark) {
      self = .gzip
    } else if bytes.starts(with: Self.zstdMark) || isSkippable && bytes.dropFirst().starts(with: Self.skippableMark) {
      self = .zstd
    } else {
      return nil
    }
  }

  /// The error that what is compressed so is wrong in the way that `fault` says.
  func error(_ fault: UnpackError) -> ArchiveError {
    switch self {
    case .gzip: .gzip(fault)
    case .zstd: .zstd(fault)
    }
  }
}

/// A compressed file that is not sound.
package enum UnpackError: Error, Equatable, Sendable {
  /// The file ends at byte `offset`, inside a member of gzip or a frame of zstd.
  case cut(offset: Int64)
  /// The library refused what stands before byte `offset`; `reason` is its own text.
  case damaged(offset: Int64, reason: String)
  /// At byte `offset` a member or frame ended, and what follows is none.
  case trailingBytes(offset: Int64)

  /// The message for what is compressed with `compression`.
  func description(for compression: Compression) -> String {
    let unit = compression == .gzip ? "member" : "frame"
    return switch self {
    case .cut(let offset): "\(compression): the file ends at byte \(offset), inside a \(unit)"
    case .damaged(let offset, let reason) where compression == .gzip:
      "gzip: damaged before byte \(offset): \(reason)"
    // libzstd refuses sound frames too, those of a window that takes too much memory.
    case .damaged(let offset, let reason): "zstd: cannot be read before byte \(offset): \(reason)"
    case .trailingBytes(let offset):
      "\(compression): expected the end or another \(unit) at byte \(offset), found other bytes"
    }
  }
}
