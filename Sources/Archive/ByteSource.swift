// A regular file that is read once, from its start to its end.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An open regular file; closed when the value goes.
struct ByteSource: ~Copyable {
  let path: [UInt8]
  private let descriptor: CInt

  private init(path: [UInt8], descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Opens the file; `ArchiveError.notARegularFile` for all that is not one, without waiting for a FIFO's writer.
  static func opening(_ path: [UInt8]) throws(ArchiveError) -> ByteSource {
    let name = cString(path)
    // O_NONBLOCK, so that a FIFO without a writer opens at once and is refused by its type.
    let descriptor = try call("open", path) { open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
    let source = ByteSource(path: path, descriptor: descriptor)
    var status = stat()
    _ = try call("stat", path) { fstat(descriptor, &status) }
    let type = status.st_mode & S_IFMT
    if type != S_IFREG { throw .notARegularFile(path: path, found: describe(type)) }
    return source
  }

  /// Fills `buffer` from `index` on as far as one call of the system does; the number of bytes, 0 at the end.
  func fill(_ buffer: inout [UInt8], from index: Int) throws(ArchiveError) -> Int {
    let descriptor = descriptor
    return try Self.call("read", path) {
      buffer.withUnsafeMutableBytes {
        // In bounds: the rest is as long as it says.
        let rest = UnsafeMutableRawBufferPointer(rebasing: $0.dropFirst(index))
        return read(descriptor, rest.baseAddress, rest.count)
      }
    }
  }

  private static func call<Result: SignedInteger>(
    _ operation: String, _ path: [UInt8], _ body: () -> Result
  ) throws(ArchiveError) -> Result {
    do throws(SystemError) {
      return try systemCall(operation, path, body)
    } catch {
      throw .system(error)
    }
  }

  private static func describe(_ type: mode_t) -> String {
    switch type {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a FIFO"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    default: "something else"
    }
  }
}
