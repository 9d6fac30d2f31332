// The file that says that a folder is a cache of this program: without it nothing there is used, written or removed.

import Files
private import Glibc

/// CACHEDIR.TAG, which says to programs that make backups that nothing here is worth one (bford.info/cachedir).
enum CacheTag {
  static let name = "CACHEDIR.TAG"
  /// Also says whose cache it is; the same in every version of this program.
  static let text = Array(
    """
    Signature: 8a477f597d28d172789f06886806bc55
    # This folder is a cache of kpack, see https://bford.info/cachedir/ for what that means.\n
    """.utf8)

  /// Whether `folder` has a tag of this program.
  static func isOurs(in folder: String) -> Bool {
    // One that is missing, cut, or cannot be read says nothing.
    guard let file = try? FileHandle(keptAt: Array("\(folder)/\(name)".utf8)),
      let bytes = try? file.keptBytes(at: 0, count: text.count)
    else { return false }
    return bytes == text
  }
}

extension CacheFolder {
  /// Whether this is the folder of a cache, or can become one; where it is not, that is told and nothing goes in.
  func isUsable() -> Bool {
    // It may have many names.
    if isRefused { return false }
    do throws(SystemError) {
      try checkIsOurs()
      return true
    } catch {
      refuse(for: error)
      return false
    }
  }

  /// Whether the folder holds other things than a cache of this program.
  package var isOfOthers: Bool {
    do throws(SystemError) {
      try checkIsOurs()
      return false
    } catch {
      return error.errno == ENOTEMPTY
    }
  }

  /// Throws `SystemError`, of ENOTEMPTY, for a folder that holds other things and no tag of this program: one that was
  /// named by mistake may have files that are called as those of a cache are.
  func checkIsOurs() throws(SystemError) {
    if isKnownAsOurs { return }
    let folder: FileHandle
    do throws(SystemError) {
      folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    } catch {
      // What is not there is made.
      if error.errno == ENOENT { return }
      throw error
    }
    if !CacheTag.isOurs(in: path) {
      let names = try FolderListing.names(of: folder)
      // Left by a run that was killed before it had tagged the folder.
      if names.allSatisfy(Self.isTemporary) { return }
      // Once more: another process tags the folder before anything else has a name in it.
      guard CacheTag.isOurs(in: path) else {
        throw SystemError(operation: "use as a cache", path: path, errno: ENOTEMPTY)
      }
    }
    // The cache itself may be a link to another disk; what is in it may not lead out.
    let status = try statusIfThere(of: Array("objects".utf8), in: folder, path: Array(objects.utf8))
    guard status?.isFolder ?? true else {
      throw SystemError(operation: "use as a folder", path: objects, errno: ENOTDIR)
    }
    noteAsOurs()
  }

  /// Tags the folder, which is there; one that has a tag keeps it. False when nothing more goes in, for then there may
  /// be none. Throws `SystemError`.
  func tag() throws(SystemError) -> Bool {
    let place = Array("\(path)/\(CacheTag.name)".utf8)
    if try FileStatus.followingIfThere(place) != nil { return true }
    // It appears whole, so that nobody takes half a tag for that of another program.
    guard let file = try makeTemporary(for: place) else { return false }
    try file.write(CacheTag.text)
    try file.finish()
    return true
  }
}
