// A spool holds bytes that no name leads to.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct SpoolTests {
  private static func read(_ spool: Spool, _ offset: Int64, _ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try spool.read(from: offset, into: $0) }
    return bytes
  }

  @Test func `what was added is read back at any place, and nothing is left in the folder`() throws {
    let folder = try TemporaryFolder()
    let spool = try Spool(near: folder.path)
    #expect(try folder.names() == [])
    for text in ["hello ", "", "world"] { try Array(text.utf8).withUnsafeBytes { try spool.append($0) } }
    #expect(try spool.size() == 11)
    #expect(try Self.read(spool, 0, 11) == Array("hello world".utf8))
    #expect(try Self.read(spool, 4, 4) == Array("o wo".utf8))
    #expect(try Self.read(spool, 11, 0) == [])
  }

  @Test(arguments: [(0, 3), (1, 2), (2, 1), (100, 1)] as [(Int64, Int)])
  func `more than was added cannot be read`(offset: Int64, count: Int) throws {
    let folder = try TemporaryFolder()
    let spool = try Spool(near: folder.path)
    let path = Array(folder.path.utf8)
    try ([1, 2] as [UInt8]).withUnsafeBytes { try spool.append($0) }
    #expect(throws: SystemError(operation: "read", path: path, errno: EIO)) { _ = try Self.read(spool, offset, count) }
  }

  @Test func `it stands above a folder that is not there yet`() throws {
    let folder = try TemporaryFolder()
    let spool = try Spool(near: "\(folder.path)/not/there/yet")
    try ([7] as [UInt8]).withUnsafeBytes { try spool.append($0) }
    #expect(try Self.read(spool, 0, 1) == [7])
    #expect(try folder.names() == [])
  }

  @Test func `a file in the place of a folder is an error`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([1], to: "file")
    #expect(throws: SystemError(operation: "open", path: path, errno: ENOTDIR)) {
      _ = try Spool(near: String(decoding: path, as: UTF8.self))
    }
  }
}
