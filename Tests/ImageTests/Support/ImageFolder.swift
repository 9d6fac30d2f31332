// A folder of its own for one test, in which images, layouts and executables are written.

@testable import Files
import Glibc
@testable import TestSupport

/// A temporary folder whose files may be in folders of their own.
struct ImageFolder: ~Copyable {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.path }

  /// Writes `bytes` as the file `name`, with its folders; its path.
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    var folder = path
    for part in name.split(separator: "/").dropLast() {
      folder += "/\(part)"
      mkdir(folder, 0o755)
    }
    return String(decoding: try self.folder.write(bytes, to: name), as: UTF8.self)
  }

  /// Writes `members` as files of the folder `name`; its path.
  func write(_ members: [Member], to name: String) throws -> String {
    for member in members { _ = try write(member.bytes, to: "\(name)/\(member.name)") }
    return "\(path)/\(name)"
  }

  /// Writes `bytes` as the file `name`; the file as it is then.
  func file(_ bytes: [UInt8], named name: String = "file") throws -> SourceFile {
    try SourceFile.found(at: try write(bytes, to: name))
  }

  /// The bytes of the file `name`.
  func read(_ name: String) throws -> [UInt8] { try folder.read(name) }

  /// Runs `script` in this folder.
  func run(_ script: String) throws { try Tool.run("sh", "-c", "cd -- \"$1\" && umask 022 && \(script)", "sh", path) }
}

extension SourceFile {
  /// The file at `path` as it is now.
  static func found(at path: String) throws -> SourceFile {
    let path = Array(path.utf8)
    return SourceFile(path: path, identity: try FileStatus.of(path).identity)
  }
}
