// The system's libzstd, opened when it is first asked for: kpack is built and runs without it, and reads what is
// compressed with zstd where it is there.

import CZstd
private import Glibc

/// The library that decompresses zstd (RFC 8878).
package enum ZstdLibrary {
  /// Whether the system has it.
  package static var isThere: Bool { functions != nil }

  /// Its functions; nil where it is not there.
  static let functions = ZstdFunctions(opening: Compression.zstdLibrary)
}

/// The functions of libzstd that decompress in a stream (zstd.h, "Streaming decompression - HowTo"). A `size_t` that is
/// an error comes as a number below 0; `isError` and `errorName` say which one.
struct ZstdFunctions: Sendable {
  /// ZSTD_createDStream.
  typealias Create = @Sendable @convention(c) () -> OpaquePointer?
  /// ZSTD_freeDStream, ZSTD_initDStream.
  typealias UseStream = @Sendable @convention(c) (OpaquePointer?) -> Int
  /// ZSTD_decompressStream.
  typealias Decompress =
    @Sendable @convention(c) (
      OpaquePointer?, UnsafeMutablePointer<ZSTD_outBuffer>?, UnsafeMutablePointer<ZSTD_inBuffer>?
    ) -> Int
  /// ZSTD_isError.
  typealias IsError = @Sendable @convention(c) (Int) -> CUnsignedInt
  /// ZSTD_getErrorName.
  typealias ErrorName = @Sendable @convention(c) (Int) -> UnsafePointer<CChar>?

  let createDStream: Create
  let freeDStream: UseStream
  let initDStream: UseStream
  let decompressStream: Decompress
  let isError: IsError
  let errorName: ErrorName

  /// Opens the library `name`, for as long as the process runs; nil where it is not there or is another.
  init?(opening name: String) {
    guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL), let create = dlsym(library, "ZSTD_createDStream"),
      let free = dlsym(library, "ZSTD_freeDStream"), let initialize = dlsym(library, "ZSTD_initDStream"),
      let decompress = dlsym(library, "ZSTD_decompressStream"), let isError = dlsym(library, "ZSTD_isError"),
      let errorName = dlsym(library, "ZSTD_getErrorName")
    else { return nil }
    // Each symbol is the function of that name, whose type in C (zstd.h) is the one that is given here.
    createDStream = unsafeBitCast(create, to: Create.self)
    freeDStream = unsafeBitCast(free, to: UseStream.self)
    initDStream = unsafeBitCast(initialize, to: UseStream.self)
    decompressStream = unsafeBitCast(decompress, to: Decompress.self)
    self.isError = unsafeBitCast(isError, to: IsError.self)
    self.errorName = unsafeBitCast(errorName, to: ErrorName.self)
  }
}

/// A decompression under way. libzstd checks the checksums of the frames that have one.
///
/// Frames that want a window of more than 128 MiB are refused, libzstd's own bound (zstd.h, ZSTD_WINDOWLOG_LIMIT_DEFAULT),
/// so that the memory stays within that.
struct ZstdStream: ~Copyable {
  private let functions: ZstdFunctions
  private let stream: OpaquePointer

  /// Throws `.zstdMissing`, or `.zstd` when there is no memory.
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
