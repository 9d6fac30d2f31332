// What TarReader reads: the formats and their corners, by hand-made headers.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct TarReaderTests {
  @Test func `a row has the nine keys of a ustar entry`() throws {
    let bytes = Tar.entry(
      "bin/tool", Array("hello".utf8), .init(.mode, "0000755"), .init(.uid, "0000017"), .init(.gid, "0000021"),
      .init(.mtime, "00000000144"))
    let listing = try Listing(bytes + Tar.end)
    #expect(listing.lines == ["bin/tool file 0755 15 17 5  100 2cf24dba"])
    #expect(listing.warnings == [])
    #expect(listing.error == nil)
  }

  @Test(arguments: [0, 511, 512, 513, 300_000])
  func `contents and padding of every length are read`(size: Int) throws {
    let contents = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let listing = try Listing(Tar.entry("a", contents) + Tar.entry("b") + Tar.end)
    #expect(listing.rows.map(\.path) == ["a", "b"])
    #expect(listing.rows.first?.size == Int64(size))
    #expect(listing.rows.first?.digest == SHA256.digest(of: contents))
  }

  @Test(
    arguments: [
      ("0", "f", "file"), ("\0", "f", "file"), ("7", "f", "file"), ("\0", "d/", "dir"), ("5", "d/", "dir"),
      ("5", "d", "dir"), ("2", "l", "symlink"), ("1", "l", "hardlink"), ("3", "c", "char"), ("4", "b", "block"),
      ("6", "p", "fifo"),
    ] as [(Character, String, String)])
  func `a type flag gives the kind`(type: Character, name: String, kind: String) throws {
    let listing = try Listing(Tar.header(name, type: type, .init(.linkname, "t")) + Tar.end)
    #expect(listing.rows.map(\.type) == [kind])
    #expect(listing.error == nil)
  }

  @Test(arguments: [
    ("./", "."), ("./a/", "./a"), ("a/", "a"), ("/", "/"), ("a//", "a"), ("a\n%\u{7F}é/", "a%0A%25%7Fé"),
  ])
  func `a directory is shown without its slash`(name: String, path: String) throws {
    #expect(try Listing(Tar.header(name, type: "5") + Tar.end).rows.map(\.path) == [path])
  }

  @Test(
    arguments: [
      ("00000000017", 15), ("       17 ", 15), ("17", 15), ("", 0), ("           ", 0), ("77777777777", 8_589_934_591),
      ("17\u{0}junk", 15),
    ] as [(String, Int64)])
  func `an octal time is read`(text: String, mtime: Int64) throws {
    #expect(try Listing(Tar.header("a", .init(.mtime, text)) + Tar.end).rows.map(\.mtime) == [mtime])
  }

  @Test(arguments: [0, 1, -1, -100, .max, .min] as [Int64])
  func `a base-256 time is read`(mtime: Int64) throws {
    let bytes = Tar.header("a", .init(.mtime, Tar.base256(mtime, width: 12)))
    #expect(try Listing(bytes + Tar.end).rows.map(\.mtime) == [mtime])
  }

  @Test(
    arguments: [
      ("5", 5), ("5.0", 5), ("5.999", 5), ("5.", 5), ("-5", -5), ("-5.0", -5), ("-5.1", -6), ("-0.5", -1),
      ("9223372036854775807", .max), ("-9223372036854775807.1", .min),
    ] as [(String, Int64)])
  func `a pax time is floored`(text: String, mtime: Int64) throws {
    let bytes = Tar.pax(("mtime", text)) + Tar.header("a") + Tar.end
    #expect(try Listing(bytes).rows.map(\.mtime) == [mtime])
  }

  @Test func `records of an extended header replace the fields of the block`() throws {
    let bytes =
      Tar.pax(("path", "a=b\nc"), ("uid", "4000000"), ("gid", "5000000"), ("size", "3"), ("comment", "x\u{0}"))
      + Tar.header("short", .init(.size, "00000000003")) + Tar.padded(Array("abc".utf8)) + Tar.end
    #expect(try Listing(bytes).lines == ["a=b%0Ac file 0644 4000000 5000000 3  0 ba7816bf"])
  }

  @Test func `a later record wins, and an empty one gives the field back`() throws {
    let bytes =
      Tar.pax(("path", "first"), ("path", "second"), ("uid", "7"), ("uid", "")) + Tar.header("a") + Tar.end
    #expect(try Listing(bytes).lines == ["second file 0644 0 0 0  0 e3b0c442"])
  }

  @Test func `an extended header holds for one entry, a global one for all that follow`() throws {
    let bytes =
      Tar.pax(("uid", "1"), ("mtime", "9"), type: "g") + Tar.pax(("uid", "2")) + Tar.header("a") + Tar.header("b")
      + Tar.pax(("uid", ""), type: "g") + Tar.header("c") + Tar.end
    #expect(try Listing(bytes).rows.map(\.entry.uid) == [2, 1, 0])
    #expect(try Listing(bytes).rows.map(\.mtime) == [9, 9, 9])
  }

  @Test func `a pax size is that of the entry, not of a long name before it`() throws {
    let bytes =
      Tar.pax(("size", "3")) + Tar.entry("././@LongLink", type: "L", Array("long\u{0}".utf8))
      + Tar.header("short") + Tar.padded(Array("abc".utf8)) + Tar.header("b") + Tar.end
    let listing = try Listing(bytes)
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["long", "b"])
    #expect(listing.rows.map(\.size) == [3, 0])
  }

  @Test func `long names of GNU tar replace the fields of the block`() throws {
    let target = String(repeating: "t", count: 300)
    let bytes =
      Tar.entry("././@LongLink", type: "K", Array((target + "\u{0}").utf8))
      + Tar.entry("././@LongLink", type: "L", Array("name\u{0}rest".utf8))
      + Tar.header("short", type: "2", .init(.linkname, "t")) + Tar.end
    let listing = try Listing(bytes)
    #expect(listing.rows.map(\.path) == ["name"])
    #expect(listing.rows.map(\.link) == [target])
  }

  @Test func `a header of ustar has a prefix, which another name replaces`() throws {
    let ustar = Tar.header("n", .init(.prefix, "dir"))
    let gnu = Tar.header("n", .init(.prefix, "dir"), .init(.magic, TarFormat.gnuMagic))
    let long = Tar.entry("././@LongLink", type: "L", Array("long\u{0}".utf8))
    #expect(try Listing(ustar + long + gnu + long + ustar + Tar.end).rows.map(\.path) == ["dir/n", "long", "long"])
  }

  @Test func `a checksum of signed bytes is taken`() throws {
    var block = Tar.header("a\u{E9}")
    let signed = Tar.header("a\u{E9}").enumerated().reduce(0) {
      $0 + (TarField.checksum.range.contains($1.offset) ? 32 : Int(Int8(bitPattern: $1.element)))
    }
    block.replaceSubrange(TarField.checksum.range, with: Tar.octal(signed, digits: 6) + [0, 32])
    #expect(try Listing(block + Tar.end).rows.map(\.path) == ["aé"])
  }

  @Test func `contents that are not read are passed over`() throws {
    let folder = try TemporaryFolder()
    let bytes = Tar.entry("a", [UInt8](repeating: 1, count: 700)) + Tar.entry("b", [2]) + Tar.end
    var reader = try TarReader(path: folder.write(bytes))
    #expect(try reader.next()?.name == Array("a".utf8))
    #expect(try reader.next()?.name == Array("b".utf8))
    var contents: [UInt8] = []
    try reader.readContents { chunk throws(ArchiveError) in chunk.withUnsafeBytes { contents += $0 } }
    #expect(contents == [2])
    #expect(try reader.next() == nil)
    #expect(try reader.next() == nil)
  }

  @Test func `an archive without entries is sound`() throws {
    let listing = try Listing([UInt8](repeating: 0, count: 10240))
    #expect(listing.rows == [])
    #expect(listing.warnings == [])
    #expect(listing.error == nil)
  }

  /// A sparse file of 512 stored bytes behind a hole, `size` bytes in all.
  private static func sparse(_ name: String, size: Int64) -> [UInt8] {
    let map = Tar.padded(Array("1\n\(size - 512)\n512\n".utf8))
    let records = Tar.pax(
      ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "\(size)"),
      ("GNU.sparse.name", name))
    return records + Tar.entry("x", map + [UInt8](repeating: 1, count: 512))
  }

  @Test func `holes that the archive is too small for are not read`() throws {
    let listing = try Listing(Self.sparse("a", size: 60 << 30) + Self.sparse("b", size: 1 << 20) + Tar.end)
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["a", "b"])
    #expect(listing.rows.map(\.size) == [60 << 30, 1 << 20])
    let contents = [UInt8](repeating: 0, count: 1 << 20 - 512) + [UInt8](repeating: 1, count: 512)
    #expect(listing.rows.map(\.digest) == [nil, SHA256.digest(of: contents)])
    #expect(listing.warnings == [.notHashed(name: Array("a".utf8), size: 60 << 30)])
  }

  @Test func `the holes of all entries together are bounded`() throws {
    let entries = (0..<20).flatMap { Self.sparse("\($0)", size: 3 << 29) }
    let listing = try Listing(entries + Tar.end)
    #expect(listing.error == nil)
    #expect(listing.rows.map { $0.digest == nil } == [false] + [Bool](repeating: true, count: 19))
  }

  @Test func `a cut is found before holes are read`() throws {
    let bytes = Array(Self.sparse("a", size: 60 << 30).dropLast(412))
    let fault = TarError.Fault.contentsCut(found: 100, wanted: 512)
    let place = TarPlace(offset: 1024, name: Array("a".utf8))
    #expect(try Listing(bytes).error == .tar(TarError(place: place, fault: fault)))
  }
}
