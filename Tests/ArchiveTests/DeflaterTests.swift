// Pieces of a deflate stream that are made apart join into one gzip file, however the bytes are cut.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct DeflaterTests {
  enum Kind: String, CaseIterable { case random, text, zeros, mixed }

  private static func bytes(_ kind: Kind, _ count: Int) -> [UInt8] {
    var random = SplitMix(seed: 7)
    return switch kind {
    case .random: random.bytes(count)
    case .text: random.text(count)
    case .zeros: [UInt8](repeating: 0, count: count)
    case .mixed: random.text(count / 2) + random.bytes(count - count / 2)
    }
  }

  private static func cuts(of count: Int, seed: UInt64) -> [Int] {
    var random = SplitMix(seed: seed)
    return (0..<Int.random(in: 0...6, using: &random)).map { _ in .random(in: 0...count, using: &random) }.sorted()
  }

  @Test(arguments: Kind.allCases, [0, 1, 6, 9])
  func `blocks join into a sound gzip file, wherever they are cut`(kind: Kind, level: Int) throws {
    let bytes = Self.bytes(kind, 150_000)
    for seed in 0..<4 as Range<UInt64> {
      let file = try DeflatedStream.gzip(bytes, cuts: Self.cuts(of: bytes.count, seed: seed), level: level)
      #expect(SHA256.digest(of: try DeflatedStream.gunzip(file)) == SHA256.digest(of: bytes))
    }
  }

  @Test(arguments: Kind.allCases) func `stored and deflated blocks stand side by side`(kind: Kind) throws {
    let bytes = Self.bytes(kind, 300_000)
    let cuts = [10, 70_000, 150_000, 150_001, 230_000]
    let file = try DeflatedStream.gzip(bytes, cuts: cuts, isStored: { $0 % 2 == 1 })
    #expect(SHA256.digest(of: try DeflatedStream.gunzip(file)) == SHA256.digest(of: bytes))
  }

  @Test(arguments: ["gzip", "pigz", "bsdcat", "python3"]) func `other tools read what we write`(tool: String) throws {
    guard Tool.exists(tool) else { return }
    let bytes = Self.bytes(.mixed, 400_000)
    let folder = try TemporaryFolder()
    let file = try DeflatedStream.gzip(bytes, cuts: [0, 1, 262_144, 262_144, 300_000], isStored: { $0 == 3 })
    _ = try folder.write(file, to: "file.gz")
    let commands = [
      "bsdcat": "bsdcat",
      "python3": "python3 -c 'import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.stdin.buffer).read())'",
    ]
    let command = commands[tool] ?? "\(tool) -t <\"$1/file.gz\" && \(tool) -dc"
    try Tool.run("sh", "-c", command + " <\"$1/file.gz\" >\"$1/out\"", "sh", folder.path)
    #expect(SHA256.digest(of: try folder.read("out")) == SHA256.digest(of: bytes))
  }

  @Test func `no bytes are an empty gzip file`() throws {
    let file = try DeflatedStream.gzip([], cuts: [])
    #expect(try DeflatedStream.gunzip(file) == [])
    // The end of a sync flush (RFC 1951, 3.2.4), then the empty last block, CRC-32 0 and length 0.
    #expect(file == GzipMember.header + [0, 0, 0, 0xFF, 0xFF] + [3, 0] + [UInt8](repeating: 0, count: 8))
  }

  @Test func `the gzip header says nothing of the machine or the time`() {
    #expect(GzipMember.header == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
  }

  @Test func `a trailer is little-endian, its length modulo 4 GiB`() {
    var crc = [UInt8(0)].withUnsafeBytes { CRC32(of: $0) }
    for _ in 0..<33 { crc.append(crc) }
    crc.append([UInt8](repeating: 0, count: 258).withUnsafeBytes { CRC32(of: $0) })
    let sum = crc.value
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) }
    #expect(GzipMember.trailer(crc) == [3, 0] + bytes + [2, 1, 0, 0])
  }

  @Test(arguments: [0, 100, Deflater.windowSize])
  func `a deflater gives the same bytes again, whatever it did before`(dictionarySize: Int) throws {
    let text = Self.bytes(.text, 100_000)
    var fresh = try Deflater(level: 6)
    var used = try Deflater(level: 6)
    try text.withUnsafeBytes { all in
      let first = UnsafeRawBufferPointer(rebasing: all[..<40_000])
      let last = UnsafeRawBufferPointer(rebasing: all[40_000...])
      let window = UnsafeRawBufferPointer(rebasing: first.suffix(dictionarySize))
      // What was deflated before holds the very bytes that come again.
      _ = try used.deflate(last, after: UnsafeRawBufferPointer(rebasing: first.suffix(Deflater.windowSize)))
      let (found, wanted) = (try used.deflate(last, after: window), try fresh.deflate(last, after: window))
      #expect(found.bytes == wanted.bytes)
      #expect(found.crc == wanted.crc)
    }
  }

  @Test func `what went before shortens a block`() throws {
    var random = SplitMix(seed: 3)
    let half = random.bytes(20_000)
    let bytes = half + half
    let joined = try DeflatedStream.gzip(bytes, cuts: [20_000])
    #expect(joined.count < 20_000 + 1000)
  }

  @Test func `a level that zlib does not know is refused`() {
    #expect(throws: DeflateError(code: -2)) { _ = try Deflater(level: 10) }
  }
}

struct StoredBlocksTests {
  @Test(
    arguments: [(0, 0), (1, 1), (65_535, 1), (65_536, 2), (StoredBlocks.pieceSize, 4), (StoredBlocks.pieceSize + 1, 5)]
  )
  func `stored bytes have five bytes of frame in each 65,535`(count: Int, blocks: Int) throws {
    var random = SplitMix(seed: 5)
    let bytes = random.bytes(count)
    let block = bytes.withUnsafeBytes { StoredBlocks.encode($0) }
    #expect(block.bytes.count == count + 5 * blocks)
    #expect(block.crc.count == Int64(count))
    let file = GzipMember.header + block.bytes + GzipMember.trailer(block.crc)
    #expect(SHA256.digest(of: try DeflatedStream.gunzip(file)) == SHA256.digest(of: bytes))
  }

  @Test func `a stored block is its length, the complement and the bytes`() {
    let block = ([7, 8, 9] as [UInt8]).withUnsafeBytes { StoredBlocks.encode($0) }
    #expect(block.bytes == [0, 3, 0, 0xFC, 0xFF, 7, 8, 9])
  }
}
