// A new folder that takes the place of an older one, all at once, so that the name always leads to a whole folder.

import Basics
private import CSystem
private import Glibc

/// A folder that gets its name, and the older one that has it.
struct FolderSwap {
  private enum State {
    case begun
    /// The new folder has the name; there was none before.
    case new
    /// The older one has the temporary name of the new one: the two changed places.
    case exchanged
    /// The older one has its second name, and no folder has the name.
    case away
    /// The older one has its second name.
    case replaced
  }

  let final: String
  private let temporary: String
  private let backup: String
  private var state = State.begun

  /// Nothing is done yet.
  init(_ temporary: String, to final: String, backup: String) {
    (self.final, self.temporary, self.backup) = (final, temporary, backup)
  }

  /// Gives the folder `temporary` the name `final`. An older one then has one of the names `temporary` and `backup`.
  ///
  /// By an exchange where the system has that (renameat2(2), RENAME_EXCHANGE). A file system that takes the call and not
  /// the flag refuses to rename a folder to one that holds anything, so nothing is lost there. After an error the older
  /// one is where `takeBack` finds it.
  mutating func perform() throws(SystemError) {
    let path = Array(final.utf8)
    guard let status = try FileStatus.ifThere(path) else {
      try systemCall("rename", path) { rename(temporary, final) }
      state = .new
      return
    }
    guard status.isFolder else { throw SystemError(operation: "rename", path: path, errno: ENOTDIR) }
    if kpack_exchange(temporary, final) == 0 {
      // Where the flag had no effect, the new folder took the place of an empty one.
      state = access(temporary, F_OK) != 0 && errno == ENOENT ? .new : .exchanged
      return
    }
    try systemCall("rename", path) { rename(final, backup) }
    state = .away
    try systemCall("rename", path) { rename(temporary, final) }
    state = .replaced
  }

  /// Puts the older folder back; where there was none, takes the new one away. The name that the older one still has
  /// where that fails.
  func takeBack() -> String? {
    switch state {
    case .begun: return nil
    case .new:
      _ = rename(final, temporary)
      return nil
    case .exchanged: return kpack_exchange(temporary, final) == 0 ? nil : temporary
    case .replaced where rename(final, temporary) != 0: return backup
    case .away, .replaced: return rename(backup, final) == 0 ? nil : backup
    }
  }
}
