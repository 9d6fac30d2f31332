// All or nothing: the outputs of a command are written under temporary names in the folder where they will stand,
// and appear together when the last one is whole. Whatever goes wrong before, the older outputs stay as they were.

private import CSystem
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

  /// Throws `OutputError.isFolder` when a folder stands where the output `name` would.
  package func checkPlace(of name: String) throws(OutputError) {
    if Self.isFolder(final(name)) { throw .isFolder(path: final(name)) }
  }

  /// Whether `name` is one that `temporary` or `backup` gives: others that begin like them belong to somebody else.
  private static func isOurs(_ name: [UInt8]) -> Bool {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    return ["\(temporaryPrefix)tmp-", "\(temporaryPrefix)old-"].contains { prefix in
      name.starts(with: prefix.utf8) && name.count > prefix.utf8.count
        && name.dropFirst(prefix.utf8.count).allSatisfy(isDigit)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Begins the output `name`. Throws `SystemError`.
  package func create(_ name: String) throws(SystemError) -> OutputFile {
    // Made under the lock, so that `abandon` on another thread sees the file or comes before it.
    try state.withLock { state throws(SystemError) in
      if state.isClosed { throw ended }
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

  private var ended: SystemError { SystemError(operation: "write into", path: path, errno: ECANCELED) }
  private func final(_ name: String) -> String { "\(path)/\(name)" }
  private func temporary(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)tmp-\(number)" }
  private func backup(_ number: Int) -> String { "\(path)/\(Self.temporaryPrefix)old-\(number)" }
}

// Ending
extension OutputFolder {
  /// Gives all outputs their names and makes that durable. Throws `SystemError`, with all as it was before.
  ///
  /// An older output trades places with the new one, so that a rename that fails later can be taken back; a power cut
  /// in this moment can leave some names new and some old, each file whole.
  package func commit() throws(SystemError) {
    try state.withLock { state throws(SystemError) in
      if state.isClosed { throw ended }
      state.isClosed = true
      var placed: [Placement] = []
      do throws(SystemError) {
        for (number, name) in state.outputs.enumerated() { placed.append(try place(number, at: final(name))) }
        try handle.sync()
      } catch {
        for placement in placed.reversed() { placement.takeBack() }
        removeTemporaries(state.outputs.count)
        removeFolders(made)
        throw error
      }
      removeTemporaries(state.outputs.count)
    }
  }

  /// Removes everything this run made and calls `end`, before any other thread can go on. False, and nothing is done,
  /// when there is nothing to take back: the outputs are committed.
  @discardableResult
  package func abandon(andThen end: () -> Void = {}) -> Bool {
    state.withLock { state in
      guard !state.isClosed else { return false }
      state.isClosed = true
      removeTemporaries(state.outputs.count)
      removeFolders(made)
      end()
      return true
    }
  }

  private func place(_ number: Int, at final: String) throws(SystemError) -> Placement {
    let temporary = temporary(number)
    // An exchange would take a folder as well.
    if Self.isFolder(final) { throw SystemError(operation: "rename", path: final, errno: EISDIR) }
    if renameat2(AT_FDCWD, temporary, AT_FDCWD, final, UInt32(KPACK_RENAME_EXCHANGE)) == 0 {
      return Placement(final: final, older: temporary)
    }
    // ENOENT: there is no older output. EINVAL, ENOSYS: a file system that cannot exchange names.
    let mustMove = errno == EINVAL || errno == ENOSYS
    guard mustMove || errno == ENOENT else { throw SystemError(operation: "rename", path: final, errno: errno) }
    let hasMoved = mustMove && rename(final, backup(number)) == 0
    let placement = Placement(final: final, older: hasMoved ? backup(number) : nil)
    guard rename(temporary, final) == 0 else {
      let error = SystemError(operation: "rename", path: final, errno: errno)
      if hasMoved { placement.takeBack() }
      throw error
    }
    return placement
  }

  /// What stands under the names of our own: outputs without a place, and older ones that were replaced.
  private func removeTemporaries(_ count: Int) {
    for number in 0..<count {
      removeIfThere(temporary(number))
      removeIfThere(backup(number))
    }
  }
}

/// An output that got its name, and where the older one went.
private struct Placement {
  let final: String
  /// The name that the older output has now; nil when there was none.
  let older: String?

  /// Puts the older output back; where there was none, removes the new one.
  func takeBack() {
    if let older { _ = rename(older, final) } else { removeIfThere(final) }
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
