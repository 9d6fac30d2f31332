// The faults that make an archive unreadable, each as the bytes of an archive and the exact error.

@testable import Archive
@testable import TestSupport
import Testing

/// One fault.
struct TarFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let error: TarError

  init(_ label: String, _ bytes: [UInt8], _ fault: TarError.Fault, at offset: Int64 = 0, _ name: String = "") {
    (testDescription, self.bytes) = (label, bytes)
    error = TarError(place: TarPlace(offset: offset, name: Array(name.utf8)), fault: fault)
  }

  private static let file = Tar.entry("a", Array("hello".utf8))
  private static let brokenSum = Tar.header("b").replacing(
    [UInt8(ascii: "b")], with: [UInt8(ascii: "c")], maxReplacements: 1)

  static let blocks: [TarFault] = [
    .init("no bytes", [], .empty(in: nil)),
    .init("text", Array(repeating: UInt8(ascii: "x"), count: 2000), .notAnArchive(nil, in: nil)),
    .init("header cut", Array(file.prefix(100)), .headerCut(found: 100)),
    .init("second header cut", file + file.prefix(511), .headerCut(found: 511), at: 1024),
    .init("no contents", Array(file.prefix(512)), .contentsCut(found: 0, wanted: 5), "a"),
    .init("contents cut", Array(file.prefix(515)), .contentsCut(found: 3, wanted: 5), "a"),
    .init("checksum of the first header", brokenSum, .checksum(found: 3135, computed: 3136)),
    .init("checksum of a later header", file + brokenSum, .checksum(found: 3135, computed: 3136), at: 1024),
    .init(
      "checksum junk", file + brokenSum.replacing(Tar.octal(3135, digits: 6), with: Array("xxxxxx".utf8)),
      .number(field: "checksum", found: Array("xxxxxx\u{0} ".utf8)), at: 1024),
    .init(
      "an entry behind one block of zeros", file + Tar.zeroBlock + file + Tar.end, .zeroBlock, at: 1536),
    .init("bytes behind one block of zeros", file + Tar.zeroBlock + [1], .zeroBlock, at: 1536),
    .init("a hard link to nothing", Tar.header("a", type: "1"), .noLinkTarget, "a"),
    .init(
      "a long link name without one in the header",
      Tar.entry("K", type: "K", [65]) + Tar.header("a", type: "2"), .noLinkTarget, at: 1024, "a"),
    .init(
      "a link name of pax without one in the header", Tar.pax(("linkpath", "b")) + Tar.header("a", type: "1"),
      .noLinkTarget, at: 1024, "a"),
    .init("unknown type", Tar.header("a", type: "V"), .typeflag(UInt8(ascii: "V")), "a"),
  ]

  static let numbers: [TarFault] = [
    .init(
      "size junk", Tar.header("a", .init(.size, "0000000009")),
      .number(field: "size", found: Array("0000000009\u{0}\u{0}".utf8)), "a"),
    .init(
      "size with two numbers", Tar.header("a", .init(.size, "1 1")),
      .number(field: "size", found: Array("1 1".utf8) + [UInt8](repeating: 0, count: 9)), "a"),
    .init(
      "size behind a NUL", Tar.header("a", .init(.size, "\u{0}7")),
      .number(field: "size", found: [0, 0x37] + [UInt8](repeating: 0, count: 10)), "a"),
    .init(
      "negative octal size", Tar.header("a", .init(.size, "-0000000001")),
      .number(field: "size", found: Array("-0000000001\u{0}".utf8)), "a"),
    .init("negative size", Tar.header("a", .init(.size, Tar.base256(-1, width: 12))), .negativeSize(-1), "a"),
    .init("size of 2^63 - 1", Tar.header("a", .init(.size, Tar.base256(.max, width: 12))), .overLimit(64 << 30), "a"),
    .init(
      "size of more than 64 bits", Tar.header("a", .init(.size, [0x80, 0, 0, 1] + [UInt8](repeating: 0, count: 8))),
      .number(field: "size", found: [0x80, 0, 0, 1] + [UInt8](repeating: 0, count: 8)), "a"),
    .init(
      "mode junk", Tar.header("a", .init(.mode, "rwx")),
      .number(field: "mode", found: Array("rwx\u{0}\u{0}\u{0}\u{0}\u{0}".utf8)), "a"),
    .init(
      "uid junk", Tar.header("a", .init(.uid, "x")),
      .number(field: "uid", found: Array("x".utf8) + [0, 0, 0, 0, 0, 0, 0]), "a"),
    .init(
      "time junk under a pax time", Tar.pax(("mtime", "1")) + Tar.header("a", .init(.mtime, "x")),
      .number(field: "mtime", found: Array("x".utf8) + [UInt8](repeating: 0, count: 11)), at: 1024, "a"),
  ]

  private static func value(_ keyword: String, _ value: String) -> TarFault {
    .init(
      "pax \(keyword)=\(value)", Tar.pax((keyword, value)) + Tar.header("a") + Tar.end,
      .paxValue(keyword: keyword, found: Array(value.utf8)), "pax")
  }

  static let pax: [TarFault] = [
    .init("length short", Tar.pax(raw: "10 path=abcdef\n"), .paxRecord(at: 0, .newline), "pax"),
    .init("length long", Tar.pax(raw: "99 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("length huge", Tar.pax(raw: "99999999999999999999999 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("length 2^63 - 1", Tar.pax(raw: "9223372036854775807 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("length 0", Tar.pax(raw: "0 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("length of itself", Tar.pax(raw: "1 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("length and space", Tar.pax(raw: "3 \n"), .paxRecord(at: 0, .keyword), "pax"),
    .init("length negative", Tar.pax(raw: "-12 path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("no length", Tar.pax(raw: "path=abc\n"), .paxRecord(at: 0, .length), "pax"),
    .init("no newline", Tar.pax(raw: "12 path=abcd"), .paxRecord(at: 0, .newline), "pax"),
    .init("no equals sign", Tar.pax(raw: "8 path\n"), .paxRecord(at: 0, .length), "pax"),
    .init("no equals sign in the second", Tar.pax(raw: "9 uid=12\n8 pathx\n"), .paxRecord(at: 9, .keyword), "pax"),
    .init("no keyword", Tar.pax(raw: "7 =abc\n"), .paxRecord(at: 0, .keyword), "pax"),
    .init("only a length and a newline", Tar.pax(raw: "9 abcdef\n"), .paxRecord(at: 0, .keyword), "pax"),
    .init("NUL in a keyword", Tar.pax(("pa\u{0}th", "a")), .paxRecord(at: 0, .keyword), "pax"),
    .init("a blank before the keyword", Tar.pax(raw: "13  path=abc\n"), .paxRecord(at: 0, .keyword), "pax"),
    value("path", ""), value("linkpath", ""), value("size", ""),
    value("path", "a\u{0}b"), value("linkpath", "a\u{0}"), value("uname", "\u{0}"), value("gname", "a\u{0}b"),
    value("size", "-1"), value("size", "9223372036854775808"), value("size", "+1"), value("uid", "abc"),
    value("uid", "-5"), value("gid", "1.0"), value("mtime", "junk"), value("mtime", "1.x"), value("mtime", "1e5"),
    value("mtime", "-"), value("mtime", "9223372036854775808"),
    .init(
      "size against size", Tar.pax(("size", "3")) + Tar.entry("a", Array("hello".utf8)),
      .sizeConflict(header: 5, extended: 3), at: 1024, "a"),
    .init(
      "two extended headers", Tar.pax(("uid", "1")) + Tar.pax(("uid", "2")) + Tar.header("a"),
      .repeatedExtension(typeflag: UInt8(ascii: "x")), at: 1024, "pax"),
    .init(
      "two long names", Tar.entry("L", type: "L", [65, 0]) + Tar.entry("L", type: "L", [65, 0]) + Tar.header("a"),
      .repeatedExtension(typeflag: UInt8(ascii: "L")), at: 1024, "L"),
    .init(
      "a long name and a path", Tar.pax(("path", "p")) + Tar.entry("L", type: "L", [65, 0]) + Tar.header("a"),
      .nameConflict([65], Array("p".utf8)), at: 2048, "a"),
    .init("orphan x", Tar.pax(("uid", "1")) + Tar.end, .orphanExtension(typeflag: UInt8(ascii: "x")), "pax"),
    .init("orphan L", Tar.entry("n", type: "L", [65]), .orphanExtension(typeflag: UInt8(ascii: "L")), "n"),
    .init("orphan K", Tar.entry("n", type: "K", [65]) + Tar.end, .orphanExtension(typeflag: UInt8(ascii: "K")), "n"),
    .init(
      "x before g", Tar.pax(("uid", "1")) + Tar.pax(("uid", "1"), type: "g") + Tar.header("a") + Tar.end,
      .orphanExtension(typeflag: UInt8(ascii: "x")), "pax"),
    .init(
      "an extended header of 8 MiB", Tar.header("pax", type: "x", size: 8 << 20),
      .extensionTooLarge(size: 8 << 20, limit: 1 << 20), "pax"),
    .init(
      "a long name of 1 GiB", Tar.header("n", type: "L", size: 1 << 30),
      .extensionTooLarge(size: 1 << 30, limit: 1 << 20), "n"),
    .init(
      "an extended header cut", Tar.header("pax", type: "x", size: 600) + Tar.zeroBlock,
      .contentsCut(found: 512, wanted: 600), "pax"),
    .init(
      "a negative long name", Tar.header("n", type: "L", .init(.size, Tar.base256(-9, width: 12))), .negativeSize(-9),
      "n"),
  ]

  private static func sparse(
    _ label: String, _ records: (String, String)..., size: Int = 0, gives fault: TarError.Fault
  ) -> TarFault {
    let header = Tar.entry("pax", type: "x", records.flatMap { Tar.record(key($0.0), $0.1) })
    return .init(label, header + Tar.entry("a", [UInt8](repeating: 49, count: size)) + Tar.end, fault, at: 1024, "a")
  }

  /// The keyword `name` of sparse files; one behind a "!" is any other.
  private static func key(_ name: String) -> String {
    name.hasPrefix("!") ? String(name.dropFirst()) : "GNU.sparse.\(name)"
  }

  private static func old(_ label: String, real: [UInt8], map: [UInt8], size: Int = 0, gives fault: TarError.Fault)
    -> TarFault
  {
    let edits: [Tar.Edit] = [
      .init(.magic, TarFormat.gnuMagic), .init(.gnuSparseRealSize, real), .init(.gnuSparseMap, map),
    ]
    return .init(label, Tar.header("a", type: "S", size: size, edits) + Tar.zeroBlock + Tar.end, fault, "a")
  }

  /// The fields of an old sparse file without contents, with a map of the one pair (`offset`, 0).
  private static func oldMap(_ offset: String) -> [Tar.Edit] {
    [
      .init(.magic, TarFormat.gnuMagic), .init(.gnuSparseRealSize, "00000000000"),
      .init(.gnuSparseMap, Array(offset.utf8) + (offset.utf8.count == 11 ? [0] : []) + Array("00000000000".utf8)),
    ]
  }

  static let sparseFiles: [TarFault] = [
    sparse("of version 2.0", ("major", "2"), ("minor", "0"), ("size", "9"), gives: .sparse(.version)),
    sparse("without a size", ("numblocks", "1"), ("map", "0,1"), gives: .sparse(.noSize)),
    sparse("0.1 with the size of 1.0", ("realsize", "1"), ("numblocks", "1"), ("map", "0,1"), gives: .sparse(.noSize)),
    sparse("1.0 with the size of 0.1", ("major", "1"), ("minor", "0"), ("size", "9"), gives: .sparse(.noSize)),
    sparse(
      "1.0 with both sizes", ("major", "1"), ("minor", "0"), ("size", "9"), ("realsize", "9"), gives: .sparse(.noSize)),
    sparse(
      "1.0 with the map of 0.1", ("major", "1"), ("minor", "0"), ("realsize", "1"), ("numblocks", "1"), ("map", "0,1"),
      gives: .sparse(.malformedMap)),
    sparse("without a map", ("size", "9"), gives: .sparse(.noMap)),
    sparse("with half a pair", ("size", "9"), ("numblocks", "1"), ("map", "0,1,2"), gives: .sparse(.malformedMap)),
    sparse(
      "with a part that ends within a block", ("size", "900"), ("numblocks", "3"), ("map", "0,1,600,1,900,0"), size: 2,
      gives: .sparse(.unaligned)),
    sparse(
      "whose map ends before it", ("size", "9"), ("numblocks", "1"), ("map", "0,1"), size: 1, gives: .sparse(.noEnd)),
    sparse(
      "with its stored size", ("!size", "1"), ("size", "1"), ("numblocks", "1"), ("map", "0,1"), size: 1,
      gives: .sparse(.sizeRecord)),
    sparse(
      "with two names", ("name", "s"), ("size", "1"), ("numblocks", "1"), ("map", "0,1"), ("!path", "p"), size: 1,
      gives: .nameConflict([115], [112])),
    sparse(
      "with another number of pairs", ("size", "9"), ("numblocks", "2"), ("map", "0,1"), gives: .sparse(.malformedMap)),
    sparse("beyond its end", ("size", "9"), ("numblocks", "1"), ("map", "8,2"), size: 2, gives: .sparse(.wrongMap)),
    sparse(
      "with extents that overlap", ("size", "9"), ("numblocks", "2"), ("map", "0,2,1,2"), size: 4,
      gives: .sparse(.wrongMap)),
    sparse(
      "that overflows", ("size", "9223372036854775807"), ("numblocks", "1"),
      ("map", "9223372036854775807,9223372036854775807"),
      gives: .sparse(.wrongMap)),
    sparse(
      "that stores less", ("size", "2"), ("numblocks", "1"), ("map", "0,2"), size: 1, gives: .sparse(.wrongLength)),
    sparse(
      "of 8 EiB", ("size", "9223372036854775807"), ("numblocks", "1"), ("map", "9223372036854775806,1"), size: 1,
      gives: .overLimit(64 << 30)),
    sparse(
      "with its map cut", ("major", "1"), ("minor", "0"), ("realsize", "9"), size: 300, gives: .sparse(.malformedMap)),
    sparse(
      "with a map of digits only", ("major", "1"), ("minor", "0"), ("realsize", "9"), size: 512,
      gives: .sparse(.malformedMap)),
    old(
      "old, of 8 EiB", real: Tar.base256(.max, width: 12), map: Tar.base256(.max, width: 12) + [48],
      gives: .overLimit(64 << 30)),
    old("old, without a map", real: Array("00000000011".utf8), map: [], gives: .sparse(.noEnd)),
    old(
      "old, with half a pair", real: Array("00000000011".utf8), map: Array("00000000011\u{0}".utf8),
      gives: .sparse(.malformedMap)),
    old("old, of negative size", real: Tar.base256(-1, width: 12), map: [], gives: .sparse(.malformedMap)),
    old(
      "old, with junk", real: Array("00000000011".utf8), map: Array("0000000000x\u{0}0".utf8),
      gives: .sparse(.malformedMap)),
    old(
      "old, beyond its end", real: Array("00000000011".utf8), map: Array("00000000010\u{0}00000000002\u{0}".utf8),
      gives: .sparse(.wrongMap)),
    .init(
      "pairs out of turn",
      Tar.pax(("GNU.sparse.numblocks", "1"), ("GNU.sparse.numbytes", "1")) + Tar.header("a"),
      .paxValue(keyword: "GNU.sparse.numbytes", found: [49]), "pax"),
    .init(
      "a map before its length", Tar.pax(("GNU.sparse.map", "0,1")) + Tar.header("a"),
      .paxValue(keyword: "GNU.sparse.map", found: Array("0,1".utf8)), "pax"),
    .init("a sparse file of star", Tar.pax(("SCHILY.realsize", "9")) + Tar.header("a"), .sparse(.version), "pax"),
    .init("a sparse file of Solaris", Tar.pax(("SUN.holesdata", " 0 9")) + Tar.header("a"), .sparse(.version), "pax"),
    .init(
      "an old map that is full of one pair",
      Tar.header("a", type: "S", oldMap("00000000000") + [.init(.gnuSparseIsExtended, [1])]) + Tar.zeroBlock,
      .sparse(.malformedMap), "a"),
    .init(
      "an old map in a header of ustar",
      Tar.header("a", type: "S", oldMap("00000000000") + [.init(.magic, TarFormat.ustarMagic)]),
      .sparse(.format), "a"),
    .init("an old map of a plain file", Tar.header("a", oldMap("00000000000")), .sparse(.format), "a"),
    .init(
      "an old map of blanks", Tar.header("a", type: "S", oldMap("            ")), .sparse(.malformedMap), "a"),
    .init(
      "a sparse file of pax in a header of GNU tar",
      Tar.pax(("GNU.sparse.size", "0"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", "0,0"))
        + Tar.header("a", .init(.magic, TarFormat.gnuMagic)), .sparse(.format), at: 1024, "a"),
    .init("an unknown keyword", Tar.pax(("GNU.sparse.new", "1")) + Tar.header("a"), .sparse(.version), "pax"),
    .init(
      "a sparse directory",
      Tar.pax(("GNU.sparse.size", "0"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", "0,0"))
        + Tar.header("d/", type: "5"),
      .sparse(.notAFile), at: 1024, "d/"),
  ]
}
