// Many short byte strings in one allocation: the names of a million entries without a million arrays.

private import Glibc

/// A place in a `ByteArena`: 48 bits of offset and 16 of length in one word.
package struct ArenaSlice: Equatable, Sendable {
  private let word: UInt64

  fileprivate init(offset: Int, count: Int) { word = UInt64(offset) << 16 | UInt64(count) }

  /// The empty string, in any arena.
  package static let empty = ArenaSlice(offset: 0, count: 0)

  /// Bytes from the start of the arena.
  package var offset: Int { Int(word >> 16) }
  /// Bytes in the string, at most 65,535.
  package var count: Int { Int(word & 0xFFFF) }
}

/// Byte strings that are only ever added.
package struct ByteArena: Sendable {
  /// The longest string that fits.
  package static let longest = 0xFFFF
  private var bytes: [UInt8] = []

  package init() {}

  /// Adds a string; nil when it is longer than `longest` bytes.
  package mutating func add(_ string: some Collection<UInt8>) -> ArenaSlice? {
    guard string.count <= Self.longest else { return nil }
    let slice = ArenaSlice(offset: bytes.count, count: string.count)
    bytes.append(contentsOf: string)
    return slice
  }

  /// The string at `slice`, which this arena gave out.
  package subscript(slice: ArenaSlice) -> ArraySlice<UInt8> { bytes[slice.offset..<(slice.offset + slice.count)] }

  /// Whether the string at `first` sorts before the one at `second`, byte by byte.
  package func precedes(_ first: ArenaSlice, _ second: ArenaSlice) -> Bool {
    bytes.withUnsafeBufferPointer { all in
      // Both slices lie within the arena, for `add` made them.
      let left = UnsafeBufferPointer(rebasing: all[first.offset..<(first.offset + first.count)])
      let right = UnsafeBufferPointer(rebasing: all[second.offset..<(second.offset + second.count)])
      return bytesPrecede(left, right)
    }
  }
}

/// Whether `left` sorts before `right` as strings of bytes; a prefix sorts before what it begins.
package func bytesPrecede(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
  let common = min(left.count, right.count)
  guard common > 0, let leftBase = left.baseAddress, let rightBase = right.baseAddress else {
    return left.count < right.count
  }
  let order = memcmp(leftBase, rightBase, common)
  return order == 0 ? left.count < right.count : order < 0
}

/// Whether `left` sorts before `right` as strings of bytes.
package func bytesPrecede(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  left.withUnsafeBufferPointer { left in right.withUnsafeBufferPointer { bytesPrecede(left, $0) } }
}
