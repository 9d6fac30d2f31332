// The frame of a gzip file around raw deflate bytes (RFC 1952), fixed so that equal contents give equal files.

package import Basics
private import CZlib
package import Files
private import Glibc

/// The bytes around the deflate stream of a gzip file.
package enum GzipMember {
  /// Magic, deflate, no flags, no time, no extra flags, Unix.
  package static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]

  /// An empty last block (RFC 1951, 3.2.6: fixed codes, end of block), then CRC-32 and length modulo 2^32.
  package static func trailer(_ crc: CRC32) -> [UInt8] {
    [0x03, 0x00] + littleEndian(crc.value) + littleEndian(UInt32(truncatingIfNeeded: crc.count))
  }

  /// The version of the zlib that is linked, which shapes the deflate bytes.
  package static var zlibVersion: String { String(cString: CZlib.zlibVersion()) }

  private static func littleEndian(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

// A .tar.gz being put together from blocks that were deflated apart: the blocks in order, the checksum combined, the
// uncompressed bytes hashed beside the compressed ones.

/// Where the deflated form of a content stands in a file, whole and on byte boundaries.
package struct DeflatedExtent: Equatable, Sendable {
  /// Path of the file.
  package let path: String
  /// Bytes from its start.
  package let offset: Int64
  /// Deflated bytes.
  package let count: Int64
  /// Checksum and length of the content.
  package let crc: CRC32

  package init(path: String, offset: Int64, count: Int64, crc: CRC32) {
    self.path = path
    self.offset = offset
    self.count = count
    self.crc = crc
  }
}

/// What a finished archive is known by.
package struct GzipArchive: Sendable {
  /// The file, for archives that hold it.
  package let file: SourceFile
  /// Digest of the file.
  package let digest: Digest
  /// Digest of the uncompressed tar; nil where nobody asked for it.
  package var tarDigest: Digest?
  /// Bytes of the uncompressed tar.
  package let tarSize: Int64

  package init(file: SourceFile, digest: Digest, tarDigest: Digest?, tarSize: Int64) {
    self.file = file
    self.digest = digest
    self.tarDigest = tarDigest
    self.tarSize = tarSize
  }
}

/// Writes one gzip file.
package struct GzipWriter: ~Copyable {
  private var file: OutputFile
  /// Nil where the digest of the uncompressed tar is not wanted.
  private var tarHash: SHA256?
  private var crc = CRC32()

  /// Begins the file with the gzip header; `hashesTar` says whether the digest of the uncompressed tar is wanted.
  ///
  /// Throws `SystemError`.
  package init(_ file: consuming OutputFile, hashesTar: Bool = true) throws {
    var file = file
    try file.write(GzipMember.header)
    self.file = file
    tarHash = hashesTar ? SHA256() : nil
  }

  /// Path of the file, under its temporary name.
  package var path: String { file.path }
  /// Bytes written so far.
  package var count: Int64 { file.count }

  /// Whether uncompressed bytes have to be hashed.
  package var wantsTarBytes: Bool { tarHash != nil }

  /// Appends a block; the bytes that it stands for go to `hash`. Throws `SystemError`.
  package mutating func append(_ block: DeflatedBlock) throws {
    try file.write(block.bytes)
    crc.append(block.crc)
  }

  /// Appends the deflated form of a content that stands in another file; the content's own bytes go to `hash`.
  ///
  /// Read and written, not left to copy_file_range(2): the bytes have to be read for the digest of the file, and to
  /// write what is in memory takes less than the kernel's copy of it does.
  ///
  /// `buffer` is scratch space. Throws `SystemError`.
  package mutating func splice(_ extent: DeflatedExtent, through buffer: UnsafeMutableRawBufferPointer) throws {
    let source = try FileHandle(opening: Array(extent.path.utf8), O_RDONLY)
    var done: Int64 = 0
    let failure = try splice(extent.crc) { () throws(SystemError) in
      if done == extent.count { return nil }
      // In bounds: at most the size of the buffer.
      let size = Int(min(Int64(buffer.count), extent.count - done))
      let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
      guard try source.read(at: extent.offset + done, filling: piece) == size else {
        throw SystemError(operation: "read", path: extent.path, errno: EIO)
      }
      done += Int64(size)
      return UnsafeRawBufferPointer(piece)
    }
    if let failure { throw failure }
  }

  /// Appends the deflated bytes that `next` gives piece by piece, nil after the last; they stand for `crc`.
  ///
  /// When `next` throws, all of them are taken back, and its error is the result. Throws `SystemError`.
  package mutating func splice<Fault: Error>(
    _ crc: CRC32, from next: () throws(Fault) -> UnsafeRawBufferPointer?
  ) throws(SystemError) -> Fault? {
    let start = file.mark()
    while true {
      switch Result(catching: next) {
      case .success(let piece?):
        try file.write(piece)
      case .success(nil):
        self.crc.append(crc)
        return nil
      case .failure(let fault):
        try file.goBack(to: start)
        return fault
      }
    }
  }

  /// Takes note of uncompressed bytes, in their order, whose deflated form is appended or spliced.
  package mutating func hash(_ raw: UnsafeRawBufferPointer) {
    tarHash?.update(raw)
  }

  /// Ends the gzip file. Throws `SystemError`.
  package consuming func finish() throws -> GzipArchive {
    try file.write(GzipMember.trailer(crc))
    let tarSize = crc.count
    let tarDigest = tarHash.take()?.finalize()
    let (digest, written) = try file.finish()
    return GzipArchive(file: written, digest: digest, tarDigest: tarDigest, tarSize: tarSize)
  }
}
