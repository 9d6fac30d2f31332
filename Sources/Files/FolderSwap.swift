// A new folder that takes the place of an older one, all at once, so that the name always leads to a whole folder.

import Basics
private import CSystem
private import Glibc

/// A folder that got its name, and the older one that had it.
struct FolderSwap {
  /// Where the older folder is.
  private enum Older {
    /// There was none.
    case none
    /// It has the temporary name of the new one: the two changed places.
    case exchanged
    /// It was renamed first; for a moment there was no folder of the name.
    case renamed
  }

  let final: String
  private let temporary: String
  private let backup: String
  private let older: Older

  /// Gives the folder `temporary` the name `final`. An older one then has one of the names `temporary` and `backup`.
  ///
  /// By an exchange where the system has that (renameat2(2), RENAME_EXCHANGE). A file system that takes the call and not
  /// the flag refuses to rename a folder to one that holds anything, so nothing is lost there.
  init(_ temporary: String, to final: String, backup: String) throws(SystemError) {
    (self.final, self.temporary, self.backup) = (final, temporary, backup)
    let path = Array(final.utf8)
    guard let status = try FileStatus.ifThere(path) else {
      try systemCall("rename", path) { rename(temporary, final) }
      older = .none
      return
    }
    guard status.isFolder else { throw SystemError(operation: "rename", path: path, errno: ENOTDIR) }
    if kpack_exchange(temporary, final) == 0 {
      // Where the flag had no effect, the new folder took the place of an empty one.
      older = try FileStatus.ifThere(Array(temporary.utf8)) == nil ? .none : .exchanged
      return
    }
    try systemCall("rename", path) { rename(final, backup) }
    do throws(SystemError) {
      try systemCall("rename", path) { rename(temporary, final) }
    } catch {
      _ = rename(backup, final)
      throw error
    }
    older = .renamed
  }

  /// Puts the older folder back; where there was none, takes the new one away. The name that the older one still has
  /// where that fails.
  func takeBack() -> String? {
    switch older {
    case .none:
      _ = rename(final, temporary)
      return nil
    case .exchanged: return kpack_exchange(temporary, final) == 0 ? nil : temporary
    case .renamed:
      guard rename(final, temporary) == 0 else { return backup }
      return rename(backup, final) == 0 ? nil : backup
    }
  }
}
