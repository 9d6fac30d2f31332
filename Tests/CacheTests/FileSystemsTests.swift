// The state of a file is believed only where no change goes without another one, and only on this machine.

@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct FileSystemsTests {
  private static func file(_ path: String) throws -> SourceFile {
    let path = Array(path.utf8)
    return SourceFile(path: path, identity: try FileStatus.of(path).identity)
  }

  @Test(
    arguments: [
      (0xEF53, true), (0x5846_5342, true), (0x9123_683E, true), (0x0102_1994, true), (0x794C_7630, true),
      (0x2FC1_2FC1, true), (0xF2F5_2010, true), (0xCA45_1A4E, true),
      // squashfs, iso9660, FAT, FUSE, NFS, 9p
      (0x7371_7368, false), (0x9660, false), (0x4D44, false), (0x6573_5546, false), (0x6969, false),
      (0x0102_1997, false), (0, false),
    ] as [(UInt32, Bool)])
  func `times are believed of file systems that keep them by the kernel's clock`(_ type: UInt32, _ isTrusted: Bool) {
    #expect(FileSystems.areTrusted(type: type, changed: 1_500_000_000_123_456_789) == isTrusted)
    #expect(FileSystems.areTrusted(type: type, changed: -1) == isTrusted)
  }

  @Test(arguments: [0, 1_500_000_000_000_000_000, -1_000_000_000] as [Int64])
  func `a time in whole seconds comes from an image, whatever the file system`(_ changed: Int64) {
    #expect(!FileSystems.areTrusted(type: 0xEF53, changed: changed))
    #expect(!FileSystems.areTrusted(type: 0x794C_7630, changed: changed))
  }

  @Test func `a real file is asked for its file system`() throws {
    let tree = try TemporaryTree()
    try tree.write("text", to: "file")
    let file = try Self.file("\(tree.root)/file")
    let type = try #require(UInt32(try tree.run("stat", "-f", "-c", "%t", "file").dropLast(), radix: 16))
    #expect(FileSystems.showChanges(of: file) == FileSystems.areTrusted(type: type, changed: file.identity.changed))
    // procfs
    #expect(!FileSystems.showChanges(of: try Self.file("/proc/version")))
    let gone = FileIdentity(kept: FileKey(device: .max, inode: 1), size: 1, modified: 1, changed: 1)
    #expect(!FileSystems.showChanges(of: SourceFile(path: Array("/nonexistent".utf8), identity: gone)))
    #expect(!FileSystems.showChanges(of: SourceFile(path: file.path, identity: gone)))
  }

  @Test func `a machine is told from others by its id, or else by its name`() throws {
    let tree = try TemporaryTree()
    func id(_ text: String) throws -> Digest {
      try tree.write(text, to: "id")
      return Machine.read("\(tree.root)/id")
    }
    let name = Machine.read("\(tree.root)/none")
    let first = try id("0123456789abcdef0123456789abcdef\n")
    #expect(first != name)
    #expect(try id("0123456789abcdef0123456789abcdef") == first)
    #expect(try id("1123456789abcdef0123456789abcdef\n") != first)
    let long = String(repeating: "0123456789abcdef", count: 5)
    for text in ["", "\n", "uninitialized\n", "0123456789abcdef\n", "\(long)\n", "0123456789ABCDEF0123456789ABCDEF\n"] {
      #expect(try id(text) == name, "\(text)")
    }
  }
}
