// Outputs that have their bytes from another file: hard links to an output of the run, and copies of sources.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct OutputCopyTests {
  private static func write(_ bytes: [UInt8], to name: String, of outputs: OutputFolder) throws -> SourceFile {
    var file = try outputs.create(name)
    try file.write(bytes)
    return try file.finish().file
  }

  private static func status(_ name: String, in folder: borrowing TemporaryFolder) throws -> stat {
    try FileHandle(opening: folder.file(name), O_RDONLY | O_NOFOLLOW).status()
  }

  /// A folder on another file system than the temporary one: a link to it and a copy within the kernel are refused.
  private static let otherFileSystem = ["/dev/shm", "/run"].first { path in
    var here = stat()
    var there = stat()
    return stat("/tmp", &here) == 0 && stat(path, &there) == 0 && here.st_dev != there.st_dev
      && access(path, W_OK) == 0
  }

  @Test func `a link shares the inode of what was written`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y"])
    let written = try Self.write([1, 2], to: "m/a", of: outputs)
    try outputs.link(written, as: "b", in: 1)
    try outputs.link(written, as: "c", in: 0)
    try outputs.commit()
    let inode = try Self.status("x/m/a", in: root).st_ino
    #expect(try Self.status("y/b", in: root).st_ino == inode)
    #expect(try Self.status("x/c", in: root).st_ino == inode)
    #expect(try Self.status("x/c", in: root).st_nlink == 3)
  }

  @Test func `an output that gets a link can be read until the commit`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(root.path)
    let written = try Self.write([1, 2], to: "a", of: outputs)
    // The clock of the file system moves on.
    try Tool.run("sleep", "0.05")
    try outputs.link(written, as: "b", in: 0)
    #expect(try written.bytes(from: 0, count: 2) == [1, 2])
    #expect(outputs.abandon())
  }

  @Test func `a link to an output that is gone fails the commit as a whole`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(root.path)
    let written = try Self.write([1, 2], to: "a", of: outputs)
    try outputs.link(written, as: "b", in: 0)
    try Tool.run("rm", String(decoding: written.path, as: UTF8.self))
    #expect(throws: SystemError(operation: "link", path: root.file(".kpack-tmp-1"), errno: ENOENT)) {
      try outputs.commit()
    }
    #expect(try root.names() == [])
  }

  @Test(.enabled(if: otherFileSystem != nil)) func `where no link is possible a copy is made`() throws {
    let root = try TemporaryFolder()
    let other = "\(try #require(Self.otherFileSystem))/kpack-test-\(getpid())"
    defer { try? Tool.run("rm", "-rf", other) }  // what stays behind harms no test
    let outputs = try OutputFolder([root.path, other])
    let written = try Self.write([1, 2, 3], to: "a", of: outputs)
    try outputs.link(written, as: "b", in: 0)
    try outputs.link(written, as: "n/c", in: 1)
    try outputs.commit()
    #expect(try readFile("\(other)/n/c") == [1, 2, 3])
    let copy = try FileHandle(opening: Array("\(other)/n/c".utf8), O_RDONLY).status()
    #expect(copy.st_mode == (try Self.status("a", in: root).st_mode))
  }

  /// Sizes around the buffer of the copy and beyond.
  @Test(arguments: [0, 1, (256 << 10) - 1, 256 << 10, 600_001], [0o755, 0o640, 0o4711] as [UInt16])
  func `a copy has the bytes and exactly the mode`(size: Int, mode: UInt16) throws {
    let root = try TemporaryFolder()
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let source = try SourceFile.planned(at: root.write(bytes, to: "source"))
    let outputs = try OutputFolder("\(root.path)/out")
    try outputs.copy(source, as: "n/copy", in: 0, mode: mode)
    try outputs.commit()
    #expect(try root.read("out/n/copy") == bytes)
    #expect(try Self.status("out/n/copy", in: root).st_mode & 0o7777 == mode_t(mode))
    #expect(try Self.status("out/n/copy", in: root).st_ino != source.identity.inode)
  }

  @Test(.enabled(if: otherFileSystem != nil), arguments: [0, 1, 600_001])
  func `a copy from another file system has the bytes`(size: Int) throws {
    let root = try TemporaryFolder()
    let other = "\(try #require(Self.otherFileSystem))/kpack-source-\(getpid())-\(size)"
    defer { unlink(other) }
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    try Tool.run("cp", String(decoding: try root.write(bytes, to: "source"), as: UTF8.self), other)
    let outputs = try OutputFolder("\(root.path)/out")
    try outputs.copy(try .planned(at: Array(other.utf8)), as: "copy", in: 0, mode: 0o644)
    try outputs.commit()
    #expect(try root.read("out/copy") == bytes)
  }

  @Test(
    arguments: [
      ("printf more >>\"$1\"", 14), ("truncate -s 4 \"$1\"", 4), ("touch -d @1 \"$1\"", 10),
      ("rm \"$1\"; mkdir \"$1\"", nil), ("rm \"$1\"; mkfifo \"$1\"", nil),
    ] as [(String, Int64?)])
  func `a source that changed is not copied, and a commit after it fails`(script: String, found: Int64?) throws {
    let root = try TemporaryFolder()
    let source = try SourceFile.planned(at: root.write(Array("0123456789".utf8), to: "source"))
    try Tool.run("sh", "-c", script, "sh", "\(root.path)/source")
    let outputs = try OutputFolder("\(root.path)/out")
    _ = try Self.write([1], to: "a", of: outputs)
    #expect(throws: SourceChanged(path: source.path, planned: 10, found: found)) {
      try outputs.copy(source, as: "b", in: 0, mode: 0o644)
    }
    #expect(throws: SystemError(operation: "rename", path: root.file("out/b"), errno: ENOENT)) { try outputs.commit() }
    #expect(try root.names() == ["source"])
  }

  @Test func `a link in the source's place is not followed`() throws {
    let root = try TemporaryFolder()
    let source = try SourceFile.planned(at: root.write([1], to: "source"))
    try Tool.run("sh", "-c", "mv \"$1\" \"$1.b\"; ln -s source.b \"$1\"", "sh", "\(root.path)/source")
    let outputs = try OutputFolder("\(root.path)/out")
    #expect(throws: SystemError(operation: "open", path: source.path, errno: ELOOP)) {
      try outputs.copy(source, as: "copy", in: 0, mode: 0o644)
    }
    #expect(outputs.abandon())
  }

  @Test func `a file that says it is empty and is not is refused`() throws {
    let path = "/proc/self/status"
    let root = try TemporaryFolder()
    let outputs = try OutputFolder("\(root.path)/out")
    let source = try SourceFile.planned(at: Array(path.utf8))
    #expect(throws: SourceChanged.self) { try outputs.copy(source, as: "copy", in: 0, mode: 0o644) }
    #expect(outputs.abandon())
  }

  @Test func `after the end nothing is linked or copied`() throws {
    let root = try TemporaryFolder()
    let source = try SourceFile.planned(at: root.write([1], to: "source"))
    let out = "\(root.path)/out"
    let outputs = try OutputFolder(out)
    #expect(outputs.abandon())
    let ended = SystemError(operation: "write into", path: out, errno: ECANCELED)
    #expect(throws: ended) { try outputs.link(source, as: "b", in: 0) }
    #expect(throws: ended) { try outputs.copy(source, as: "b", in: 0, mode: 0o644) }
    #expect(try root.names() == ["source"])
  }
}
