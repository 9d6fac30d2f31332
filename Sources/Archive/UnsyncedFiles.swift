// Files that are whole and on their way to the disk: they are waited for many at a time, for the disk works beside the
// processors, and one commit of a file system's journal serves all files that were written before it.

private import Synchronization

/// Written files that are kept open until they are durable.
///
/// Open, for a write that fails on its way to the disk is surely told only to those that had the file open.
final class UnsyncedFiles: Sendable {
  private final class OpenFile: Sendable {
    let handle: FileHandle

    init(_ handle: consuming FileHandle) { self.handle = handle }
  }

  /// So many are kept open at once: few enough for a small limit of open files.
  private static let limit = 16

  private let files = Mutex<[OpenFile]>([])

  /// Takes `handle`; where there are many by now, all are waited for. Throws `SystemError`.
  func add(_ handle: consuming FileHandle) throws(SystemError) {
    let file = OpenFile(handle)
    let isFull = files.withLock { files in
      files.append(file)
      return files.count >= Self.limit
    }
    if isFull { try sync() }
  }

  /// Waits until all are durable and closes them. Throws `SystemError` when one is not.
  func sync() throws(SystemError) {
    let files = files.withLock { files in
      defer { files = [] }
      return files
    }
    for file in files { try file.handle.sync() }
  }
}
