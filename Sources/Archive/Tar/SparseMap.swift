// Which parts of a sparse file are stored; the rest are holes, read as zeros.
// GNU tar manual, "Storing Sparse Files": the old format and 0.0, 0.1 and 1.0 of pax.

/// A checked map of a sparse file: extents in order, apart and within the file.
struct SparseMap: Equatable {
  /// A part that is stored.
  struct Extent: Equatable {
    let offset: Int64
    let length: Int64
    /// In range: checked when the map was made.
    var end: Int64 { offset + length }
  }

  /// The most bytes that a map may take in an archive.
  static let limit = 1 << 20

  let extents: [Extent]
  /// The size of the file with its holes.
  let size: Int64

  /// Makes the map of `numbers`, offset and length in turn, for a file of `size` bytes of which `stored` are there;
  /// a `.sparse` fault of the entry at `place` when it does not hold together.
  ///
  /// GNU tar starts each stored part at a block, where others go on with the next byte, and takes the end of the last
  /// part for that of the file; what it writes itself always begins and ends so.
  init(numbers: [Int64], size: Int64, stored: Int64, at place: TarPlace) throws(ArchiveError) {
    guard numbers.count % 2 == 0 else { throw place.error(.sparse(.malformedMap)) }
    var extents: [Extent] = []
    var end: Int64 = 0
    var total: Int64 = 0
    for index in stride(from: 0, to: numbers.count, by: 2) {
      let extent = Extent(offset: numbers[index], length: numbers[index + 1])
      // Both end points are at most `size`, so that neither sum can overflow.
      guard extent.offset >= end, extent.length >= 0, extent.offset <= size, extent.length <= size - extent.offset
      else { throw place.error(.sparse(.wrongMap)) }
      if extent.length > 0 && TarFormat.padding(after: total) > 0 { throw place.error(.sparse(.unaligned)) }
      end = extent.end
      total += extent.length
      extents.append(extent)
    }
    guard total == stored else { throw place.error(.sparse(.wrongLength)) }
    guard end == size else { throw place.error(.sparse(.noEnd)) }
    self.extents = extents
    self.size = size
  }
}

/// The pairs that one block of GNU's old format holds.
struct OldSparseBlock {
  /// Offset and length in turn, up to the first empty pair.
  let numbers: [Int64]
  /// Whether a block of 21 more pairs follows.
  let isExtended: Bool

  /// The block itself that follows a header or another such block; nil as for `init(pairs:isExtended:)`.
  init?(extension block: [UInt8]) {
    let pairs = TarFormat.oldSparsePairs
    self.init(pairs: block[pairs], isExtended: block[pairs.upperBound] != 0)
  }

  /// The pairs in `field`; nil when a number is none, when half a pair is empty, and when a block follows although this
  /// one has room: GNU tar does not look for that block, others do.
  init?(pairs field: ArraySlice<UInt8>, isExtended: Bool) {
    let width = TarField.gnuSparseRealSize.width
    var numbers: [Int64] = []
    for start in stride(from: field.startIndex, to: field.endIndex, by: 2 * width) {
      let isEmpty = (field[start] == 0, field[start + width] == 0)
      if isEmpty == (true, true) { break }
      if isEmpty != (false, false) { return nil }
      for index in [start, start + width] {
        guard let number = TarHeaderBlock.size(field[index..<(index + width)]) else { return nil }
        numbers.append(number)
      }
    }
    if isExtended && numbers.count < field.count / width { return nil }
    self.numbers = numbers
    self.isExtended = isExtended
  }
}

extension TarFormat {
  /// GNU old sparse format: 21 pairs of twelve digits each; the byte behind says whether another block follows.
  fileprivate static let oldSparsePairs = 0..<(21 * 24)
}
