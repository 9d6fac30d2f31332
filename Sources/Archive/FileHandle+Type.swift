// On what kind of file system an open file is.

private import CSystem

extension FileHandle {
  /// The type of the file system that the file is on, as the kernel tells it (f_type of statfs(2)). Throws `SystemError`.
  package func fileSystemType() throws(SystemError) -> UInt32 {
    UInt32(truncatingIfNeeded: try systemCall("stat", path) { kpack_file_system_type(descriptor) })
  }
}
