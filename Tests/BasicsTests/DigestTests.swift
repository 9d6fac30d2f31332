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

struct MessageDigestTests {
  // FIPS 180-4, the examples of NIST for SHA-256 and SHA-512; that of nothing by sha512sum.
  @Test(arguments: [
    (ChecksumAlgorithm.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      .sha512, "abc",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    ),
    (
      .sha512, "",
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
        + "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    ),
  ])
  func `a digest is that of the standard`(algorithm: ChecksumAlgorithm, text: String, digits: String) {
    var digest = MessageDigest(algorithm)
    Array(text.utf8).withUnsafeBytes { digest.update($0) }
    let copy = digest.copy()
    #expect(Hex.text(of: digest.finalize()) == digits)
    #expect(Hex.text(of: copy.finalize()) == digits && digits.count == 2 * algorithm.count)
  }
}
