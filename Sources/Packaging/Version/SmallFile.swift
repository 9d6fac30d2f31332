// A file read whole, when it is one of those that are known to be small.

import Archive
import Glibc

/// The bytes of the file at `path`, which may be a pipe.
///
/// Throws `SystemError`: EFBIG when there are more than `limit` bytes.
func readSmallFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
  let name = Array(path.utf8)
  let descriptor = try systemCall("open", name) { open(path, O_RDONLY | O_CLOEXEC) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 16 * 1024)
  while true {
    let count = try systemCall("read", name) { read(descriptor, &buffer, buffer.count) }
    if count == 0 { return bytes }
    bytes += buffer.prefix(count)
    guard bytes.count <= limit else { throw SystemError(operation: "read", path: name, errno: EFBIG) }
  }
}
