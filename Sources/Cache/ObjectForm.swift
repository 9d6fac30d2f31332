// The form of an object: a header that says which object it is, the payload, and a trailer that says whether all of it
// is there; its reader, which checks everything before it gives it out, and its writer.

package import Basics

/// Reads one object.
package final class ObjectReader {
  /// The most that is read into memory at once: far more than any block deflates to.
  static let largestWhole = 16 << 20
  private static let pieceSize = 256 << 10

  private let source: any ObjectSource
  private let trailer: ObjectTrailer
  /// Of the payload that was read so far.
  private var done = CRC32()

  /// Takes the object `key`, of `kind` or of any, whose payload is not read yet.
  init(_ source: any ObjectSource, _ key: CacheKey, _ kind: ObjectKind?) throws(ObjectFault) {
    let size = source.size
    let frame = Int64(ObjectHeader.size + ObjectTrailer.size)
    guard size >= frame else { throw .damaged }
    let header = try source.bytes(at: 0, count: ObjectHeader.size)
    guard header.starts(with: ObjectHeader.magic) else { throw .foreign }
    let kinds = kind.map { [$0] } ?? ObjectKind.allCases
    guard kinds.contains(where: { header == ObjectHeader.bytes(key, $0) }) else { throw .damaged }
    let end = try source.bytes(at: size - Int64(ObjectTrailer.size), count: ObjectTrailer.size)
    guard let trailer = ObjectTrailer(end), trailer.payload.count == size - frame else { throw .damaged }
    self.source = source
    self.trailer = trailer
  }

  /// Checksum and length of what the payload stands for.
  package var crc: CRC32 { trailer.raw }

  /// Bytes of the payload.
  package var count: Int64 { trailer.payload.count }

  /// Whether the payload stands for its own bytes.
  var standsForItself: Bool { trailer.raw == trailer.payload }

  /// The payload, whole; `.damaged` also for more than `largestWhole` bytes.
  func payload() throws(ObjectFault) -> [UInt8] {
    guard let count = Int(exactly: trailer.payload.count), count <= Self.largestWhole else { throw .damaged }
    let bytes = try source.bytes(at: Int64(ObjectHeader.size), count: count)
    guard bytes.withUnsafeBytes({ CRC32(of: $0) }) == trailer.payload else { throw .damaged }
    return bytes
  }

  /// The next bytes of the payload, in `buffer`; nil after the last.
  ///
  /// That the object is not what was written may show no sooner than behind the last.
  package func next(into buffer: UnsafeMutableRawBufferPointer) throws(ObjectFault) -> UnsafeRawBufferPointer? {
    let rest = trailer.payload.count - done.count
    if rest == 0 {
      guard done == trailer.payload else { throw .damaged }
      return nil
    }
    // In bounds: at most the size of the buffer.
    let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(min(Int64(buffer.count), rest))])
    let count = try source.read(at: Int64(ObjectHeader.size) + done.count, filling: piece)
    guard count == piece.count else { throw .damaged }
    done.append(CRC32(of: UnsafeRawBufferPointer(piece)))
    return UnsafeRawBufferPointer(piece)
  }

  /// Reads what is left of the payload; throws when the object is not what was written.
  func check() throws(ObjectFault) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 1)
    defer { buffer.deallocate() }
    while try next(into: buffer) != nil {}
  }
}

extension ObjectSource {
  /// The `count` bytes at `offset`; `.damaged` when the object ends before.
  fileprivate func bytes(at offset: Int64, count: Int) throws(ObjectFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let done = try span.withUnsafeMutableBytes { buffer throws(ObjectFault) in try read(at: offset, filling: buffer) }
    guard done == count else { throw .damaged }
    return bytes
  }
}

/// Writes one object, piece by piece.
package final class ObjectWriter {
  private let sink: any ObjectSink
  private var payload = CRC32()

  init(_ key: CacheKey, _ kind: ObjectKind, into sink: any ObjectSink) {
    self.sink = sink
    sink.append(ObjectHeader.bytes(key, kind))
  }

  /// Adds `bytes` at the end of the payload.
  package func append(_ bytes: [UInt8]) {
    payload.append(bytes.withUnsafeBytes { CRC32(of: $0) })
    sink.append(bytes)
  }

  /// Ends the object, whose payload stands for bytes of checksum `crc`. An object that is never ended is not kept.
  package func finish(crc: CRC32) {
    sink.append(ObjectTrailer(payload: payload, raw: crc).bytes)
    sink.finish()
  }
}

/// What an object is.
enum ObjectKind: UInt16, CaseIterable {
  /// The deflated form of a content, of any size.
  case content = 1
  /// The deflated form of one block.
  case block = 2
  /// A small document of the program's own.
  case record = 3
}

/// The first bytes of an object: magic (14 bytes), kind (2), key (32).
enum ObjectHeader {
  static let magic = Array("kpack-cache 1\n".utf8)
  static let size = 48

  static func bytes(_ key: CacheKey, _ kind: ObjectKind) -> [UInt8] {
    var bytes = magic
    bytes.append(littleEndian: kind.rawValue)
    return bytes + key.digest.bytes
  }
}

/// The last bytes of an object: size (8 bytes) and CRC-32 (4) of the payload, size (8) and CRC-32 (4) of what the
/// payload stands for, CRC-32 of these (4).
struct ObjectTrailer: Equatable {
  static let size = 28
  private static let checkedSize = 24

  /// Checksum and length of the payload.
  let payload: CRC32
  /// Checksum and length of what was deflated; those of the payload where it is not deflated.
  let raw: CRC32

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for crc in [payload, raw] {
      bytes.append(littleEndian: crc.count)
      bytes.append(littleEndian: crc.value)
    }
    bytes.append(littleEndian: bytes.withUnsafeBytes { CRC32(of: $0) }.value)
    return bytes
  }
}

extension ObjectTrailer {
  /// Reads a trailer; nil when it is damaged.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size else { return nil }
    let span = bytes.span.bytes
    payload = CRC32(kept: span.number(at: 8, as: UInt32.self), count: span.number(at: 0, as: Int64.self))
    raw = CRC32(kept: span.number(at: 20, as: UInt32.self), count: span.number(at: 12, as: Int64.self))
    let checked = bytes.withUnsafeBytes { CRC32(of: UnsafeRawBufferPointer(rebasing: $0[..<Self.checkedSize])) }
    guard checked.value == span.number(at: Self.checkedSize, as: UInt32.self), raw.count >= 0 else { return nil }
  }
}
