// Files are known by their states where those can be believed, and read where not.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing
@testable import Write

struct SourceDigestsTests {
  private static func file(_ path: String) throws -> SourceFile {
    let path = Array(path.utf8)
    return SourceFile(path: path, identity: try FileStatus.of(path).identity)
  }

  // sysfs: a file that is as long as stat says.
  @Test(.enabled(if: access("/sys/kernel/notes", R_OK) == 0))
  func `a file of another file system is read in each run, and not noted`() throws {
    let sample = try SampleCache()
    let cache = ArtifactCache(sample.path) { Issue.record("\($0)") }
    let digests = SourceDigests(SourceStore(SourceTable()), index: cache.index)
    let file = try Self.file("/sys/kernel/notes")
    let (wrong, right) = (SHA256.digest(of: []), SHA256.digest(of: try sample.bytes(of: "/sys/kernel/notes")))
    #expect(try digests.digest(of: file) == right)
    #expect(try digests.key(of: file) == right.bytes)
    cache.note(wrong, of: file.path, writtenAs: file.identity, until: .max)
    #expect(!cache.index.has(file.identity))
    cache.index.note(wrong, of: file.identity, hashedAt: .max)
    #expect(try digests.digest(of: file) == right)
    #expect(digests.status(of: file.path, ifIts: right, size: file.identity.size) != nil)
    #expect(digests.status(of: file.path, ifIts: wrong, size: file.identity.size) == nil)
  }

  @Test func `a small file that is known by its state is so on this machine alone`() throws {
    let tree = try TemporaryTree()
    try tree.write("text", to: "file")
    usleep(2_100_000)
    let file = try Self.file("\(tree.root)/file")
    let digests = SourceDigests(SourceStore(SourceTable()), index: try SampleCache().openRelease().index)
    let state = Machine.id.bytes + file.identity.bytes
    let wanted = FileSystems.showChanges(of: file) ? state : SHA256.digest(of: "text".utf8).bytes
    #expect(try digests.key(of: file) == wanted)
  }
}
