// A key stands for exactly what shapes an object.

@testable import Archive
@testable import Basics
@testable import Cache
import Testing

struct CacheKeyTests {
  private static let six = CacheParameters(level: 6)

  private static func block(
    _ block: String, after dictionary: String = "", _ parameters: CacheParameters = six
  ) -> CacheKey {
    Array(block.utf8).withUnsafeBytes { block in
      Array(dictionary.utf8).withUnsafeBytes { CacheKey.block(block, after: $0, parameters) }
    }
  }

  @Test func `keys of the same are the same, and keys of anything else are not`() {
    let (a, b) = (SHA256.digest(of: "a".utf8), SHA256.digest(of: "b".utf8))
    func keys() -> [CacheKey] {
      [
        .content(a, size: 1, Self.six), .content(a, size: 2, Self.six), .content(b, size: 1, Self.six),
        .content(a, size: 1, CacheParameters(level: 9)), .artifact(a), .artifact(b),
        Self.block("ab"), Self.block("b", after: "a"), Self.block("a"), Self.block("", after: "ab"), Self.block(""),
        Self.block("ab", CacheParameters(level: 1)),
      ]
    }
    #expect(keys() == keys())
    #expect(Set(keys()).count == keys().count)
  }

  @Test func `the parameters are told in full`() {
    let text = String(decoding: CacheParameters(level: 3).bytes, as: UTF8.self)
    let zlib = GzipMember.zlibVersion
    let fingerprint = text.split(separator: " ").dropFirst(4).first?.dropLast() ?? ""
    #expect(
      text == "revision 1, zlib \(zlib) \(fingerprint), level 3, memory 8, block 524288, window 32768\n")
  }

  @Test func `what zlib makes of a sample is told, and another level makes something else of it`() {
    let fingerprints = [1, 6, 9].map { level in
      String(decoding: CacheParameters(level: level).bytes, as: UTF8.self).split(separator: " ")[4]
    }
    #expect(Set(fingerprints).count == 3 && fingerprints.allSatisfy { UInt32($0.dropLast()) != nil })
  }
}
