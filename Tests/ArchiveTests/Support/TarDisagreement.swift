// Archives in which GNU tar, bsdtar, Python or Go find other entries than the rest, with the fault that is found, and
// beside them such as all four read alike.

@testable import Archive
@testable import TestSupport
import Testing

/// An archive that is refused because readers differ, or that is read because they agree.
struct TarDisagreement: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  /// Nil for an archive that all readers read alike.
  let error: TarError?

  private init(refused label: String, _ entries: [UInt8], _ fault: TarError.Fault, at offset: Int64, _ name: String) {
    testDescription = label
    bytes = TarDisagreement.first + entries + TarDisagreement.nested + Tar.end
    error = TarError(place: TarPlace(offset: 512 + offset, name: Array(name.utf8)), fault: fault)
  }

  private init(read label: String, _ entries: [UInt8]) {
    testDescription = label
    bytes = TarDisagreement.first + entries + TarDisagreement.nested + Tar.end
    error = nil
  }

  private static let first = Tar.header("first")
  /// To who looks for 512 bytes of contents before it: an entry named "hidden"; to all others one named "data".
  private static let nested = Tar.entry("data", Tar.entry("hidden", Array("hidden\n".utf8))) + Tar.entry("last", [1])

  private static let gnu = Tar.Edit(.magic, TarFormat.gnuMagic)
  private static let v7 = Tar.Edit(.magic, [UInt8](repeating: 0, count: 8))
  private static let link = Tar.Edit(.linkname, "first")

  private static func sized(_ name: String, _ type: Character, _ kind: TarEntryKind, _ edits: Tar.Edit...) -> Self {
    .init(
      refused: "a \(kind) that claims contents", Tar.header(name, type: type, size: 512, edits),
      .sizeWithoutContents(kind, 512), at: 0, name)
  }

  private static func long(_ text: String, _ type: Character = "L") -> [UInt8] {
    Tar.entry("././@LongLink", type: type, Array(text.utf8) + [0], gnu)
  }

  static let refused: [TarDisagreement] = [
    sized("p", "6", .fifo), sized("p", "3", .char), sized("p", "4", .block), sized("l", "2", .symlink, link),
    sized("d/", "\0", .directory), sized("d/", "\0", .directory, v7),
    .init(
      refused: "a symlink with a size of pax", Tar.pax(("size", "512")) + Tar.header("l", type: "2", link),
      .sizeWithoutContents(.symlink, 512), at: 1024, "l"),
    .init(
      refused: "a directory with a size of pax", Tar.pax(("size", "512")) + Tar.header("d/", type: "5"),
      .sizeWithoutContents(.directory, 512), at: 1024, "d/"),
    .init(
      refused: "a hard link with a size behind an extended header",
      Tar.pax(("comment", "x")) + Tar.header("h", type: "1", size: 512, link), .sizeWithoutContents(.hardlink, 512),
      at: 1024, "h"),
    .init(
      refused: "a hard link with a size behind a global header",
      Tar.pax(("comment", "x"), type: "g") + Tar.header("a") + Tar.header("h", type: "1", size: 512, link),
      .sizeWithoutContents(.hardlink, 512), at: 1536, "h"),
    .init(
      refused: "a hard link with a size in a header that is nearly of ustar",
      Tar.header("h", type: "1", size: 512, .init(.magic, "ustar"), link), .sizeWithoutContents(.hardlink, 512),
      at: 0, "h"),
    .init(
      refused: "a prefix in the place of the times of a sparse file",
      Tar.header(
        "a", type: "S", gnu, .init(.prefix, "x"), .init(.gnuSparseRealSize, "00000000000"),
        .init(.gnuSparseMap, "00000000000\u{0}00000000000")), .prefix(found: [120]), at: 0, "a"),
    .init(refused: "a file named as a directory", Tar.header("d/"), .namedAsDirectory(.file), at: 0, "d/"),
    .init(
      refused: "a file named as a directory by pax", Tar.pax(("path", "d/")) + Tar.header("d"),
      .namedAsDirectory(.file),
      at: 1024, "d/"),
    .init(
      refused: "a file of v7 named as a directory by pax", Tar.pax(("path", "d/")) + Tar.header("d", type: "\0"),
      .namedAsDirectory(.file), at: 1024, "d/"),
    .init(
      refused: "a directory of v7 named as a file by a long name", long("d") + Tar.header("d/", type: "\0"),
      .namedAsDirectory(.file), at: 1024, "d"),
    .init(refused: "/ as a directory of v7", Tar.header("/", type: "\0"), .namedAsDirectory(.file), at: 0, "/"),
    .init(
      refused: "a prefix in a header of GNU tar", Tar.header("a", gnu, .init(.prefix, "x")), .prefix(found: [120]),
      at: 0,
      "a"),
    .init(
      refused: "a prefix in a header of v7", Tar.header("a", v7, .init(.prefix, "x")), .prefix(found: [120]), at: 0, "a"
    ),
    .init(refused: "an empty long name", long("") + Tar.header("a"), .noLongName(typeflag: 76), at: 0, "././@LongLink"),
    .init(
      refused: "an empty name of pax", Tar.pax(("path", "")) + Tar.header("a"), .paxValue(keyword: "path", found: []),
      at: 0, "pax"),
    .init(
      refused: "an empty size of pax", Tar.pax(("size", "")) + Tar.header("a", size: 512),
      .paxValue(keyword: "size", found: []), at: 0, "pax"),
    .init(
      refused: "a blank before a keyword", Tar.pax(raw: "11  path=x\n") + Tar.header("a"), .paxRecord(at: 0, .keyword),
      at: 0, "pax"),
    .init(
      refused: "a global name", Tar.pax(("path", "x"), type: "g") + Tar.header("a"), .globalKeyword("path"), at: 0,
      "pax"),
    .init(
      refused: "a global size", Tar.pax(("size", "512"), type: "g") + Tar.header("a"), .globalKeyword("size"), at: 0,
      "pax"),
    .init(
      refused: "a label of a volume", Tar.pax(("GNU.volume.label", "x")) + Tar.header("a"),
      .volume(keyword: "GNU.volume.label"), at: 0, "pax"),
    .init(
      refused: "a device number that is none", Tar.header("a", .init(.devmajor, "x")),
      .number(field: "devmajor", found: [120, 0, 0, 0, 0, 0, 0, 0]), at: 0, "a"),
    .init(
      refused: "an owner that is neither octal nor base-256",
      Tar.header("a", .init(.uid, [0x81, 0, 0, 0, 0, 0, 0, 1])),
      .number(field: "uid", found: [0x81, 0, 0, 0, 0, 0, 0, 1]), at: 0, "a"),
    .init(
      refused: "a mode that is none in an extended header",
      Tar.entry("pax", type: "x", Tar.record("path", "x"), .init(.mode, "9")) + Tar.header("a"),
      .number(field: "mode", found: [57, 0, 0, 0, 0, 0, 0, 0]), at: 0, "pax"),
  ]

  static let read: [TarDisagreement] = [
    .init(
      read: "entries of all kinds without sizes",
      Tar.header("p", type: "6") + Tar.header("l", type: "2", link) + Tar.header("d/", type: "5")
        + Tar.header("v/", type: "\0", v7) + Tar.header("h", type: "1", link) + Tar.header("c", type: "7")),
    .init(read: "a hard link with a size", Tar.header("h", type: "1", size: 512, link)),
    .init(read: "a hard link of GNU tar with a size", Tar.header("h", type: "1", size: 512, gnu, link)),
    .init(
      read: "a hard link of v7 with a size before one of v7",
      Tar.header("h", type: "1", size: 512, v7, link) + Tar.entry("a", [1], v7)),
    .init(
      read: "a directory named by pax and by a long name",
      Tar.pax(("path", "d/")) + Tar.header("x", type: "5") + long("e/") + Tar.header("x", type: "5")
        + Tar.pax(("path", "f/")) + Tar.header("x/", type: "\0")),
    .init(read: "a prefix of ustar", Tar.header("a", .init(.prefix, "x"))),
    .init(
      read: "a global comment, time and owner",
      Tar.pax(("comment", "x"), ("mtime", "7"), ("uid", "7"), type: "g") + Tar.header("a")),
    .init(read: "a size of pax alone", Tar.pax(("size", "512")) + Tar.header("a") + Tar.zeroBlock),
    .init(
      read: "long names and pax together",
      Tar.pax(("size", "512")) + long("n") + Tar.header("a") + Tar.zeroBlock
        + Tar.pax(("uid", "7")) + long("t", "K") + long("m") + Tar.header("a", type: "2", link)),
    .init(read: "an owner in base-256", Tar.header("a", .init(.uid, Tar.base256(3_000_000, width: 8)))),
    .init(
      read: "a sparse file",
      Tar.pax(
        ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "s"), ("GNU.sparse.realsize", "9000"))
        + Tar.entry("x", Tar.padded(Array("2\n512\n512\n9000\n0\n".utf8)) + [UInt8](repeating: 1, count: 512))),
  ]
}
