// Which folders take outputs: one run at a time, writable, cleared of what killed runs left.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct OutputFolderOpeningTests {
  @Test func `a second run on one folder is refused and told who holds it`() throws {
    let folder = try TemporaryFolder()
    let first = try OutputFolder(folder.path)
    // Not every kernel lists its locks; a line ends in the device, the inode and the range, as in "08:02:131 0 EOF".
    let inode = try SourceFile.planned(at: Array(folder.path.utf8)).identity.inode
    let isListed = String(decoding: (try? readFile("/proc/locks")) ?? [], as: UTF8.self).contains(":\(inode) ")
    #expect(throws: OutputError.inUse(path: folder.path, holder: isListed ? Int(getpid()) : nil)) {
      _ = try OutputFolder(folder.path)
    }
    #expect(throws: OutputError.self) { _ = try OutputFolder(folder.path + "/../" + folder.path.dropFirst(5)) }
    _ = try OutputFolder("\(folder.path)/other")
    #expect(first.abandon())
  }

  @Test func `a refused run removes nothing of the run that holds the folder`() throws {
    let folder = try TemporaryFolder()
    let first = try OutputFolder(folder.path)
    var file = try first.create("a")
    try file.write([1])
    #expect(throws: OutputError.self) { _ = try OutputFolder(folder.path) }
    _ = try file.finish()
    try first.commit()
    #expect(try folder.names() == ["a"])
  }

  @Test func `a run may follow a run`() throws {
    let folder = try TemporaryFolder()
    for text in ["one", "two"] {
      let outputs = try OutputFolder(folder.path)
      var file = try outputs.create("a")
      try file.write(Array(text.utf8))
      _ = try file.finish()
      try outputs.commit()
    }
    #expect(try folder.read("a") == Array("two".utf8))
  }

  @Test func `what killed runs left is removed, and nothing else`() throws {
    let folder = try TemporaryFolder()
    let others = [".kpack", ".kpack-settings", ".kpack-tmp-", ".kpack-tmp-1a", ".other", "a.kpack-tmp-0"]
    let names = [".kpack-old-0", ".kpack-tmp-0", ".kpack-tmp-77"] + others
    for name in names { _ = try folder.write([1], to: name) }
    let outputs = try OutputFolder(folder.path)
    #expect(try folder.names() == others)
    #expect(outputs.abandon())
  }

  @Test(arguments: ["x", "x/y/z", "x/y/", "x//y", "x/../x/y", "é/\u{301}a/b"])
  func `folders that are missing are made`(path: String) throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder("\(folder.path)/\(path)")
    _ = try outputs.create("a").finish()
    try outputs.commit()
    #expect(try folder.read("\(path)/a") == [])
  }

  @Test(arguments: ["file", "file/below"]) func `a file where a folder should be is refused`(name: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1], to: "file")
    #expect(throws: SystemError(operation: "open", path: folder.file(name), errno: ENOTDIR)) {
      _ = try OutputFolder("\(folder.path)/\(name)")
    }
    #expect(try folder.names() == ["file"])
  }

  @Test func `a folder that cannot be made leaves no other that could`() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "n", count: 256)
    #expect(throws: SystemError.self) { _ = try OutputFolder("\(folder.path)/x/y/\(long)") }
    #expect(try folder.names() == [])
  }

  @Test(.enabled(if: geteuid() != 0)) func `a folder without the right to write is refused`() throws {
    let folder = try TemporaryFolder()
    try Tool.run("chmod", "555", folder.path)
    #expect(throws: SystemError(operation: "write into", path: folder.path, errno: EACCES)) {
      _ = try OutputFolder(folder.path)
    }
    try Tool.run("chmod", "755", folder.path)
  }

  /// A folder on a file system that is mounted read-only: the system's own folders in most containers. Who is not
  /// root may be told of the folder's mode before.
  private static let readOnlyFolder = ["/sys", "/proc/sys"].first { path in
    var status = statvfs()
    return geteuid() == 0 && statvfs(path, &status) == 0 && status.f_flag & UInt(ST_RDONLY) != 0
  }

  @Test(.enabled(if: readOnlyFolder != nil)) func `a read-only file system is refused`() throws {
    let path = try #require(Self.readOnlyFolder)
    #expect(throws: SystemError(operation: "write into", path: path, errno: EROFS)) { _ = try OutputFolder(path) }
    #expect(throws: SystemError(operation: "make the folder", path: path + "/x", errno: EROFS)) {
      _ = try OutputFolder(path + "/x/y")
    }
  }
}
