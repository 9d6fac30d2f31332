// What can go wrong while an archive is read: the system, the compression around it, or the tar inside.

import Basics
package import Files

/// An archive that could not be read.
package enum ArchiveError: Error, Equatable, Sendable {
  case system(SystemError)
  /// The path names something that is no regular file; `found` says what, as in "a FIFO".
  case notARegularFile(path: [UInt8], found: String)
  case gzip(UnpackError)
  case zstd(UnpackError)
  /// It is compressed with zstd, and the library that reads that is not there.
  case zstdMissing
  case tar(TarError)
}

extension ArchiveError {
  /// One line for people that always starts with a path: the failed call's own, else `path`.
  package func message(for path: [UInt8]) -> String {
    switch self {
    case .system(let error): error.description
    case .notARegularFile(let path, let found): "\(escapedName(path)): expected a regular file, found \(found)"
    default: "\(escapedName(path)): \(fault)"
    }
  }

  /// What is wrong with the bytes, without the path of the file, which only errors of the system name.
  package var fault: String {
    switch self {
    case .system(let error): error.description
    case .notARegularFile(_, let found): "expected a regular file, found \(found)"
    case .gzip(let error): error.description(for: .gzip)
    case .zstd(let error): error.description(for: .zstd)
    case .zstdMissing: "is compressed with zstd, which \(Compression.zstdMissing)"
    case .tar(let error): error.description
    }
  }
}
