// Files of the project's own tree, found from where this file stands: tests may run from any folder.

import Glibc
import Testing

/// The project's tree.
enum Checkout {
  /// The path of what stands at `name` below the top of the tree.
  static func path(_ name: String) -> String { "\(top)/\(name)" }

  /// The bytes of the file at `name`.
  static func read(_ name: String) throws -> [UInt8] {
    let file = try #require(fopen(path(name), "re"), "\(name) is missing")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    while case let byte = getc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return bytes
  }

  /// The names in a folder, without those that begin with ".".
  static func names(in folder: String) throws -> [String] {
    let handle = try #require(opendir(folder), "\(folder) is missing")
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      // d_name is NUL-terminated (readdir(3)).
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first != UInt8(ascii: ".") { names.append(String(decoding: bytes, as: UTF8.self)) }
    }
    return names
  }

  /// Two folders above this file's.
  private static let top = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
    separator: "/")
}
