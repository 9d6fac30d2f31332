// What is read from zips of many writers, and what is remarked on them.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct ZipReaderTests {
  private static let hello = "2cf24dba"
  private static let nothing = "e3b0c442"
  private static let time: Int64 = 1_500_000_000

  private func lines(_ zip: ZipBytes) throws -> [String] {
    let listing = try Listing(zip.bytes)
    #expect(listing.error == nil && listing.warnings == [])
    return listing.lines
  }

  @Test func `files, folders and symlinks are told with mode and time`() throws {
    let zip = ZipBytes(
      ZipPart("d/") { $0.attributes = 0o040750 << 16 | 0x10 },
      ZipPart("d/a", "hello") { $0.attributes = 0o104755 << 16 },
      ZipPart("d/l", "a") { $0.attributes = 0o120777 << 16 }, try .deflated("e", "hello"))
    let listing = try Listing(zip.bytes)
    #expect(
      listing.lines == [
        "d dir 0750 0 0 0  \(Self.time) ", "d/a file 4755 0 0 5  \(Self.time) \(Self.hello)",
        "d/l symlink 0777 0 0 0 a \(Self.time) ", "e file 0644 0 0 5  \(Self.time) \(Self.hello)",
      ])
    #expect(listing.error == nil && listing.warnings == [.privileged(name: Array("d/a".utf8), mode: 0o4755)])
  }

  @Test func `an archive without entries is one`() throws {
    #expect(try lines(ZipBytes()) == [])
    #expect(try lines(ZipBytes { $0.comment = Array("no entries".utf8) }) == [])
  }

  @Test func `the extended time and the owner are taken, and that of NTFS`() throws {
    let unix =
      extraField(0x5455, [1] + little(1_500_000_001, 4)) + extraField(0x7875, [1, 4] + little(1000, 4) + [1, 7])
    // 2017-07-14T02:40:01Z in units of 100 ns since 1601.
    let ticks = (1_500_000_001 + 11_644_473_600) * 10_000_000 + 9
    let ntfs = extraField(0x000A, little(0, 4) + little(1, 2) + little(24, 2) + little(ticks, 8) + little(0, 16))
    let zip = ZipBytes(
      ZipPart("a") { $0.extra = unix }, ZipPart("b") { $0.extra = ntfs },
      ZipPart("c") { $0.extra = extraField(0x5455, [2]) + [0, 0, 0] }, ZipPart("d") { $0.extra = ntfs + unix })
    #expect(
      try lines(zip) == [
        "a file 0644 1000 7 0  1500000001 \(Self.nothing)", "b file 0644 0 0 0  1500000001 \(Self.nothing)",
        "c file 0644 0 0 0  1500000000 \(Self.nothing)", "d file 0644 1000 7 0  1500000001 \(Self.nothing)",
      ])
  }

  @Test func `modes are the usual ones where the archive tells none`() throws {
    let zip = ZipBytes(
      ZipPart("d/") { ($0.madeBy, $0.attributes) = (20, 0x10) },
      ZipPart("a") { ($0.madeBy, $0.attributes) = (20, 0x20) },
      ZipPart("b") { ($0.madeBy, $0.attributes) = (20, 0x01) }, ZipPart("c") { $0.attributes = 0 },
      ZipPart("e") { $0.attributes = 0o600 << 16 }, ZipPart("f/") { $0.attributes = 0 })
    #expect(
      try lines(zip).map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
        "d dir 0755", "a file 0644", "b file 0444", "c file 0644", "e file 0600", "f dir 0755",
      ])
  }

  @Test(arguments: [[12, 0], [16, 0x0807_4B50], [20, 0], [24, 0x0807_4B50]])
  func `sizes and checksum may follow the contents`(_ form: [Int]) throws {
    let part = try ZipPart.deflated("a", "hello") { part in
      part.flags = 8
      let width = form[0] < 20 ? 4 : 8
      part.behind = form[1] == 0 ? [] : little(form[1], 4)
      part.behind += little(Int(part.crc), 4) + little(Int(part.packedSize), width) + little(5, width)
      part.local = { ($0.crc, $0.packedSize, $0.plainSize) = (0, 0, 0) }
    }
    #expect(try lines(ZipBytes(part, ZipPart("b"))).first == "a file 0644 0 0 5  \(Self.time) \(Self.hello)")
  }

  @Test func `sizes of 64 bits are taken from the extra field`() throws {
    let part = ZipPart("a", "hello") { part in
      (part.plainSize, part.packedSize) = (.max, .max)
      part.extra = extraField(1, little(5, 8) + little(5, 8))
    }
    #expect(try lines(ZipBytes(part)) == ["a file 0644 0 0 5  \(Self.time) \(Self.hello)"])
  }

  @Test func `entries may stand in another order than in the directory`() throws {
    var zip = ZipBytes(ZipPart("b", "b"), ZipPart("a", "hello"))
    zip.parts = [
      ZipPart("a", "hello") { ($0.offset, $0.isGhost) = (32, true) }, ZipPart("b", "b") { $0.offset = 0 },
      ZipPart("x") { $0.isGhost = true },
    ]
    zip.parts[1].behind = ZipBytes(ZipPart("a", "hello")).bytes.prefix(36).map { $0 }
    zip.parts.removeLast()
    #expect(try lines(zip).map { $0.prefix(6) } == ["a file", "b file"])
  }

  @Test func `what is unsafe or sloppy is listed with a warning`() throws {
    let zip = ZipBytes(
      ZipPart("/a"), ZipPart("../b"), ZipPart("c\\d"), ZipPart("C:e"), ZipPart("\u{E9}"),
      ZipPart("l", "/etc") { $0.attributes = 0o120777 << 16 }, ZipPart("l/x"),
      ZipPart("p") { $0.attributes = 0o010644 << 16 }, ZipPart("\u{E8}") { $0.flags = 1 << 11 })
    let listing = try Listing(zip.bytes)
    #expect(listing.error == nil && listing.rows.count == 9)
    #expect(
      listing.warnings == [
        .absoluteName(name: Array("/a".utf8)), .parentReference(name: Array("../b".utf8)),
        .windowsName(name: Array("c\\d".utf8)), .windowsName(name: Array("C:e".utf8)),
        .unmarkedName(name: Array("\u{E9}".utf8)),
        .symlinkLeaves(name: Array("l".utf8), target: Array("/etc".utf8)),
        .belowNonDirectory(name: Array("l/x".utf8), parent: Array("l".utf8), kind: .symlink),
        .special(name: Array("p".utf8), kind: .fifo),
      ])
  }

  @Test(arguments: [(0, 315_532_800), (0x21, 315_532_800), (0xFF9F, 4_354_819_198)] as [(UInt16, Int64)])
  func `a time of MS-DOS is taken for UTC`(_ date: UInt16, _ epoch: Int64) throws {
    let part = ZipPart("a") { ($0.date, $0.time) = (date, date == 0xFF9F ? 0xBF7D : 0) }
    #expect(try Listing(ZipBytes(part).bytes).rows.map(\.mtime) == [epoch])
    #expect(date == 0 || DOSTime(epoch: epoch) == DOSTime(date: date, time: part.time))
  }
}
