// Listings of folders that change while they are read.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct FolderListingTests {
  /// The names in the folder d, opened, then changed by a shell script, then listed.
  private static func names(after change: String, isShared: Bool) throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    try Tool.run("sh", "-e", "-c", "mkdir \"$1/d\"; echo > \"$1/d/a\"; sleep 0.02", "sh", folder.path)
    let handle = try FileHandle(opening: folder.file("d"), O_RDONLY | O_DIRECTORY)
    let status = FileStatus(try handle.status())
    try Tool.run("sh", "-e", "-c", "cd \"$1\"; \(change)", "sh", folder.path)
    do {
      return try FolderListing.names(ofSource: handle, since: isShared ? nil : status)
    } catch let error as FolderChanged {
      #expect(error.path == folder.file("d"))
      throw error.change
    }
  }

  @Test(arguments: ["rm -r d", "mv d e", "mv d e; mkdir d", "mv d e; echo > d"], [true, false])
  func `one that is gone is told`(change: String, isShared: Bool) {
    #expect(throws: FolderChanged.Change.removed) { try Self.names(after: change, isShared: isShared) }
  }

  @Test(arguments: ["rm d/a", "echo > d/b", "echo > d/b; rm d/b", "chmod 700 d"])
  func `one that has other times is told, unless others write into it`(change: String) throws {
    #expect(throws: FolderChanged.Change.times) { try Self.names(after: change, isShared: false) }
    _ = try Self.names(after: change, isShared: true)
  }

  @Test(arguments: ["true", "cat d/a", "echo more > d/a"], [true, false])
  func `one that stays is listed`(change: String, isShared: Bool) throws {
    #expect(try Self.names(after: change, isShared: isShared) == [Array("a".utf8)])
  }
}
