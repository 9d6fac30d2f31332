// A .tar.gz being put together from blocks that were deflated apart: the blocks in order, the checksum combined, the
// uncompressed bytes hashed beside the compressed ones.

private import Glibc

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
  /// Digest of the uncompressed tar.
  package let tarDigest: Digest
  /// Bytes of the uncompressed tar.
  package let tarSize: Int64
}

/// Writes one gzip file.
package struct GzipWriter: ~Copyable {
  private var file: OutputFile
  private var tarHash = SHA256()
  private var crc = CRC32()

  /// Begins the file with the gzip header. Throws `SystemError`.
  package init(_ file: consuming OutputFile) throws {
    var file = file
    try file.write(GzipMember.header)
    self.file = file
  }

  /// Path of the file, under its temporary name.
  package var path: String { file.path }
  /// Bytes written so far.
  package var count: Int64 { file.count }

  /// Appends a block and takes note of the bytes it stands for. Throws `SystemError`.
  package mutating func append(_ block: DeflatedBlock, of raw: UnsafeRawBufferPointer) throws {
    try file.write(block.bytes)
    tarHash.update(raw)
    crc.append(block.crc)
  }

  /// Appends the deflated form of a content that stands in another file; the content's own bytes go to `hash`.
  ///
  /// `buffer` is scratch space. Throws `SystemError`.
  package mutating func splice(_ extent: DeflatedExtent, through buffer: UnsafeMutableRawBufferPointer) throws {
    let source = try FileHandle(opening: Array(extent.path.utf8), O_RDONLY)
    var done: Int64 = 0
    while done < extent.count {
      let wanted = Int(min(Int64(buffer.count), extent.count - done))
      let count = try source.read(
        at: extent.offset + done, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      if count == 0 { throw SystemError(operation: "read", path: extent.path, errno: EIO) }
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      done += Int64(count)
    }
    crc.append(extent.crc)
  }

  /// Takes note of uncompressed bytes whose deflated form is spliced.
  package mutating func hash(_ raw: UnsafeRawBufferPointer) { tarHash.update(raw) }

  /// Ends the gzip file. Throws `SystemError`.
  package consuming func finish() throws -> GzipArchive {
    try file.write(GzipMember.trailer(crc))
    let tarSize = crc.count
    let tarDigest = tarHash.finalize()
    let (digest, written) = try file.finish()
    return GzipArchive(file: written, digest: digest, tarDigest: tarDigest, tarSize: tarSize)
  }
}
