// An archive made from separately encoded blocks, in order, and what its container has around them. Their checksums are
// combined, and both the plain and the encoded bytes are hashed.

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

  /// The encoded bytes, of a small content.
  package func bytes() throws -> [UInt8] {
    let file = try FileHandle(opening: Array(path.utf8), O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    guard try bytes.withUnsafeMutableBytes({ try file.read(at: offset, filling: $0) }) == bytes.count else {
      throw SystemError(operation: "read", path: path, errno: EIO)
    }
    return bytes
  }
}

/// What an archive has around its encoded bytes.
package enum ArchiveFraming: Sendable {
  /// Nothing.
  case none
  /// Head and tail of one member of gzip.
  case gzip
  /// The headers of these entries, each of which has its encoded bytes to itself, and the central directory.
  case zip(TarEntryList)
}

/// A finished archive with its digests and sizes.
package struct WrittenArchive: Sendable {
  /// The file, for archives that hold it.
  package let file: SourceFile
  /// Digest of the file.
  package let digest: Digest
  /// Digest of the uncompressed tar; nil where not asked for, and for what is no tar.
  package var tarDigest: Digest?
  /// Bytes of the uncompressed tar, or of the contents of all entries.
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
  private let framing: ArchiveFraming
  private var file: OutputFile
  /// Nil where the digest of the uncompressed tar is not wanted.
  private var tarHash: SHA256?
  private var crc = CRC32()
  /// The entries of a zip; nil for all else.
  private var members: ZipMembers?

  /// Begins the file; `hashesTar` says whether the digest of the plain tar is wanted.
  package init(_ file: consuming OutputFile, framing: ArchiveFraming, hashesTar: Bool = true) throws {
    var file = file
    switch framing {
    case .gzip: try file.write(GzipMember.header)
    case .zip(let entries): members = ZipMembers(entries)
    case .none: break
    }
    self.framing = framing
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
    take(block.crc)
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
        take(crc)
        return nil
      case .failure(let fault):
        try file.goBack(to: start)
        return fault
      }
    }
  }

  private mutating func take(_ crc: CRC32) {
    self.crc.append(crc)
    members?.append(crc)
  }

  /// Hashes uncompressed bytes, in order; their encoded form is appended or spliced.
  package mutating func hash(_ raw: UnsafeRawBufferPointer) {
    tarHash?.update(raw)
  }

  /// Ends the file.
  package consuming func finish() throws -> WrittenArchive {
    if case .gzip = framing { try file.write(GzipMember.trailer(crc)) }
    try members?.finish(&file)
    let tarSize = crc.count
    let tarDigest = tarHash.take()?.finalize()
    let (digest, written) = try file.finish()
    return WrittenArchive(file: written, digest: digest, tarDigest: tarDigest, tarSize: tarSize)
  }
}

// The entries of a zip, in the order of its list
extension ArchiveWriter {
  /// Adds the next entry, whose contents are at hand.
  package mutating func add(_ contents: ZipContents, _ packed: ArraySlice<UInt8>) throws {
    try members?.add(contents, packed, to: &file)
    crc.append(contents.crc)
  }

  /// Begins the next entry, which has `size` plain bytes; its contents are appended or spliced.
  package mutating func beginMember(_ method: ZipMethod, size: Int64) { members?.begin(method, size: size) }

  /// Makes ready for the first bytes of the entry that was begun; does nothing for later ones, and outside of a zip.
  ///
  /// `known` is the checksum of all its plain bytes and the count of its encoded ones, where that is known.
  package mutating func startContents(_ known: (crc: CRC32, count: Int64)? = nil) throws {
    try members?.startContents(known, in: &file)
  }

  /// Ends the entry that was begun.
  package mutating func endMember() throws { try members?.end(in: &file) }
}
