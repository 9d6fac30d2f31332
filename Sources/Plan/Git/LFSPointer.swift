// What Git LFS commits in place of a large file (git-lfs, docs/spec.md, "The Pointer").

import Basics
import Files

/// A pointer to a file that stands elsewhere.
struct LFSPointer: Equatable {
  /// SHA-256 of the file, in lower-case hexadecimal digits.
  let digest: String
  /// Bytes of the file.
  let size: Int64

  /// "A pointer file ... must be less than 1024 bytes".
  static let sizeLimit = 1024

  /// The pointer that `bytes` are; nil when they are none: "version URL", then other lines with "oid sha256:" and
  /// "size " among them.
  init?(_ bytes: [UInt8]) {
    guard bytes.count < Self.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    func value(_ key: String) -> String? {
      guard let line = lines.first(where: { $0.starts(with: key.utf8) }) else { return nil }
      return String(line.dropFirst(key.utf8.count))
    }
    let versions = ["version https://git-lfs.github.com/spec/", "version https://hawser.github.com/spec/"]
    guard let first = lines.first, versions.contains(where: { first.starts(with: $0.utf8) }),
      let digest = value("oid sha256:"), digest.utf8.count == 64, digest.utf8.allSatisfy(\.isLowerHexDigit),
      let size = value("size ").flatMap({ Int64($0) }), size >= 0
    else { return nil }
    self.digest = digest
    self.size = size
  }

  /// Whether `file` is what this stands for. Throws `SourceChanged` or `SystemError`.
  func isFor(_ file: SourceFile) throws -> Bool {
    guard file.identity.size == size else { return false }
    var hash = SHA256()
    try forEachChunk(of: size, read: { try file.read(from: $0, into: $1) }) { hash.update($0) }
    return hash.finalize().description == digest
  }
}
