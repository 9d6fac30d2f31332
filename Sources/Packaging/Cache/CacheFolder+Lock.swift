// The lock of a cache: one process at a time removes objects or replaces the index.

internal import Archive
private import Glibc

extension CacheFolder {
  /// Runs `body` while no other process does so; where one does, tries again `tries` times, 20 ms apart.
  ///
  /// Throws `SystemError`, of EWOULDBLOCK when another process is at it to the end.
  func locked<Result>(tries: Int = 0, _ body: () throws(SystemError) -> Result) throws(SystemError) -> Result {
    let path = Array("\(path)/lock".utf8)
    let file = try FileHandle(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o666)
    var rest = tries
    while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard [EWOULDBLOCK, EINTR].contains(code) && rest > 0 else {
        throw SystemError(operation: "lock", path: path, errno: code)
      }
      rest -= 1
      usleep(20_000)
    }
    // By hand: a child process that is about to exec shares the lock, which closing the file here would not end.
    defer { _ = flock(file.descriptor, LOCK_UN) }
    return try body()
  }
}
