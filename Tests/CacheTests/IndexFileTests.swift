// The file of the index: read as it was written, on the machine that wrote it, or not at all.

@testable import Basics
@testable import Cache
@testable import TestSupport
import Testing

struct IndexFileTests {
  private let sample: SampleCache

  init() throws { sample = try SampleCache() }

  @Test func `one bit that is turned, in any byte, loses the index and nothing else`() throws {
    sample.save([1, 2])
    let whole = try sample.bytes(of: sample.indexPath)
    #expect(whole.count == 54 + 2 * 76 + 4)
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try sample.replace(sample.indexPath, with: damaged)
      #expect(sample.known(1...2) == [], "byte \(position)")
    }
    sample.save([1, 2])
    #expect(try sample.bytes(of: sample.indexPath) == whole)
    #expect(Set(sample.warnings) == ["CACHE/index: damaged, the files are hashed anew"])
  }

  @Test func `an index that is cut, longer, out of order or of a wild count is not believed`() throws {
    sample.save([1, 2])
    let whole = try sample.bytes(of: sample.indexPath)
    var files = (0..<whole.count).map { Array(whole[..<$0]) }
    files.append(whole + [0])
    for (count, entries) in [(Int64.max, 54..<206), (-1, 54..<206), (1, 54..<206)] {
      files.append(sealed(count, Array(whole[entries])))
    }
    files.append(sealed(2, Array(whole[130..<206]) + whole[54..<130]))
    files.append(sealed(2, Array(whole[54..<130]) + whole[54..<130]))
    for bytes in files {
      try sample.replace(sample.indexPath, with: bytes)
      #expect(sample.known(1...2) == [])
    }
    try sample.replace(sample.indexPath, with: sealed(2, Array(whole[54..<206])))
    #expect(sample.known(1...2) == [1, 2])
  }

  @Test func `the index of another machine is not believed, and replaced without a word`() throws {
    sample.save([1, 2])
    let whole = try sample.bytes(of: sample.indexPath)
    let foreign = sealed(2, Array(whole[54..<206]), machine: .sample("another"))
    try sample.replace(sample.indexPath, with: foreign)
    #expect(sample.known(1...2) == [])
    sample.save([1, 2])
    #expect(try sample.bytes(of: sample.indexPath) == whole)
    #expect(sample.warnings == [])
  }

  /// An index with a right checksum, whatever is in it.
  private func sealed(_ count: Int64, _ entries: [UInt8], machine: Digest = Machine.id) -> [UInt8] {
    var bytes = Array("kpack-index 2\n".utf8) + machine.bytes
    bytes.append(littleEndian: count)
    bytes += entries
    bytes.append(littleEndian: bytes.withUnsafeBytes { CRC32(of: $0) }.value)
    return bytes
  }

  @Test(arguments: ["mkfifo $0", "ln -s . $0", "mkdir $0", "printf 'kpack-index 1\\n' > $0"])
  func `what is no index of this form is none, without a hang`(_ command: String) throws {
    sample.save([1])
    try sample.tree.run("rm", sample.indexPath)
    try sample.tree.run("sh", "-c", command, sample.indexPath)
    #expect(sample.known(1...1) == [])
    sample.save([1])
    // A folder stays where it is.
    #expect(sample.known(1...1) == (command.hasPrefix("mkdir") ? [] : [1]))
    #expect(Set(sample.warnings).subtracting(["CACHE/index: damaged, the files are hashed anew"]) == [])
  }
}
