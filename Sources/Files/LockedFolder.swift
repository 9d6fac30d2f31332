// One folder that takes outputs: locked against a second command, cleared of what killed ones left, and the names
// that files have in it before they are whole.

private import Glibc

/// A folder that only this run writes outputs into.
final class LockedFolder: Sendable {
  let path: String
  /// Folders that were made for this one, outermost first.
  let made: [String]
  private let handle: FileHandle

  /// Opens `path`, makes it and its parents where they are missing, locks it and removes what killed runs left.
  ///
  /// Throws `OutputError.inUse` when another command holds the lock, `SystemError` for all else.
  init(_ path: String) throws {
    self.path = path
    made = try makeFolders(path)
    do {
      handle = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
      try Self.lock(handle)
      // access(2), for faccessat2(2), which asks for the effective user, is refused by containers older than it.
      try systemCall("write into", Array(path.utf8)) { access(path, W_OK | X_OK) }
      for name in try FolderListing.names(of: handle) where Self.isOurs(name) {
        try removeFile(Array(path.utf8) + [UInt8(ascii: "/")] + name)
      }
    } catch {
      removeFolders(made)
      throw error
    }
  }

  deinit {
    // By hand: a child process that is about to exec shares the lock, which closing the folder here would not end.
    _ = flock(handle.descriptor, LOCK_UN)
  }

  /// Whether `path` leads to this folder, by whatever way. Throws `SystemError`.
  func isReached(by path: String) throws(SystemError) -> Bool {
    try FileStatus.followingIfThere(Array(path.utf8))?.key == FileStatus(try handle.status()).key
  }

  /// Where the output `name` will stand.
  func final(_ name: String) -> String { "\(path)/\(name)" }

  /// Where an output is written.
  func temporary(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)\(number)" }

  /// The name that an older output has beside its own, until all new ones have theirs.
  func backup(_ number: Int) -> String { "\(path)/\(Self.backupPrefix)\(number)" }

  private static let temporaryPrefix = "\(OutputFolder.temporaryPrefix)tmp-"
  private static let backupPrefix = "\(OutputFolder.temporaryPrefix)old-"

  /// Whether `name` is one that `temporary` or `backup` gives: others that begin like them belong to somebody else.
  private static func isOurs(_ name: [UInt8]) -> Bool {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    return [temporaryPrefix, backupPrefix].contains { prefix in
      name.starts(with: prefix.utf8) && name.count > prefix.utf8.count
        && name.dropFirst(prefix.utf8.count).allSatisfy(isDigit)
    }
  }

  private static func lock(_ handle: borrowing FileHandle) throws {
    guard flock(handle.descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    let code = errno
    guard code == EWOULDBLOCK else { throw SystemError(operation: "lock", path: handle.path, errno: code) }
    throw OutputError.inUse(
      path: String(decoding: handle.path, as: UTF8.self), holder: FileLock.holder(of: try handle.status()))
  }
}
