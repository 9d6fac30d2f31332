// A key stands for exactly what shapes an object.

@testable import Archive
@testable import Basics
@testable import Cache
import Testing

struct CacheKeyTests {
  private static let six = DeflateCodec(level: 6)

  private static func block(_ block: String, after dictionary: String = "", _ codec: any Codec = six) -> CacheKey {
    Array(block.utf8).withUnsafeBytes { block in
      Array(dictionary.utf8).withUnsafeBytes { CacheKey.block(block, after: $0, codec) }
    }
  }

  @Test func `keys of the same are the same, and keys of anything else are not`() {
    let (a, b) = (SHA256.digest(of: "a".utf8), SHA256.digest(of: "b".utf8))
    func keys() -> [CacheKey] {
      [
        .content(a, size: 1, Self.six), .content(a, size: 2, Self.six), .content(b, size: 1, Self.six),
        .content(a, size: 1, DeflateCodec(level: 9)), .content(a, size: 1, StoredCodec()), .artifact(a), .artifact(b),
        Self.block("ab"), Self.block("b", after: "a"), Self.block("a"), Self.block("", after: "ab"), Self.block(""),
        Self.block("ab", DeflateCodec(level: 1)), Self.block("ab", StoredCodec()),
      ]
    }
    #expect(keys() == keys())
    #expect(Set(keys()).count == keys().count)
  }
}
