// The end of an archive: two blocks of zeros, then nothing but zeros. All of it is read, so that the checksum of the
// gzip member around it is verified.

extension TarReader {
  /// The most bytes behind the end mark: tape-sized records pad with a few KiB.
  static let trailingLimit: Int64 = 64 << 20

  mutating func endWithoutMark(zeroBlocks: Int) {
    isAtEnd = true
    warn(.endMarkMissing(zeroBlocks: zeroBlocks))
  }

  /// Reads on from the first block of zeros to the end of the file.
  mutating func readEnd() throws(ArchiveError) {
    let offset = input.position
    let second = try input.block()
    // To Go that is damage, others stop.
    if second.contains(where: { $0 != 0 }) { throw TarPlace(offset: offset).error(.zeroBlock) }
    if second.count < TarFormat.blockSize {
      if takesCutEnd && !second.isEmpty { throw TarPlace(offset: offset).error(.headerCut(found: second.count)) }
      endWithoutMark(zeroBlocks: 1)
    }
    isAtEnd = true
    var firstOther: Int64?
    while true {
      let start = input.position
      if start - offset > Self.trailingLimit {
        throw TarPlace(offset: start).error(.overTrailingLimit(Self.trailingLimit))
      }
      var isZero = true
      let got = try input.chunk(atMost: Int64(TarFormat.blockSize)) { span throws(ArchiveError) in
        isZero = span.withUnsafeBytes { $0.allSatisfy { $0 == 0 } }
      }
      if got == 0 { break }
      if !isZero && firstOther == nil { firstOther = start }
    }
    if let firstOther { warn(.bytesBehindEnd(offset: firstOther)) }
  }
}
