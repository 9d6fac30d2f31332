// All or nothing: the outputs of a command are written under temporary names in the folders where they will stand,
// and appear together when the last one is whole. Whatever goes wrong before, the older outputs stay as they were.

private import Glibc
internal import Synchronization

/// The folders that a command writes its outputs into, locked against a second command.
///
/// The names of its own making begin with `temporaryPrefix`: those that a killed run left are removed by the next.
/// After a method has thrown, the run can only be abandoned.
package final class OutputFolder: Sendable {
  /// What every name begins with that is not an output.
  package static let temporaryPrefix = ".kpack-"

  /// An output that was begun.
  struct Output {
    let folder: LockedFolder
    /// Its final name in the folder, where a slash leads into folders below.
    let name: String
    let kind: Kind

    /// How it comes to be.
    enum Kind {
      case written
      /// A hard link to this file.
      case link(SourceFile)
      /// Nothing: a file of an earlier run goes.
      case removal
    }
  }

  struct State {
    /// In the order in which they were begun; the index is the number in the temporary name.
    var outputs: [Output] = []
    /// Where they will stand: two outputs for one place would be lost to one another.
    var places: Set<[UInt8]> = []
    var isClosed = false
  }

  /// The folders, each one once.
  let folders: [LockedFolder]
  let state = Mutex(State())
  /// What must be durable before the outputs get their names.
  let unsynced = UnsyncedFiles()
  /// The folder that each path of the initializer leads to.
  private let places: [LockedFolder]

  /// Opens `paths`, makes them and their parents where they are missing, locks them and removes what killed runs left.
  ///
  /// Outputs name their folder by its index in `paths`, where two may lead to the same one. Throws
  /// `OutputError.inUse` when another command holds one of them, `SystemError` for all else; then none is made.
  package init(_ paths: [String]) throws {
    var folders: [LockedFolder] = []
    var places: [LockedFolder] = []
    do {
      for path in paths {
        if let known = try folders.first(where: { try $0.isReached(by: path) }) {
          places.append(known)
        } else {
          folders.append(try LockedFolder(path))
          places += folders.suffix(1)
        }
      }
    } catch {
      removeMade(folders)
      throw error
    }
    self.folders = folders
    self.places = places
  }

  /// The same for one folder.
  package convenience init(_ path: String) throws { try self.init([path]) }

  /// Throws `OutputError` when a folder stands where the output `name` would, or anything else where a folder above it
  /// would, and `SystemError`.
  package func checkPlace(of name: String, in folder: Int = 0) throws {
    let final = places[folder].final(name)
    if try isFolder(final) { throw OutputError.isFolder(path: final) }
    for slash in name.utf8.indices where name.utf8[slash] == UInt8(ascii: "/") {
      let above = places[folder].final(String(name[..<slash]))
      guard try FileStatus.followingIfThere(Array(above.utf8))?.isFolder ?? true else {
        throw OutputError.isNoFolder(path: above)
      }
    }
  }

  /// Throws `OutputError` when the folder `name`, where outputs will be written, is a symlink to somewhere else, and
  /// `SystemError`.
  package func checkFolder(_ name: String, in folder: Int = 0) throws {
    let path = places[folder].final(name)
    if try FileStatus.ifThere(Array(path.utf8))?.isSymlink == true { throw OutputError.isLink(path: path) }
  }

  /// Where the output `name` will stand.
  package func path(of name: String, in folder: Int = 0) -> String { places[folder].final(name) }

  /// Begins the output `name`; folders that it names are made at the commit.
  ///
  /// Throws `SystemError`, also when there is an output of this name already.
  package func create(_ name: String, in folder: Int = 0) throws(SystemError) -> OutputFile {
    OutputFile(writing: try begin(name, in: folder), then: unsynced)
  }

  /// Adds the output `name` with these bytes. Throws `SystemError`, as `create` does too.
  package func write(_ bytes: [UInt8], as name: String, in folder: Int = 0) throws {
    var file = try create(name, in: folder)
    try file.write(bytes)
    _ = try file.finish()
  }

  /// Adds the output `name`: a copy of `source` with the permission bits `mode`, whatever the umask; its state.
  ///
  /// Throws `SourceChanged` when the source is not what was planned, and `SystemError`.
  @discardableResult
  package func copy(_ source: SourceFile, as name: String, in folder: Int, mode: UInt16) throws -> FileIdentity {
    let file = try begin(name, in: folder)
    let identity: FileIdentity
    do {
      try source.copy(into: file, mode: mode)
      identity = FileIdentity(try file.status())
    } catch {
      // The commit fails for a file that is not there; a part of it would go through.
      removeIfThere(String(decoding: file.path, as: UTF8.self))
      throw error
    }
    file.startWriteback(of: 0..<source.identity.size)
    try unsynced.add(file)
    return identity
  }

  /// Adds the output `name`: a hard link to `written`, a finished output of this run that still has its temporary name.
  ///
  /// The link is made at the commit, for it changes a time of the file by which readers know it. Where the file system
  /// has no such link, it is a copy. Throws `SystemError`.
  package func link(_ written: SourceFile, as name: String, in folder: Int) throws(SystemError) {
    _ = try state.withLock { state throws(SystemError) in
      try add(name, .link(written), in: places[folder], to: &state)
    }
  }

  /// Removes the file `name` of an earlier run at the commit, if it is there. Throws `SystemError`.
  package func remove(_ name: String, in folder: Int = 0) throws(SystemError) {
    _ = try state.withLock { state throws(SystemError) in
      try add(name, .removal, in: places[folder], to: &state)
    }
  }

  private func begin(_ name: String, in folder: Int) throws(SystemError) -> FileHandle {
    // Made under the lock, so that `abandon` on another thread sees the file or comes before it.
    try state.withLock { state throws(SystemError) in
      let number = try add(name, .written, in: places[folder], to: &state)
      let temporary = Array(places[folder].temporary(number).utf8)
      Self.giveBackMemory(of: Array(places[folder].final(name).utf8))
      return try FileHandle(opening: temporary, O_RDWR | O_CREAT | O_EXCL, mode: 0o666)
    }
  }

  /// Has the system use the memory that holds the file at `path`, which will be replaced, for what replaces it: a virtual
  /// machine may have to ask its host for other memory, which takes longer than to write it.
  private static func giveBackMemory(of path: [UInt8]) {
    // Where that cannot be done, it only stays in memory.
    guard let status = try? FileStatus.of(path), status.isFile,
      let file = try? FileHandle(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    else { return }
    file.giveBackMemory()
  }

  /// Notes an output; its number.
  private func add(
    _ name: String, _ kind: Output.Kind, in folder: LockedFolder, to state: inout State
  ) throws(SystemError) -> Int {
    if state.isClosed { throw .ended(in: folder) }
    let leadsUp = name.utf8.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
    if leadsUp { throw SystemError(operation: "write", path: folder.final(name), errno: EINVAL) }
    let final = folder.final(name)
    guard state.places.insert(Array(final.utf8)).inserted else {
      throw SystemError(operation: "write twice", path: final, errno: EEXIST)
    }
    state.outputs.append(Output(folder: folder, name: name, kind: kind))
    return state.outputs.count - 1
  }
}

extension SystemError {
  /// What a run is told that goes on after its end.
  static func ended(in folder: LockedFolder?) -> SystemError {
    SystemError(operation: "write into", path: folder?.path ?? "", errno: ECANCELED)
  }
}

/// Removes the folders that were made for `folders`, as far as they are empty.
func removeMade(_ folders: [LockedFolder]) {
  for folder in folders.reversed() { removeFolders(folder.made) }
}

/// Whether a folder itself, not a link to one, stands at `path`. Throws `SystemError`.
func isFolder(_ path: String) throws(SystemError) -> Bool {
  try FileStatus.ifThere(Array(path.utf8))?.isFolder == true
}
