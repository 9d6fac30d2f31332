// The headers of a zip, field for field.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

/// A header as its fields in hexadecimal, lowest byte first, one line each, and then name and extra fields.
private func dump(_ bytes: [UInt8], widths: [Int]) -> [String] {
  var rest = bytes[...]
  return widths.map { width in
    defer { rest = rest.dropFirst(width) }
    return Hex.text(of: rest.prefix(width))
  } + [Hex.text(of: rest)]
}

private func local(_ header: ZipHeader) -> [String] {
  dump(header.local, widths: [4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2])
}

private func central(_ header: ZipHeader) -> [String] {
  dump(header.central, widths: [4, 2, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 4, 4])
}

struct ZipHeaderTests {
  /// 2017-07-14T02:40:01Z: 37 << 9 | 7 << 5 | 14 and 2 << 11 | 40 << 5 | 0.
  private static let (date, time, stamp) = ("ee4a", "0015", "5554050001" + "012f6859")

  private func header(
    _ name: String, _ kind: TarEntryKind = .file, mode: UInt16 = 0o644, method: ZipMethod = .deflated,
    size: Int64 = 5, packed: Int64 = 3, offset: Int64 = 0x1234, mtime: Int64 = 1_500_000_001, uid: Int64 = 0,
    gid: Int64 = 0
  ) -> ZipHeader {
    let entry = TarEntry(
      name: Array(name.utf8), kind: kind, mode: mode, size: size, mtime: mtime, uid: uid, gid: gid)
    let contents = ZipContents(method, CRC32(kept: 0xCAFE_F00D, count: size), packedSize: packed)
    return ZipHeader(entry: entry, contents: contents, offset: offset, plannedSize: size)
  }

  @Test func `a file has its mode, both times, sizes and checksum`() {
    let header = header("a", mode: 0o755)
    #expect(
      local(header) == [
        "504b0304", "1400", "0000", "0800", Self.time, Self.date, "0df0feca", "03000000", "05000000", "0100", "0900",
        "61" + Self.stamp,
      ])
    #expect(
      central(header) == [
        "504b0102", "2d03", "1400", "0000", "0800", Self.time, Self.date, "0df0feca", "03000000", "05000000", "0100",
        "0900", "0000", "0000", "0000", "0000ed81", "34120000", "61" + Self.stamp,
      ])
  }

  @Test func `folders, symlinks and files that nobody may write are marked for Unix and for MS-DOS`() {
    func attributes(_ header: ZipHeader) -> String { central(header)[15] }
    #expect(attributes(header("d/", .directory, mode: 0o755, method: .stored)) == "1000ed41")
    #expect(attributes(header("l", .symlink, mode: 0o777, method: .stored)) == "0000ffa1")
    #expect(attributes(header("r", mode: 0o444)) == "01002481")
    #expect(attributes(header("s", mode: 0o4755)) == "0000ed89")
  }

  @Test func `what is needed to read it is told`() {
    func needed(_ header: ZipHeader) -> String { local(header)[1] + central(header)[2] }
    #expect(needed(header("a", method: .stored)) == "0a000a00")
    #expect(needed(header("a/", .directory, method: .stored)) == "14001400")
    #expect(needed(header("a")) == "14001400")
    #expect(needed(header("a", size: 5 << 32)) == "2d002d00")
    #expect(needed(header("a", offset: 5 << 32)) == "14002d00")
  }

  @Test(arguments: [("a b", "0000"), ("\u{E9}", "0008")])
  func `a name that is not ASCII is marked as UTF-8`(_ name: String, _ flags: String) {
    #expect(local(header(name))[2] == flags && central(header(name))[3] == flags)
  }

  @Test func `sizes and offsets of 64 bits stand in an extra field, in the central header those that need it`() {
    let large = header("a", size: 0x1_0000_0001, packed: 7)
    #expect(
      local(large)[7...] == [
        "ffffffff", "ffffffff", "0100", "1d00",
        "61" + "01001000" + "0100000001000000" + "0700000000000000" + Self.stamp,
      ])
    #expect(central(large)[8...9] == ["07000000", "ffffffff"] && central(large)[16] == "34120000")
    #expect(central(large)[17] == "61" + "01000800" + "0100000001000000" + Self.stamp)
    let late = header("a", offset: 0xFFFF_FFFF)
    #expect(central(late)[16...] == ["ffffffff", "61" + "01000800" + "ffffffff00000000" + Self.stamp])
    #expect(local(late)[7...8] == ["03000000", "05000000"])
    let both = header("a", size: 0xFFFF_FFFF, packed: 0xFFFF_FFFF, offset: 0x2_0000_0000)
    let numbers = "ffffffff00000000" + "ffffffff00000000" + "0000000002000000"
    #expect(central(both)[17] == "61" + "01001800" + numbers + Self.stamp)
  }

  @Test func `a local header has room for 64 bits where deflate might need them`() {
    #expect(local(header("a", size: 4_000_000_000))[8] == "00286bee")
    let near = header("a", size: 4_200_000_000, packed: 1)
    #expect(local(near)[7...8] == ["ffffffff", "ffffffff"] && central(near)[8...9] == ["01000000", "00ea56fa"])
  }

  @Test func `an owner other than root has a field of its own`() {
    let header = header("a", uid: 1000, gid: 0xFFFF_FFFE)
    #expect(local(header)[11] == "61" + Self.stamp + "75780b00" + "01" + "04e8030000" + "04feffffff")
    #expect(central(header)[17] == local(header)[11])
  }

  @Test(arguments: [
    (0, "2100", "0000", "555405000100000000"), (315_532_799, "2100", "0000", "5554050001" + "ffa5ce12"),
    (315_532_800, "2100", "0000", "5554050001" + "00a6ce12"), (-1, "2100", "0000", ""),
    (2_147_483_647, "3374", "c319", "5554050001" + "ffffff7f"),
    (2_147_483_648, "3374", "c419", ""), (4_354_819_199, "9fff", "7dbf", ""), (4_354_819_200, "9fff", "7dbf", ""),
    (8_589_934_591, "9fff", "7dbf", ""),
  ])
  func `times before 1980 and after 2107 are the nearest that MS-DOS has`(
    _ epoch: Int64, _ date: String, _ time: String, _ extra: String
  ) {
    let fields = local(header("a", mtime: epoch))
    #expect([fields[5], fields[4], fields[11]] == [date, time, "61" + extra])
  }

  @Test func `the end tells the count and the place of the directory, with 64 bits where it must`() {
    let short = ZipEnding(entries: 2, directoryOffset: 0x1234, directorySize: 0x56, comment: Array("hi".utf8))
    #expect(
      dump(short.bytes, widths: [4, 2, 2, 2, 2, 4, 4, 2]) == [
        "504b0506", "0000", "0000", "0200", "0200", "56000000", "34120000", "0200", "6869",
      ])
    let many = ZipEnding(entries: 65_535, directoryOffset: 0x1234, directorySize: 0x56, comment: [])
    #expect(
      dump(many.bytes, widths: [4, 8, 2, 2, 4, 4, 8, 8, 8, 8, 4, 4, 8, 4, 4, 2, 2, 2, 2, 4, 4, 2]) == [
        "504b0606", "2c00000000000000", "2d03", "2d00", "00000000", "00000000", "ffff000000000000", "ffff000000000000",
        "5600000000000000", "3412000000000000", "504b0607", "00000000", "8a12000000000000", "01000000",
        "504b0506", "0000", "0000", "ffff", "ffff", "56000000", "34120000", "0000", "",
      ])
    let late = ZipEnding(entries: 1, directoryOffset: 0xFFFF_FFFF, directorySize: 0x56, comment: [])
    #expect(late.bytes.count == 56 + 20 + 22)
    #expect(ZipEnding(entries: 65_534, directoryOffset: 0xFFFF_FFFE, directorySize: 1, comment: []).bytes.count == 22)
  }
}
