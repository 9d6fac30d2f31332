// What is refused in zips, with the exact error: damage, and what two readers would read in two ways.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

/// A zip that is refused.
struct ZipFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let error: ZipError

  init(_ what: String, _ zip: ZipBytes, _ fault: ZipError.Fault, at offset: Int64 = 0, _ name: String = "") {
    self.init(what, zip.bytes, fault, at: offset, name)
  }

  init(_ what: String, _ bytes: [UInt8], _ fault: ZipError.Fault, at offset: Int64 = 0, _ name: String = "") {
    testDescription = what
    self.bytes = bytes
    error = ZipError(offset: offset, name: Array(name.utf8), fault: fault)
  }
}

/// The bytes before the directory of a zip with the one file "a", which says "hello": 31 and 5.
private let start: Int64 = 36

private func hello(_ change: (inout ZipPart) -> Void = { _ in }) -> ZipPart { ZipPart("a", "hello", change) }

struct ZipFaultTests {
  private static let ends: [ZipFault] = [
    .init("no end record", Array(ZipBytes(hello()).bytes.dropLast(22)), .noEnd, at: 0),
    .init("a cut end record", Array(ZipBytes(hello()).bytes.dropLast()), .noEnd, at: 0),
    .init("bytes behind the end", ZipBytes(hello()) { $0.behind = [1, 2] }, .behindEnd(2), at: start + 47),
    .init("a comment that is cut", ZipBytes(hello()) { $0.commentLength = 4 }, .noEnd, at: start + 47),
    .init(
      "an end record in the comment", ZipBytes(hello()) { $0.comment = ZipBytes().bytes }, .severalEnds, at: 0),
    .init(
      "bytes before the first entry",
      ZipBytes(hello()) { $0.prefix = ZipBytes(ZipPart("b", "hello")).bytes.dropLast(69) }, .beforeStart(36), at: 0),
    .init(
      "offsets that do not count what stands before",
      ZipBytes(hello { $0.offset = 0 }) {
        $0.prefix = ZipBytes().bytes
        $0.offsetShift = -22
      }, .directoryEnd(found: 83, wanted: 105), at: 105),
    .init("a part", ZipBytes(hello()) { $0.disk = 1 }, .volume, at: start + 47),
    .init("a directory in another part", ZipBytes(hello()) { $0.directoryDisk = 1 }, .volume, at: start + 47),
    .init(
      "a gap before the end record", ZipBytes(hello()) { $0.beforeEnd = [0] },
      .directoryEnd(found: 83, wanted: 84), at: 84),
    .init("fewer entries than are told", ZipBytes(hello()) { $0.count = 2 }, .count(found: 1, told: 2), at: start),
    .init("more entries than are told", ZipBytes(hello()) { $0.count = 0 }, .count(found: 1, told: 0), at: start),
    .init(
      "a directory that is shorter than its entry",
      ZipBytes(hello()) {
        $0.sizeShift = -1
        $0.offsetShift = 1
      }, .noRecord("a header of the directory"), at: start + 1),
    .init("a gap before the directory", ZipBytes(hello()) { $0.gap = [0, 0] }, .gap(2), at: 0, "a"),
  ]

  @Test(arguments: ends) func `an archive whose parts do not fit is refused`(fault: ZipFault) throws {
    #expect(try Listing(fault.bytes).error == .zip(fault.error))
  }

  private static let longEnd = little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)

  private static let longEnds: [ZipFault] = [
    .init(
      "another count in the record of zip64",
      ZipBytes(hello()) {
        $0.beforeEnd = longEnd + little(2, 8) + little(1, 8) + little(47, 8) + little(36, 8)
        $0.beforeEnd += little(0x0706_4B50, 4) + little(0, 4) + little(83, 8) + little(1, 4)
      }, .endConflict(field: "entries of this part", short: 1, long: 2), at: 83),
    .init(
      "a locator that leads elsewhere",
      ZipBytes(hello()) {
        $0.beforeEnd = longEnd + little(1, 8) + little(1, 8) + little(47, 8) + little(36, 8)
        $0.beforeEnd += little(0x0706_4B50, 4) + little(0, 4) + little(82, 8) + little(1, 4)
      }, .noRecord("the end record of zip64 before its locator"), at: 139),
    .init(
      "a locator that leads nowhere",
      ZipBytes(hello()) {
        $0.beforeEnd = little(0x0706_4B50, 4) + little(0, 4) + [UInt8](repeating: 255, count: 8) + little(1, 4)
      }, .noRecord("the end record of zip64 before its locator"), at: 83),
    .init(
      "a directory at the end of all numbers",
      ZipBytes(hello()) {
        ($0.offsetShift, $0.sizeShift) = (Int(UInt32.max) - 36, Int(UInt32.max) - 47)
        $0.beforeEnd = longEnd + little(1, 8) + little(1, 8) + [UInt8](repeating: 255, count: 16)
        $0.beforeEnd += little(0x0706_4B50, 4) + little(0, 4) + little(83, 8) + little(1, 4)
      }, .directoryEnd(found: .max, wanted: 83), at: 159),
  ]

  @Test(arguments: longEnds) func `records of zip64 that do not fit are refused`(fault: ZipFault) throws {
    #expect(try Listing(fault.bytes).error == .zip(fault.error))
  }

  private static let headers: [ZipFault] = [
    .init("encrypted", ZipBytes(hello { $0.flags = 1 }), .encrypted, at: start, "a"),
    .init("patched", ZipBytes(hello { $0.flags = 0x20 }), .flags(0x20), at: start, "a"),
    .init("bzip2", ZipBytes(hello { $0.method = 12 }), .method(12), at: start, "a"),
    .init(
      "a stored size that differs", ZipBytes(hello { $0.plainSize = 6 }), .storedSize(packed: 5, plain: 6), at: start,
      "a"),
    .init(
      "an offset behind the directory", ZipBytes(hello { $0.offset = 99 }),
      .noRecord("an entry before the directory, found its offset 99"), at: start, "a"),
    .init(
      "an offset into contents", ZipBytes(hello(), ZipPart("b") { $0.offset = 33 }),
      .overlap, at: 0, "a"),
    .init(
      "two entries of one place", ZipBytes(hello(), ZipPart("b") { ($0.offset, $0.isGhost) = (0, true) }), .overlap,
      at: 0, "a"),
    .init("the same name", ZipBytes(hello(), hello()), .repeatedName, at: 72 + 47, "a"),
    .init("the same path", ZipBytes(hello(), ZipPart(".//a")), .repeatedName, at: 36 + 34 + 47, ".//a"),
    .init(
      "a file and a folder", ZipBytes(hello(), ZipPart("a/") { $0.attributes = 0x10 }), .repeatedName, at: 36 + 32 + 47,
      "a/"),
    .init("a hidden entry", ZipBytes(hello { $0.behind = [1] }, ZipPart("b")), .gap(1), at: 0, "a"),
    .init("an overlap", ZipBytes(hello { $0.stored.removeLast() }, ZipPart("b")), .overlap, at: 0, "a"),
    .init("no room for 64 bits", ZipBytes(hello { $0.plainSize = .max }), .noZip64(field: "size"), at: start, "a"),
    .init(
      "an extra field that is cut", ZipBytes(hello { $0.extra = [9, 9, 2, 0, 1] }), .extra(identifier: 0x909), at: 41,
      "a"),
    .init(
      "a time that is cut", ZipBytes(hello { $0.extra = extraField(0x5455, [1, 0]) }), .extra(identifier: 0x5455),
      at: 42, "a"),
    .init(
      "an owner that is cut", ZipBytes(hello { $0.extra = extraField(0x7875, [1, 4, 0]) }), .extra(identifier: 0x7875),
      at: 43, "a"),
    .init("rest of an extra field", ZipBytes(hello { $0.extra = [0, 1] }), .extra(identifier: 0), at: 38, "a"),
    .init(
      "a second name", ZipBytes(hello { $0.extra = extraField(0x7075, [1, 0, 0, 0, 0, 98]) }), .secondName([98]),
      at: 46, "a"),
    .init("a name with NUL", ZipBytes(ZipPart("a\0b")), .nameWithNUL, at: 33, "a\0b"),
    .init(
      "a link to NUL", ZipBytes(ZipPart("a", "b\0c") { $0.attributes = 0o120777 << 16 }), .nameWithNUL, at: 34, "a"),
    .init("a link to nothing", ZipBytes(ZipPart("a") { $0.attributes = 0o120777 << 16 }), .longLink(0), at: 31, "a"),
    .init("a file with a slash", ZipBytes(ZipPart("a/")), .namedAsDirectory(.file), at: 32, "a/"),
    .init(
      "a folder without one", ZipBytes(ZipPart("a") { $0.attributes = 0o040755 << 16 }), .directoryWithoutSlash, at: 31,
      "a"),
    .init(
      "a folder of MS-DOS without one", ZipBytes(ZipPart("a") { ($0.madeBy, $0.attributes) = (20, 0x10) }),
      .directoryWithoutSlash, at: 31, "a"),
    .init(
      "a folder with contents", ZipBytes(ZipPart("a/", "x") { $0.attributes = 0o040755 << 16 }),
      .sizeWithoutContents(.directory, 1), at: 33, "a/"),
    .init(
      "a FIFO with contents", ZipBytes(ZipPart("a", "x") { $0.attributes = 0o010644 << 16 }),
      .sizeWithoutContents(.fifo, 1), at: 32, "a"),
    .init("no descriptor", ZipBytes(hello { $0.flags = 8 }), .descriptor, at: 0, "a"),
    .init(
      "a wrong descriptor", ZipBytes(hello { ($0.flags, $0.behind) = (8, little(1, 4) + little(5, 4) + little(5, 4)) }),
      .descriptor, at: 0, "a"),
  ]

  @Test(arguments: headers) func `an entry that cannot be read in one way only is refused`(fault: ZipFault) throws {
    #expect(try Listing(fault.bytes).error == .zip(fault.error))
  }

  @Test func `a name that is marked as UTF-8 must be`() throws {
    let part = ZipPart("a") { ($0.name, $0.flags) = ([0xE9], 1 << 11) }
    #expect(try Listing(ZipBytes(part).bytes).error == .zip(ZipError(offset: 31, name: [0xE9], fault: .notUTF8)))
  }

  private static let conflicts: [ZipFault] = [
    .init(
      "name", ZipBytes(hello { $0.local = { $0.name = [98] } }), .conflict(field: "name", directory: "a", local: "b"),
      "b"),
    .init(
      "flags", ZipBytes(hello { $0.local = { $0.flags = 8 } }),
      .conflict(field: "flags", directory: "0x0", local: "0x8"), "a"),
    .init(
      "method", ZipBytes(hello { $0.local = { $0.method = 8 } }),
      .conflict(field: "method", directory: "0", local: "8"), "a"),
    .init(
      "time", ZipBytes(hello { $0.local = { $0.time = 0 } }),
      .conflict(field: "time", directory: "2017-07-14T02:40:00Z", local: "2017-07-14T00:00:00Z"), "a"),
    .init(
      "extended time",
      ZipBytes(
        hello {
          $0.extra = extraField(0x5455, [1] + little(5, 4))
          $0.local = { $0.extra[5] = 6 }
        }), .conflict(field: "extended time", directory: "5", local: "6"), "a"),
    .init(
      "owner",
      ZipBytes(
        hello {
          $0.extra = extraField(0x7875, [1, 1, 5, 1, 5])
          $0.local = { $0.extra[6] = 6 }
        }), .conflict(field: "owner", directory: "5", local: "6"), "a"),
    .init(
      "checksum", ZipBytes(hello { $0.local = { $0.crc = 1 } }),
      .conflict(field: "checksum", directory: "3610a686", local: "1"), "a"),
    .init(
      "size", ZipBytes(hello { $0.local = { $0.plainSize = 4 } }), .conflict(field: "size", directory: "5", local: "4"),
      "a"),
    .init(
      "packed size", ZipBytes(hello { $0.local = { $0.packedSize = 4 } }),
      .conflict(field: "packed size", directory: "5", local: "4"), "a"),
  ]

  @Test(arguments: conflicts) func `two headers that say two things are refused`(fault: ZipFault) throws {
    #expect(try Listing(fault.bytes).error == .zip(fault.error))
  }

  @Test func `contents that are not what is told are refused`() throws {
    func fault(_ change: (inout ZipPart) -> Void) throws -> ZipError.Fault? {
      let part = try ZipPart.deflated("a", String(repeating: "hello ", count: 100), change)
      guard case .zip(let error) = try Listing(ZipBytes(part).bytes).error else { return nil }
      return error.fault
    }
    guard case .checksum(found: 1, _) = try fault({ $0.crc = 1 }) else {
      Issue.record("a wrong checksum")
      return
    }
    #expect(try fault { $0.plainSize = 599 } == .contentsSize(found: 600, wanted: 599))
    #expect(try fault { $0.plainSize = 601 } == .contentsSize(found: 600, wanted: 601))
    #expect(
      try fault {
        $0.stored.append(0)
        $0.packedSize += 1
      } == .damaged("other bytes follow the end of the stream"))
    #expect(
      try fault {
        $0.stored.removeLast(3)
        $0.packedSize -= 3
      } == .damaged("the stream does not end"))
    #expect(try fault { $0.stored[0] = 0xFF } == .damaged("invalid block type"))
  }

  @Test func `more than the caller allows is refused before a byte is unpacked`() throws {
    let zip = ZipBytes(ZipPart("a", "hello"), ZipPart("b", "world"))
    #expect(try Listing(zip.bytes, limit: 10).error == nil)
    let listing = try Listing(zip.bytes, limit: 9)
    #expect(listing.error == .zip(ZipError(offset: 72 + 47, name: [98], fault: .overLimit(9))) && listing.rows.isEmpty)
    let huge = ZipPart("a", "hello") { part in
      (part.plainSize, part.method) = (.max, 8)
      part.extra = extraField(1, [UInt8](repeating: 255, count: 8))
    }
    #expect(
      try Listing(ZipBytes(huge).bytes).error == .zip(ZipError(offset: 48, name: [97], fault: .overLimit(64 << 30))))
  }

  @Test func `no cut and no changed byte ends in a crash, or in another listing`() throws {
    let zip = ZipBytes(
      ZipPart("d/") { $0.attributes = 0o040755 << 16 }, try .deflated("d/a", "hello hello"),
      ZipPart("l", "d/a") { $0.attributes = 0o120777 << 16 })
    let bytes = zip.bytes
    for count in 4..<bytes.count { #expect(try Listing(Array(bytes[..<count])).error != nil) }
    let wanted = try Listing(bytes).rows[1].sha256
    var random = SplitMix(seed: 3)
    for index in bytes.indices {
      for _ in 0..<3 {
        var changed = bytes
        changed[index] = UInt8(truncatingIfNeeded: random.next())
        let listing = try Listing(changed)
        // A byte of the attributes may make another kind of an entry, which no second header says.
        if listing.error == nil { #expect(listing.rows[1].sha256 == wanted) }
      }
    }
  }

  @Test func `a message names the file, the entry, the place and what was found`() throws {
    let zip = ZipBytes(hello { $0.local = { $0.plainSize = 4 } })
    #expect(
      try Listing(zip.bytes).error?.message(for: Array("x.zip".utf8))
        == "x.zip: a at byte 0: size: 5 in the directory, 4 before the contents")
    #expect(
      try Listing(ZipBytes(hello { $0.method = 12 }).bytes).error?.message(for: Array("x.zip".utf8))
        == "x.zip: a at byte 36: compressed with bzip2, which is not read here")
  }
}
