// A gzip file put together from blocks, as the writer does it, and taken apart by the reader.

@testable import Archive
@testable import Basics
@testable import TestSupport

enum DeflatedStream {
  /// The gzip file of `bytes`, cut at `cuts`, each piece deflated or stored as `isStored` says of its number.
  static func gzip(
    _ bytes: [UInt8], cuts: [Int], level: Int = 6, isStored: (Int) -> Bool = { _ in false }
  ) throws -> [UInt8] {
    var deflater = try Deflater(level: level)
    var file = GzipMember.header
    var crc = CRC32()
    let edges = [0] + cuts + [bytes.count]
    try bytes.withUnsafeBytes { all in
      for (number, (start, end)) in zip(edges, edges.dropFirst()).enumerated() {
        let piece = UnsafeRawBufferPointer(rebasing: all[start..<end])
        let before = UnsafeRawBufferPointer(rebasing: all[max(0, start - Deflater.windowSize)..<start])
        let block = isStored(number) ? StoredBlocks.encode(piece) : try deflater.deflate(piece, after: before)
        file += block.bytes
        crc.append(block.crc)
      }
    }
    return file + GzipMember.trailer(crc)
  }

  /// What our reader makes of a gzip file.
  static func gunzip(_ file: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    var reader = try UnpackingReader(.opening(folder.write(file)))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try reader.read(into: &buffer, from: 0)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }
}
