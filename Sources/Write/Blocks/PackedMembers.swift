// The small contents of some entries of a zip, plain and packed, side by side in one buffer each.

import Archive
import Basics
import Files

/// The contents of entries, one after another.
struct MemberBytes {
  private(set) var bytes: [UInt8] = []
  /// The place of each entry's contents.
  private(set) var ranges: [Range<Int>] = []

  /// Reads the contents of the entry at `index`: of a symlink, its target.
  ///
  /// Throws `SourceChanged` when a file changed since the plan.
  mutating func append(_ entries: TarEntryList, _ index: Int, _ store: SourceStore) throws {
    let start = bytes.count
    if entries.kind(at: index) == .symlink { bytes += entries.entry(at: index, size: 0).linkname }
    let size = Int(Rope.size(of: index, of: entries, in: store))
    bytes += [UInt8](repeating: 0, count: size)
    try bytes.withUnsafeMutableBytes { buffer in
      // In bounds: these are the bytes that were just added.
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[(buffer.count - size)...])
      switch entries.body(at: index) {
      case .none: break
      case .source(let id): try store.read(id, from: 0, into: part)
      // An empty file is checked for changes too.
      case .file: try entries.sourceFile(at: index)?.read(from: 0, into: part)
      }
    }
    ranges.append(start..<bytes.count)
  }
}

/// The packed form of the contents of entries.
struct PackedMembers {
  /// What a cache keeps: for each entry its method (1 byte) and packed size (4 bytes), then all packed bytes.
  private var heads: [UInt8] = []
  private var data: [UInt8] = []
  private var all: [(ZipContents, Range<Int>)] = []

  init() {}

  mutating func append(_ contents: ZipContents, _ packed: ArraySlice<UInt8>) {
    heads.append(UInt8(contents.method.rawValue))
    withUnsafeBytes(of: UInt32(packed.count).littleEndian) { heads.append(contentsOf: $0) }
    all.append((contents, data.count..<(data.count + packed.count)))
    data += packed
  }

  /// Each entry's contents, in order.
  var contents: [(ZipContents, ArraySlice<UInt8>)] { all.map { ($0, data[$1]) } }

  var bytes: [UInt8] { heads + data }
}

extension PackedMembers {
  private static let headSize = 5

  /// The packed form of `plain` from a cache; nil when it is not one.
  init?(_ bytes: [UInt8], of plain: MemberBytes) {
    guard bytes.count >= Self.headSize * plain.ranges.count else { return nil }
    var rest = bytes[(Self.headSize * plain.ranges.count)...]
    for (index, range) in plain.ranges.enumerated() {
      let head = bytes[(Self.headSize * index)..<(Self.headSize * (index + 1))]
      let size = head.dropFirst().reversed().reduce(0) { $0 << 8 | Int($1) }
      guard let method = head.first.flatMap({ ZipMethod(rawValue: UInt16($0)) }), size <= rest.count,
        method == .deflated || size == range.count
      else { return nil }
      let crc = plain.bytes[range].withUnsafeBytes { CRC32(of: $0) }
      append(ZipContents(method, crc, packedSize: Int64(size)), rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    if !rest.isEmpty { return nil }
  }
}
