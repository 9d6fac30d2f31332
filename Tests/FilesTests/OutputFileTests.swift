// A file that is written to its end, taken back, or written over: its digest is always that of its bytes.

@testable import Basics
@testable import Files
@testable import TestSupport
import Testing

struct OutputFileTests {
  /// The steps on a file, then the digest that it tells and the bytes that it has.
  private func finish(_ steps: (inout OutputFile) throws -> Void) throws -> (Digest, [UInt8]) {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    var file = try outputs.create("a")
    try steps(&file)
    let digest = try file.finish().digest
    try outputs.commit()
    return (digest, try folder.read("a"))
  }

  private func check(_ wanted: String, _ steps: (inout OutputFile) throws -> Void) throws {
    let (digest, bytes) = try finish(steps)
    #expect(String(decoding: bytes, as: UTF8.self) == wanted)
    #expect(digest == SHA256.digest(of: bytes))
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func `what is written over while the hash is held is hashed once, as it is then`() throws {
    try check("one TWO three four") { file in
      try file.write(Self.bytes("one "))
      file.holdHash()
      try file.write(Self.bytes("two "))
      try file.write(Self.bytes("three "))
      try file.overwrite(Self.bytes("TWO"), at: 4)
      try file.releaseHash()
      try file.write(Self.bytes("four"))
    }
  }

  @Test func `what was hashed before it is written over is hashed anew`() throws {
    try check("ONE two three") { file in
      try file.write(Self.bytes("one two "))
      try file.overwrite(Self.bytes("ONE"), at: 0)
      try file.write(Self.bytes("three"))
    }
    try check("ONE two three") { file in
      try file.write(Self.bytes("one "))
      file.holdHash()
      try file.write(Self.bytes("two "))
      try file.overwrite(Self.bytes("ONE"), at: 0)
      try file.write(Self.bytes("three"))
    }
  }

  @Test func `a file can end with its hash held`() throws {
    try check("one two") { file in
      try file.write(Self.bytes("one "))
      file.holdHash()
      try file.write(Self.bytes("two"))
    }
  }

  @Test(arguments: [true, false]) func `what is taken back is not in the digest`(isHeldBefore: Bool) throws {
    try check("one four") { file in
      try file.write(Self.bytes("one "))
      if isHeldBefore { file.holdHash() }
      let mark = file.mark()
      if !isHeldBefore { file.holdHash() }
      try file.write(Self.bytes("two"))
      if !isHeldBefore { try file.releaseHash() }
      try file.write(Self.bytes("three"))
      try file.goBack(to: mark)
      try file.write(Self.bytes("four"))
    }
  }

  @Test func `more than one piece is read back for the hash`() throws {
    let many = [UInt8](repeating: 7, count: (512 << 10) + 3)
    let (digest, bytes) = try finish { file in
      file.holdHash()
      try file.write([1, 2])
      try file.write(many)
      try file.overwrite([3], at: 0)
    }
    #expect(bytes == [3, 2] + many && digest == SHA256.digest(of: bytes))
  }
}
