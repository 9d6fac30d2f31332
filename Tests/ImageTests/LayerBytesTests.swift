// The stored bytes of layers: the first ones say how they are compressed, and zeros may be missing at the end.

@testable import Archive
@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

struct LayerBytesTests {
  private static let tar = Member.tar([
    Member(name: "bin/", kind: .directory), Member(name: "bin/sh", bytes: [1, 2, 3]),
  ])

  /// `bytes` as one frame of zstd, stored (RFC 8878, 3.1.1).
  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    let little = { (number: Int, count: Int) in (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    return [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + little(bytes.count, 4) + little(1 | bytes.count << 3, 3) + bytes
  }

  private static let forms: [(found: String, stored: [UInt8])] = [
    ("not compressed", tar), ("gzip", Gzip.stored(tar)), ("zstd", zstd(tar)),
  ]
  private static let types: [(said: String, mediaType: String)] = [
    ("not compressed", MediaType.layer), ("gzip", MediaType.gzipLayer), ("not compressed", MediaType.dockerLayer),
    ("gzip", MediaType.dockerGzipLayer), ("zstd", MediaType.zstdLayer), ("zstd", MediaType.dockerZstdLayer),
  ]

  @Test(.enabled(if: ZstdLibrary.isThere), arguments: types.map(\.mediaType), forms.map(\.found))
  func `the bytes tell the compression, with a warning where the media type differs`(
    mediaType: String, found: String
  ) throws {
    let stored = try #require(Self.forms.first { $0.found == found }).stored
    let said = try #require(Self.types.first { $0.mediaType == mediaType }).said
    let image = LayeredImage([.init(Self.tar, stored: stored, mediaType: mediaType)])
    let read = try image.layout.readAsFolder()
    #expect(read.entry("bin/sh") == "file")
    #expect(read.layers.map(\.size) == [Int64(Self.tar.count)])
    #expect(read.layers.map(\.descriptor.mediaType) == [mediaType])
    #expect(read.layers.map(\.descriptor.size) == [Int64(stored.count)])
    #expect(read.warnings.count == (said == found ? 0 : 1))
    let warning = "layers[0]: blobs/sha256/\(sha(stored)): \(mediaType), but its bytes are \(found)"
    #expect(read.warnings.allSatisfy { $0.hasSuffix(": blobs/sha256/\(sha(image.manifest)): \(warning)") })
  }

  @Test(.enabled(if: ZstdLibrary.isThere), arguments: forms.map(\.found))
  func `an archive of docker save has layers of any compression`(found: String) throws {
    let stored = try #require(Self.forms.first { $0.found == found }).stored
    let read = try LayeredImage([.init(Self.tar, stored: stored)]).docker.readAsArchive()
    #expect(read.entry("bin/sh") == "file" && read.warnings == [])
    let suffix = found == "not compressed" ? "" : "+\(found)"
    #expect(read.layers.map(\.descriptor.mediaType) == [MediaType.layer + suffix])
    #expect(read.layers.map(\.descriptor.digest) == [ImageDigest(of: stored)])
  }

  @Test(.enabled(if: ZstdLibrary.isThere)) func `an archive of an image may be compressed with zstd`() throws {
    let folder = try ImageFolder()
    let small = LayeredImage([Member(name: "x")])
    let image = try ImageSourceTests.read(folder.write(Self.zstd(Member.tar(small.docker)), to: "image.tar.zst"))
    #expect(image.entry("x") == "file" && image.warnings == [])
  }

  @Test(.enabled(if: ZstdLibrary.isThere)) func `a root file system may be compressed with zstd`() throws {
    let folder = try ImageFolder()
    let base = NewBase(
      try Reference("sample:1"), for: Platform(os: "linux", architecture: "amd64"), settings: ImageSettings(),
      created: 0)
    let path = try folder.write(Self.zstd(Self.tar), to: "root.tar.zst")
    let image = try base.image(from: .file(path: path), spoolingNear: "/tmp")
    #expect(image.layers.map(\.descriptor.mediaType) == ["application/vnd.oci.image.layer.v1.tar+zstd"])
    #expect(image.layers.map(\.diffID.hex) == [sha(Self.tar)])
    #expect(image.entry("bin/sh") == "file")
  }

  @Test(
    arguments: [
      (Array("BZh91AY&SY".utf8), "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
    ] as [([UInt8], String)])
  func `other compressions are refused by name`(start: [UInt8], name: String) throws {
    let layer = start + [UInt8](repeating: 1, count: 600)
    let error = try #require(throws: ImageError.self) {
      _ = try LayeredImage([.init(Self.tar, stored: layer)]).docker.readAsArchive()
    }
    #expect(error.reason == "0: expected a tar archive, found data compressed with \(name)")
  }

  /// A layer that ends right behind its last byte, and what is said of it; 3 bytes are its contents.
  @Test(arguments: [
    (1027, "0: bin/sh: the archive ends after 0 of 509 bytes that pad the contents"),
    (1100, "0: bin/sh: the archive ends after 73 of 509 bytes that pad the contents"),
    (1536, "0: the archive ends with 0 of the 2 blocks of zeros that should end it"),
    (2048, "0: the archive ends with 1 of the 2 blocks of zeros that should end it"),
  ])
  func `zeros may lack at the end of a layer, with a warning`(count: Int, warning: String) throws {
    let cut = Array(Self.tar.prefix(count))
    for stored in [cut, Gzip.stored(cut)] {
      let image = try LayeredImage([.init(cut, stored: stored)]).docker.readAsArchive()
      #expect(image.entry("bin/sh") == "file")
      #expect(image.warnings.count == 1 && image.warnings.allSatisfy { $0.hasSuffix("[0].Layers[0]: \(warning)") })
      #expect(image.layers.map(\.size) == [Int64(count)])
    }
  }

  @Test(arguments: [
    (1026, "ends after 2 of 3 bytes of contents"), (1000, "ends after 488 of 512 bytes"),
    (1600, "ends after 64 of 512 bytes"),
  ])
  func `contents and parts of blocks may not lack`(count: Int, reason: String) throws {
    let cut = Array(Self.tar.prefix(count))
    let error = try #require(throws: ImageError.self) { _ = try LayeredImage([.init(cut)]).docker.readAsArchive() }
    #expect(error.reason.hasSuffix(reason), "\(error)")
  }

  @Test(arguments: [0, 1024, 10_240])
  func `a layer of nothing is a layer`(zeros: Int) throws {
    let nothing = [UInt8](repeating: 0, count: zeros)
    for stored in [nothing, Gzip.stored(nothing)] {
      let image = LayeredImage([.init(Self.tar), .init(nothing, stored: stored), .init(Self.tar)])
      for read in [try image.docker.readAsArchive(), try image.layout.readAsFolder()] {
        #expect(read.layers.count == 3 && read.entry("bin/sh") == "file")
        #expect(read.layers[1].size == Int64(zeros))
      }
    }
  }

  @Test func `a root file system of nothing is refused`() throws {
    let folder = try ImageFolder()
    let base = NewBase(
      try Reference("sample:1"), for: Platform(os: "linux", architecture: "amd64"), settings: ImageSettings(),
      created: 0)
    let path = try folder.write([UInt8](), to: "root.tar")
    let error = try #require(throws: ImageError.self) {
      _ = try base.image(from: .file(path: path), spoolingNear: "/tmp")
    }
    #expect(error.reason.hasSuffix("expected a tar archive, found an empty file"), "\(error)")
  }

  @Test func `entries behind the end mark are refused`() throws {
    let error = try #require(throws: ImageError.self) {
      _ = try LayeredImage([.init(Self.tar + Self.tar)]).docker.readAsArchive()
    }
    #expect(error.reason == "0: other bytes than zeros behind the end mark, from byte 2560 on")
  }

  @Test func `the archive of an image may end behind its last contents`() throws {
    let folder = try ImageFolder()
    let members = LayeredImage([Member(name: "x")]).docker
    let last = try #require(members.last).bytes.count
    let tar = Member.tar(members)
    let end = tar.count - 1024 - TarFormat.padding(after: Int64(last))
    let path = try folder.write(Array(tar.prefix(end)), to: "image.tar")
    let image = try ImageSourceTests.read(path)
    let pad = TarFormat.padding(after: Int64(last))
    let warning = "\(path): manifest.json: the archive ends after 0 of \(pad) bytes that pad the contents"
    #expect(image.entry("x") == "file" && image.warnings == [warning])
    let error = try #require(throws: ImageError.self) {
      _ = try ImageSourceTests.read(folder.write(Array(tar.prefix(end - 1)), to: "image.tar"))
    }
    #expect(error.reason.hasSuffix("ends after \(last - 1) of \(last) bytes of contents"), "\(error)")
  }
}
