// What is kept between runs, so that nothing is deflated twice: objects in a folder, each under a name that says all
// that shaped it. The folder may be removed at any time, and several processes may use it at once.

internal import Archive
private import Glibc

/// A folder of objects that are kept between runs.
///
/// Nothing about it ever fails a run: what goes wrong is a warning, told once for each kind. Nothing is made durable:
/// an object is checked whenever it is read.
package final class ObjectCache: Sendable {
  /// Bytes that a cache holds where nothing else is said: 2 GiB.
  package static let defaultLimit: Int64 = 2 << 30

  let folder: CacheFolder
  private let limit: Int64

  /// The cache in the folder `path`, which is made when the first object goes in. `warn` is called from any thread.
  package init(_ path: String, limit: Int64?, warn: @escaping @Sendable (String) -> Void) {
    folder = CacheFolder(path, warn: warn)
    self.limit = limit ?? Self.defaultLimit
  }

  /// Takes things in only as long as `bytes` are free on the disk that `folder` is on, if the cache is on the same.
  func leaveRoom(for bytes: Int64, in folder: String) { self.folder.leaveRoom(for: bytes, in: folder) }

  /// The deflated form of a block, checked; nil when it is not there.
  func block(_ key: CacheKey) -> DeflatedBlock? {
    load(key, .block) { file throws(ObjectFault) in
      DeflatedBlock(bytes: try file.payload(), crc: file.trailer.raw)
    }
  }

  /// Keeps the deflated form of a block.
  func store(_ block: DeflatedBlock, as key: CacheKey) { store(block.bytes, block.crc, as: key, .block) }

  /// Whether there is an object of that name; it may be damaged.
  func contains(_ key: CacheKey) -> Bool {
    // What cannot be looked at is made anew.
    (try? FileStatus.of(folder.place(of: key)))?.isFile == true
  }

  /// The deflated form of a content, which is checked while it is read; nil when it is not there.
  func content(_ key: CacheKey) -> CachedContent? {
    load(key, .content) { file throws(ObjectFault) in CachedContent(file) }
  }

  /// Notes that an object is in use, if it is there, without reading it.
  func touch(_ key: CacheKey) { ObjectFile.touch(folder.place(of: key)) }

  /// Begins the deflated form of a content; nil when the cache takes in nothing more.
  func begin(_ key: CacheKey) -> CacheWriter? { CacheWriter(key, .content, into: folder) }

  /// What was kept of an artifact, checked; nil when nothing was.
  func record(_ key: CacheKey) -> [UInt8]? {
    load(key, .record) { file throws(ObjectFault) in
      // A record stands for itself.
      guard file.trailer.raw == file.trailer.payload else { throw .damaged }
      return try file.payload()
    }
  }

  /// Keeps what is known of an artifact.
  func store(record: [UInt8], as key: CacheKey) {
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
  func note(_ fault: ObjectFault, at place: [UInt8]) {
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
