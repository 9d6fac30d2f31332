// What is read with a warning, one row for each, and the end of an archive.

@testable import Archive
@testable import TestSupport
import Testing

struct ListingWarningTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let warnings: [TarWarning]

    init(_ label: String, _ entries: [UInt8], _ warnings: TarWarning...) {
      (testDescription, bytes, self.warnings) = (label, entries + Tar.end, warnings)
    }
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func link(_ name: String, type: Character, to target: String) -> [UInt8] {
    Tar.header(name, type: type, .init(.linkname, target))
  }

  private static func hardlink(to target: String, _ fault: TarWarning.HardlinkFault) -> Case {
    .init(
      "hard link to \(target), \(fault)",
      Tar.header("file") + Tar.header("dir/", type: "5") + link("link", type: "1", to: target),
      .hardlink(name: bytes("link"), target: bytes(target), fault))
  }

  private static func symlink(_ name: String, to target: String, leaves: Bool) -> Case {
    let entry = link(name, type: "2", to: target)
    if !leaves { return .init("symlink \(name) to \(target)", entry) }
    return .init(
      "symlink \(name) to \(target)", entry, .symlinkLeaves(name: bytes(name), target: bytes(target)))
  }

  static let cases: [Case] = [
    .init("sound", Tar.header("a/", type: "5") + Tar.header("a/b")),
    .init("absolute", Tar.header("/a"), .absoluteName(name: bytes("/a"))),
    .init("parent", Tar.header("a/../../b"), .parentReference(name: bytes("a/../../b"))),
    .init("dots in a name", Tar.header("a..b/..c")),
    .init("no name", Tar.header(""), .emptyName),
    .init("a fifo", Tar.header("p", type: "6"), .special(name: bytes("p"), kind: .fifo)),
    .init("a device", Tar.header("p", type: "3"), .special(name: bytes("p"), kind: .char)),
    .init("a block device", Tar.header("p", type: "4"), .special(name: bytes("p"), kind: .block)),
    .init("setuid", Tar.header("a", .init(.mode, "0004755")), .privileged(name: bytes("a"), mode: 0o4755)),
    .init("setgid", Tar.header("a", .init(.mode, "0002755")), .privileged(name: bytes("a"), mode: 0o2755)),
    .init(
      "capabilities", TarHeader.encode(TarEntry(name: bytes("a"), kind: .file, mode: 0o755, capabilities: [1, 2])),
      .capabilities(name: bytes("a"), value: [1, 2])),
    .init("sticky", Tar.header("a", .init(.mode, "0001755"))),
    .init("twice", Tar.header("a") + Tar.header("a"), .repeatedName(name: bytes("a"))),
    .init("twice with a dot", Tar.header("./a") + Tar.header("a"), .repeatedName(name: bytes("a"))),
    .init("file and directory", Tar.header("a") + Tar.header("a/", type: "5"), .repeatedName(name: bytes("a/"))),
    .init("another letter case", Tar.header("a") + Tar.header("A")),
    .init("another Unicode form", Tar.header("e\u{301}") + Tar.header("\u{E9}")),
    .init(
      "below a symlink", link("a", type: "2", to: "b") + Tar.header("a/x/y"),
      .belowNonDirectory(name: bytes("a/x/y"), parent: bytes("a"), kind: .symlink)),
    .init(
      "below a file", Tar.header("a/b") + Tar.header("./a//b/c"),
      .belowNonDirectory(name: bytes("./a//b/c"), parent: bytes("a/b"), kind: .file)),
    hardlink(to: "gone", .missing), hardlink(to: "dir", .notAFile), hardlink(to: "../x", .outside),
    hardlink(to: "/file", .outside), hardlink(to: "./link", .itself),
    .init("hard link to a file", Tar.header("a") + link("b", type: "1", to: "./a") + link("c", type: "1", to: "b")),
    .init(
      "hard link to a later file", link("b", type: "1", to: "a") + Tar.header("a"),
      .hardlink(name: bytes("b"), target: bytes("a"), .missing)),
    .init(
      "hard link with a size",
      Tar.header("a") + Tar.header("b", type: "1", size: 9, .init(.linkname, "a")),
      .sizeIgnored(name: bytes("b"), size: 9)),
    symlink("a", to: "b", leaves: false), symlink("a", to: "../b", leaves: true),
    symlink("d/a", to: "../b", leaves: false), symlink("d/a", to: "x/../../../b", leaves: true),
    symlink("a", to: "/etc", leaves: true),
    .init("global comment", Tar.pax(("comment", "0123456789abcdef"), type: "g") + Tar.header("a")),
  ]

  @Test(arguments: cases) func `an entry that is unsafe or sloppy is read with a warning`(_ test: Case) throws {
    let listing = try Listing(test.bytes)
    #expect(listing.warnings == test.warnings)
    #expect(listing.error == nil)
    #expect(listing.warnings.allSatisfy { !$0.description.isEmpty })
  }

  @Test(
    arguments: [
      ([], [.endMarkMissing(zeroBlocks: 0)]),
      (Tar.zeroBlock, [.endMarkMissing(zeroBlocks: 1)]),
      (Tar.zeroBlock + [0, 0, 0], [.endMarkMissing(zeroBlocks: 1)]),
      (Tar.end, []),
      (Tar.end + Tar.end, []),
      (Tar.end + Tar.header("b"), [.bytesBehindEnd(offset: 1536)]),
      (Tar.end + Tar.end + [1], [.bytesBehindEnd(offset: 2560)]),
    ] as [([UInt8], [TarWarning])])
  func `an end that is not two blocks of zeros and nothing else gives a warning`(
    end: [UInt8], warnings: [TarWarning]
  ) throws {
    let listing = try Listing(Tar.header("a") + end)
    #expect(listing.rows.map(\.path) == ["a"])
    #expect(listing.warnings == warnings)
    #expect(listing.error == nil)
  }

  @Test func `contents without their padding are cut`() throws {
    let listing = try Listing(Array(Tar.entry("a", Self.bytes("hello")).prefix(517)))
    #expect(listing.rows.map(\.size) == [5])
    #expect(listing.warnings == [])
    #expect("\(listing.error.map { "\($0)" } ?? "")".contains("ends after 0 of 507 bytes that pad the contents"))
  }

  @Test func `a warning is one sentence with escaped names`() {
    let warning = TarWarning.belowNonDirectory(name: Self.bytes("a\n/b"), parent: Self.bytes("a\n"), kind: .symlink)
    #expect(warning.description == "a%0A/b: below a%0A, which is a symlink")
  }
}
