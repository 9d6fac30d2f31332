// What holds for every header: the reader gives back the entry, the blocks are whole, the checksum is right.

@testable import Archive
@testable import TestSupport
import Testing

struct TarHeaderTests {
  private static func entry(_ kind: TarEntryKind, _ name: String) -> TarEntry {
    TarEntry(name: Array(name.utf8), kind: kind, mode: 0o644)
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `a header is read back as the entry it was made of`(seed: UInt64) throws {
    var entries = RandomEntries(seed: seed)
    let folder = try TemporaryFolder()
    for _ in 0..<100 {
      let entry = entries.next()
      let path = try folder.write(TarHeader.encode(entry))
      // Contents of 2^40 bytes do not follow: only the header is read.
      var reader = try TarReader(path: path, limit: .max)
      #expect(try reader.next() == entry)
      #expect(reader.takeWarnings() == [])
    }
  }

  @Test func `a header is whole blocks of the size that was foretold, each with its sum`() {
    var entries = RandomEntries(seed: 99)
    for _ in 0..<500 {
      let entry = entries.next()
      let bytes = TarHeader.encode(entry)
      #expect(bytes.count % 512 == 0)
      #expect(bytes.count == TarHeader.size(of: entry))
      #expect(Self.hasSum(bytes.prefix(512)))
      #expect(Self.hasSum(bytes.suffix(512)))
    }
  }

  @Test func `records stand in the order of their keywords`() {
    let name = String(repeating: "n", count: 101)
    let entry = TarEntry(
      name: Array(name.utf8), kind: .symlink, mode: 0o777, size: 1 << 40, mtime: -7, linkname: Array("ü".utf8),
      uid: 3_000_000, gid: 4_000_000, uname: Array("é".utf8), gname: Array("ä".utf8))
    let records = """
      15 gid=4000000
      12 gname=ä
      15 linkpath=ü
      12 mtime=-7
      111 path=\(name)
      22 size=1099511627776
      15 uid=3000000
      12 uname=é

      """
    let bytes = TarHeader.encode(entry)
    #expect(Array(bytes.dropFirst(512).prefix { $0 != 0 }) == Array(records.utf8))
    #expect(bytes.count == 1536)
  }

  @Test func `capabilities stand in a record, byte for byte`() {
    var entry = Self.entry(.file, "a")
    entry.capabilities = [1, 0, 0, 2, 10, 61]
    let record = Array("46 SCHILY.xattr.security.capability=".utf8) + entry.capabilities + [10]
    #expect(record.count == 43)
    #expect(Array(TarHeader.encode(entry).dropFirst(512).prefix(43)) == Array("43".utf8) + record.dropFirst(2))
    #expect(TarHeader.size(of: entry) == 1536)
  }

  @Test(arguments: [(502, 1536), (503, 2048)])
  func `records fill blocks, and no more`(length: Int, size: Int) {
    // "512 path=" and the newline are ten bytes.
    #expect(TarHeader.encode(Self.entry(.file, "é" + String(repeating: "n", count: length - 2))).count == size)
  }

  @Test(arguments: [
    ("/" + String(repeating: "n", count: 100), 1536),
    (String(repeating: "d", count: 99) + "/", 512),
    (String(repeating: "d", count: 100) + "/", 1536),
    ("//" + String(repeating: "n", count: 99), 512),
  ])
  func `a name is split only where both parts have bytes`(name: String, size: Int) {
    #expect(TarHeader.size(of: Self.entry(name.hasSuffix("/") ? .directory : .file, name)) == size)
  }

  @Test func `owner names of up to 32 bytes stand in the block`() {
    var entry = Self.entry(.file, "a")
    entry.uname = [UInt8](repeating: 117, count: 32)
    #expect(TarHeader.encode(entry).count == 512)
    entry.uname.append(117)
    #expect(TarHeader.encode(entry).count == 1536)
  }

  /// POSIX: the unsigned sum of all bytes, the field itself counted as blanks.
  private static func hasSum(_ block: ArraySlice<UInt8>) -> Bool {
    var block = Array(block)
    let field = block[TarField.checksum.range]
    block.replaceSubrange(TarField.checksum.range, with: [UInt8](repeating: 0x20, count: 8))
    let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    let text = String(repeating: "0", count: 6 - sum.count) + sum
    return Array(field) == Array(text.utf8) + [0, 0x20]
  }
}

/// Entries such as tar can hold, of every kind, with names and numbers that ustar holds and such as it does not.
private struct RandomEntries {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func next() -> TarEntry {
    let kinds: [TarEntryKind] = [.file, .file, .directory, .symlink, .hardlink, .char, .block, .fifo]
    let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
    var entry = TarEntry(name: name(), kind: kind, mode: .random(in: 0...0o7777, using: &random))
    if kind == .directory { entry.name.append(UInt8(ascii: "/")) }
    if kind == .symlink || kind == .hardlink { entry.linkname = name() }
    if kind == .file { entry.size = number(upTo: 1 << 40) }
    entry.mtime = number(upTo: 1 << 40) - number(upTo: 1 << 34)
    entry.uid = number(upTo: (1 << 32) - 1)
    entry.gid = number(upTo: (1 << 32) - 1)
    entry.uname = Array(name().prefix(33))
    entry.gname = Array(name().prefix(33))
    if kind == .file && Int.random(in: 0..<4, using: &random) == 0 {
      entry.capabilities = (0..<20).map { _ in .random(in: 0...255, using: &random) }
    }
    return entry
  }

  /// As likely short as long: each number of bits up to that of `largest` has the same chance.
  private mutating func number(upTo largest: Int64) -> Int64 {
    Int64.random(in: 0...largest, using: &random) >> Int64.random(in: 0...40, using: &random)
  }

  /// 1 to 4,094 bytes, most of them around the limits of the fields, in parts of random length; no slash at the end.
  private mutating func name() -> [UInt8] {
    let length = Int.random(in: 1...[8, 105, 160, 260, 4094][Int.random(in: 0..<5, using: &random)], using: &random)
    let isASCII = Bool.random(using: &random)
    var name: [UInt8] = []
    for _ in 0..<length {
      let isSlash = Int.random(in: 0..<30, using: &random) == 0
      let byte = UInt8.random(in: 1...(isASCII ? 0x7F : 0xFF), using: &random)
      name.append(isSlash ? UInt8(ascii: "/") : byte)
    }
    if name.last == UInt8(ascii: "/") { name[length - 1] = UInt8(ascii: "x") }
    return name
  }
}
