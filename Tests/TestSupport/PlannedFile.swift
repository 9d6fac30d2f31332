// Source files as a plan sees them.

@testable import Files
import Glibc

extension SourceFile {
  /// The file at `path` as it stands now.
  static func planned(at path: [UInt8]) throws -> SourceFile {
    let handle = try FileHandle(opening: path, O_RDONLY)
    return SourceFile(path: path, identity: FileIdentity(try handle.status()))
  }

  /// `count` bytes from `offset` on.
  func bytes(from offset: Int64, count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try read(from: offset, into: $0) }
    return bytes
  }
}
