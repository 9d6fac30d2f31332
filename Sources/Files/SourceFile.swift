// A regular file that goes into an archive: which one it was when it was planned, and its bytes, which are only given
// out as long as it is still that one.

package import Basics
private import CSystem
private import Glibc

/// A source file that is no longer what it was when the release was planned.
package struct SourceChanged: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path of the file.
  package let path: [UInt8]
  /// Bytes it had.
  package let planned: Int64
  /// Bytes it has now, or nil when it is no longer a regular file.
  package let found: Int64?

  package init(path: [UInt8], planned: Int64, found: Int64?) {
    (self.path, self.planned, self.found) = (path, planned, found)
  }

  package var description: String {
    guard let found else { return "\(escapedName(path)): changed while it was being read: no longer a regular file" }
    let changed = "\(escapedName(path)): changed while it was being read"
    if found == planned { return "\(changed): other times, another inode or other bytes" }
    return "\(changed): was \(planned) bytes, now \(found)"
  }
}

/// A regular file as it was planned.
package struct SourceFile: Equatable, Sendable {
  /// Path to open it by.
  package let path: [UInt8]
  /// Its state when it was planned.
  package let identity: FileIdentity

  package init(path: [UInt8], identity: FileIdentity) {
    self.path = path
    self.identity = identity
  }

  /// Reads the bytes from `offset` on until `buffer` is full.
  ///
  /// The range must lie within the planned size. Throws `SourceChanged` when the file is not what was planned, before or
  /// after the read.
  package func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws {
    let file = try open()
    try check(file)
    let done = try file.read(at: offset, filling: buffer)
    if done == buffer.count && offset + Int64(done) == identity.size { try checkEnd(file) }
    try check(file)
    if done < buffer.count { throw SourceChanged(path: path, planned: identity.size, found: offset + Int64(done)) }
  }

  /// The digest of its bytes. Throws `SourceChanged` when the file is not what was planned.
  package func digest() throws -> Digest {
    guard let digest = Digest(kept: try checksum(.sha256)) else { preconditionFailure("a SHA-256 of another size") }
    return digest
  }

  /// A checksum of its bytes. Throws `SourceChanged` when the file is not what was planned.
  package func checksum(_ algorithm: ChecksumAlgorithm) throws -> [UInt8] {
    var hash = MessageDigest(algorithm)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    var offset: Int64 = 0
    // An empty file is checked for changes too.
    repeat {
      // In bounds: at most the size of the buffer.
      let chunk = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<Int(min(Int64(buffer.count), identity.size - offset))])
      try read(from: offset, into: chunk)
      hash.update(UnsafeRawBufferPointer(chunk))
      offset += Int64(chunk.count)
    } while offset < identity.size
    return hash.finalize()
  }

  /// Whether any process has the file open for writing, or maps it for that; nil where the system does not say.
  ///
  /// Throws `SourceChanged` when the file is not what was planned.
  package func isOpenForWriting() throws -> Bool? {
    let file = try open()
    try check(file)
    return file.isOpenForWriting()
  }

  /// Copies all bytes into `target`, a new file, and gives it exactly the permission bits `mode`. The blocks are shared
  /// where the file system can, else copied within the kernel, else read and written.
  ///
  /// Throws `SourceChanged` when the file is not what was planned, before or after.
  func copy(into target: borrowing FileHandle, mode: UInt16) throws {
    let source = try open()
    try check(source)
    // A clone that fails for whatever reason has done nothing, and what stands in the way of a copy shows there.
    if kpack_clone(target.descriptor, source.descriptor) != 0 {
      var rest = identity.size
      try Self.copyInKernel(&rest, from: source, to: target)
      try Self.copyThroughMemory(&rest, from: source, to: target)
      if rest > 0 {
        try check(source)
        throw SourceChanged(path: path, planned: identity.size, found: identity.size - rest)
      }
    }
    try checkEnd(source)
    try check(source)
    // After the last write, which takes set-ID bits away.
    try systemCall("set the mode of", target.path) { fchmod(target.descriptor, mode_t(mode)) }
  }

  /// Takes what was copied off `rest`; stops where the kernel cannot, or says that the file ends.
  private static func copyInKernel(
    _ rest: inout Int64, from source: borrowing FileHandle, to target: borrowing FileHandle
  ) throws(SystemError) {
    while rest > 0 {
      do throws(SystemError) {
        let count = try systemCall("write", target.path) {
          copy_file_range(source.descriptor, nil, target.descriptor, nil, Int(min(rest, 1 << 30)), 0)
        }
        // Some file systems copy nothing here from files that can be read.
        if count == 0 { return }
        rest -= Int64(count)
      } catch {
        // EPERM: containers that forbid calls unknown to them.
        if [EXDEV, ENOSYS, EINVAL, EOPNOTSUPP, EPERM].contains(error.errno) { return }
        throw error
      }
    }
  }

  /// Takes what was copied off `rest`; stops at the end of the file.
  private static func copyThroughMemory(
    _ rest: inout Int64, from source: borrowing FileHandle, to target: borrowing FileHandle
  ) throws(SystemError) {
    if rest == 0 { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 1)
    defer { buffer.deallocate() }
    while rest > 0 {
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(rest, Int64(buffer.count)))])
      let count = try source.read(into: part)
      if count == 0 { return }
      try target.write(UnsafeRawBufferPointer(rebasing: part[..<count]))
      rest -= Int64(count)
    }
  }

  /// The error of a source that has this status now, nil for nothing.
  func changed(_ status: FileStatus?) -> SourceChanged {
    let found = status.flatMap { $0.isFile ? $0.identity.size : nil }
    return SourceChanged(path: path, planned: identity.size, found: found)
  }

  /// Opens the file, which may be another by now.
  private func open() throws(SystemError) -> FileHandle {
    // O_NONBLOCK: a FIFO that took the file's place must not hang the run; O_NOFOLLOW: nor may a link lead away.
    try FileHandle(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }

  /// Throws `SourceChanged` when there are bytes behind the planned end: some file systems make files that say they are
  /// shorter than they are.
  private func checkEnd(_ file: borrowing FileHandle) throws {
    var byte: UInt8 = 0
    let more = try withUnsafeMutableBytes(of: &byte) { try file.read(at: identity.size, into: $0) }
    if more > 0 { throw SourceChanged(path: path, planned: identity.size, found: identity.size + 1) }
  }

  /// Throws `SourceChanged` when `file` is not what was planned.
  private func check(_ file: borrowing FileHandle) throws {
    let status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SourceChanged(path: path, planned: identity.size, found: nil)
    }
    if !identity.isStill(FileIdentity(status)) {
      throw SourceChanged(path: path, planned: identity.size, found: Int64(status.st_size))
    }
  }
}
