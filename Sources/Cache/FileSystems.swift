// On which file systems every change of a file shows in its state.

package import Basics
package import Files
private import Glibc
private import Synchronization

/// The file systems whose states of files are relied on.
package enum FileSystems {
  /// The changes that show in a file's state.
  private enum Shown {
    case all
    /// Not those through a mapping: tmpfs sets no time for them, and the files of an overlayfs are mapped below it,
    /// unseen. The others set the times at the first such write to each page that need not be written to the disk yet.
    case allButMapped
  }

  /// Those that set the time of an inode's last change themselves, at each change and by the kernel's clock: what
  /// statfs(2) says of them, by linux/magic.h and, of ZFS, by include/sys/zfs_vfsops.h of ZFS on Linux.
  ///
  /// Not in it are those where that time comes from an image, as in squashfs, from the time of the contents, as in FAT,
  /// from a server, as in NFS, or from a program, as in FUSE.
  private static let trusted: [UInt32: Shown] = [
    0xEF53: .all,  // ext2, ext3, ext4
    0x5846_5342: .all,  // xfs
    0x9123_683E: .all,  // btrfs
    0xF2F5_2010: .all,  // f2fs
    0x0102_1994: .allButMapped,  // tmpfs
    0x794C_7630: .allButMapped,  // overlayfs
    // Not known of these.
    0x2FC1_2FC1: .allButMapped,  // zfs
    0xCA45_1A4E: .allButMapped,  // bcachefs
  ]

  private static let types = Mutex<[UInt64: UInt32]>([:])

  /// Whether `file` has another state as soon as its contents are others.
  package static func showChanges(of file: SourceFile) -> Bool {
    type(of: file).map { areTrusted(type: $0, changed: file.identity.changed) } ?? false
  }

  /// Whether `file` has another state as soon as a process that opens it for writing from now on changes it, through a
  /// mapping too.
  package static func showMappedChanges(of file: SourceFile) -> Bool {
    showChanges(of: file) && type(of: file).map { trusted[$0] == .all } ?? false
  }

  /// Whether the state of a file is relied on that last changed at `changed`, in nanoseconds since 1970, on a file system
  /// of that type.
  ///
  /// A time in whole seconds is not from the kernel's clock: it was written into an image, as mke2fs -d does, or is from
  /// a file system below an overlayfs, which gives its own type for all of its layers.
  static func areTrusted(type: UInt32, changed: Int64) -> Bool {
    trusted[type] != nil && changed % 1_000_000_000 != 0
  }

  /// The type of the file system, asked for once for each device; nil when that cannot be done.
  private static func type(of file: SourceFile) -> UInt32? {
    let device = file.identity.device
    if let known = types.withLock({ $0[device] }) { return known }
    // Another file may stand at the path by now. That it cannot be read is reported where it is read.
    guard let handle = try? FileHandle(opening: file.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      let status = try? handle.status(), UInt64(status.st_dev) == device, let type = try? handle.fileSystemType()
    else { return nil }
    types.withLock { $0[device] = type }
    return type
  }
}

/// The machine that the process runs on.
package enum Machine {
  /// What it is known by, the same from one boot to the next.
  package static let id = read("/etc/machine-id")

  /// The digest of the id in the file at `path`, as the id itself must stay on the machine (machine-id(5)); that of
  /// the name of the host where there is none, as in many containers.
  static func read(_ path: String) -> Digest {
    // A file that cannot be read is no id, for whatever reason.
    let file = try? FileHandle(opening: Array(path.utf8), O_RDONLY | O_NONBLOCK)
    let line = (try? file?.readAll(atMost: 64))?.split(separator: UInt8(ascii: "\n")).first
    // Not "uninitialized", which stands there until the first boot is done.
    if let line, line.count == 32, line.allSatisfy(\.isLowerHexDigit) { return digest("machine-id", line) }
    // More than the 64 bytes of the longest name (HOST_NAME_MAX), so that it ends in a zero; gethostname(2) fails for a
    // smaller array alone.
    var name = [CChar](repeating: 0, count: 256)
    _ = gethostname(&name, name.count - 1)
    return digest("host", name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
  }

  private static func digest(_ kind: String, _ name: some Sequence<UInt8>) -> Digest {
    SHA256.digest(of: Array("kpack \(kind) ".utf8) + name)
  }
}
