// The decompressing half of libzstd, as one owned value.

private import CZstd

/// A decompression under way. libzstd checks the checksums of the frames that have one.
///
/// Frames that want a window of more than 128 MiB are refused, libzstd's own bound (zstd.h, ZSTD_WINDOWLOG_LIMIT_DEFAULT),
/// so that the memory stays within that.
struct ZstdStream: ~Copyable {
  private let functions: ZstdFunctions
  private let stream: OpaquePointer

  /// Throws `ArchiveError.zstdMissing`, or `.zstd` when there is no memory.
  init() throws(ArchiveError) {
    guard let functions = ZstdLibrary.functions else { throw .zstdMissing }
    let noMemory = ArchiveError.zstd(.damaged(offset: 0, reason: "out of memory"))
    guard let stream = functions.createDStream() else { throw noMemory }
    // Before the fields are set: from then on a throw would run `deinit` too.
    if functions.isError(functions.initDStream(stream)) != 0 {
      _ = functions.freeDStream(stream)
      throw noMemory
    }
    self.functions = functions
    self.stream = stream
  }

  deinit { _ = functions.freeDStream(stream) }

  /// Decompresses `input` within `range` into `output` from `index` on, until either is used up or the frame ends.
  ///
  /// Behind the end of a frame the next call begins another one.
  func decompress(_ input: [UInt8], _ range: Range<Int>, into output: inout [UInt8], from index: Int) -> Unpacker.Step {
    input.withUnsafeBytes { input in
      output.withUnsafeMutableBytes { output in
        // In bounds: libzstd reads and writes no more than these two slices, whose lengths it is given; both buffers
        // outlive the call, and no pointer is used after it.
        let from = UnsafeRawBufferPointer(rebasing: input[range])
        let to = UnsafeMutableRawBufferPointer(rebasing: output[index...])
        var source = ZSTD_inBuffer(src: from.baseAddress, size: from.count, pos: 0)
        var target = ZSTD_outBuffer(dst: to.baseAddress, size: to.count, pos: 0)
        let code = functions.decompressStream(stream, &target, &source)
        return Unpacker.Step(consumed: source.pos, produced: target.pos, outcome: outcome(of: code))
      }
    }
  }

  private func outcome(of code: Int) -> Unpacker.Outcome {
    if functions.isError(code) != 0 {
      return .damaged(functions.errorName(code).map { String(cString: $0) } ?? "zstd error")
    }
    // 0 when a frame has ended and all of it was given out.
    return code == 0 ? .memberEnded : .more
  }
}
