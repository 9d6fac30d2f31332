// The objects of the cache that an artifact is made of are taken down as they come.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import TestSupport
import Testing
@testable import Write

struct UsedObjectsTests {
  @Test func `the objects of an artifact are taken down as they come`() {
    let key = CacheKey.content(SHA256.digest(of: []), size: 1, DeflateCodec(level: 6))
    var table = SourceTable()
    let source = EncodedSource(id: table.add(.bytes([])), codec: 0)
    let used = UsedObjects { $0.codec == 0 ? key : nil }
    let block = EncodedBlock.sample("x")
    let results: [BlockResult] = [
      .begin(artifact: 3), .block(block, raw: nil, .sample("first"), []), .block(block, raw: nil, nil, []),
      .sourceBlock(block, raw: nil, source, isFirst: true, isLast: false),
      .sourceBlock(block, raw: nil, source, isFirst: false, isLast: true), .end(artifact: 3),
      .begin(artifact: 1), .cached(source), .block(block, raw: nil, .sample("next"), []), .splice(source),
      .cached(EncodedSource(id: source.id, codec: 9)), .end(artifact: 1),
    ]
    for result in results { used.add(result) }
    #expect(used.keys == [3: [.sample("first"), key], 1: [key, .sample("next"), key]])
  }
}
