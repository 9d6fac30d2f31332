// A source file copied whole: shared blocks where the file system can, else within the kernel, else read and written.

private import CSystem
private import Glibc

extension SourceFile {
  /// Copies all bytes into `target`, a new file, and gives it exactly the permission bits `mode`.
  ///
  /// Throws `SourceChanged` when the file is not what was planned, before or after, and `SystemError`.
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
}
