// A lock on a file or folder that one process at a time holds, and which process that is.

import Glibc

/// An exclusive lock on an open file (flock(2)), held until the value ends.
package struct FileLock: ~Copyable {
  /// What is locked.
  package let file: FileHandle

  /// Locks `file`; where another process holds the lock, tries again `tries` times, 20 ms apart. Throws EWOULDBLOCK when
  /// it is held to the end.
  package init(on file: consuming FileHandle, tries: Int = 0) throws(SystemError) {
    var rest = tries
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard [EWOULDBLOCK, EINTR].contains(code) && rest > 0 else {
        throw SystemError(operation: "lock", path: file.path, errno: code)
      }
      rest -= 1
      usleep(20_000)
    }
    self.file = file
  }

  deinit {
    // By hand: a child process that is about to exec shares the lock, which closing the file here would not end.
    _ = flock(file.descriptor, LOCK_UN)
  }

  /// The process that holds a lock on the file, as far as /proc/locks says (proc(5)).
  ///
  /// Its lines read "1: FLOCK  ADVISORY  WRITE 4711 08:02:131 0 EOF": process, then device and inode.
  static func holder(of status: stat) -> Int? {
    // The kernel's packing of a device number into 64 bits: 12 bits of major, 20 of minor, in parts (makedev(3)).
    let device = UInt64(status.st_dev)
    let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
    let minor = device & 0xFF | (device >> 12) & ~0xFF
    // Without the table the message does not name the process.
    guard let file = try? FileHandle(opening: Array("/proc/locks".utf8), O_RDONLY),
      let table = try? file.readAll(atMost: 16 << 20)
    else { return nil }
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 5, fields[1] == "FLOCK" else { continue }
      let place = fields[5].split(separator: ":")
      guard place.count == 3, UInt64(place[0], radix: 16) == major, UInt64(place[1], radix: 16) == minor,
        UInt64(place[2]) == UInt64(status.st_ino)
      else { continue }
      return Int(fields[4])
    }
    return nil
  }
}
