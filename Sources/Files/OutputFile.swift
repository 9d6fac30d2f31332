// One output under its temporary name: bytes go in, are counted and hashed on the way.

package import Basics
private import Glibc
private import Synchronization

/// A file being written.
package struct OutputFile: ~Copyable {
  /// Bytes after which the system is asked to begin with the disk.
  private static let writebackStep: Int64 = 8 << 20

  /// The end of the file at some time, to which it can be cut back.
  package struct Mark: ~Copyable {
    fileprivate let count: Int64
    fileprivate let hashed: Int64
    fileprivate let hash: SHA256
  }

  /// Where it is written; the name it will have is given when all outputs are whole.
  package let path: String
  /// Bytes written so far.
  package private(set) var count: Int64 = 0
  private let handle: FileHandle
  private let unsynced: UnsyncedFiles
  private var hash = SHA256()
  /// Bytes that are hashed; all that are written, unless the hash is held.
  private var hashed: Int64 = 0
  private var isHashHeld = false
  /// Bytes that are on their way to the disk.
  private var started: Int64 = 0

  /// Writes into `handle`, a new file, which goes to `unsynced` when it is whole.
  init(writing handle: consuming FileHandle, then unsynced: UnsyncedFiles) {
    path = String(decoding: handle.path, as: UTF8.self)
    self.handle = handle
    self.unsynced = unsynced
  }

  /// Writes `bytes` at the end.
  package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    try handle.write(bytes)
    count += Int64(bytes.count)
    if !isHashHeld {
      hash.update(bytes)
      hashed = count
    }
    guard count - started >= Self.writebackStep else { return }
    handle.startWriteback(of: started..<count)
    started = count
  }

  /// Writes `bytes` at the end.
  package mutating func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.span.withUnsafeBytes { bytes throws(SystemError) in try write(bytes) }
  }

  /// Gives the file its permission bits and the time of its last change, in seconds since 1970.
  package func set(mode: UInt16, mtime: Int64) throws(SystemError) { try handle.set(mode: mode, mtime: mtime) }

  /// The end of what is written so far.
  package func mark() -> Mark { Mark(count: count, hashed: hashed, hash: hash.copy()) }

  /// Takes back all that was written since.
  package mutating func goBack(to mark: consuming Mark) throws(SystemError) {
    try handle.truncate(to: mark.count)
    count = mark.count
    started = min(started, count)
    hashed = mark.hashed
    hash = mark.hash
  }

  /// Hashes nothing from here on until `releaseHash`, so that what is written now can be overwritten at no cost.
  package mutating func holdHash() { isHashHeld = true }

  /// Hashes what was written since `holdHash`, from the system's memory of the file.
  package mutating func releaseHash() throws(SystemError) {
    isHashHeld = false
    guard hashed < count else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    while hashed < count {
      // In bounds: at most the size of the buffer.
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), count - hashed))])
      guard try handle.read(at: hashed, filling: piece) == piece.count else {
        throw SystemError(operation: "read", path: handle.path, errno: EIO)
      }
      hash.update(UnsafeRawBufferPointer(piece))
      hashed += Int64(piece.count)
    }
  }

  /// Writes `bytes` over what was written at `offset`. Where that is hashed already, the whole file is hashed anew.
  package mutating func overwrite(_ bytes: [UInt8], at offset: Int64) throws(SystemError) {
    try bytes.span.withUnsafeBytes { bytes throws(SystemError) in try handle.write(bytes, at: offset) }
    if offset >= hashed { return }
    hashed = 0
    hash = SHA256()
    if !isHashHeld { try releaseHash() }
  }

  /// Ends the file, which is durable when its folder commits; its digest and its state for readers.
  package consuming func finish() throws(SystemError) -> (digest: Digest, file: SourceFile) {
    try releaseHash()
    let file = SourceFile(path: handle.path, identity: FileIdentity(try handle.status()))
    if count > started { handle.startWriteback(of: started..<count) }
    try unsynced.add(handle)
    return (hash.finalize(), file)
  }
}

/// Files that are written whole and on their way to the disk, kept open until they are durable.
///
/// They are waited for many at a time: the disk works beside the processors, and one commit of a file system's journal
/// serves all files that were written before it. They are kept open, as a write that fails on its way to the disk is
/// surely reported only to those that had the file open then.
final class UnsyncedFiles: Sendable {
  private final class OpenFile: Sendable {
    let handle: FileHandle

    init(_ handle: consuming FileHandle) { self.handle = handle }
  }

  /// So many are kept open at once: few enough for a small limit of open files.
  private static let limit = 16

  private let files = Mutex<[OpenFile]>([])

  /// Takes `handle`; where there are many by now, all are waited for.
  func add(_ handle: consuming FileHandle) throws(SystemError) {
    let file = OpenFile(handle)
    let isFull = files.withLock { files in
      files.append(file)
      return files.count >= Self.limit
    }
    if isFull { try sync() }
  }

  /// Waits until all are durable and closes them.
  func sync() throws(SystemError) {
    let files = files.withLock { files in
      defer { files = [] }
      return files
    }
    for file in files { try file.handle.sync() }
  }
}
