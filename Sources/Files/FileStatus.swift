// What stat(2) says of a file.

package import Basics
package import Glibc

/// The status of a file.
package struct FileStatus {
  private let status: stat

  /// What a call of the stat family said.
  package init(_ status: stat) { self.status = status }

  /// The status of `path` itself, a symlink not followed.
  package static func of(_ path: [UInt8]) throws(SystemError) -> FileStatus {
    try read(path, AT_FDCWD, AT_SYMLINK_NOFOLLOW)
  }

  /// The status of what `path` leads to.
  package static func following(_ path: [UInt8]) throws(SystemError) -> FileStatus { try read(path, AT_FDCWD, 0) }

  /// The status of `path` itself; nil when there is nothing.
  package static func ifThere(_ path: [UInt8]) throws(SystemError) -> FileStatus? {
    try orNil { () throws(SystemError) in try of(path) }
  }

  /// The status of what `path` leads to; nil when that is nothing.
  package static func followingIfThere(_ path: [UInt8]) throws(SystemError) -> FileStatus? {
    try orNil { () throws(SystemError) in try following(path) }
  }

  /// The status of `name` in an open folder, a symlink not followed; nil when there is nothing; `path` is for messages.
  package static func ifThere(_ name: [UInt8], in folder: CInt, path: [UInt8]) throws(SystemError) -> FileStatus? {
    try orNil { () throws(SystemError) in try of(name, in: folder, path: path) }
  }

  private static func orNil(_ status: () throws(SystemError) -> FileStatus) throws(SystemError) -> FileStatus? {
    do throws(SystemError) {
      return try status()
    } catch {
      if error.isAboutMissingFile { return nil }
      throw error
    }
  }

  /// The status of `name` in an open folder, a symlink not followed; `path` is for messages.
  package static func of(_ name: [UInt8], in folder: CInt, path: [UInt8]) throws(SystemError) -> FileStatus {
    try read(name, folder, AT_SYMLINK_NOFOLLOW, path)
  }

  private static func read(
    _ name: [UInt8], _ folder: CInt, _ flags: CInt, _ path: [UInt8]? = nil
  ) throws(SystemError) -> FileStatus {
    var status = stat()
    let terminated = cString(name)
    try systemCall("stat", path ?? name) { fstatat(folder, terminated, &status, flags) }
    return FileStatus(status)
  }

  /// Whether it is a folder, and no link to one.
  package var isFolder: Bool { type == S_IFDIR }
  /// Whether it is a regular file.
  package var isFile: Bool { type == S_IFREG }
  /// Whether it is a symlink.
  package var isSymlink: Bool { type == S_IFLNK }
  /// Permission bits, 0 to 0o7777.
  package var mode: UInt16 { UInt16(truncatingIfNeeded: status.st_mode & 0o7777) }
  /// The numbers of its user and group.
  package var owner: Owner { Owner(uid: status.st_uid, gid: status.st_gid) }
  package var identity: FileIdentity { FileIdentity(status) }
  /// What the file is known by.
  package var key: FileKey { FileKey(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) }

  /// The type in a word, for messages.
  package var typeName: String {
    switch type {
    case S_IFREG: "a file"
    case S_IFDIR: "a folder"
    case S_IFLNK: "a symlink"
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "of an unknown type"
    }
  }

  private var type: mode_t { status.st_mode & S_IFMT }
}

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
  /// How many links lead to it; 0 where that is not known. Two identities are equal whatever this is.
  private let links: UInt32
  /// Permission bits; likewise.
  private let mode: UInt16

  package init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int64(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
    links = UInt32(clamping: status.st_nlink)
    mode = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
  }

  /// The identity of these values, which were kept somewhere.
  package init(kept file: FileKey, size: Int64, modified: Int64, changed: Int64) {
    (device, inode) = (file.device, file.inode)
    (links, mode) = (0, 0)
    (self.size, self.modified, self.changed) = (size, modified, changed)
  }

  /// The file that has, or had, this state.
  package var key: FileKey { FileKey(device: device, inode: inode) }

  package static func == (left: FileIdentity, right: FileIdentity) -> Bool {
    left.isSame(asLinked: right) && left.changed == right.changed
  }

  /// Whether `other` is the same state of the same file, apart from the time of the last change of the inode, which each
  /// new or removed link moves.
  package func isSame(asLinked other: FileIdentity) -> Bool {
    key == other.key && (size, modified) == (other.size, other.modified)
  }

  /// Whether `now`, a later state, is the same one. Of a file that has or had several links the time of the last change
  /// of the inode may be another: a run that stages it makes links and removes those of the older stage.
  package func isStill(_ now: FileIdentity) -> Bool {
    now == self || isSame(asLinked: now) && mode == now.mode && (isLinked || now.isLinked)
  }

  /// Whether several links lead to it.
  package var isLinked: Bool { links > 1 }

  /// Wraps on times no clock gives: only equality is asked of it.
  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
