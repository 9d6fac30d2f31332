// One output under its temporary name: bytes go in, are counted and hashed on the way.

package import Basics
private import Synchronization

/// A file being written.
package struct OutputFile: ~Copyable {
  /// Bytes after which the system is asked to begin with the disk.
  private static let writebackStep: Int64 = 8 << 20

  /// The end of the file at some time, to which it can be cut back.
  package struct Mark: ~Copyable {
    fileprivate let count: Int64
    fileprivate let hash: SHA256
  }

  /// Where it is written; the name it will have is given when all outputs are whole.
  package let path: String
  /// Bytes written so far.
  package private(set) var count: Int64 = 0
  private let handle: FileHandle
  private let unsynced: UnsyncedFiles
  private var hash = SHA256()
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
    hash.update(bytes)
    count += Int64(bytes.count)
    guard count - started >= Self.writebackStep else { return }
    handle.startWriteback(of: started..<count)
    started = count
  }

  /// Writes `bytes` at the end.
  package mutating func write(_ bytes: [UInt8]) throws(SystemError) {
    try bytes.span.withUnsafeBytes { bytes throws(SystemError) in try write(bytes) }
  }

  /// The end of what is written so far.
  package func mark() -> Mark { Mark(count: count, hash: hash.copy()) }

  /// Takes back all that was written since.
  package mutating func goBack(to mark: consuming Mark) throws(SystemError) {
    try handle.truncate(to: mark.count)
    count = mark.count
    started = min(started, count)
    hash = mark.hash
  }

  /// Ends the file, which is durable when its folder commits; its digest and its state for readers.
  ///
  ///
  package consuming func finish() throws(SystemError) -> (digest: Digest, file: SourceFile) {
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
