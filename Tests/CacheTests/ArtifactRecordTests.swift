// What a cache keeps of an artifact is read back as it was written, and nothing else is taken for it.

@testable import Basics
@testable import Cache
@testable import TestSupport
import Testing

struct ArtifactRecordTests {
  private static func record(tar: Bool = true, companion: Bool = true, oneFile: Bool = true, objects: Int)
    -> ArtifactRecord
  {
    ArtifactRecord(
      digest: SHA256.digest(of: "gzip".utf8), size: 0x0102_0304_0506,
      tarDigest: tar ? SHA256.digest(of: "tar".utf8) : nil, tarSize: 0x0605_0403_0201,
      companionDigest: companion ? SHA256.digest(of: "layer".utf8) : nil, isOneFile: oneFile,
      objects: (0..<objects).map { .sample("\($0)") })
  }

  @Test(arguments: [true, false], [0, 1, 300])
  func `a record is read as it was written`(isThere: Bool, objects: Int) {
    for record in [
      Self.record(tar: isThere, objects: objects), Self.record(companion: isThere, objects: objects),
      Self.record(oneFile: isThere, objects: objects),
    ] {
      #expect(record.bytes.count == 120 + 32 * objects)
      #expect(ArtifactRecord(record.bytes) == record)
      #expect(record.objects.count == objects)
    }
  }

  @Test func `bytes of another length are no record`() {
    let bytes = Self.record(objects: 2).bytes
    let whole = (0...bytes.count).filter { ArtifactRecord(Array(bytes[..<$0])) != nil }
    #expect(whole == [120, 152, 184])
  }

  @Test func `a record that says neither yes nor no to one file is none`() {
    var bytes = Self.record(objects: 0).bytes
    bytes[112] = 2
    #expect(ArtifactRecord(bytes) == nil)
  }
}
