// What a file is known by, and what each of its states is known by.

package import Glibc

/// Device and inode: two paths that have the same lead to one file.
package struct FileKey: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64

  package init(device: UInt64, inode: UInt64) { (self.device, self.inode) = (device, inode) }
}

/// One state of one file, known by device, inode, size and both times.
package struct FileIdentity: Equatable, Sendable {
  /// Device number.
  package let device: UInt64
  /// Inode number on the device.
  package let inode: UInt64
  /// Bytes in the file.
  package let size: Int64
  /// Time of the last change of the contents, nanoseconds since 1970.
  package let modified: Int64
  /// Time of the last change of the inode, nanoseconds since 1970.
  package let changed: Int64

  package init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  /// The identity of these values, which were kept somewhere.
  package init(kept file: FileKey, size: Int64, modified: Int64, changed: Int64) {
    (device, inode) = (file.device, file.inode)
    (self.size, self.modified, self.changed) = (size, modified, changed)
  }

  /// The file that has, or had, this state.
  package var key: FileKey { FileKey(device: device, inode: inode) }

  /// Wraps on times no clock gives: only equality is asked of it.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
