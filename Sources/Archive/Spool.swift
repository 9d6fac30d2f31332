// A file without a name that holds bytes for the length of one run: what a child process printed, kept to be read
// again at any place.

private import Glibc

/// A nameless file on the file system of a folder.
package final class Spool: Sendable {
  private let file: FileHandle

  /// An empty spool, made at `path`, where nothing may stand, and nameless from then on. Throws `SystemError`.
  package init(at path: [UInt8]) throws(SystemError) {
    file = try FileHandle(opening: path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    try removeFile(path)
  }

  /// A path that leads to the file for as long as the spool lives, for readers that want one (proc(5)).
  package var path: [UInt8] { Array("/proc/self/fd/\(file.descriptor)".utf8) }

  /// Adds `bytes` at the end. Throws `SystemError`.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(SystemError) { try file.write(bytes) }

  /// Reads from `offset` on until `buffer` is full. Throws `SystemError` when it cannot, or the spool is shorter.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try file.read(at: offset + Int64(done), into: rest)
      if count == 0 { throw SystemError(operation: "read", path: file.path, errno: EIO) }
      done += count
    }
  }
}
