// The folder of a cache: whether it is one, where things stand in it, how they get there, and the warnings about it. It
// is made when the first object goes in; several processes may use it at once.

import Basics
import Files
private import Glibc
private import Synchronization

/// What can be wrong with a cache; each gives one warning.
enum CacheTrouble: Hashable, Sendable {
  case damage, index, reading, upkeep, writing
}

/// The folder of a cache. Where it takes nothing in there is one warning, and the run goes on without it.
package final class CacheFolder: Sendable {
  private struct State {
    /// Whether the folder was looked at and is one of a cache.
    var isKnownAsOurs = false
    /// Whether nothing more goes in.
    var isClosed = false
    /// Whether the folder was looked at and cannot be used.
    var isRefused = false
    /// What has to stay free where, in bytes.
    var reserve: (bytes: Int64, folder: String)?
    /// The temporaries that have no other name yet.
    var temporaries: Set<Int> = []
    var nextTemporary = 0
    var told: Set<CacheTrouble> = []
  }

  /// Path of the folder.
  let path: String
  private let warn: @Sendable (String) -> Void
  private let state = Mutex(State())

  package init(_ path: String, warn: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.warn = warn
  }

  /// Where all objects stand.
  var objects: String { "\(path)/objects" }
  /// Where the digests of files by their identity are kept.
  var index: [UInt8] { Array("\(path)/index".utf8) }

  /// Where the object `key` stands.
  package func place(of key: CacheKey) -> [UInt8] {
    let name = key.digest.description
    return Array("\(objects)/\(name.prefix(2))/\(name.dropFirst(2))".utf8)
  }

  /// Warns of the first trouble of its kind.
  func tell(_ trouble: CacheTrouble, _ text: @autoclosure () -> String) {
    // Outside of the lock, as `warn` may do anything.
    if state.withLock({ $0.told.insert(trouble).inserted }) { warn(text()) }
  }

  // MARK: Whether it is a cache

  /// Whether this is the folder of a cache, or can become one; where it is not, there is a warning and nothing goes in.
  func isUsable() -> Bool {
    // Not looked at again, as it may hold many names.
    if state.withLock({ $0.isRefused }) { return false }
    do throws(SystemError) {
      try checkIsOurs()
      return true
    } catch {
      state.withLock { $0.isRefused = true }
      close(for: error)
      return false
    }
  }

  /// Whether the folder holds other things than a cache of this program.
  package var isOfOthers: Bool {
    do throws(SystemError) {
      try checkIsOurs()
      return false
    } catch {
      return error.errno == ENOTEMPTY
    }
  }

  /// Throws ENOTEMPTY for a folder that holds other things and no tag of this program: one that was named by mistake may
  /// have files that are called as those of a cache are.
  func checkIsOurs() throws(SystemError) {
    if state.withLock({ $0.isKnownAsOurs }) { return }
    let folder: FileHandle
    do throws(SystemError) {
      folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    } catch {
      // What is not there is made.
      if error.errno == ENOENT { return }
      throw error
    }
    if !CacheTag.isOurs(in: path) {
      let names = try FolderListing.names(of: folder)
      // Left by a run that was killed before it had tagged the folder.
      if names.allSatisfy(Self.isTemporary) { return }
      // Once more: another process tags the folder before anything else has a name in it.
      guard CacheTag.isOurs(in: path) else {
        throw SystemError(operation: "use as a cache", path: path, errno: ENOTEMPTY)
      }
    }
    // The cache itself may be a link to another disk; what is in it may not lead out.
    let status = try FileStatus.ifThere(Array("objects".utf8), in: folder.descriptor, path: Array(objects.utf8))
    guard status?.isFolder ?? true else {
      throw SystemError(operation: "use as a folder", path: objects, errno: ENOTDIR)
    }
    state.withLock { $0.isKnownAsOurs = true }
  }

  /// Tags the folder, which is there; one that has a tag keeps it. False when nothing more goes in, as there may be no
  /// tag then.
  private func tag() throws(SystemError) -> Bool {
    let place = Array("\(path)/\(CacheTag.name)".utf8)
    if try FileStatus.followingIfThere(place) != nil { return true }
    // It appears whole, so that half a tag is never taken for that of another program.
    guard let file = try makeTemporary(for: place) else { return false }
    try file.write(CacheTag.text)
    try file.finish()
    return true
  }

  // MARK: What goes in

  /// Takes things in only as long as `bytes` are free on the disk that `folder` is on, if the cache is on the same.
  func leaveRoom(for bytes: Int64, in folder: String) { state.withLock { $0.reserve = (bytes, folder) } }

  /// Begins the file that is to stand at `place`; nil when nothing more goes in.
  func begin(_ place: [UInt8]) -> CacheTemporary? {
    if state.withLock({ $0.isClosed }) { return nil }
    do throws(SystemError) {
      try checkIsOurs()
      guard try makeFolder(of: place), hasRoom() else { return nil }
      return try makeTemporary(for: place)
    } catch {
      close(for: error)
      return nil
    }
  }

  /// Takes nothing more after `error` in writing.
  func close(for error: SystemError) {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    if !wasClosed { tell(.writing, "\(error); the cache takes in nothing more") }
  }

  /// Takes nothing more and removes what has no name yet.
  func abandon() {
    state.withLock { state in
      state.isClosed = true
      for number in state.temporaries { removeQuietly(temporary(number)) }
      state.temporaries = []
    }
  }

  /// Whether the disk, if `reserve` is on the same, has the room that others need; where it has not, nothing more is
  /// taken in.
  private func hasRoom() -> Bool {
    guard let reserve = state.withLock({ $0.isClosed ? nil : $0.reserve }) else { return true }
    guard let device = Self.device(of: reserve.folder), device == Self.device(of: path) else { return true }
    var status = statvfs()
    // Where that is not known, a full disk shows when it is written to.
    guard statvfs(reserve.folder, &status) == 0 else { return true }
    let (free, isHuge) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    if isHuge || free >= reserve.bytes { return true }
    state.withLock { $0.isClosed = true }
    tell(.writing, "\(path): the disk could get too full; the cache takes in nothing more")
    return false
  }

  private static func device(of folder: String) -> UInt64? {
    // Where that is not known, the room is not known either.
    try? FileStatus.following(Array(folder.utf8)).key.device
  }

  /// Makes the folder that `place` is in; false when nothing more goes in.
  private func makeFolder(of place: [UInt8]) throws(SystemError) -> Bool {
    // The tag first: without it the rest is not known as a cache, even by this program.
    try makeFolders(path)
    guard try tag() else { return false }
    // Of the cache's own path any text is taken; all below it is ASCII.
    let folder = Paths.parent(of: String(decoding: place, as: UTF8.self))
    if folder.utf8.elementsEqual(path.utf8) { return true }
    try makeFolders(folder)
    guard try FileStatus.of(Array(folder.utf8)).isFolder else {
      throw SystemError(operation: "write into", path: folder, errno: ENOTDIR)
    }
    return true
  }

  // MARK: Temporaries

  /// What the names of temporaries begin with; a process number and a count follow.
  private static let temporaryPrefix = "\(OutputFolder.temporaryPrefix)tmp-"
  /// The age at which no process can still be writing a temporary, in nanoseconds: a day.
  private static let temporaryAge: Int64 = 24 * 3600 * 1_000_000_000

  private func temporary(_ number: Int) -> [UInt8] {
    Array("\(path)/\(Self.temporaryPrefix)\(getpid())-\(number)".utf8)
  }

  /// The file that is to stand at `place`, in a folder that is there; nil when nothing more goes in.
  private func makeTemporary(for place: [UInt8]) throws(SystemError) -> CacheTemporary? {
    // Under the lock, so that `abandon` on another thread sees the file or comes before it.
    try state.withLock { state throws(SystemError) in
      if state.isClosed { return nil }
      while true {
        let number = state.nextTemporary
        state.nextTemporary += 1
        guard let file = try Self.make(temporary(number)) else { continue }
        state.temporaries.insert(number)
        return CacheTemporary(file, number, for: place, in: self)
      }
    }
  }

  /// A new file; nil when there is one of that name: another process has the number of a killed one, or of one on
  /// another machine.
  private static func make(_ path: [UInt8]) throws(SystemError) -> FileHandle? {
    do throws(SystemError) {
      return try FileHandle(opening: path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
    } catch {
      guard error.errno == EEXIST else { throw error }
      return nil
    }
  }

  /// Gives the temporary `number` the name `place`.
  fileprivate func finish(_ number: Int, as place: [UInt8]) throws(SystemError) {
    let (old, new) = (cString(temporary(number)), cString(place))
    try systemCall("rename", place) { rename(old, new) }
    state.withLock { _ = $0.temporaries.remove(number) }
  }

  /// Removes the temporary `number`, if it got no other name.
  fileprivate func drop(_ number: Int) {
    let isThere = state.withLock { $0.temporaries.remove(number) != nil }
    if isThere { removeQuietly(temporary(number)) }
  }

  /// Removes what killed processes left long ago.
  func removeOldTemporaries() throws(SystemError) {
    let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    for name in try FolderListing.names(of: folder) where Self.isTemporary(name) {
      let file = Array("\(path)/".utf8) + name
      guard let status = try FileStatus.ifThere(name, in: folder.descriptor, path: file), status.isFile else {
        continue
      }
      let age = nanosecondsNow().subtractingReportingOverflow(status.identity.modified)
      if !age.overflow && age.partialValue > Self.temporaryAge { removeQuietly(file) }
    }
  }

  /// Whether a file of that name is a temporary of this program.
  private static func isTemporary(_ name: [UInt8]) -> Bool {
    guard name.starts(with: temporaryPrefix.utf8) else { return false }
    let numbers = name.dropFirst(temporaryPrefix.utf8.count).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isDigit) }
  }

  // MARK: Upkeep

  /// Removes a file of this folder, if it is there.
  func remove(_ file: [UInt8]) throws(SystemError) {
    do throws(SystemError) {
      try removeFile(file)
    } catch {
      guard error.isAboutMissingFile else { throw error }
    }
  }

  /// Removes a file of this folder, where that can be done.
  func removeQuietly(_ file: [UInt8]) {
    // One that stays is found again by a later run.
    try? remove(file)
  }

  /// Runs `body` while no other process removes objects or replaces the index; where one does, tries again `tries`
  /// times, 20 ms apart.
  ///
  /// Throws EWOULDBLOCK when another process does so to the end.
  func locked<Result>(tries: Int = 0, _ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
    let path = Array("\(path)/lock".utf8)
    let file = try FileHandle(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o666)
    let lock = try FileLock(on: file, tries: tries)
    return try withExtendedLifetime(lock) { _ throws(SystemError) in try body() }
  }
}

/// A file on its way to its place in the cache: it gets its name when it is whole, and is gone when it never is.
final class CacheTemporary {
  private let folder: CacheFolder
  private let number: Int
  private let place: [UInt8]
  private var file: FileHandle?

  fileprivate init(_ file: consuming FileHandle, _ number: Int, for place: [UInt8], in folder: CacheFolder) {
    self.file = consume file
    self.number = number
    self.place = place
    self.folder = folder
  }

  deinit { folder.drop(number) }

  /// Writes at the end.
  func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.span.withUnsafeBytes { buffer throws(SystemError) in try file?.write(buffer) }
  }

  /// Ends the file and gives it its name, which may be that of an older one.
  func finish() throws(SystemError) {
    try file.take()?.close()
    do throws(SystemError) {
      try folder.finish(number, as: place)
    } catch {
      // A folder stands in its place, or the cache was removed: this one file is lost, others can go in.
      guard [EISDIR, ENOENT, ENOTDIR].contains(error.errno) else { throw error }
    }
  }
}

extension FileHandle {
  /// Opens what is in a cache for reading, without following a link or waiting, as for the other end of a FIFO.
  init(keptAt path: [UInt8], _ flags: CInt = 0) throws(ObjectFault) {
    self = try reading { () throws(SystemError) in
      try FileHandle(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags)
    }
  }

  /// The `count` bytes at `offset`; `.damaged` when the file ends before.
  func keptBytes(at offset: Int64, count: Int) throws(ObjectFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let done = try reading { () throws(SystemError) in
      try span.withUnsafeMutableBytes { buffer throws(SystemError) in try read(at: offset, filling: buffer) }
    }
    guard done == count else { throw .damaged }
    return bytes
  }
}

/// Calls `body`; a `SystemError` becomes an `ObjectFault`.
func reading<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(ObjectFault) -> Result {
  do throws(SystemError) {
    return try body()
  } catch {
    // ELOOP: a symlink, which is not followed. ENXIO: a socket.
    let isNoFile = error.isAboutMissingFile || error.errno == ELOOP || error.errno == ENXIO
    throw isNoFile ? .missing : .unreadable(error)
  }
}

/// CACHEDIR.TAG, by which programs that make backups leave a folder out (bford.info/cachedir).
enum CacheTag {
  static let name = "CACHEDIR.TAG"
  /// Also says whose cache it is; the same in every version of this program.
  static let text = Array(
    """
    Signature: 8a477f597d28d172789f06886806bc55
    # This folder is a cache of kpack, see https://bford.info/cachedir/ for what that means.\n
    """.utf8)

  /// Whether `folder` has a tag of this program.
  static func isOurs(in folder: String) -> Bool {
    // A tag that is missing, cut or cannot be read is none.
    guard let file = try? FileHandle(keptAt: Array("\(folder)/\(name)".utf8)),
      let bytes = try? file.keptBytes(at: 0, count: text.count)
    else { return false }
    return bytes == text
  }
}
