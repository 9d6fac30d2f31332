// An object that goes into the cache piece by piece.

internal import Archive

/// Writes one object. What goes wrong ends the writing into the cache, not the run.
final class CacheWriter {
  private let folder: CacheFolder
  /// Nil when it is written, or cannot be.
  private var temporary: CacheTemporary?
  private var payload = CRC32()

  /// Begins the object; nil when the cache takes in nothing more.
  init?(_ key: CacheKey, _ kind: ObjectKind, into folder: CacheFolder) {
    guard let temporary = folder.begin(folder.place(of: key)) else { return nil }
    self.folder = folder
    self.temporary = temporary
    write(ObjectHeader.bytes(key, kind))
  }

  /// Adds `bytes` at the end of the payload.
  func append(_ bytes: [UInt8]) {
    payload.append(bytes.withUnsafeBytes { CRC32(of: $0) })
    write(bytes)
  }

  /// Ends the object, whose payload stands for bytes of checksum `crc`. An object that is never ended is not kept.
  func finish(crc: CRC32) {
    write(ObjectTrailer(payload: payload, raw: crc).bytes)
    attempt { temporary throws(SystemError) in try temporary.finish() }
    temporary = nil
  }

  private func write(_ bytes: [UInt8]) {
    attempt { temporary throws(SystemError) in try temporary.write(bytes) }
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
