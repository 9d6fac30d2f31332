// A temporary folder: outside of the tree that is packed, for files that another program must find by name, or in a
// folder that is tried.

private import Glibc
private import Synchronization

/// A new folder that this user alone may enter; it goes with the value, or with the process that a signal ends.
package final class ScratchFolder: Sendable {
  /// Its absolute path.
  package let path: String

  /// The folders that are there now.
  private static let all = Mutex<Set<String>>([])

  /// Makes the folder in the first of `temporary`, which is TMPDIR, /tmp, /var/tmp and /dev/shm that takes one and
  /// does not lie in `tree`, an absolute path without links.
  package init(outside tree: [UInt8], temporary: String?) throws(SystemError) {
    var failure = SystemError(operation: "make a folder in", path: "/tmp", errno: ENOENT)
    for place in [temporary, "/tmp", "/var/tmp", "/dev/shm"].compactMap({ $0 }) where !place.isEmpty {
      do throws(SystemError) {
        let resolved = try Paths.resolved(Array(place.utf8))
        if resolved == tree || resolved.starts(with: tree + [UInt8(ascii: "/")]) { continue }
        path = try Self.make("kpack-", in: String(decoding: resolved, as: UTF8.self))
        return
      } catch {
        failure = error
      }
    }
    throw failure
  }

  /// Makes the folder in `folder`, which is there.
  init(in folder: String) throws(SystemError) { path = try Self.make(OutputFolder.temporaryPrefix, in: folder) }

  deinit { Self.remove(path) }

  /// Removes all such folders of this process, which is about to end.
  package static func removeAll() {
    for path in all.withLock({ $0 }) { remove(path) }
  }

  /// Made under the lock, so that `removeAll` on another thread sees the folder or comes before it.
  private static func make(_ prefix: String, in place: String) throws(SystemError) -> String {
    try all.withLock { all throws(SystemError) in
      var template = Array("\(place)/\(prefix)XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else {
        throw SystemError(operation: "make a folder in", path: place, errno: errno)
      }
      // mkdtemp leaves the NUL at the end in its place.
      let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      all.insert(made)
      return made
    }
  }

  /// Removes the folder with all in it, as far as that can be done: nothing depends on it any more.
  private static func remove(_ path: String) {
    removeTree(Array(path.utf8))
    all.withLock { _ = $0.remove(path) }
  }
}
