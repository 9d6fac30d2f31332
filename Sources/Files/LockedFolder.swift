// One folder that takes outputs: locked against a second command, cleared of what killed ones left, and the names
// that files have in it before they are whole.

import Basics
private import Glibc

/// A folder that only this run writes outputs into.
final class LockedFolder: Sendable {
  let path: String
  /// Folders that were made for this one, outermost first.
  let made: [String]
  private let lock: FileLock

  /// Opens `path`, makes it and its parents where they are missing, locks it and removes what killed runs left.
  ///
  /// Throws `OutputError.inUse` when another command holds the lock.
  init(_ path: String) throws {
    self.path = path
    made = try makeFolders(path)
    do {
      lock = try Self.lock(FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY))
      // Not faccessat2(2), which asks for the effective user: containers that are older than it refuse it.
      try systemCall("write into", Array(path.utf8)) { access(path, W_OK | X_OK) }
      for name in try FolderListing.names(of: lock.file) where Self.isOurs(name) {
        try removeFile(Array(path.utf8) + [UInt8(ascii: "/")] + name)
      }
    } catch {
      removeFolders(made)
      throw error
    }
  }

  /// Whether `path` leads to this folder, by whatever way.
  func isReached(by path: String) throws(SystemError) -> Bool {
    try FileStatus.followingIfThere(Array(path.utf8))?.key == FileStatus(try lock.file.status()).key
  }

  /// Where the output `name` will stand.
  func final(_ name: String) -> String { "\(path)/\(name)" }

  /// Where an output is written.
  func temporary(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)\(number)" }

  /// The second name of an older output, until all new outputs have their names.
  func backup(_ number: Int) -> String { "\(path)/\(Self.backupPrefix)\(number)" }

  private static let temporaryPrefix = "\(OutputFolder.temporaryPrefix)tmp-"
  private static let backupPrefix = "\(OutputFolder.temporaryPrefix)old-"

  /// Whether `name` is one that `temporary` or `backup` gives: others that begin like them are not of this program.
  private static func isOurs(_ name: [UInt8]) -> Bool {
    [temporaryPrefix, backupPrefix].contains { prefix in
      name.starts(with: prefix.utf8) && name.count > prefix.utf8.count
        && name.dropFirst(prefix.utf8.count).allSatisfy(\.isDigit)
    }
  }

  private static func lock(_ folder: consuming FileHandle) throws -> FileLock {
    let (path, status) = (folder.path, try folder.status())
    do throws(SystemError) {
      return try FileLock(on: folder)
    } catch {
      guard error.errno == EWOULDBLOCK else { throw error }
      throw OutputError.inUse(path: String(decoding: path, as: UTF8.self), holder: FileLock.holder(of: status))
    }
  }
}
