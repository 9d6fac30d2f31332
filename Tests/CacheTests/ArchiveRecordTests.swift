// What a cache keeps of an archive is read back as it was written, and nothing else is taken for it.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
@testable import TestSupport
import Testing
@testable import Write

struct ArchiveRecordTests {
  private static func record(tar: Bool, objects: Int) -> ArchiveRecord {
    let identity = FileIdentity(kept: FileKey(device: 1, inode: 2), size: 0x0102_0304_0506, modified: 3, changed: 4)
    let archive = GzipArchive(
      file: SourceFile(path: [], identity: identity), digest: SHA256.digest(of: "gzip".utf8),
      tarDigest: tar ? SHA256.digest(of: "tar".utf8) : nil, tarSize: 0x0605_0403_0201)
    return ArchiveRecord(archive, objects: (0..<objects).map { .sample("\($0)") })
  }

  @Test(arguments: [true, false], [0, 1, 300])
  func `a record is read as it was written`(tar: Bool, objects: Int) {
    let record = Self.record(tar: tar, objects: objects)
    #expect(record.bytes.count == 80 + 32 * objects)
    #expect(ArchiveRecord(record.bytes) == record)
    #expect((record.tarDigest != nil) == tar && record.objects.count == objects)
  }

  @Test func `bytes of another length are no record`() {
    let bytes = Self.record(tar: true, objects: 2).bytes
    let whole = (0...bytes.count).filter { ArchiveRecord(Array(bytes[..<$0])) != nil }
    #expect(whole == [80, 112, 144])
  }

  @Test func `the objects of an archive are taken down as they come`() {
    let parameters = CacheParameters(level: 6)
    let key = CacheKey.content(SHA256.digest(of: []), size: 1, parameters)
    var table = ContentTable()
    let content = ContentKey(id: table.add(.bytes([])), level: 6)
    let used = UsedObjects { $0.level == 6 ? key : nil }
    let block = DeflatedBlock.sample("x")
    let results: [BlockResult] = [
      .begin(artifact: 3), .block(block, raw: nil, .sample("first")), .block(block, raw: nil, nil),
      .contentBlock(block, raw: nil, content, isFirst: true, isLast: false),
      .contentBlock(block, raw: nil, content, isFirst: false, isLast: true), .end(artifact: 3),
      .begin(artifact: 1), .cached(content), .block(block, raw: nil, .sample("next")), .splice(content),
      .cached(ContentKey(id: content.id, level: 9)), .end(artifact: 1),
    ]
    for result in results { used.add(result) }
    #expect(used.keys == [3: [.sample("first"), key], 1: [key, .sample("next"), key]])
  }
}
