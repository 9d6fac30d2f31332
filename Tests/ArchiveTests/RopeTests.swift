// An archive that is rendered in ranges is the archive that is rendered at once.

@testable import Archive
@testable import Basics
@testable import Files
@testable import TestSupport
import Testing

struct RopeTests {
  /// Whether the rope's bytes from `start` on are those of `whole`.
  private static func isSame(_ rope: Rope, _ range: Range<Int>, as whole: [UInt8]) throws -> Bool {
    var bytes = [UInt8](repeating: 0xAA, count: range.count)
    try bytes.withUnsafeMutableBytes { try rope.read(from: Int64(range.lowerBound), into: $0) }
    return SHA256.digest(of: bytes) == SHA256.digest(of: whole[range])
  }

  private static func range(_ section: Rope.Section) -> Range<Int64> {
    switch section {
    case .run(let range), .source(_, let range): range
    }
  }

  @Test func `the whole is headers, contents, padding and two zero blocks`() throws {
    let sample = try SampleRope()
    #expect(sample.rope.count == Int64(sample.whole.count))
    #expect(try Self.isSame(sample.rope, 0..<sample.whole.count, as: sample.whole))
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func `any range is that slice of the whole`(seed: UInt64) throws {
    let sample = try SampleRope()
    var random = SplitMix(seed: seed)
    for _ in 0..<150 {
      let start = Int.random(in: 0..<sample.whole.count, using: &random)
      let length = Int.random(in: 0...[3, 600, 70_000][Int.random(in: 0..<3, using: &random)], using: &random)
      let range = start..<min(sample.whole.count, start + length)
      #expect(try Self.isSame(sample.rope, range, as: sample.whole), "\(range)")
    }
  }

  @Test func `ranges around the edges of all sections and small entries are right`() throws {
    let sample = try SampleRope()
    let edges =
      sample.rope.sections.map { Int(Self.range($0).lowerBound) } + Array(stride(from: 0, to: 100_000, by: 512))
    for edge in edges {
      for range in [edge..<(edge + 1), (edge - 1)..<edge, (edge - 1)..<(edge + 1), (edge - 600)..<(edge + 600)] {
        let clamped = range.clamped(to: 0..<sample.whole.count)
        #expect(try Self.isSame(sample.rope, clamped, as: sample.whole), "\(clamped)")
      }
    }
  }

  @Test func `sections cover the archive without gaps, runs never touch`() throws {
    let sample = try SampleRope()
    var end: Int64 = 0
    var wasRun = false
    for section in sample.rope.sections {
      #expect(Self.range(section).lowerBound == end)
      end = Self.range(section).upperBound
      guard case .run(let range) = section else {
        wasRun = false
        continue
      }
      #expect(!range.isEmpty && !wasRun)
      wasRun = true
    }
    #expect(end == sample.rope.count)
  }

  @Test func `contents of 1 MiB or more and artifacts stand alone, all else flows in runs`() throws {
    let sample = try SampleRope()
    let contents = sample.rope.sections.compactMap { section -> (SourceID, Int64)? in
      guard case .source(let id, let range) = section else { return nil }
      return (id, Int64(range.count))
    }
    #expect(contents.map(\.0) == sample.alone)
    #expect(contents.map(\.1) == [1 << 20, (1 << 20) + 511, (1 << 20) + 511, 700])
  }

  @Test func `an archive of nothing is its end mark`() throws {
    let rope = Rope(TarEntryList(mtime: 0), in: SourceStore(SourceTable()))
    #expect(rope.count == 1024)
    #expect(rope.sections == [.run(0..<1024)])
    #expect(try Self.isSame(rope, 0..<1024, as: [UInt8](repeating: 0, count: 1024)))
  }

  @Test func `a file of 8 GiB is read at any place`() throws {
    let folder = try TemporaryFolder()
    try Tool.run("truncate", "-s", "8G", "\(folder.path)/big")
    var table = SourceTable()
    let id = table.add(.file(try .planned(at: folder.file("big"))))
    var list = TarEntryList(mtime: 0)
    _ = list.append(name: Array("big".utf8), kind: .file, mode: 0o644, owner: .root, body: .source(id))
    _ = list.append(name: Array("z/".utf8), kind: .directory, mode: 0o755, owner: .root)
    let rope = Rope(list, in: SourceStore(table))
    // The size needs an extended header.
    let end: Int64 = 1536 + (8 << 30)
    #expect(rope.sections == [.run(0..<1536), .source(id, 1536..<end), .run(end..<(end + 1536))])
    var bytes = [UInt8](repeating: 0xAA, count: 6)
    try bytes.withUnsafeMutableBytes { try rope.read(from: end - 4, into: $0) }
    #expect(bytes == [0, 0, 0, 0, UInt8(ascii: "z"), UInt8(ascii: "/")])
  }

  @Test func `a source that changed stops the reading`() throws {
    let folder = try TemporaryFolder()
    let source = try SourceFile.planned(at: folder.write([1, 2, 3], to: "a"))
    var list = TarEntryList(mtime: 0)
    let number = list.add(folder: Array("\(folder.path)/".utf8))
    _ = list.append(
      name: [97], kind: .file, mode: 0o644, owner: .root, body: .file(folder: number, dropping: 0, source.identity))
    let rope = Rope(list, in: SourceStore(SourceTable()))
    _ = try folder.write([1, 2, 3, 4], to: "a")
    #expect(throws: SourceChanged(path: source.path, planned: 3, found: 4)) {
      _ = try Self.isSame(rope, 0..<515, as: [UInt8](repeating: 0, count: 515))
    }
    // The header alone does not need the file.
    #expect(try !Self.isSame(rope, 0..<512, as: [UInt8](repeating: 0, count: 512)))
  }
}
