// Objects in a folder, each in a file under its name, and what goes when there are too many or some are damaged. The
// folder may be removed at any time.

import Basics
package import Files
private import Glibc

/// A folder of objects that are kept between runs.
package final class FolderStore: ObjectStore {
  /// Bytes that a store holds where nothing else is said: 2 GiB.
  package static let defaultLimit: Int64 = 2 << 30

  let folder: CacheFolder
  private let limit: Int64

  /// The store in the folder `path`, which is made when the first object goes in. `warn` is called from any thread.
  package init(_ path: String, limit: Int64?, warn: @escaping @Sendable (String) -> Void) {
    folder = CacheFolder(path, warn: warn)
    self.limit = limit ?? Self.defaultLimit
  }

  package func open(_ key: CacheKey) throws(ObjectFault) -> any ObjectSource {
    guard folder.isUsable() else { throw .missing }
    return try ObjectFile(opening: folder.place(of: key))
  }

  package func create(_ key: CacheKey) -> (any ObjectSink)? {
    folder.begin(folder.place(of: key)).map { ObjectFileWriter($0, in: folder) }
  }

  package func contains(_ key: CacheKey) -> Bool {
    // What cannot be looked at is made anew.
    (try? FileStatus.of(folder.place(of: key)))?.isFile == true
  }

  package func touch(_ key: CacheKey) { ObjectFile.touch(folder.place(of: key)) }

  package func reject(_ key: CacheKey, for fault: ObjectFault) {
    let place = folder.place(of: key)
    switch fault {
    case .missing, .foreign:
      break
    case .damaged:
      folder.tell(.damage, "\(escapedName(place)): damaged in the cache, made anew")
      folder.removeQuietly(place)
    case .unreadable(let error):
      folder.tell(.reading, "\(error); what the cache holds there is made anew")
    }
  }

  package func leaveRoom(for bytes: Int64, in folder: String) { self.folder.leaveRoom(for: bytes, in: folder) }

  /// Ends a run: removes the objects that were not used for longest, as far as there are more than the limit allows,
  /// unless another process does so.
  package func finish() {
    guard folder.isUsable() else { return }
    do throws(SystemError) {
      _ = try prune(to: limit)
    } catch {
      // In use by another process, or only readable for this one: others keep it small.
      if [EWOULDBLOCK, EACCES, EPERM, EROFS].contains(error.errno) { return }
      folder.tell(.upkeep, "\(error); the cache may be larger than it should be")
    }
  }

  package func abandon() { folder.abandon() }

  // MARK: Upkeep

  /// How much there is. Throws ENOTEMPTY when the folder is none of a cache.
  package func info() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) { report.count(object, isRemoved: false) }
    return report
  }

  /// Removes the objects that were not used for longest, until no more than `limit` bytes are left, and temporaries of
  /// more than a day.
  ///
  /// Throws EWOULDBLOCK when another process prunes it, ENOTEMPTY when the folder is none of a cache.
  package func prune(to limit: Int64) throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    // Where there is no cache, nothing is made for the lock.
    guard try FileStatus.followingIfThere(Array(folder.objects.utf8)) != nil else { return CacheReport() }
    return try folder.locked { () throws(SystemError) in
      try folder.removeOldTemporaries()
      var report = CacheReport()
      // The newest first: what fits stays, and from there on all goes.
      for object in try StoredObject.all(in: folder).sorted(by: StoredObject.wasUsedLater) {
        let fits = report.removedObjects == 0 && object.size <= limit - report.bytes
        if !fits { try folder.remove(folder.place(of: object.key)) }
        report.count(object, isRemoved: !fits)
      }
      return report
    }
  }

  /// Reads every object and the index, and removes what is damaged; what another version of this program wrote stays.
  /// There is a warning about the first file that cannot be read.
  ///
  /// Throws ENOTEMPTY when the folder is none of a cache.
  package func verify() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) {
      let place = folder.place(of: object.key)
      do throws(ObjectFault) {
        try ObjectReader(ObjectFile(opening: place), object.key, nil).check()
        report.count(object, isRemoved: false)
      } catch {
        switch error {
        // Removed by another process.
        case .missing: break
        case .unreadable(let error):
          report.count(object, isRemoved: false)
          note(error, in: &report)
        case .foreign: report.count(object, isRemoved: false)
        case .damaged:
          try folder.remove(place)
          report.count(object, isRemoved: true)
        }
      }
    }
    try verifyIndex(&report)
    return report
  }

  private func verifyIndex(_ report: inout CacheReport) throws(SystemError) {
    do throws(ObjectFault) {
      _ = try IndexFile.read(folder.index, where: { _ in false })
    } catch {
      switch error {
      case .missing, .foreign: break
      case .unreadable(let error): note(error, in: &report)
      case .damaged:
        try folder.remove(folder.index)
        folder.tell(.index, "\(escapedName(folder.index)): damaged, removed")
      }
    }
  }

  private func note(_ error: SystemError, in report: inout CacheReport) {
    report.unreadableFiles += 1
    folder.tell(.reading, "\(error)")
  }
}

/// An object's file that is being read: opened without following a link or waiting.
private final class ObjectFile: ObjectSource {
  /// An object's time is set so often at most, in nanoseconds: an hour.
  private static let touchInterval: Int64 = 3600 * 1_000_000_000

  let size: Int64
  private let handle: FileHandle
  private let modified: Int64

  /// Opens the file at `path`; `.missing` where there is no regular file.
  init(opening path: [UInt8]) throws(ObjectFault) {
    let handle = try FileHandle(keptAt: path)
    let status = FileStatus(try reading { () throws(SystemError) in try handle.status() })
    guard status.isFile else { throw .missing }
    size = status.identity.size
    modified = status.identity.modified
    self.handle = handle
  }

  func read(at offset: Int64, filling buffer: UnsafeMutableRawBufferPointer) throws(ObjectFault) -> Int {
    try reading { () throws(SystemError) in try handle.read(at: offset, filling: buffer) }
  }

  /// At most once an hour.
  func touch() {
    // A cache that this process may only read keeps the times that it has.
    if Self.isToBeTouched(modified) { _ = futimens(handle.descriptor, nil) }
  }

  /// Notes that the object at `path` is used, as `touch` of an open one does.
  static func touch(_ path: [UInt8]) {
    // One that is gone is not in use; other failures are as in `touch`.
    guard let status = try? FileStatus.of(path), status.isFile, isToBeTouched(status.identity.modified) else { return }
    _ = utimensat(AT_FDCWD, cString(path), nil, AT_SYMLINK_NOFOLLOW)
  }

  private static func isToBeTouched(_ modified: Int64) -> Bool {
    let age = nanosecondsNow().subtractingReportingOverflow(modified)
    // A time in the future comes from a clock that was wrong.
    return age.overflow || !(0..<touchInterval).contains(age.partialValue)
  }
}

/// An object's file that is being written. What goes wrong ends the writing into the cache.
private final class ObjectFileWriter: ObjectSink {
  private let folder: CacheFolder
  /// Nil when it is written, or cannot be.
  private var temporary: CacheTemporary?

  init(_ temporary: CacheTemporary, in folder: CacheFolder) { (self.temporary, self.folder) = (temporary, folder) }

  func append(_ bytes: [UInt8]) {
    attempt { temporary throws(SystemError) in try temporary.write(bytes) }
  }

  func finish() {
    attempt { temporary throws(SystemError) in try temporary.finish() }
    temporary = nil
  }

  private func attempt(_ step: (CacheTemporary) throws(SystemError) -> Void) {
    guard let temporary else { return }
    do throws(SystemError) {
      try step(temporary)
    } catch {
      self.temporary = nil
      folder.close(for: error)
    }
  }
}

/// What a cache holds, and what was removed from it.
package struct CacheReport: Equatable, Sendable {
  /// Objects that are there, and their bytes; more than an Int64 holds, as sparse files can say, are its greatest value.
  package var objects = 0
  package var bytes: Int64 = 0
  /// Objects that were removed, and their bytes.
  package var removedObjects = 0
  package var removedBytes: Int64 = 0
  /// Files that are there and could not be read.
  package var unreadableFiles = 0

  package init() {}

  fileprivate mutating func count(_ object: StoredObject, isRemoved: Bool) {
    if isRemoved {
      removedObjects += 1
      removedBytes = Self.sum(removedBytes, object.size)
    } else {
      objects += 1
      bytes = Self.sum(bytes, object.size)
    }
  }

  private static func sum(_ bytes: Int64, _ more: Int64) -> Int64 {
    let (sum, isHuge) = bytes.addingReportingOverflow(more)
    return isHuge ? .max : sum
  }
}

/// A regular file that has the name of an object, found by reading the folders.
private struct StoredObject {
  let key: CacheKey
  let size: Int64
  /// When it was last used, to the hour; nanoseconds since 1970.
  let used: Int64

  /// Whether `first` was used after `second`; objects of the same time are ordered by their names.
  static func wasUsedLater(_ first: StoredObject, _ second: StoredObject) -> Bool {
    if first.used != second.used { return first.used > second.used }
    return bytesPrecede(first.key.digest.bytes, second.key.digest.bytes)
  }

  /// All that are in the cache.
  static func all(in cache: CacheFolder) throws(SystemError) -> [StoredObject] {
    var found: [StoredObject] = []
    try forEachName(in: Array(cache.objects.utf8)) { start, path, _ throws(SystemError) in
      guard start.count == 2 else { return }
      try forEachName(in: path) { rest, path, folder throws(SystemError) in
        guard let digest = Digest(hex: start + rest),
          let status = try FileStatus.ifThere(rest, in: folder.descriptor, path: path), status.isFile
        else { return }
        let identity = status.identity
        found.append(StoredObject(key: CacheKey(digest: digest), size: identity.size, used: identity.modified))
      }
    }
    return found
  }

  /// Calls `body` with every name in a folder and its path; a folder that is not there, or is a link, has none.
  private static func forEachName(
    in folder: [UInt8],
    _ body: (_ name: [UInt8], _ path: [UInt8], borrowing FileHandle) throws(SystemError) -> Void
  ) throws(SystemError) {
    do throws(ObjectFault) {
      let handle = try FileHandle(keptAt: folder, O_DIRECTORY)
      let names = try reading { () throws(SystemError) in try FolderListing.names(of: handle) }
      try reading { () throws(SystemError) in
        for name in names { try body(name, folder + [UInt8(ascii: "/")] + name, handle) }
      }
    } catch {
      if case .unreadable(let error) = error { throw error }
    }
  }
}
