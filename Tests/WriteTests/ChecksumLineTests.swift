// A line of a checksum file, against what GNU coreutils writes.

@testable import Basics
import Testing
@testable import Write

struct ChecksumLineTests {
  // printf x > NAME; sha256sum NAME (coreutils 9.4)
  @Test(arguments: [
    ("a.tar.gz", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a.tar.gz\n"),
    ("a b\u{E9}", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a b\u{E9}\n"),
    ("a\\b", "\\2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a\\\\b\n"),
    ("a\nb\rc", "\\2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a\\nb\\rc\n"),
  ])
  func `a line is as coreutils writes it`(name: String, line: String) {
    let sum = SHA256.digest(of: "x".utf8).bytes
    #expect(String(decoding: ChecksumLine(sum, of: name).bytes, as: UTF8.self) == line)
  }
}
