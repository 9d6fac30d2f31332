// Parts of a file at offsets that the file itself gives, so that they may be anywhere or not in the file at all.

import Files

/// Bytes of which any part can be read.
package protocol PartSource {
  /// Bytes in all, 0 or more.
  var byteCount: Int64 { get }

  /// Reads from `offset` on until `buffer` is full; the range must lie within the bytes.
  func read(from offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension PartSource {
  /// `count` bytes from `offset` on, or nil when they do not all lie within the file. The caller bounds `count`.
  package func part(from offset: UInt64, count: UInt64) throws -> [UInt8]? {
    guard holds(count, from: offset), let start = Int64(exactly: offset), let length = Int(exactly: count) else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBytes { try read(from: start, into: $0) }
    return bytes
  }

  /// Whether `count` bytes from `offset` on lie within the file.
  func holds(_ count: UInt64, from offset: UInt64) -> Bool {
    let size = UInt64(clamping: byteCount)
    return offset <= size && count <= size - offset
  }
}

extension SourceFile: PartSource {
  /// As in `PartSource`.
  package var byteCount: Int64 { identity.size }
}

extension UInt64 {
  /// The number that `bytes`, 8 at most, spell.
  init(_ bytes: some BidirectionalCollection<UInt8>, isBigEndian: Bool) {
    self = isBigEndian ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A file whose first bytes were read at once, so that it is not opened again for each header in them.
struct StartedFile {
  /// The most bytes that are read at once: a page, and more than headers of most files take.
  private static let longestStart: UInt64 = 4096

  /// The first bytes: all, where there are few.
  let start: [UInt8]
  private let file: any PartSource

  init(_ file: any PartSource) throws {
    self.file = file
    start = try file.part(from: 0, count: min(UInt64(clamping: file.byteCount), Self.longestStart)) ?? []
  }

  /// Bytes in the file.
  var size: UInt64 { UInt64(clamping: file.byteCount) }

  /// As in `PartSource`.
  func part(from offset: UInt64, count: UInt64) throws -> [UInt8]? {
    // No overflow: both are at most a page.
    if offset <= Self.longestStart, count <= Self.longestStart, offset + count <= UInt64(start.count) {
      return Array(start[Int(offset)..<Int(offset + count)])
    }
    return try file.part(from: offset, count: count)
  }

  func holds(_ count: UInt64, from offset: UInt64) -> Bool { file.holds(count, from: offset) }
}
