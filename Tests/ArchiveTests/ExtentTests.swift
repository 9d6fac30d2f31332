// An archive that stands in a part of a file, and the bytes it unpacks to.

@testable import Archive
@testable import Files
@testable import TestSupport
import Testing

struct ExtentTests {
  private final class Bytes {
    var all: [UInt8] = []
  }

  private static func read(_ extent: FileExtent) throws -> (names: [[UInt8]], bytes: [UInt8]) {
    let unpacked = Bytes()
    var reader = try TarReader(extent: extent) { span in span.withUnsafeBytes { unpacked.all += $0 } }
    var names: [[UInt8]] = []
    while let entry = try reader.next() { names.append(entry.name) }
    return (names, unpacked.all)
  }

  private static let tar = Tar.entry("a", Array("hello".utf8)) + Tar.end + Tar.zeroBlock

  @Test(arguments: [tar, Gzip.stored(tar)])
  func `all unpacked bytes are given out, from a file and from a spool`(stored: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let bytes = [1, 2, 3] + stored + [4, 5]
    let path = try folder.write(bytes)
    let spool = try Spool(near: folder.path)
    try bytes.withUnsafeBytes { try spool.append($0) }
    for holder in [FileExtent.Holder.file(path: path), .spool(spool)] {
      let read = try Self.read(FileExtent(of: holder, offset: 3, count: Int64(stored.count)))
      #expect(read.names == [Array("a".utf8)])
      #expect(read.bytes == Self.tar)
    }
  }

  @Test func `what is behind the run is not read`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.tar)
    let cut = TarError(
      place: TarPlace(offset: 0, name: Array("a".utf8)), fault: .contentsCut(found: 2, wanted: 5))
    #expect(throws: ArchiveError.tar(cut)) {
      _ = try Self.read(FileExtent(of: .file(path: path), offset: 0, count: 514))
    }
  }
}
