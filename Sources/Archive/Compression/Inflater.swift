// The inflating half of zlib, as one owned value.

private import CZlib

/// An inflate under way.
struct Inflater: ~Copyable {
  /// On the heap: zlib keeps a pointer back to it, so that it must not move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// What is around the deflated bytes.
  enum Framing: CInt {
    /// A member of gzip, whose checksum and length zlib checks itself.
    case gzip = 31
    /// Nothing.
    case none = -15
  }

  init(_ framing: Framing) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The window is the largest, 15; 16 more for gzip members only, below 0 for no header (zlib.h, inflateInit2). It
    // fails only when memory is exhausted or the header and the library are of different major versions; nothing that
    // is read can cause either.
    guard kpack_inflate_init(stream, framing.rawValue) == Z_OK else { fatalError("zlib cannot start to inflate") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Makes ready for the next member.
  func reset() { inflateReset(stream) }

  /// Inflates `input` within `range` into `output` from `index` on, until either is used up or the member ends.
  func inflate(
    _ input: inout [UInt8], _ range: Range<Int>, into output: inout [UInt8], from index: Int
  ) -> Unpacker.Step {
    input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        // In bounds: zlib reads and writes no more than these two slices, whose lengths it is given; both buffers
        // outlive the call, and no pointer is used after it.
        let source = UnsafeMutableBufferPointer(rebasing: input[range])
        let target = UnsafeMutableBufferPointer(rebasing: output[index...])
        stream.pointee.next_in = source.baseAddress
        stream.pointee.avail_in = uInt(clamping: source.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = uInt(clamping: target.count)
        let code = CZlib.inflate(stream, Z_NO_FLUSH)
        return Unpacker.Step(
          consumed: min(source.count, Int(uInt.max)) - Int(stream.pointee.avail_in),
          produced: min(target.count, Int(uInt.max)) - Int(stream.pointee.avail_out),
          outcome: outcome(of: code))
      }
    }
  }

  private func outcome(of code: CInt) -> Unpacker.Outcome {
    switch code {
    // Z_BUF_ERROR only says that no progress was possible; the caller sees that from the counts.
    case Z_OK, Z_BUF_ERROR: .more
    case Z_STREAM_END: .memberEnded
    default: .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)")
    }
  }
}
