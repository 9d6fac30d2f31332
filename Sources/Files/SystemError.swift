// A system call that failed, and the one wrapper through which every call goes: EINTR is retried, and the error
// carries the operation and the path it was for.

import Basics
private import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, Sendable {
  /// What was tried, as a verb: "open", "read", "rename".
  package let operation: String
  /// The path it was tried on; raw bytes, as a name may be of any.
  package let path: [UInt8]
  /// The error number of the C library.
  package let errno: CInt

  package init(operation: String, path: [UInt8], errno: CInt) {
    self.operation = operation
    self.path = path
    self.errno = errno
  }

  package init(operation: String, path: String, errno: CInt) {
    self.init(operation: operation, path: Array(path.utf8), errno: errno)
  }
}

extension SystemError: CustomStringConvertible {
  /// "PATH: cannot OPERATION: TEXT OF THE ERROR NUMBER", with the path escaped, and `""` for an empty one.
  package var description: String {
    "\(path.isEmpty ? "\"\"" : escapedName(path)): cannot \(operation): \(String(cString: strerror(errno)))"
  }
}

extension SystemError {
  /// Whether there is nothing at the path.
  package var isAboutMissingFile: Bool { errno == ENOENT || errno == ENOTDIR }
}

/// `path` as the C library wants it: with a NUL behind. A path never holds one.
package func cString(_ path: [UInt8]) -> [CChar] { path.map { CChar(bitPattern: $0) } + [0] }

/// Calls `body` until it is not interrupted; its result, or a `SystemError` when that is negative.
@discardableResult
package func systemCall<Result: SignedInteger>(
  _ operation: String, _ path: @autoclosure () -> [UInt8], _ body: () -> Result
) throws(SystemError) -> Result {
  while true {
    let result = body()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw SystemError(operation: operation, path: path(), errno: code) }
  }
}
