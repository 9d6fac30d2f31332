// The folder of a cache: where things stand in it, what is on its way into it, and what was told of it. It is made
// when the first object goes in.

import Basics
import Files
private import Glibc
private import Synchronization

/// What can be wrong with a cache; each is told once.
enum CacheTrouble: Hashable, Sendable {
  case damage, index, reading, upkeep, writing
}

/// The folder of a cache. Where it takes nothing, that is told, and a run goes on without.
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
    let name = key.digest.description.utf8
    return Array(objects.utf8) + [slash] + name.prefix(2) + [slash] + name.dropFirst(2)
  }

  /// Tells people of the first trouble of its kind.
  func tell(_ trouble: CacheTrouble, _ text: @autoclosure () -> String) {
    // Outside the lock, for nothing is known of what `warn` does.
    if state.withLock({ $0.told.insert(trouble).inserted }) { warn(text()) }
  }

  /// Takes things in only as long as `bytes` are free on the disk that `folder` is on, if the cache is on the same.
  func leaveRoom(for bytes: Int64, in folder: String) { state.withLock { $0.reserve = (bytes, folder) } }

  /// Takes nothing more, for `error` came up in writing.
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

  /// Removes a file of this folder, if it is there. Throws `SystemError`.
  func remove(_ file: [UInt8]) throws(SystemError) {
    let terminated = cString(file)
    do throws(SystemError) {
      try systemCall("remove", file) { unlink(terminated) }
    } catch {
      guard error.isAboutMissingFile else { throw error }
    }
  }

  /// Removes a file of this folder, where that can be done.
  func removeQuietly(_ file: [UInt8]) {
    // One that stays is found again by a later run, and told of again where that matters.
    try? remove(file)
  }
}

extension CacheFolder {
  /// Whether the folder was looked at and is one of a cache.
  var isKnownAsOurs: Bool { state.withLock { $0.isKnownAsOurs } }

  /// Whether the folder was looked at and cannot be used.
  var isRefused: Bool { state.withLock { $0.isRefused } }

  /// Uses the folder for nothing, for `error` came up when it was looked at.
  func refuse(for error: SystemError) {
    state.withLock { $0.isRefused = true }
    close(for: error)
  }

  /// Notes that the folder is one of a cache.
  func noteAsOurs() { state.withLock { $0.isKnownAsOurs = true } }

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

  /// The file that is to stand at `place`, in a folder that is there; nil when nothing more goes in. Throws
  /// `SystemError`.
  func makeTemporary(for place: [UInt8]) throws(SystemError) -> CacheTemporary? {
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

  /// Whether the disk, where it is theirs too, has the room that others need; where it has not, nothing more is taken
  /// in.
  private func hasRoom() -> Bool {
    guard let reserve = state.withLock({ $0.isClosed ? nil : $0.reserve }) else { return true }
    guard let device = Self.device(of: reserve.folder), device == Self.device(of: path) else { return true }
    var status = statvfs()
    // One that tells nothing is found full when it is written to.
    guard statvfs(reserve.folder, &status) == 0 else { return true }
    let (free, isHuge) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    if isHuge || free >= reserve.bytes { return true }
    state.withLock { $0.isClosed = true }
    tell(.writing, "\(path): the disk could get too full; the cache takes in nothing more")
    return false
  }

  private static func device(of folder: String) -> UInt64? {
    // Of one that tells nothing, the room is not known either.
    try? FileStatus.following(Array(folder.utf8)).key.device
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

  /// False when nothing more goes in.
  private func makeFolder(of place: [UInt8]) throws(SystemError) -> Bool {
    // The tag first: without it nobody, this program least of all, knows the rest for a cache.
    try makeFolders(path)
    guard try tag() else { return false }
    let folder = parent(of: place)
    if folder.elementsEqual(path.utf8) { return true }
    // Of the cache's own path any text is taken; all below it is ASCII.
    try makeFolders(String(decoding: folder, as: UTF8.self))
    guard try FileStatus.of(folder).isFolder else {
      throw SystemError(operation: "write into", path: folder, errno: ENOTDIR)
    }
    return true
  }

  private func parent(of place: [UInt8]) -> [UInt8] {
    Array(place[..<(place.lastIndex(of: slash) ?? place.startIndex)])
  }
}

extension CacheFolder {
  /// What the names of temporaries begin with; a process number and a count follow.
  private static let temporaryPrefix = "\(OutputFolder.temporaryPrefix)tmp-"
  /// The age at which no process can still be writing a temporary, in nanoseconds: a day.
  private static let temporaryAge: Int64 = 24 * 3600 * 1_000_000_000

  private func temporary(_ number: Int) -> [UInt8] {
    Array("\(path)/\(Self.temporaryPrefix)\(getpid())-\(number)".utf8)
  }

  /// Gives the temporary `number` the name `place`. Throws `SystemError`.
  func finish(_ number: Int, as place: [UInt8]) throws(SystemError) {
    let (old, new) = (cString(temporary(number)), cString(place))
    try systemCall("rename", place) { rename(old, new) }
    state.withLock { _ = $0.temporaries.remove(number) }
  }

  /// Removes the temporary `number`, if it got no other name.
  func drop(_ number: Int) {
    let isThere = state.withLock { $0.temporaries.remove(number) != nil }
    if isThere { removeQuietly(temporary(number)) }
  }

  /// Removes what killed processes left long ago. Throws `SystemError`.
  func removeOldTemporaries() throws(SystemError) {
    let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
    for name in try FolderListing.names(of: folder) where Self.isTemporary(name) {
      let file = Array(path.utf8) + [slash] + name
      guard let status = try statusIfThere(of: name, in: folder, path: file), status.isFile else { continue }
      let age = nanosecondsNow().subtractingReportingOverflow(status.identity.modified)
      if !age.overflow && age.partialValue > Self.temporaryAge { removeQuietly(file) }
    }
  }

  /// Whether a file of that name is a temporary of this program.
  static func isTemporary(_ name: [UInt8]) -> Bool {
    guard name.starts(with: temporaryPrefix.utf8) else { return false }
    let numbers = name.dropFirst(temporaryPrefix.utf8.count).split(
      separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isDigit) }
  }
}

/// The status of `name` in an open folder; nil when there is nothing. Throws `SystemError`.
func statusIfThere(
  of name: [UInt8], in folder: borrowing FileHandle, path: [UInt8]
) throws(SystemError) -> FileStatus? {
  do throws(SystemError) {
    return try FileStatus.of(name, in: folder.descriptor, path: path)
  } catch {
    guard error.isAboutMissingFile else { throw error }
    return nil
  }
}

let slash = UInt8(ascii: "/")

// The lock of a cache: one process at a time removes objects or replaces the index.

extension CacheFolder {
  /// Runs `body` while no other process does so; where one does, tries again `tries` times, 20 ms apart.
  ///
  /// Throws `SystemError`, of EWOULDBLOCK when another process is at it to the end.
  func locked<Result>(tries: Int = 0, _ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
    let path = Array("\(path)/lock".utf8)
    let file = try FileHandle(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o666)
    var rest = tries
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard [EWOULDBLOCK, EINTR].contains(code) && rest > 0 else {
        throw SystemError(operation: "lock", path: path, errno: code)
      }
      rest -= 1
      usleep(20_000)
    }
    // By hand: a child process that is about to exec shares the lock, which closing the file here would not end.
    defer { _ = flock(file.descriptor, LOCK_UN) }
    return try body()
  }
}
