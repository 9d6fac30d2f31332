// A root file system around one static busybox: the folders that programs look for, a link for each applet, and the
// users root and nobody.

package import Archive

extension RootFileSystem {
  /// The file system around the busybox `executable`, everything in it of the time `mtime`.
  ///
  /// Throws `NoBusyboxApplets` when `executable` is no busybox, `SourceChanged` or `SystemError`.
  package static func busybox(_ executable: SourceFile, mtime: Int64) throws -> RootFileSystem {
    let applets = try BusyboxApplets.names(in: executable)
    var system = RootFileSystem(mtime: mtime)
    for (name, mode) in folders { try system.addFolder(Array(name.utf8), mode: mode) }
    try system.addFile(Array("bin/busybox".utf8), mode: 0o755, .file(executable))
    for applet in applets where applet != "busybox" {
      try system.addSymlink(Array("bin/\(applet)".utf8), to: Array("busybox".utf8))
    }
    try system.addFile(Array("etc/passwd".utf8), mode: 0o644, .bytes(Array(users.utf8)))
    try system.addFile(Array("etc/group".utf8), mode: 0o644, .bytes(Array(groups.utf8)))
    system.sort()
    return system
  }

  /// The folders with their modes: anybody may make files in tmp, and only their owners remove them.
  private static let folders: [(String, UInt16)] = [
    ("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("home", 0o755), ("proc", 0o755), ("root", 0o700), ("sys", 0o755),
    ("tmp", 0o1777), ("usr", 0o755), ("var", 0o755),
  ]

  /// passwd(5): what resolves the names that an image's `User` may have.
  private static let users = """
    root:x:0:0:root:/root:/bin/sh
    nobody:x:65534:65534:nobody:/home:/bin/false

    """

  /// group(5).
  private static let groups = """
    root:x:0:
    nobody:x:65534:

    """
}
