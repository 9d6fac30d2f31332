// A codec says all that shapes its bytes, and makes one stream of blocks that were encoded apart.

@testable import Archive
@testable import Basics
import Testing

struct CodecTests {
  @Test func `what shapes deflated bytes is told in full`() {
    let text = DeflateCodec(level: 3).identity
    let fingerprint = text.split(separator: " ").dropFirst(4).first?.dropLast() ?? ""
    #expect(
      text
        == "revision 1, zlib \(GzipMember.zlibVersion) \(fingerprint), level 3, memory 8, block 524288, window 32768")
  }

  @Test func `what zlib makes of a sample is told, and another level makes something else of it`() {
    let fingerprints = [1, 6, 9].map { DeflateCodec(level: $0).identity.split(separator: " ")[4] }
    #expect(Set(fingerprints).count == 3 && fingerprints.allSatisfy { UInt32($0.dropLast()) != nil })
  }

  @Test func `the stored codec gives the bytes as they are, in blocks too`() throws {
    let codec = StoredCodec()
    let blocks = [Array("one ".utf8), [], Array("two".utf8)]
    let encoder = codec.makeEncoder()
    var stream: [UInt8] = []
    var crc = CRC32()
    for block in blocks {
      let encoded = try block.withUnsafeBytes { try encoder.encode($0, after: .init(start: nil, count: 0)) }
      stream += encoded.bytes
      crc.append(encoded.crc)
    }
    #expect(stream == Array("one two".utf8) && crc.count == 7)
    #expect(!codec.isWorthCaching && codec.windowSize == 0)
  }

  @Test(arguments: [
    ("a.tar.gz", ArchiveFormat.tarGzip), ("a.tgz", .tarGzip), ("a.tar", .tar), ("a.b.tar", .tar), ("a.zip", .zip),
  ])
  func `the end of a file's name tells its format`(_ name: String, _ format: ArchiveFormat) {
    #expect(ArchiveFormat(fileName: Array(name.utf8)) == format)
  }

  @Test(arguments: ["a.jar", ".zip", ".tar", ".tgz", "atar", "a.tar.", "a.TAR", "", "a.tar.xz"])
  func `a name that ends otherwise, or in nothing but a suffix, has no format`(_ name: String) {
    #expect(ArchiveFormat(fileName: Array(name.utf8)) == nil)
  }
}
