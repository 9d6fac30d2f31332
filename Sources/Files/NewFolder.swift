// An output that is a whole folder. It is filled under a temporary name and takes the place of the older folder at the
// commit.

import Basics
private import Glibc

/// A folder among the outputs while it is filled. Paths in it are bytes, relative to it; the folder of each must have
/// been made before.
///
/// All is made under the lock of the outputs, so that `abandon` on another thread sees it or comes before it.
package struct NewFolder: Sendable {
  private let outputs: OutputFolder
  private let number: Int
  /// Where it is filled.
  private let path: [UInt8]

  init(_ outputs: OutputFolder, number: Int, path: String) {
    (self.outputs, self.number, self.path) = (outputs, number, Array(path.utf8))
  }

  /// Makes a folder with the permission bits `mode`, whatever the umask.
  package func makeFolder(at place: [UInt8], mode: UInt16) throws(SystemError) {
    let path = absolute(place)
    let terminated = cString(path)
    try outputs.whileOpen { () throws(SystemError) in
      try systemCall("make the folder", path) { mkdir(terminated, 0o700) }
    }
    outputs.add(folder: place, to: number)
    // One that this user could not write into gets its mode when all is in it.
    if mode & 0o700 == 0o700 {
      try systemCall("set the mode of", path) { chmod(terminated, mode_t(mode)) }
    } else {
      outputs.add(mode: mode, of: place, to: number)
    }
  }

  /// Makes a symlink.
  package func makeSymlink(at place: [UInt8], to target: [UInt8]) throws(SystemError) {
    let path = absolute(place)
    let (old, new) = (cString(target), cString(path))
    try outputs.whileOpen { () throws(SystemError) in try systemCall("make the symlink", path) { symlink(old, new) } }
  }

  /// Makes a file with the permission bits `mode`, whatever the umask, which `fill` writes.
  package func makeFile(at place: [UInt8], mode: UInt16, _ fill: (borrowing FileHandle) throws -> Void) throws {
    let file = try create(place)
    try fill(file)
    // After the last write, which takes set-ID bits away.
    try systemCall("set the mode of", file.path) { fchmod(file.descriptor, mode_t(mode)) }
    try outputs.addUnsynced(file)
  }

  /// Copies `source`, with the permission bits `mode`. The blocks are shared where the file system can.
  ///
  /// Throws `SourceChanged` when the source is not what was planned.
  package func copy(_ source: SourceFile, to place: [UInt8], mode: UInt16) throws {
    let file = try create(place)
    try source.copy(into: file, mode: mode)
    file.startWriteback(of: 0..<source.identity.size)
    try outputs.addUnsynced(file)
  }

  /// Adds a hard link to `source`, which is made when all is written: it changes a time of the file by which readers know it.
  /// Where the file system has no such link, it is a copy. `isOwn` says that this run wrote the file.
  package func link(_ source: SourceFile, to place: [UInt8], isOwn: Bool) {
    outputs.add(link: FolderLink(source: source, place: place, isOwn: isOwn), to: number)
  }

  /// Whether a file of this status can be linked from here: it is on the same file system, and the system lets this user
  /// link it (proc(5), protected_hardlinks).
  package func canLink(_ path: [UInt8], _ status: FileStatus) -> Bool {
    guard let own = try? FileStatus.of(self.path), own.key.device == status.key.device else { return false }
    let user = geteuid()
    return user == 0 || user == status.owner.uid || access(cString(path), R_OK | W_OK) == 0
  }

  /// Whether nothing changed in the file but its links, from the plan until the commit, which was before.
  package func isSteady(_ source: SourceFile) -> Bool { outputs.isSteady(source.identity.key) }

  /// How many links became copies, because the file system refused them.
  package var copiedLinks: Int { outputs.copiedLinks(of: number) }

  private func create(_ place: [UInt8]) throws(SystemError) -> FileHandle {
    let path = absolute(place)
    return try outputs.whileOpen { () throws(SystemError) in
      try FileHandle(opening: path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }
  }

  private func absolute(_ place: [UInt8]) -> [UInt8] { path + [UInt8(ascii: "/")] + place }
}

/// A file of a new folder that will be a hard link.
struct FolderLink {
  let source: SourceFile
  let place: [UInt8]
  /// Whether this run wrote the file, under a name that nobody else knows.
  let isOwn: Bool

  /// Whether the source is just as planned. Links to it may have come or gone since; throws `SourceChanged` when
  /// anything else of it is not as planned.
  func check() throws -> Bool {
    let status = try FileStatus.ifThere(source.path)
    guard let status, status.isFile, source.identity.isStill(status.identity) else { throw source.changed(status) }
    return source.identity == status.identity
  }
}
