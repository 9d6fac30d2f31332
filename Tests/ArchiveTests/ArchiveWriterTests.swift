// A .tar.gz put together from blocks and from pieces of other files.

@testable import Archive
@testable import Basics
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct ArchiveWriterTests {
  private static let text: [UInt8] = {
    var random = SplitMix(seed: 21)
    return random.text(200_000)
  }()

  private static func append(_ bytes: ArraySlice<UInt8>, to writer: inout ArchiveWriter) throws -> EncodedBlock {
    var deflater = try Deflater(level: 6)
    return try bytes.withUnsafeBytes { raw in
      let block = try deflater.deflate(raw, after: UnsafeRawBufferPointer(start: nil, count: 0))
      try writer.append(block)
      writer.hash(raw)
      return block
    }
  }

  @Test func `the file is the blocks in their order, and is known by its digests and sizes`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    var writer = try ArchiveWriter(try outputs.create("a.gz"), framing: .gzip)
    #expect(writer.count == 10)
    let first = try Self.append(Self.text[..<150_000], to: &writer)
    let last = try Self.append(Self.text[150_000...], to: &writer)
    let count = writer.count
    let archive = try writer.finish()
    try outputs.commit()
    let file = try folder.read("a.gz")
    #expect(count == Int64(10 + first.bytes.count + last.bytes.count))
    #expect(file.count == Int(count) + 10)
    #expect(try SHA256.digest(of: DeflatedStream.gunzip(file)) == SHA256.digest(of: Self.text))
    #expect(archive.digest == SHA256.digest(of: file))
    #expect(archive.tarDigest == SHA256.digest(of: Self.text))
    #expect(archive.tarSize == 200_000)
    #expect(archive.file.identity.size == Int64(file.count))
  }

  @Test(arguments: [1, 7, 4096, 1 << 20]) func `a piece of another file is spliced in whole`(bufferSize: Int) throws {
    let folder = try TemporaryFolder()
    let piece = try Self.text[..<5000].withUnsafeBytes { raw in
      var deflater = try Deflater(level: 6)
      return try deflater.deflate(raw, after: UnsafeRawBufferPointer(start: nil, count: 0))
    }
    let store = try folder.write([9, 9, 9] + piece.bytes + [9], to: "store")
    let extent = EncodedExtent(
      path: String(decoding: store, as: UTF8.self), offset: 3, count: Int64(piece.bytes.count), crc: piece.crc)
    let outputs = try OutputFolder(folder.path)
    var writer = try ArchiveWriter(try outputs.create("a.gz"), framing: .gzip)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 1)
    defer { buffer.deallocate() }
    _ = try Self.append(Self.text[..<100], to: &writer)
    try writer.splice(extent, through: buffer)
    Self.text[..<5000].withUnsafeBytes { writer.hash($0) }
    let archive = try writer.finish()
    try outputs.commit()
    let whole = Self.text[..<100] + Self.text[..<5000]
    #expect(try DeflatedStream.gunzip(folder.read("a.gz")) == Array(whole))
    #expect(archive.tarDigest == SHA256.digest(of: whole))
    #expect(archive.tarSize == 5100)
  }

  @Test func `a piece that is cut off is an error`() throws {
    let folder = try TemporaryFolder()
    let store = try folder.write([1, 2, 3], to: "store")
    let outputs = try OutputFolder(folder.path)
    var writer = try ArchiveWriter(try outputs.create("a.gz"), framing: .gzip)
    var failure: SystemError?
    do {
      let path = String(decoding: store, as: UTF8.self)
      try withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) {
        try writer.splice(EncodedExtent(path: path, offset: 1, count: 3, crc: CRC32()), through: $0)
      }
    } catch let error as SystemError {
      failure = error
    }
    #expect(failure == SystemError(operation: "read", path: store, errno: EIO))
  }

  /// Sizes of pieces around 8 MiB, from where on the system is asked to begin with the disk.
  @Test(arguments: [[], [1], [5000, 70_000], [9 << 20, 9 << 20]])
  func `pieces that prove wrong are taken back, and others can come in their place`(_ sizes: [Int]) throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    var writer = try ArchiveWriter(try outputs.create("a.gz"), framing: .gzip)
    _ = try Self.append(Self.text[..<100], to: &writer)
    let count = writer.count
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: sizes.max() ?? 0, alignment: 1)
    defer { buffer.deallocate() }
    buffer.initializeMemory(as: UInt8.self, repeating: 9)
    var rest = sizes[...]
    let fault = SystemError(operation: "check", path: "object", errno: EIO)
    let found = try writer.splice(CRC32(kept: 1, count: 77)) { () throws(SystemError) in
      guard let size = rest.popFirst() else { throw fault }
      return UnsafeRawBufferPointer(rebasing: buffer[..<size])
    }
    #expect(found == fault && rest.isEmpty)
    #expect(writer.count == count)
    _ = try Self.append(Self.text[..<5000], to: &writer)
    let archive = try writer.finish()
    try outputs.commit()
    let whole = Array(Self.text[..<100] + Self.text[..<5000])
    let file = try folder.read("a.gz")
    #expect(try DeflatedStream.gunzip(file) == whole)
    #expect(archive.digest == SHA256.digest(of: file))
    #expect(archive.tarDigest == SHA256.digest(of: whole))
    #expect(archive.tarSize == 5100)
    #expect(archive.file.identity.size == Int64(file.count))
  }
}
