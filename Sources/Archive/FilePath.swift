// Where paths and links lead.

private import Glibc

/// Resolves and reads links.
package enum FilePath {
  /// The one absolute path, without links, of what `path` leads to. Throws `SystemError`.
  package static func resolved(_ path: [UInt8]) throws(SystemError) -> [UInt8] {
    let terminated = cString(path)
    guard let resolved = realpath(terminated, nil) else {
      throw SystemError(operation: "find", path: path, errno: errno)
    }
    defer { free(resolved) }
    // realpath gives a NUL-terminated string; strlen stays within it.
    return Array(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))
  }

  /// The target of the link `name` in an open folder; `path` is for messages. Throws `SystemError`.
  package static func target(of name: [UInt8], in folder: CInt, path: [UInt8]) throws(SystemError) -> [UInt8] {
    let terminated = cString(name)
    // As long as any target can be (limits.h).
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try systemCall("read the link", path) { readlinkat(folder, terminated, &target, target.count) }
    return target[..<count].map { UInt8(bitPattern: $0) }
  }
}
