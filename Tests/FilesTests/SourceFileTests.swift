// A source file is read only as what it was when it was planned.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct SourceFileTests {
  private static let contents: [UInt8] = Array("0123456789".utf8)

  /// What reading a file of ten bytes throws when `script`, with its path as "$1", has run since the plan.
  private static func failure(after script: String) throws -> (error: any Error, path: [UInt8])? {
    let folder = try TemporaryFolder()
    let file = try SourceFile.planned(at: folder.write(contents, to: "a"))
    try Tool.run("sh", "-c", script, "sh", folder.path + "/a")
    do {
      _ = try file.bytes(from: 0, count: 10)
      return nil
    } catch {
      return (error, file.path)
    }
  }

  @Test(arguments: [(0, 10), (0, 0), (3, 4), (9, 1), (10, 0)])
  func `any range of a file that stays is read`(offset: Int, count: Int) throws {
    let folder = try TemporaryFolder()
    let file = try SourceFile.planned(at: folder.write(Self.contents))
    #expect(try file.bytes(from: Int64(offset), count: count) == Array(Self.contents[offset..<(offset + count)]))
  }

  /// The wait before chmod lets the clock of the file system move on.
  @Test(
    arguments: [
      ("printf more >>\"$1\"", 14), ("truncate -s 4 \"$1\"", 4), (": >\"$1\"", 0), ("touch -d @1 \"$1\"", 10),
      ("printf 9876543210 >\"$1.b\"; mv \"$1.b\" \"$1\"", 10), ("sleep 0.05; chmod 600 \"$1\"", 10),
      ("rm \"$1\"; mkdir \"$1\"", nil), ("rm \"$1\"; mkfifo \"$1\"", nil),
    ] as [(String, Int64?)])
  func `a file that changed is refused with what it was and is`(script: String, found: Int64?) throws {
    let failure = try #require(try Self.failure(after: script))
    #expect(failure.error as? SourceChanged == SourceChanged(path: failure.path, planned: 10, found: found))
  }

  @Test(arguments: [
    ("rm \"$1\"", ENOENT),
    ("mv \"$1\" \"$1.b\"; ln -s a.b \"$1\"", ELOOP),
    ("rm \"$1\"; ln -s /dev/zero \"$1\"", ELOOP),
  ])
  func `a file that is gone, or led away by a link, is the system's error`(script: String, code: CInt) throws {
    let failure = try #require(try Self.failure(after: script))
    #expect(failure.error as? SystemError == SystemError(operation: "open", path: failure.path, errno: code))
  }

  @Test func `a file tells of those who could write it, unless the file system cannot know`() throws {
    let folder = try TemporaryFolder()
    let file = try SourceFile.planned(at: folder.write(Self.contents))
    #expect(try Self.isReleased(file))
    let reader = try FileHandle(opening: file.path, O_RDONLY)
    #expect(try Self.isReleased(file))
    try reader.close()
    let writer = try FileHandle(opening: file.path, O_RDWR)
    #expect(try file.isOpenForWriting() == true)
    let mapping = try #require(mmap(nil, 10, PROT_READ | PROT_WRITE, MAP_SHARED, writer.descriptor, 0))
    try writer.close()
    #expect(try file.isOpenForWriting() == true)
    munmap(mapping, 10)
    #expect(try Self.isReleased(file))
    #expect(try FileHandle(opening: Array("/".utf8), O_RDONLY).isOpenForWriting() == nil)
  }

  @Test func `those who open a file for writing just when it is asked about it succeed, and end nobody`() async throws {
    let folder = try TemporaryFolder()
    let file = try SourceFile.planned(at: folder.write(Self.contents))
    async let writer: Void = {
      for _ in 0..<5000 { _ = try FileHandle(opening: file.path, O_WRONLY) }
    }()
    for _ in 0..<5000 { _ = try file.isOpenForWriting() }
    try await writer
    #expect(try Self.isReleased(file))
  }

  /// Whether nobody has the file open for writing: the child that another test starts just now has what this process
  /// had open until it is another program.
  private static func isReleased(_ file: SourceFile) throws -> Bool {
    for _ in 0..<1000 {
      if try file.isOpenForWriting() == false { return true }
      usleep(5000)
    }
    return false
  }

  @Test func `a change says what was and what is`() {
    let changed = SourceChanged(path: [0x61, 0x0A], planned: 10, found: 4)
    #expect("\(changed)" == "a%0A: changed while it was being read: was 10 bytes, now 4")
    let gone = SourceChanged(path: [0x61], planned: 10, found: nil)
    #expect("\(gone)" == "a: changed while it was being read: no longer a regular file")
  }
}
