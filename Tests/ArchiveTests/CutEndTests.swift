// Archives that end before their end mark: what readers of layers take, with a warning, and what nobody does.

@testable import Archive
@testable import Basics
@testable import TestSupport
import Testing

struct CutEndTests {
  /// One file whose contents fill its block in part, without padding and end mark, and the same with zeros behind.
  private static let contents = Tar.header("a", size: 5) + Array("hello".utf8)

  /// What reading `bytes` to the end gives, with or without leave to end so.
  private static func read(_ bytes: [UInt8], isLayer: Bool = true) throws -> (names: [String], warnings: [TarWarning]) {
    let folder = try TemporaryFolder()
    var reader = try TarReader(path: folder.write(bytes))
    reader.takesCutEnd = isLayer
    reader.takesNothing = isLayer
    var names: [String] = []
    while let entry = try reader.next() { names.append(escapedName(entry.name)) }
    #expect(try reader.next() == nil)
    return (names, reader.takeWarnings())
  }

  private static let ends: [(Int, TarWarning?)] = [
    (0, .paddingCut(name: [97], found: 0, wanted: 507)), (1, .paddingCut(name: [97], found: 1, wanted: 507)),
    (506, .paddingCut(name: [97], found: 506, wanted: 507)), (507, .endMarkMissing(zeroBlocks: 0)),
    (1019, .endMarkMissing(zeroBlocks: 1)), (1531, nil), (1600, nil), (5000, nil),
  ]

  @Test(arguments: ends)
  func `zeros may lack behind the contents, with a warning`(zeros: Int, warning: TarWarning?) throws {
    let bytes = Self.contents + [UInt8](repeating: 0, count: zeros)
    for bytes in [bytes, Gzip.stored(bytes)] {
      let (names, warnings) = try Self.read(bytes)
      #expect(names == ["a"])
      #expect(warnings == [warning].compactMap { $0 })
    }
  }

  @Test(arguments: [
    (516, "a at byte 0: the archive ends after 4 of 5 bytes of contents"),
    (512, "a at byte 0: the archive ends after 0 of 5 bytes of contents"),
    (511, "header at byte 0: the archive ends after 511 of 512 bytes"),
  ])
  func `contents and headers may not lack`(count: Int, message: String) throws {
    let bytes = Array(Self.contents.prefix(count))
    for bytes in [bytes, Gzip.stored(bytes)] {
      let error = try #require(throws: ArchiveError.self) { _ = try Self.read(bytes) }
      #expect(error.fault == message)
    }
  }

  @Test(arguments: [508, 1018, 1020, 1530])
  func `an end mark that is cut within a block is damage to engines`(zeros: Int) throws {
    let bytes = Self.contents + [UInt8](repeating: 0, count: zeros)
    let error = try #require(throws: ArchiveError.self) { _ = try Self.read(bytes) }
    #expect(error.fault.hasSuffix("the archive ends after \((zeros - 507) % 512) of 512 bytes"))
  }

  @Test func `an entry may not lack behind its extended header`() throws {
    let bytes = Self.contents + [UInt8](repeating: 0, count: 507) + Tar.pax(("path", "b"))
    for count in [bytes.count, bytes.count - 400] {
      let error = try #require(throws: ArchiveError.self) { _ = try Self.read(Array(bytes.prefix(count))) }
      #expect(error.fault.hasSuffix("no entry follows this \"x\" header"))
    }
  }

  @Test(arguments: [[], Gzip.stored([])] as [[UInt8]])
  func `nothing at all is a layer of nothing`(bytes: [UInt8]) throws {
    let (names, warnings) = try Self.read(bytes)
    #expect(names == [] && warnings == [])
    let error = try #require(throws: ArchiveError.self) { _ = try Self.read(bytes, isLayer: false) }
    #expect(error.fault.contains(bytes.isEmpty ? "found an empty file" : "found nothing"))
  }

  @Test(arguments: [(512, 1), (1024, 0), (10_240, 0)])
  func `zeros alone are a layer of nothing`(count: Int, warnings: Int) throws {
    let read = try Self.read([UInt8](repeating: 0, count: count))
    #expect(read.names == [] && read.warnings.count == warnings)
  }
}
