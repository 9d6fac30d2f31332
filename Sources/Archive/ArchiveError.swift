// What can go wrong while an archive is read: the system, the gzip around it, or the tar inside.

/// An archive that could not be read.
package enum ArchiveError: Error, Equatable, Sendable {
  case system(SystemError)
  /// The path names something that is no regular file; `found` says what, as in "a FIFO".
  case notARegularFile(path: [UInt8], found: String)
  case gzip(GzipError)
  case tar(TarError)
}

extension ArchiveError {
  /// One line for people that always starts with a path: the failed call's own, else `path`.
  package func message(for path: [UInt8]) -> String {
    switch self {
    case .system(let error): error.description
    case .notARegularFile(let path, let found): "\(escapedName(path)): expected a regular file, found \(found)"
    case .gzip(let error): "\(escapedName(path)): \(error)"
    case .tar(let error): "\(escapedName(path)): \(error)"
    }
  }
}

/// A gzip file that is not sound (RFC 1952).
package enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file ends at byte `offset`, inside a member.
  case cut(offset: Int64)
  /// zlib refused what stands before byte `offset`; `reason` is its own text.
  case damaged(offset: Int64, reason: String)
  /// At byte `offset` a member ended, and what follows is no member.
  case trailingBytes(offset: Int64)

  package var description: String {
    switch self {
    case .cut(let offset): "gzip: the file ends at byte \(offset), inside a member"
    case .damaged(let offset, let reason): "gzip: damaged before byte \(offset): \(reason)"
    case .trailingBytes(let offset): "gzip: expected the end or another member at byte \(offset), found other bytes"
    }
  }
}
