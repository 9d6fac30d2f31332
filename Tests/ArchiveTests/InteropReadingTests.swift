// Archives that other tools made: each must be read as what was put in, in every format that the tool writes.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct InteropReadingTests {
  /// With "t/" these names have 100, 101, 255 and 256 bytes: around the limits of the name and the prefix.
  /// The folder is in two parts, for GNU tar leaves out all of one whose own name ustar cannot hold.
  private static let folderName = String(repeating: "d", count: 76) + "/" + String(repeating: "e", count: 75)
  private static let names =
    [98, 99].map { String(repeating: "n", count: $0) }
    + [100, 101].map { folderName + "/" + String(repeating: "f", count: $0) }
  private static let sizes = [0, 511, 512, 513]

  /// Makes the tree that the tools pack: files of the sizes and the names above, and both kinds of link.
  private static func makeTree(_ folder: borrowing TemporaryFolder) throws {
    try Tool.run("mkdir", "-p", "\(folder.path)/t/\(folderName)")
    for size in sizes { _ = try folder.write([UInt8](repeating: 120, count: size), to: "t/s\(size)") }
    for name in names { _ = try folder.write(Array(name.utf8), to: "t/\(name)") }
    try Tool.run("ln", "-s", "s511", "\(folder.path)/t/symlink")
    try Tool.run("ln", "\(folder.path)/t/s513", "\(folder.path)/t/t513")
    try Tool.run("touch", "-d", "@1234567890", "\(folder.path)/t/s511")
  }

  /// Checks the rows of the tree at `path`; names of more than `longest` bytes are left out.
  private static func check(_ path: [UInt8], longest: Int) throws {
    let listing = try Listing(path: path)
    #expect(listing.error == nil)
    #expect(listing.warnings == [])
    let rows = Dictionary(listing.rows.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    for size in sizes where rows["t/s\(size)"]?.type == "file" {
      #expect(rows["t/s\(size)"]?.digest == SHA256.digest(of: [UInt8](repeating: 120, count: size)))
    }
    for name in names where name.utf8.count + 2 <= longest {
      #expect(rows["t/\(name)"]?.digest == SHA256.digest(of: name.utf8))
    }
    #expect(rows["t/symlink"]?.link == "s511")
    #expect(rows["t/s511"]?.mtime == 1_234_567_890)
    #expect(Set([rows["t/s513"]?.type, rows["t/t513"]?.type]) == ["file", "hardlink"])
  }

  @Test(.enabled(if: Tool.exists("tar")), arguments: ["v7", "oldgnu", "gnu", "ustar", "posix"])
  func `what GNU tar writes is read`(format: String) throws {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    let longest = ["v7": 99, "ustar": 255][format] ?? .max
    // Names that the format cannot hold make the tool skip them and fail.
    try? Tool.run("tar", "-C", folder.path, "--format=\(format)", "-cf", folder.path + "/archive", "t")
    try Self.check(folder.file("archive"), longest: longest)
  }

  @Test(.enabled(if: Tool.exists("bsdtar")), arguments: ["v7", "ustar", "pax", "gnutar"])
  func `what bsdtar writes is read`(format: String) throws {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    let longest = ["v7": 99, "ustar": 255][format] ?? .max
    try? Tool.run("bsdtar", "-C", folder.path, "--format=\(format)", "-czf", folder.path + "/archive", "t")
    try Self.check(folder.file("archive"), longest: longest)
  }

  @Test(.enabled(if: Tool.exists("python3")), arguments: ["GNU_FORMAT", "PAX_FORMAT"])
  func `what Python writes is read`(format: String) throws {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    let script = """
      import sys, tarfile
      with tarfile.open(sys.argv[1], 'w:gz', format=tarfile.\(format)) as archive: archive.add(sys.argv[2], 't')
      """
    try Tool.run("python3", "-c", script, folder.path + "/archive", folder.path + "/t")
    try Self.check(folder.file("archive"), longest: .max)
  }

  @Test(
    .enabled(if: Tool.exists("tar")),
    arguments: [
      ["--format=gnu"], ["--format=oldgnu"], ["--format=posix", "--sparse-version=0.0"],
      ["--format=posix", "--sparse-version=0.1"], ["--format=posix", "--sparse-version=1.0"],
    ])
  func `a sparse file of GNU tar has its logical size and contents`(options: [String]) throws {
    let folder = try TemporaryFolder()
    // More extents than the header and one block of the old format hold, a hole at the end, and a file of holes only.
    var contents = [UInt8](repeating: 0, count: 60 * 131_072 + 5)
    for index in 0..<60 {
      contents.replaceSubrange((index * 131_072)..<(index * 131_072 + 4096), with: Array(repeating: 120, count: 4096))
    }
    _ = try folder.write(contents, to: "plain")
    try Tool.run("cp", "--sparse=always", folder.path + "/plain", folder.path + "/many")
    try Tool.run("truncate", "-s", "1M", folder.path + "/hole")
    let format = options[0]
    let version = options.count > 1 ? options[1] : "--sparse"
    try Tool.run("tar", "-C", folder.path, "--sparse", format, version, "-cf", folder.path + "/archive", "many", "hole")
    let listing = try Listing(path: folder.file("archive"))
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["many", "hole"])
    #expect(listing.rows.map(\.size) == [Int64(contents.count), 1 << 20])
    #expect(
      listing.rows.map(\.digest)
        == [SHA256.digest(of: contents), SHA256.digest(of: [UInt8](repeating: 0, count: 1 << 20))])
    // What is stored must be the sparse form, or this test shows nothing.
    #expect(try folder.read("archive").count < 1 << 20)
  }

  @Test(.enabled(if: Tool.exists("bsdtar"))) func `what bsdtar compresses into a pipe is read with its padding`() throws
  {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    try Tool.run("sh", "-c", "bsdtar -C \(folder.path) -czf - t | cat > \(folder.path)/archive")
    // Without the padding this test shows nothing.
    #expect(try folder.read("archive").suffix(100).allSatisfy { $0 == 0 })
    try Self.check(folder.file("archive"), longest: .max)
  }

  @Test(.enabled(if: Tool.exists("busybox"))) func `what busybox writes is read`() throws {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    try Tool.run("busybox", "tar", "-C", folder.path, "-cf", folder.path + "/archive", "t")
    try Self.check(folder.file("archive"), longest: .max)
  }

  @Test(.enabled(if: Tool.exists("git"))) func `what git writes is read, with the commit in a global header`() throws {
    let folder = try TemporaryFolder()
    try Self.makeTree(folder)
    let git = "git -C \(folder.path) -c user.name=a -c user.email=a@b"
    try Tool.run(
      "sh", "-c",
      """
      \(git) init -q && \(git) add t && \(git) commit -qm m &&
      \(git) archive --output=\(folder.path)/archive --format=tar HEAD
      """)
    let listing = try Listing(path: folder.file("archive"))
    #expect(listing.error == nil)
    #expect(listing.warnings == [])
    #expect(Set(listing.rows.map(\.path)).isSuperset(of: Self.names.map { "t/\($0)" }))
  }
}
