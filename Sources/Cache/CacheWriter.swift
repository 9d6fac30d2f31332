// An object that goes into the cache piece by piece.

package import Basics
import Files
private import Glibc

/// Writes one object. What goes wrong ends the writing into the cache, not the run.
package final class CacheWriter {
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
  package func append(_ bytes: [UInt8]) {
    payload.append(bytes.withUnsafeBytes { CRC32(of: $0) })
    write(bytes)
  }

  /// Ends the object, whose payload stands for bytes of checksum `crc`. An object that is never ended is not kept.
  package func finish(crc: CRC32) {
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

// A file of the cache that is being written: it gets its name when it is whole, and is gone when it is not.

/// A file on its way to its place in the cache.
final class CacheTemporary {
  private let folder: CacheFolder
  private let number: Int
  private let place: [UInt8]
  private var file: FileHandle?

  init(_ file: consuming FileHandle, _ number: Int, for place: [UInt8], in folder: CacheFolder) {
    self.file = consume file
    self.number = number
    self.place = place
    self.folder = folder
  }

  deinit { folder.drop(number) }

  /// Writes at the end. Throws `SystemError`.
  func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.span.withUnsafeBytes { buffer throws(SystemError) in try file?.write(buffer) }
  }

  /// Ends the file and gives it its name, which may be that of an older one. Throws `SystemError`.
  func finish() throws(SystemError) {
    try file.take()?.close()
    do throws(SystemError) {
      try folder.finish(number, as: place)
    } catch {
      // A folder stands in its place, or somebody removed the cache: this one file is lost, others can go in.
      guard [EISDIR, ENOENT, ENOTDIR].contains(error.errno) else { throw error }
    }
  }
}
