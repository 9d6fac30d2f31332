// SHA-256 against the values of its standard.

@testable import Basics
import Testing

struct DigestTests {
  /// FIPS 180-2, appendix B, and the empty message of NIST's test vectors.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `a message has the digest of the standard`(message: String, digest: String) {
    #expect(SHA256.digest(of: message.utf8).description == digest)
  }

  @Test func `a million times the letter a`() {
    var hash = SHA256()
    let part = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
    for _ in 0..<1000 { hash.update(part) }
    #expect(
      hash.finalize().description == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `pieces of any kind give the digest of the whole`() {
    let bytes = Array("abc".utf8)
    var hash = SHA256()
    hash.update(bytes[..<1])
    hash.update(UnsafeRawBufferPointer(start: nil, count: 0))
    // A sequence that is not in one place in memory.
    hash.update(sequence(first: UInt8(ascii: "b")) { $0 == UInt8(ascii: "b") ? UInt8(ascii: "c") : nil })
    #expect(hash.finalize() == SHA256.digest(of: bytes))
  }

  @Test func `a copy goes on by itself`() {
    var hash = SHA256()
    hash.update("a".utf8)
    var copy = hash.copy()
    hash.update("x".utf8)
    copy.update("bc".utf8)
    #expect(hash.finalize() == SHA256.digest(of: "ax".utf8))
    #expect(copy.finalize() == SHA256.digest(of: "abc".utf8))
  }
}
