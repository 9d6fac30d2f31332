// An open file descriptor that is closed once, by its owner's end.

private import CSystem
package import Glibc

/// An open file descriptor, owned: it is closed when the value ends.
package struct FileHandle: ~Copyable {
  /// The descriptor, for calls that have no method here; never to be closed by the caller.
  package private(set) var descriptor: CInt
  /// The path it was opened by, for messages.
  package let path: [UInt8]

  /// Opens `path` relative to `folder`; the descriptor does not survive an exec.
  package init(opening path: [UInt8], in folder: CInt = AT_FDCWD, _ flags: CInt, mode: mode_t = 0) throws(SystemError) {
    let terminated = cString(path)
    descriptor = try systemCall("open", path) { openat(folder, terminated, flags | O_CLOEXEC, mode) }
    self.path = path
  }

  /// Takes over an open descriptor; `path` is for messages.
  init(owning descriptor: CInt, path: [UInt8]) { (self.descriptor, self.path) = (descriptor, path) }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Closes the descriptor now; throws what a deferred write reports only here.
  package consuming func close() throws(SystemError) {
    let closing = descriptor
    descriptor = -1
    // After EINTR the descriptor is closed on Linux all the same: a second close could hit another file.
    if Glibc.close(closing) != 0 && errno != EINTR {
      throw SystemError(operation: "close", path: path, errno: errno)
    }
  }

  /// What fstat says of the file.
  package func status() throws(SystemError) -> stat {
    var status = stat()
    try systemCall("stat", path) { fstat(descriptor, &status) }
    return status
  }

  /// The type of the file system that the file is on, as the kernel gives it (f_type of statfs(2)).
  package func fileSystemType() throws(SystemError) -> UInt32 {
    UInt32(truncatingIfNeeded: try systemCall("stat", path) { kpack_file_system_type(descriptor) })
  }

  /// Whether any process has the file open for writing, or maps it for that; nil where the system does not say.
  ///
  /// It is asked by taking a lease on the file (fcntl(2), F_SETLEASE), which its owner and root get if none does.
  package func isOpenForWriting() -> Bool? {
    // A process that opens the file for writing just now waits for the lease to end, and the holder of the lease gets a
    // signal: by default one that would end this process, so that one is chosen that is ignored by default.
    guard fcntl(descriptor, CInt(KPACK_SET_SIGNAL), SIGURG) == 0 else { return nil }
    guard fcntl(descriptor, CInt(KPACK_SET_LEASE), CInt(F_RDLCK)) == 0 else { return errno == EAGAIN ? true : nil }
    _ = fcntl(descriptor, CInt(KPACK_SET_LEASE), CInt(F_UNLCK))
    return false
  }

  /// Reads at most `buffer.count` bytes at `offset`; 0 at the end of the file.
  package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try systemCall("read", path) { pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
  }

  /// Reads from `offset` on until `buffer` is full or the file ends; the bytes that were read.
  package func read(at offset: Int64, filling buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    var done = 0
    while done < buffer.count {
      let count = try read(at: offset + Int64(done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Reads at most `buffer.count` bytes where the last read ended; 0 at the end of the file.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    try systemCall("read", path) { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Reads all there is from where the last read ended; throws EFBIG when it is more than `limit` bytes.
  package func readAll(atMost limit: Int) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)
    defer { buffer.deallocate() }
    while true {
      let count = try read(into: buffer)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      if bytes.count > limit { throw SystemError(operation: "read", path: path, errno: EFBIG) }
    }
  }

  /// Writes all of `bytes` where the last write ended.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let chunk = UnsafeRawBufferPointer(rebasing: rest)
      let count = try systemCall("write", path) { Glibc.write(descriptor, chunk.baseAddress, chunk.count) }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes all of `bytes` at `offset`; what is written next comes where the last write before this one ended.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let chunk = UnsafeRawBufferPointer(rebasing: bytes[done...])
      done += try systemCall("write", path) {
        pwrite(descriptor, chunk.baseAddress, chunk.count, off_t(offset + Int64(done)))
      }
    }
  }

  /// Gives the file its permission bits and the time of its last change, in seconds since 1970.
  func set(mode: UInt16, mtime: Int64) throws(SystemError) {
    try systemCall("set the mode of", path) { fchmod(descriptor, mode_t(mode)) }
    let time = timespec(tv_sec: time_t(mtime), tv_nsec: 0)
    let times = [time, time]
    try systemCall("set the time of", path) { futimens(descriptor, times) }
  }

  /// Cuts the file to `count` bytes; what is written next comes behind them.
  func truncate(to count: Int64) throws(SystemError) {
    try systemCall("truncate", path) { ftruncate(descriptor, off_t(count)) }
    try systemCall("seek in", path) { lseek(descriptor, off_t(count), SEEK_SET) }
  }

  /// Asks the system to hold none of the file in memory; what is not on the disk yet stays.
  func giveBackMemory() {
    // Only advice: where it is not taken, nothing is lost.
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }

  /// Asks the system to begin writing `range` to the disk, so that `sync` has less to wait for.
  func startWriteback(of range: Range<Int64>) {
    // Where it fails, `sync` does the same and reports it.
    _ = sync_file_range(
      descriptor, off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound),
      UInt32(KPACK_SYNC_FILE_RANGE_WRITE))
  }

  /// Makes what was written durable, as far as the file system can: one that cannot sync a file or a folder at all is
  /// no failure, as nothing better can be done there.
  package func sync() throws(SystemError) {
    do throws(SystemError) {
      try systemCall("sync", path) { fsync(descriptor) }
    } catch {
      // fsync(2): EINVAL of what does not support synchronization, as folders on vboxsf and AFS; others say so by name.
      guard [EINVAL, EOPNOTSUPP, ENOSYS].contains(error.errno) else { throw error }
    }
  }
}
