// Frames of zstd made byte by byte (RFC 8878, 3.1), without compressing anything.

enum Zstd {
  static let mark: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  /// A frame that stores `contents` in raw blocks of 100 bytes.
  static func stored(_ contents: [UInt8]) -> [UInt8] {
    // One segment, its length in four bytes.
    var frame = mark + [0xA0] + little(contents.count, 4)
    if contents.isEmpty { return frame + block(isLast: true, type: 0, size: 0) }
    for start in stride(from: 0, to: contents.count, by: 100) {
      let part = contents[start..<min(start + 100, contents.count)]
      frame += block(isLast: part.endIndex == contents.count, type: 0, size: part.count)
      frame += part
    }
    return frame
  }

  /// A frame of `count` blocks of 128 KiB zeros each, four bytes a block.
  static func zeros(blocks count: Int) -> [UInt8] {
    // A window of 128 KiB.
    let head: [UInt8] = mark + [0, 7 << 3]
    return (1...count).reduce(into: head) { frame, number in
      frame += block(isLast: number == count, type: 1, size: 128 << 10)
      frame.append(0)
    }
  }

  /// A frame that asks for a window of 2 to the power of `logarithm` bytes.
  static func empty(windowLogarithm: UInt8) -> [UInt8] {
    mark + [0, (windowLogarithm - 10) << 3] + block(isLast: true, type: 0, size: 0)
  }

  /// A frame that readers pass over.
  static func skippable(_ contents: [UInt8], number: UInt8 = 0) -> [UInt8] {
    [0x50 | number, 0x2A, 0x4D, 0x18] + little(contents.count, 4) + contents
  }

  /// The head of a block: 0 is raw, 1 one byte many times, 3 is reserved.
  static func block(isLast: Bool, type: Int, size: Int) -> [UInt8] {
    let head: Int = (isLast ? 1 : 0) | (type << 1) | (size << 3)
    return little(head, 3)
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
