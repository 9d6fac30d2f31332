// What surrounds a tar: gzip members whole and damaged, and files that are none.

@testable import Archive
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct GzipReaderTests {
  private static let tar = Tar.entry("a", Array("hello".utf8)) + Tar.end
  private static let member = Gzip.stored(tar)

  @Test(arguments: [0, 1, 512, 700, 2047, 2048])
  func `members are joined wherever the archive is cut`(cut: Int) throws {
    let listing = try Listing(Gzip.stored(Array(Self.tar.prefix(cut))) + Gzip.stored(Array(Self.tar.dropFirst(cut))))
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["a"])
    #expect(listing.warnings == [])
  }

  @Test(arguments: [2, 9, 14, 600, 2070])
  func `a member that is cut is refused`(count: Int) throws {
    #expect(try Listing(Array(Self.member.prefix(count))).error == .gzip(.cut(offset: Int64(count))))
  }

  @Test(arguments: [
    (2, "unknown compression method"), (3, "unknown header flags set"), (11, "invalid stored block lengths"),
    (900, "incorrect data check"), (2063, "incorrect data check"), (2068, "incorrect length check"),
  ])
  func `a byte that is turned is refused`(index: Int, reason: String) throws {
    var bytes = Self.member
    bytes[index] ^= 0xFF
    guard case .gzip(.damaged(_, let found)) = try Listing(bytes).error else {
      Issue.record("read")
      return
    }
    #expect(found == reason)
  }

  @Test(arguments: [1, 2, 3, 512, 300_000])
  func `zeros behind the last member are padding`(count: Int) throws {
    let listing = try Listing(Self.member + [UInt8](repeating: 0, count: count))
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["a"])
    #expect(listing.warnings == [])
  }

  @Test(
    arguments: [
      [0x1F], Array("garbage".utf8), [0, 1], [UInt8](repeating: 0, count: 300_000) + [1], [0] + member,
      [0, 0] + member,
    ] as [[UInt8]])
  func `other bytes behind the last member are refused, behind zeros too`(bytes: [UInt8]) throws {
    let error = try Listing(Self.member + bytes).error
    #expect(error == .gzip(.trailingBytes(offset: Int64(Self.member.count))))
  }

  @Test func `an empty member is an empty archive`() throws {
    let fault = TarError(place: TarPlace(offset: 0), fault: .empty(in: .gzip))
    #expect(try Listing(Gzip.stored([])).error == .tar(fault))
  }

  @Test func `a file that is missing is named with the system's text`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("gone")
    let error = SystemError(operation: "open", path: path, errno: ENOENT)
    #expect(try Listing(path: path).error == .system(error))
  }

  @Test func `a directory is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("")
    #expect(try Listing(path: path).error == .notARegularFile(path: path, found: "a directory"))
  }

  @Test func `a FIFO without a writer is refused at once`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("fifo")
    try #require(mkfifo("\(folder.path)/fifo", 0o600) == 0)
    #expect(try Listing(path: path).error == .notARegularFile(path: path, found: "a FIFO"))
  }

  @Test(.enabled(if: Tool.exists("gzip"))) func `a file that unpacks to much more stops at the limit`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Tar.header("a", size: 20 << 20))
    try Tool.run("truncate", "-s", "32M", folder.path + "/archive")
    try Tool.run("gzip", "-1", folder.path + "/archive")
    let path = folder.file("archive.gz")
    #expect(try Listing(path: path).error == nil)
    guard case .tar(let error) = try Listing(path: path, limit: 21 << 20).error else {
      Issue.record("read")
      return
    }
    #expect(error.fault == .overLimit(21 << 20))
  }
}
