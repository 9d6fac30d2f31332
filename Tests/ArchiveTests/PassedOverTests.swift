// Contents that nobody asks for: passed over, and in a plain archive not even read.

@testable import Archive
@testable import Files
@testable import TestSupport
import Testing

struct PassedOverTests {
  /// The names of all entries and where their contents stand, of the archive that `extent` is.
  private static func read(
    _ extent: FileExtent, onUnpacked: ((RawSpan) -> Void)? = nil
  ) throws(ArchiveError) -> [String] {
    var reader = try TarReader(extent: extent, onUnpacked: onUnpacked)
    var entries: [String] = []
    while let entry = try reader.next() {
      entries.append("\(String(decoding: entry.name, as: UTF8.self)) \(reader.contentsOffset)")
    }
    return entries
  }

  private static func whole(_ path: [UInt8]) -> FileExtent {
    FileExtent(of: .file(path: path), offset: 0, count: .max)
  }

  /// Around a block and the sizes of the reader's buffers.
  @Test(arguments: [0, 1, 511, 512, 513, 1 << 17, (1 << 18) - 512, 1 << 18, (1 << 18) + 1, 3 << 17, 1 << 20])
  func `what follows is found, whether the contents are read or not`(size: Int) throws {
    let folder = try TemporaryFolder()
    let contents = [UInt8](repeating: 7, count: size)
    let path = try folder.write(Tar.entry("a", contents) + Tar.entry("b", contents) + Tar.entry("c") + Tar.end)
    var count = 0
    let read = try Self.read(Self.whole(path)) { count += $0.byteCount }
    #expect(read.map { $0.prefix(1) } == ["a", "b", "c"])
    #expect(try Self.read(Self.whole(path)) == read)
    #expect(count == 3 * 512 + 2 * ((size + 511) / 512 * 512) + 1024)
  }

  @Test(arguments: [0, 1, 511, 512, 1 << 18, (1 << 20) - 1])
  func `an archive that ends in contents that nobody reads is cut`(left: Int) throws {
    let folder = try TemporaryFolder()
    let entry = Tar.entry("a", [UInt8](repeating: 7, count: 1 << 20))
    let path = try folder.write(entry)
    let fault = TarError.Fault.contentsCut(found: Int64(left), wanted: 1 << 20)
    let cut = TarError(place: TarPlace(offset: 0, name: Array("a".utf8)), fault: fault)
    let extent = FileExtent(of: .file(path: path), offset: 0, count: Int64(512 + left))
    #expect(throws: ArchiveError.tar(cut)) { try Self.read(extent) }
    #expect(throws: ArchiveError.tar(cut)) { try Self.read(extent) { _ in } }
  }

  @Test func `padding that is cut is found too`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Tar.entry("a", [UInt8](repeating: 7, count: (1 << 20) - 100)))
    let cut = TarError(
      place: TarPlace(offset: 0, name: Array("a".utf8)), fault: .paddingCut(found: 60, wanted: 100))
    let extent = FileExtent(of: .file(path: path), offset: 0, count: 512 + (1 << 20) - 40)
    #expect(throws: ArchiveError.tar(cut)) { try Self.read(extent) }
    #expect(throws: ArchiveError.tar(cut)) { try Self.read(extent) { _ in } }
  }
}
