// A file without a name that holds bytes for the length of one run: what a child process printed or a compressed
// archive unpacks to, kept to be read again at any place.

private import Glibc

/// A nameless file on the file system of a folder.
package final class Spool: Sendable, Equatable {
  private let file: FileHandle

  /// An empty spool on the file system of `folder`, of the nearest folder above it that takes one, or of /tmp.
  ///
  /// Throws `SystemError`.
  package init(near folder: String) throws(SystemError) {
    var place = folder
    while true {
      do throws(SystemError) {
        file = try FileHandle(opening: Array(place.utf8), O_RDWR | Self.nameless, mode: 0o600)
        return
      } catch {
        // Not there yet, not ours to write, or a file system without nameless files.
        guard [ENOENT, EACCES, EROFS, EOPNOTSUPP, EISDIR].contains(error.errno), place != "/tmp" else { throw error }
        place = Self.parent(of: place) ?? "/tmp"
      }
    }
  }

  /// O_TMPFILE (open(2)), which the C library declares for _GNU_SOURCE alone.
  private static let nameless = O_DIRECTORY | 0o20000000

  private static func parent(of path: String) -> String? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path == "." ? nil : "." }
    return slash == path.startIndex ? nil : String(path[..<slash])
  }

  /// A path that leads to the file for as long as the spool lives, for readers that want one (proc(5)).
  package var path: [UInt8] { Array("/proc/self/fd/\(file.descriptor)".utf8) }

  package static func == (first: Spool, second: Spool) -> Bool { first === second }

  /// Bytes so far. Throws `SystemError`.
  package func size() throws(SystemError) -> Int64 { Int64(try file.status().st_size) }

  /// Adds `bytes` at the end. Throws `SystemError`.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    do throws(SystemError) {
      try file.write(bytes)
    } catch {
      // The file has no name: its path is the folder's.
      throw SystemError(operation: "write a nameless file there", path: error.path, errno: error.errno)
    }
  }

  /// Reads from `offset` on until `buffer` is full. Throws `SystemError` when it cannot, or the spool is shorter.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
    guard try file.read(at: offset, filling: buffer) == buffer.count else {
      throw SystemError(operation: "read", path: file.path, errno: EIO)
    }
  }
}
