// A file without a name that holds bytes for the length of one run: what a child process printed or a compressed
// archive unpacks to, kept to be read again at any place.

private import Glibc

/// A nameless file on the file system of a folder.
package final class Spool: Sendable, Equatable {
  private let file: FileHandle

  /// An empty spool on the file system of `folder`, of the nearest folder above it that takes one, or of /tmp.
  ///
  ///
  package init(near folder: String) throws(SystemError) {
    var place = folder
    while true {
      do throws(SystemError) {
        file = try Self.make(in: place)
        return
      } catch {
        // Not there yet, or this process may not write there.
        guard [ENOENT, EACCES, EROFS, EPERM].contains(error.errno), place != "/tmp" else { throw error }
        let parent = Paths.parent(of: place)
        place = parent == place || parent == "/" ? "/tmp" : parent
      }
    }
  }

  private static func make(in folder: String) throws(SystemError) -> FileHandle {
    do throws(SystemError) {
      return try FileHandle(opening: Array(folder.utf8), O_RDWR | nameless, mode: 0o600)
    } catch {
      // Kernels and file systems that do not have it refuse it with different errors.
      return try makeNamed(in: folder)
    }
  }

  /// A new file that has a name only for a moment. Its path is the folder's, as for one that never had a name.
  private static func makeNamed(in folder: String) throws(SystemError) -> FileHandle {
    var number = 0
    while true {
      let name = "\(folder)/\(OutputFolder.temporaryPrefix)spool-\(getpid())-\(number)"
      let terminated = cString(Array(name.utf8))
      do throws(SystemError) {
        let descriptor = try systemCall("open", Array(folder.utf8)) {
          open(terminated, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        }
        let file = FileHandle(owning: descriptor, path: Array(folder.utf8))
        try removeFile(Array(name.utf8))
        return file
      } catch {
        // The file of another thread, or of a process of this number on another machine.
        guard error.errno == EEXIST else { throw error }
        number += 1
      }
    }
  }

  /// O_TMPFILE (open(2)), which the C library declares for _GNU_SOURCE alone.
  private static let nameless = O_DIRECTORY | 0o20000000

  package static func == (first: Spool, second: Spool) -> Bool { first === second }

  /// Bytes so far.
  package func size() throws(SystemError) -> Int64 { Int64(try file.status().st_size) }

  /// Adds `bytes` at the end.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    do throws(SystemError) {
      try file.write(bytes)
    } catch {
      // The file has no name: its path is the folder's.
      throw SystemError(operation: "write a nameless file there", path: error.path, errno: error.errno)
    }
  }

  /// Reads at most `buffer.count` bytes at `offset`; 0 at the end.
  package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try file.read(at: offset, into: buffer)
  }

  /// Reads from `offset` on until `buffer` is full; EIO when the spool is shorter.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
    guard try file.read(at: offset, filling: buffer) == buffer.count else {
      throw SystemError(operation: "read", path: file.path, errno: EIO)
    }
  }
}
