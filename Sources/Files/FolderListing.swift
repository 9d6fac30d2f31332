// The names in a folder, in an order that is the same on every machine.

import Basics
private import Glibc

/// A source folder that changed after it was opened.
package struct FolderChanged: Error, Equatable, Sendable, CustomStringConvertible {
  /// What happened to it.
  package enum Change: String, Error {
    case removed = "removed, or another took its place"
    case times = "other times"
  }

  package let path: [UInt8]
  package let change: Change

  package init(path: [UInt8], change: Change) { (self.path, self.change) = (path, change) }

  package var description: String {
    "\(escapedName(path)): changed while it was being read: \(change.rawValue)"
  }
}

/// Reads the names in a folder.
package enum FolderListing {
  /// The names in an open folder of sources, as `names(of:)` gives them.
  ///
  /// The folder must still be where its path leads: one that was removed has no names, and would be taken for an empty
  /// one. It must have the times of `status` too, which it had when it was opened; nil for one that other runs of this
  /// program write into meanwhile. Throws `FolderChanged` where it is not so.
  package static func names(ofSource folder: borrowing FileHandle, since status: FileStatus?) throws -> [[UInt8]] {
    let names = try names(of: folder)
    let now = FileStatus(try folder.status())
    // By its path, as on some file systems a folder that was removed has as many links as before.
    guard try FileStatus.followingIfThere(folder.path)?.key == now.key else {
      throw FolderChanged(path: folder.path, change: .removed)
    }
    if let status, status.identity != now.identity { throw FolderChanged(path: folder.path, change: .times) }
    return names
  }

  /// The names in an open folder without "." and "..", sorted by their bytes.
  package static func names(of folder: borrowing FileHandle) throws(SystemError) -> [[UInt8]] {
    // fdopendir takes the descriptor over and closedir closes it, so the stream gets one of its own.
    let own = try systemCall("read", folder.path) { openat(folder.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard let stream = fdopendir(own) else {
      let code = errno
      close(own)
      throw SystemError(operation: "read", path: folder.path, errno: code)
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let name = try next(of: stream, at: folder.path) {
      if name != [UInt8(ascii: ".")] && name != Array("..".utf8) { names.append(name) }
    }
    return names.sorted(by: bytesPrecede)
  }

  private static func next(of stream: OpaquePointer, at path: [UInt8]) throws(SystemError) -> [UInt8]? {
    errno = 0
    guard let entry = readdir(stream) else {
      if errno != 0 { throw SystemError(operation: "read", path: path, errno: errno) }
      return nil
    }
    // d_name is NUL-terminated within the record that readdir filled.
    return withUnsafePointer(to: &entry.pointee.d_name) { name in
      name.withMemoryRebound(to: UInt8.self, capacity: 1) { Array(UnsafeBufferPointer(start: $0, count: strlen(name))) }
    }
  }
}

/// Makes a folder and the parents that are missing; those it made, outermost first.
@discardableResult
package func makeFolders(_ path: String) throws(SystemError) -> [String] {
  var made: [String] = []
  var missing: [String] = []
  var next = path
  // Any other error of access(2) comes again from mkdir(2).
  while !next.isEmpty && access(next, F_OK) != 0 && errno == ENOENT {
    missing.append(next)
    let parent = Paths.parent(of: next)
    if parent == next { break }
    next = parent
  }
  for folder in missing.reversed() {
    if mkdir(folder, 0o777) == 0 {
      made.append(folder)
    } else if errno != EEXIST {
      let error = SystemError(operation: "make the folder", path: folder, errno: errno)
      removeFolders(made)
      throw error
    }
  }
  return made
}

/// Removes the folders that `makeFolders` made, as far as they are empty.
func removeFolders(_ made: [String]) {
  // One that is not empty holds files of others, and stays.
  for folder in made.reversed() { _ = rmdir(folder) }
}

/// Removes a folder if it is empty.
package func removeFolder(_ path: [UInt8]) {
  // One that holds files of others stays.
  _ = rmdir(cString(path))
}

/// Removes a file.
package func removeFile(_ path: [UInt8]) throws(SystemError) {
  let terminated = cString(path)
  try systemCall("remove", path) { unlink(terminated) }
}

/// Removes a file if it is there; tries again once, as a failure cannot be reported any more.
func removeIfThere(_ path: String) {
  if unlink(path) != 0 && errno != ENOENT { _ = unlink(path) }
}

/// Removes what is at `path`, a folder with all in it, as far as that can be done. Links are removed and never followed.
func removeTree(_ path: [UInt8]) {
  let terminated = cString(path)
  if unlink(terminated) == 0 || errno == ENOENT { return }
  if rmdir(terminated) == 0 { return }
  // A folder without these bits lets nobody but root take out what is in it. Of anything else the mode stays.
  if (try? FileStatus.of(path))?.isFolder == true { _ = chmod(terminated, 0o700) }
  for name in namesIfReadable(path) { removeTree(path + [UInt8(ascii: "/")] + name) }
  _ = rmdir(terminated)
}

/// The names in a folder; none when it cannot be read. Closed before it returns, for folders may be nested deeper than
/// files can be open.
private func namesIfReadable(_ path: [UInt8]) -> [[UInt8]] {
  guard let folder = try? FileHandle(opening: path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) else { return [] }
  return (try? FolderListing.names(of: folder)) ?? []
}
