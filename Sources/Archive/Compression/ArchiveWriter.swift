// An archive made from separately encoded blocks, in order between head and tail. Their checksums are combined, and
// both the plain and the encoded bytes are hashed.

package import Basics
package import Files
private import Glibc

/// The place of the encoded form of a source in a file, complete and on byte boundaries.
package struct EncodedExtent: Equatable, Sendable {
  /// Path of the file.
  package let path: String
  /// Bytes from its start.
  package let offset: Int64
  /// Encoded bytes.
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

/// A finished archive with its digests and sizes.
package struct WrittenArchive: Sendable {
  /// The file, for archives that hold it.
  package let file: SourceFile
  /// Digest of the file.
  package let digest: Digest
  /// Digest of the uncompressed tar; nil where not asked for.
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

/// Writes one archive.
package struct ArchiveWriter: ~Copyable {
  private let codec: any Codec
  private var file: OutputFile
  /// Nil where the digest of the uncompressed tar is not wanted.
  private var tarHash: SHA256?
  private var crc = CRC32()

  /// Begins the file with the codec's head; `hashesTar` says whether the digest of the plain tar is wanted.
  package init(_ file: consuming OutputFile, codec: any Codec, hashesTar: Bool = true) throws {
    var file = file
    try file.write(codec.head)
    self.codec = codec
    self.file = file
    tarHash = hashesTar ? SHA256() : nil
  }

  /// Path of the file, under its temporary name.
  package var path: String { file.path }
  /// Bytes written so far.
  package var count: Int64 { file.count }

  /// Whether uncompressed bytes have to be hashed.
  package var wantsTarBytes: Bool { tarHash != nil }

  /// Appends a block; its plain bytes must be passed to `hash`.
  package mutating func append(_ block: EncodedBlock) throws {
    try file.write(block.bytes)
    crc.append(block.crc)
  }

  /// Appends the encoded form of a source from another file; its plain bytes must be passed to `hash`.
  ///
  /// copy_file_range(2) is not used: the bytes have to be read for the digest of the file, and to write them from
  /// memory is faster than the kernel's copy.
  ///
  /// `buffer` is scratch space.
  package mutating func splice(_ extent: EncodedExtent, through buffer: UnsafeMutableRawBufferPointer) throws {
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

  /// Appends encoded bytes, which `next` gives piece by piece, nil after the last; `crc` is that of the plain bytes.
  ///
  /// When `next` throws, all of these bytes are removed again, and its error is the result.
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

  /// Hashes uncompressed bytes, in order; their encoded form is appended or spliced.
  package mutating func hash(_ raw: UnsafeRawBufferPointer) {
    tarHash?.update(raw)
  }

  /// Ends the file with the codec's tail.
  package consuming func finish() throws -> WrittenArchive {
    try file.write(codec.tail(crc))
    let tarSize = crc.count
    let tarDigest = tarHash.take()?.finalize()
    let (digest, written) = try file.finish()
    return WrittenArchive(file: written, digest: digest, tarDigest: tarDigest, tarSize: tarSize)
  }
}
