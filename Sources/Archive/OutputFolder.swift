// All or nothing: the outputs of a command are written under temporary names in the folder where they will stand,
// and appear together when the last one is whole. Whatever goes wrong before, the older outputs stay as they were.

private import Glibc
private import Synchronization

/// The folder that a command writes its outputs into, locked against a second command.
///
/// The names of its own making begin with `temporaryPrefix`: those that a killed run left are removed by the next.
package final class OutputFolder: Sendable {
  /// What every name begins with that is not an output.
  package static let temporaryPrefix = ".kpack-"

  private struct State {
    /// Final names, in the order in which they were begun; the index is the number in the temporary name.
    var outputs: [String] = []
    var isClosed = false
  }

  /// Path of the folder.
  package let path: String
  private let handle: FileHandle
  /// Folders that were made for this one, outermost first.
  private let made: [String]
  private let state = Mutex(State())

  /// Opens `path`, makes it and its parents where they are missing, locks it and removes what killed runs left.
  ///
  /// Throws `OutputError.inUse` when another command holds the lock, `SystemError` for all else.
  package init(_ path: String) throws {
    self.path = path
    made = try makeFolders(path)
    do {
      handle = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
      try Self.lock(handle)
      try systemCall("write into", Array(path.utf8)) { faccessat(handle.descriptor, ".", W_OK | X_OK, AT_EACCESS) }
      for name in try FolderListing.names(of: handle) where name.starts(with: Self.temporaryPrefix.utf8) {
        try removeFile(Array(path.utf8) + [UInt8(ascii: "/")] + name)
      }
    } catch {
      removeFolders(made)
      throw error
    }
  }

  /// Throws `OutputError.isFolder` when a folder stands where the output `name` would.
  package func checkPlace(of name: String) throws(OutputError) {
    var status = stat()
    if lstat(final(name), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: final(name)) }
  }

  /// Begins the output `name`. Throws `SystemError`.
  package func create(_ name: String) throws(SystemError) -> OutputFile {
    // Made under the lock, so that `abandon` on another thread sees the file or comes before it.
    try state.withLock { state throws(SystemError) in
      state.outputs.append(name)
      return try OutputFile(creating: temporary(state.outputs.count - 1))
    }
  }

  private static func lock(_ handle: borrowing FileHandle) throws {
    guard flock(handle.descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    let code = errno
    guard code == EWOULDBLOCK else { throw SystemError(operation: "lock", path: handle.path, errno: code) }
    throw OutputError.inUse(
      path: String(decoding: handle.path, as: UTF8.self), holder: FileLock.holder(of: try handle.status()))
  }

  private func final(_ name: String) -> String { "\(path)/\(name)" }
  private func temporary(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)tmp-\(number)" }
  private func backup(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)old-\(number)" }
}

// Ending
extension OutputFolder {
  /// Gives all outputs their names at once and makes that durable. Throws `SystemError`, with all as it was before.
  ///
  /// The older outputs are kept under a second name until the last rename is done, so that a rename that fails can
  /// be taken back.
  package func commit() throws(SystemError) {
    try state.withLock { state throws(SystemError) in
      guard !state.isClosed else { return }
      state.isClosed = true
      let names = state.outputs
      var renamed = 0
      do throws(SystemError) {
        for (number, name) in names.enumerated() { try keep(name, as: backup(number)) }
        for (number, name) in names.enumerated() {
          try systemCall("rename", Array(final(name).utf8)) { rename(temporary(number), final(name)) }
          renamed += 1
        }
        try handle.sync()
      } catch {
        takeBack(names, renamed: renamed)
        removeFolders(made)
        throw error
      }
      for number in names.indices { removeIfThere(backup(number)) }
    }
  }

  /// Removes everything this run made. False when there is nothing to take back: the outputs are committed.
  @discardableResult
  package func abandon() -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.isClosed = true
      for number in state.outputs.indices { removeIfThere(temporary(number)) }
      removeFolders(made)
      return true
    }
  }

  /// A second name for the output that stands there; a file system without hard links goes without.
  private func keep(_ name: String, as backup: String) throws(SystemError) {
    guard link(final(name), backup) != 0, errno != ENOENT, errno != EPERM, errno != EOPNOTSUPP else { return }
    throw SystemError(operation: "link", path: backup, errno: errno)
  }

  private func takeBack(_ names: [String], renamed: Int) {
    for (number, name) in names.enumerated() {
      // A backup is put back; where there is none, what a rename of ours put there is removed.
      let restored = rename(backup(number), final(name)) == 0
      if !restored && number < renamed { removeIfThere(final(name)) }
      removeIfThere(backup(number))
      removeIfThere(temporary(number))
    }
  }
}

/// A place for outputs that cannot be used.
package enum OutputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Another process, when it could be told, holds the folder.
  case inUse(path: String, holder: Int?)
  /// A folder stands where a file is to be written.
  case isFolder(path: String)

  package var description: String {
    switch self {
    case .inUse(let path, let holder):
      "\(escapedName(path.utf8)): in use by another run\(holder.map { " (process \($0))" } ?? "")"
    case .isFolder(let path): "\(escapedName(path.utf8)): a folder stands where the output would be written"
    }
  }
}
