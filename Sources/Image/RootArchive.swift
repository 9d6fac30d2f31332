// What a base is made from: the archive of a root file system, in a file or about to be rendered.

package import Archive
private import Glibc

/// The tar archive of a root file system, plain, gzip or zstd.
package enum RootArchive: Sendable {
  case file(path: String)
  case rope(Rope)

  /// The archive; one that is still to be rendered goes into a nameless file near `folder`.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func blob(near folder: String) throws -> Blob {
    switch self {
    case .rope(let rope): return try Self.spool(rope, near: folder)
    case .file(let path):
      let resolved = try FilePath.resolved(Array(path.utf8), to: "open")
      switch try Blob.find(at: String(decoding: resolved, as: UTF8.self), named: path) {
      case .blob(let blob): return blob
      case .missing: throw SystemError(operation: "open", path: path, errno: ENOENT)
      case .refused(let reason): throw ImageError(path, "", reason)
      }
    }
  }

  private static func spool(_ rope: Rope, near folder: String) throws -> Blob {
    let spool = try Spool(near: folder)
    try rope.forEachChunk { try spool.append($0) }
    return Blob(name: "root file system", bytes: .spool(spool, offset: 0), offset: 0, count: rope.count)
  }
}
