// What stands in the cache under the name of an object, found by reading the folders.

internal import Archive
private import Glibc

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
