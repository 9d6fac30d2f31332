// One folder that takes outputs: locked against a second command, cleared of what killed ones left, and the names
// that files have in it before they are whole.

import Basics
import Glibc
private import Synchronization

/// A folder that only this run writes outputs into.
final class LockedFolder: Sendable {
  let path: String
  /// Folders that were made for this one, outermost first.
  let made: [String]
  private let key: FileKey
  /// Nil once it is given up.
  private let lock: Mutex<FileLock?>
  /// The numbers before it are those of names that could not be removed.
  private let firstNumber: Int

  /// Opens `path`, makes it and its parents where they are missing, locks it and removes what killed runs left.
  ///
  /// Throws `OutputError.inUse` when another command holds the lock.
  init(_ path: String) throws {
    self.path = path
    made = try makeFolders(path)
    do {
      let lock = try Self.lock(FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY))
      key = FileStatus(try lock.file.status()).key
      // Another run may have put another folder in its place until the lock was had.
      guard try FileStatus.followingIfThere(Array(path.utf8))?.key == key else {
        throw OutputError.inUse(path: path, holder: nil)
      }
      // Not faccessat2(2), which asks for the effective user: containers that are older than it refuse it.
      try systemCall("write into", Array(path.utf8)) { access(path, W_OK | X_OK) }
      for name in try FolderListing.names(of: lock.file) where Self.number(in: name) != nil {
        removeTree(Array(path.utf8) + [UInt8(ascii: "/")] + name)
      }
      // A folder in which others have files may stay.
      firstNumber = try FolderListing.names(of: lock.file).compactMap(Self.number(in:)).max().map { $0 + 1 } ?? 0
      self.lock = Mutex(lock)
    } catch {
      removeFolders(made)
      throw error
    }
  }

  /// Whether `path` leads to this folder, by whatever way.
  func isReached(by path: String) throws(SystemError) -> Bool {
    try FileStatus.followingIfThere(Array(path.utf8))?.key == key
  }

  /// Lets other runs have the folder.
  func unlock() { lock.withLock { $0 = nil } }

  /// Where the output `name` will stand.
  func final(_ name: String) -> String { "\(path)/\(name)" }

  /// Where an output is written.
  func temporary(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)\(firstNumber + number)" }

  /// The second name of an older output, until all new outputs have their names.
  func backup(_ number: Int) -> String { "\(path)/\(Self.backupPrefix)\(firstNumber + number)" }

  private static let temporaryPrefix = "\(OutputFolder.temporaryPrefix)tmp-"
  private static let backupPrefix = "\(OutputFolder.temporaryPrefix)old-"

  /// The number in a name that `temporary` or `backup` gives; nil for others that begin like them, which are not of this
  /// program.
  private static func number(in name: [UInt8]) -> Int? {
    for prefix in [temporaryPrefix, backupPrefix] where name.starts(with: prefix.utf8) {
      let digits = name.dropFirst(prefix.utf8.count)
      // More digits than these no run comes to.
      guard (1...15).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }

  private static func lock(_ folder: consuming FileHandle) throws -> FileLock {
    let (path, status) = (folder.path, try folder.status())
    do throws(SystemError) {
      return try FileLock(on: folder)
    } catch {
      guard error.errno == EWOULDBLOCK else { throw error }
      throw OutputError.inUse(
        path: String(decoding: path, as: UTF8.self), holder: FileLock.holder(of: FileStatus(status)))
    }
  }
}

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
  package static func holder(of status: FileStatus) -> Int? {
    // The kernel's packing of a device number into 64 bits: 12 bits of major, 20 of minor, in parts (makedev(3)).
    let device = status.key.device
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
        UInt64(place[2]) == status.key.inode
      else { continue }
      return Int(fields[4])
    }
    return nil
  }
}
