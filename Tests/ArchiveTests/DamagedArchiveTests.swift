// Archives that are cut or flipped at random: whatever comes of it, the process goes on and the answer is a value.

@testable import Archive
@testable import TestSupport
import Testing

struct DamagedArchiveTests {
  /// A small archive with one of everything.
  private static let sample: [UInt8] =
    Tar.pax(("mtime", "1.5"), ("uid", "7"), type: "g") + Tar.header("d/", type: "5")
    + Tar.pax(("path", "d/long"), ("size", "5")) + Tar.entry("short", Array("hello".utf8))
    + Tar.entry("L", type: "L", Array("d/name\u{0}".utf8)) + Tar.entry("short", [UInt8](repeating: 9, count: 600))
    + Tar.header("l", type: "2", .init(.linkname, "d")) + Tar.header("h", type: "1", .init(.linkname, "d/long"))
    + Tar.pax(("GNU.sparse.size", "9000"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.map", "10,512,8998,2"))
    + Tar.entry("sp", [UInt8](repeating: 1, count: 514))
    + Tar.pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "900"))
    + Tar.entry("sp1", Tar.padded(Array("2\n3\n4\n900\n0\n".utf8)) + [1, 2, 3, 4])
    + Tar.header(
      "sp2", type: "S", size: 0, .init(.magic, TarFormat.gnuMagic), .init(.gnuSparseRealSize, "00000000100"),
      .init(.gnuSparseMap, (0..<4).flatMap { _ in Array("00000000100\u{0}00000000000\u{0}".utf8) }),
      .init(.gnuSparseIsExtended, [1])) + Tar.zeroBlock
    + Tar.end

  /// A generator that gives the same numbers on every machine (splitmix64, Steele, Lea and Flood 2014).
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  @Test func `the sample is sound`() throws {
    let listing = try Listing(Self.sample)
    #expect(listing.error == nil)
    #expect(listing.rows.map(\.path) == ["d", "d/long", "d/name", "l", "h", "sp", "sp1", "sp2"])
    #expect(listing.rows.map(\.size) == [0, 5, 600, 0, 0, 9000, 900, 64])
    #expect(listing.warnings == [])
  }

  @Test func `a cut at any block gives an error or a warning`() throws {
    let folder = try TemporaryFolder()
    let end = Self.sample.count
    for count in stride(from: 0, to: end, by: 512) {
      let listing = try Listing(path: folder.write(Array(Self.sample.prefix(count))))
      #expect(listing.error != nil || listing.warnings != [], "\(count) bytes")
      let member = try Listing(path: folder.write(Array(Gzip.stored(Self.sample).prefix(count))))
      #expect(member.error != nil, "\(count) bytes of a member")
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func `bytes that are turned never end the process`(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let folder = try TemporaryFolder()
    for _ in 0..<400 {
      var bytes = Self.sample
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      Self.repairChecksums(&bytes)
      let listing = try Listing(path: folder.write(bytes), limit: 1 << 24)
      #expect(listing.rows.count <= 30)
    }
  }

  @Test(.enabled(if: Tool.exists("gzip")), arguments: 0..<2 as Range<UInt64>)
  func `a compressed archive with bytes turned never ends the process`(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let folder = try TemporaryFolder()
    _ = try folder.write(Self.sample)
    try Tool.run("gzip", "-9n", folder.path + "/archive")
    let compressed = try folder.read("archive.gz")
    var refused = 0
    for _ in 0..<1000 {
      var bytes = compressed
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
      if try Listing(path: folder.write(bytes), limit: 1 << 24).error != nil { refused += 1 }
    }
    // Only the time, the flags of the compressor and the system in the header are not covered by a checksum.
    #expect(refused > 900)
  }

  /// Makes the checksum of every block that may be a header right, so that a turned byte gets past it.
  private static func repairChecksums(_ bytes: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 512) where bytes[start + 257] == UInt8(ascii: "u") {
      let field = TarField.checksum
      let range = (start + field.offset)..<(start + field.offset + field.width)
      bytes.replaceSubrange(range, with: [UInt8](repeating: 32, count: 8))
      let sum = bytes[start..<(start + 512)].reduce(0) { $0 + Int($1) }
      bytes.replaceSubrange(range, with: Tar.octal(sum, digits: 6) + [0, 32])
    }
  }
}
