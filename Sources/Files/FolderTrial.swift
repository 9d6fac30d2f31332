// A trial of what outputs need of a file system: each operation is done once in a scratch folder, which is removed again.

private import CSystem
private import Glibc

/// What does not work in a folder.
package struct FolderTrial: Sendable {
  /// The operations, in the order in which a run does them.
  package enum Operation: Sendable {
    /// Makes and writes a file.
    case write
    /// Makes a file and a folder durable.
    case sync
    /// Renames a file to a name that another one has.
    case rename
    case link, symlink
    /// Lets two folders change places.
    case exchange
    /// Locks a folder.
    case lock
    /// Keeps others out of a locked folder.
    case exclusion
  }

  /// The operations that failed, each with its error.
  package private(set) var failures: [(operation: Operation, error: SystemError)] = []

  /// Tries all operations in `folder`, which is there. Throws when there is no room for a scratch folder.
  package init(in folder: String) throws(SystemError) {
    let scratch = try ScratchFolder(in: folder)
    let path = scratch.path
    attempt(.write) { () throws(SystemError) in try Self.write("\(path)/a") }
    // The others are about what is there.
    if !failures.isEmpty { return }
    attempt(.sync) { () throws(SystemError) in try Self.sync(path) }
    attempt(.rename) { () throws(SystemError) in
      try Self.write("\(path)/b")
      try systemCall("rename", Array(path.utf8)) { rename("\(path)/a", "\(path)/b") }
    }
    attempt(.link) { () throws(SystemError) in
      try systemCall("link", Array(path.utf8)) { Glibc.link("\(path)/b", "\(path)/c") }
    }
    attempt(.symlink) { () throws(SystemError) in
      try systemCall("make a symlink in", Array(path.utf8)) { Glibc.symlink("b", "\(path)/d") }
    }
    attempt(.exchange) { () throws(SystemError) in
      for name in ["one", "two"] {
        try systemCall("make a folder in", Array(path.utf8)) { mkdir("\(path)/\(name)", 0o777) }
        try Self.write("\(path)/\(name)/\(name)")
      }
      try systemCall("exchange folders in", Array(path.utf8)) { kpack_exchange("\(path)/one", "\(path)/two") }
      // A file system may take the call and not the flag.
      _ = try FileStatus.of(Array("\(path)/one/two".utf8))
    }
    var excludes = true
    attempt(.lock) { () throws(SystemError) in excludes = try Self.locksOthersOut(of: path) }
    if !excludes { failures.append((.exclusion, SystemError(operation: "lock", path: path, errno: EWOULDBLOCK))) }
  }

  private mutating func attempt(_ operation: Operation, _ body: () throws(SystemError) -> Void) {
    do throws(SystemError) { try body() } catch { failures.append((operation, error)) }
  }

  private static func write(_ path: String) throws(SystemError) {
    let file = try FileHandle(opening: Array(path.utf8), O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
    let bytes = [UInt8](repeating: 1, count: 4096)
    try bytes.span.withUnsafeBytes { bytes throws(SystemError) in try file.write(bytes) }
    try file.close()
  }

  /// Not by `FileHandle.sync`, which takes it that a file system syncs nothing.
  private static func sync(_ path: String) throws(SystemError) {
    for (path, flags) in [("\(path)/a", O_RDONLY), (path, O_RDONLY | O_DIRECTORY)] {
      let file = try FileHandle(opening: Array(path.utf8), flags)
      try systemCall("sync", Array(path.utf8)) { fsync(file.descriptor) }
    }
  }

  private static func locksOthersOut(of path: String) throws(SystemError) -> Bool {
    func folder() throws(SystemError) -> FileHandle {
      try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    }
    let first = try FileLock(on: try folder())
    defer { _ = first.file.descriptor }
    do throws(SystemError) {
      _ = try FileLock(on: try folder())
      return false
    } catch {
      if error.errno == EWOULDBLOCK { return true }
      throw error
    }
  }
}
