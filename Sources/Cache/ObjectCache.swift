// What is kept between runs, so that nothing is deflated twice: objects in a folder, each under a name that says all
// that shaped it. The folder may be removed at any time, and several processes may use it at once.

package import Archive
import Basics
package import Files
private import Glibc

/// A folder of objects that are kept between runs.
///
/// Nothing about it ever fails a run: what goes wrong is a warning, told once for each kind. Nothing is made durable:
/// an object is checked whenever it is read.
package final class ObjectCache: Sendable {
  /// Bytes that a cache holds where nothing else is said: 2 GiB.
  package static let defaultLimit: Int64 = 2 << 30

  package let folder: CacheFolder
  private let limit: Int64

  /// The cache in the folder `path`, which is made when the first object goes in. `warn` is called from any thread.
  package init(_ path: String, limit: Int64?, warn: @escaping @Sendable (String) -> Void) {
    folder = CacheFolder(path, warn: warn)
    self.limit = limit ?? Self.defaultLimit
  }

  /// Takes things in only as long as `bytes` are free on the disk that `folder` is on, if the cache is on the same.
  package func leaveRoom(for bytes: Int64, in folder: String) { self.folder.leaveRoom(for: bytes, in: folder) }

  /// The deflated form of a block, checked; nil when it is not there.
  package func block(_ key: CacheKey) -> EncodedBlock? {
    load(key, .block) { file throws(ObjectFault) in
      EncodedBlock(bytes: try file.payload(), crc: file.trailer.raw)
    }
  }

  /// Keeps the deflated form of a block.
  package func store(_ block: EncodedBlock, as key: CacheKey) { store(block.bytes, block.crc, as: key, .block) }

  /// Whether there is an object of that name; it may be damaged.
  package func contains(_ key: CacheKey) -> Bool {
    // What cannot be looked at is made anew.
    (try? FileStatus.of(folder.place(of: key)))?.isFile == true
  }

  /// The deflated form of a content, which is checked while it is read; nil when it is not there.
  package func content(_ key: CacheKey) -> CachedContent? {
    load(key, .content) { file throws(ObjectFault) in CachedContent(file) }
  }

  /// Notes that an object is in use, if it is there, without reading it.
  func touch(_ key: CacheKey) { ObjectFile.touch(folder.place(of: key)) }

  /// Begins the deflated form of a content; nil when the cache takes in nothing more.
  package func begin(_ key: CacheKey) -> CacheWriter? { CacheWriter(key, .content, into: folder) }

  /// What was kept of an artifact, checked; nil when nothing was.
  package func record(_ key: CacheKey) -> [UInt8]? {
    load(key, .record) { file throws(ObjectFault) in
      // A record stands for itself.
      guard file.trailer.raw == file.trailer.payload else { throw .damaged }
      return try file.payload()
    }
  }

  /// Keeps what is known of an artifact.
  package func store(record: [UInt8], as key: CacheKey) {
    store(record, record.withUnsafeBytes { CRC32(of: $0) }, as: key, .record)
  }

  /// Ends a run: removes the objects that were not used for longest, as far as there are more than the limit allows,
  /// unless another process is at it.
  package func finish() {
    guard folder.isUsable() else { return }
    do throws(SystemError) {
      _ = try prune(to: limit)
    } catch {
      // In use; or to be read only, and then others see to it.
      if [EWOULDBLOCK, EACCES, EPERM, EROFS].contains(error.errno) { return }
      folder.tell(.upkeep, "\(error); the cache may be larger than it should be")
    }
  }

  /// Takes nothing more and removes what is half written: for a run that is interrupted.
  package func abandon() { folder.abandon() }

  private func store(_ payload: [UInt8], _ crc: CRC32, as key: CacheKey, _ kind: ObjectKind) {
    // More would never be read.
    guard payload.count <= ObjectFile.largestWhole else { return }
    let writer = CacheWriter(key, kind, into: folder)
    writer?.append(payload)
    writer?.finish(crc: crc)
  }

  private func load<Value>(
    _ key: CacheKey, _ kind: ObjectKind, _ value: (consuming ObjectFile) throws(ObjectFault) -> Value
  ) -> Value? {
    guard folder.isUsable() else { return nil }
    let place = folder.place(of: key)
    do throws(ObjectFault) {
      let file = try ObjectFile(opening: place, key, kind)
      file.touch()
      return try value(file)
    } catch {
      note(error, at: place)
      return nil
    }
  }

  /// Tells of an object that could not be used, and removes it where it is damaged.
  package func note(_ fault: ObjectFault, at place: [UInt8]) {
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
}

// The size of a cache, and what goes when it is too large or damaged.

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

extension ObjectCache {
  /// How much there is. Throws `SystemError` when the folder cannot be read or is none of a cache.
  package func info() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) { report.count(object, isRemoved: false) }
    return report
  }

  /// Removes the objects that were not used for longest, until no more than `limit` bytes are left, and temporaries of
  /// more than a day.
  ///
  /// Throws `SystemError`, of EWOULDBLOCK when another process is at it, of ENOTEMPTY when the folder is none of a
  /// cache.
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
  /// Of files that cannot be read the first is told.
  ///
  /// Throws `SystemError` when a folder cannot be read or is none of a cache, or a file not be removed.
  package func verify() throws(SystemError) -> CacheReport {
    try folder.checkIsOurs()
    var report = CacheReport()
    for object in try StoredObject.all(in: folder) {
      let place = folder.place(of: object.key)
      do throws(ObjectFault) {
        try ObjectFile(opening: place, object.key, nil).check()
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

// What stands in the cache under the name of an object, found by reading the folders.

/// A regular file that has the name of an object.
struct StoredObject {
  let key: CacheKey
  let size: Int64
  /// When it was last used, to the hour; nanoseconds since 1970.
  let used: Int64

  /// Whether `first` was used after `second`; equal times are told apart by the names.
  static func wasUsedLater(_ first: StoredObject, _ second: StoredObject) -> Bool {
    if first.used != second.used { return first.used > second.used }
    return bytesPrecede(first.key.digest.bytes, second.key.digest.bytes)
  }

  /// All that are in the cache. Throws `SystemError`.
  static func all(in cache: CacheFolder) throws(SystemError) -> [StoredObject] {
    var found: [StoredObject] = []
    try forEachName(in: Array(cache.objects.utf8)) { start, path, _ throws(SystemError) in
      guard start.count == 2 else { return }
      try forEachName(in: path) { rest, path, folder throws(SystemError) in
        guard let digest = digest(named: start + rest) else { return }
        guard let status = try statusIfThere(of: rest, in: folder, path: path), status.isFile else { return }
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
        for name in names { try body(name, folder + [slash] + name, handle) }
      }
    } catch {
      if case .unreadable(let error) = error { throw error }
    }
  }

  /// The digest whose 64 digits `name` is; nil when it is none.
  private static func digest(named name: [UInt8]) -> Digest? {
    guard name.count == 64, name.allSatisfy(\.isLowerHexDigit) else { return nil }
    let values = name.map { $0.isDigit ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "a") + 10 }
    return Digest(kept: stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] })
  }
}
