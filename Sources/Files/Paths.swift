// Paths: where they and the links in them lead, and the folders above.

private import Glibc

/// Answers questions about paths.
package enum Paths {
  private static let slash = UInt8(ascii: "/")
  /// So many links are followed, as the kernel does (path_resolution(7)).
  private static let mostLinks = 40

  /// The one absolute path, without links, of what `path` leads to; an error is one of `operation`.
  ///
  /// Not by realpath(3): for some paths it asks by faccessat2(2), which containers refuse that are older than it.
  package static func resolved(
    _ path: [UInt8], to operation: String = "find"
  ) throws(SystemError) -> [UInt8] {
    do throws(SystemError) {
      if path.isEmpty { throw SystemError(operation: operation, path: path, errno: ENOENT) }
      var resolved = path.first == slash ? [] : try currentFolder()
      var links = 0
      var parts = Array(path.split(separator: slash, omittingEmptySubsequences: false).reversed())
      while let part = parts.popLast() {
        if part.isEmpty || part.elementsEqual(".".utf8) { continue }
        if part.elementsEqual("..".utf8) {
          resolved.removeLast(resolved.count - (resolved.lastIndex(of: slash) ?? 0))
          continue
        }
        let next = resolved + [slash] + part
        let status = try FileStatus.of(next)
        if status.isSymlink {
          links += 1
          if links > mostLinks { throw SystemError(operation: operation, path: path, errno: ELOOP) }
          let target = try target(of: next, in: AT_FDCWD, path: next)
          if target.first == slash { resolved = [] }
          parts += target.split(separator: slash, omittingEmptySubsequences: false).reversed()
          continue
        }
        // Whatever follows, an empty part too, is looked for in a folder.
        if !status.isFolder && !parts.isEmpty { throw SystemError(operation: operation, path: path, errno: ENOTDIR) }
        resolved = next
      }
      return resolved.isEmpty ? [slash] : resolved
    } catch {
      throw SystemError(operation: operation, path: path, errno: error.errno)
    }
  }

  /// The folder that paths begin in that are not absolute; of the root, nothing.
  private static func currentFolder() throws(SystemError) -> [UInt8] {
    guard let folder = getcwd(nil, 0) else { throw SystemError(operation: "find", path: ".", errno: errno) }
    defer { free(folder) }
    // getcwd gives a NUL-terminated string; strlen stays within it.
    let path = Array(UnsafeRawBufferPointer(start: folder, count: strlen(folder)))
    return path == [slash] ? [] : path
  }

  /// The target of the link `name` in an open folder; `path` is for messages.
  package static func target(of name: [UInt8], in folder: CInt, path: [UInt8]) throws(SystemError) -> [UInt8] {
    let terminated = cString(name)
    // One byte more than any target can have (limits.h).
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try systemCall("read the link", path) { readlinkat(folder, terminated, &target, target.count) }
    // What does not fit is cut.
    if count == target.count { throw SystemError(operation: "read the link", path: path, errno: ENAMETOOLONG) }
    return target[..<count].map { UInt8(bitPattern: $0) }
  }

  /// The folder that the last name of `path` stands in: "." for a name alone, "/" for a name in the root.
  package static func parent(of path: String) -> String {
    // By bytes: as a Character, "/" and a combining mark behind it are one that is not "/".
    guard let slash = path.utf8.lastIndex(of: slash) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
