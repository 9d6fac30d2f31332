// Every kind of archive and folder gives the same image.

import Archive
import Image
import Testing

struct ImageSourceTests {
  private static let reference = Result { try Reference("sample:1") }

  static func read(_ path: String) throws -> BaseImage {
    let source = try ImageSource(path, spoolingNear: "/tmp")
    let reference = try reference.get()
    let images = try source.images(for: reference)
    return try source.read(#require(images.first), as: reference)
  }

  private func check(_ image: BaseImage) throws {
    #expect(image.configDigest == ImageDigest(of: SampleImage().config))
    #expect(image.layers.map(\.diffID.hex) == [sha(SampleImage.lower), sha(SampleImage.upper)])
    #expect(image.layers.map(\.size) == [Int64(SampleImage.lower.count), Int64(SampleImage.upper.count)])
    for (layer, bytes) in zip(image.layers, [SampleImage.lower, SampleImage.upper]) {
      var read = [UInt8](repeating: 0, count: bytes.count)
      try read.withUnsafeMutableBytes { try layer.bytes.read(from: 0, into: $0) }
      #expect(read == bytes)
    }
    #expect(image.files[Array("usr/lib/new".utf8)]?.kind == .file)
    #expect(image.files[Array("etc/old".utf8)] == nil)
    #expect(image.files[Array("etc".utf8)]?.kind == .directory)
  }

  @Test func `an archive of docker save is read, plain and gzip`() throws {
    let folder = try ImageFolder()
    let tar = Member.tar(SampleImage().docker)
    try check(Self.read(folder.write(tar, to: "plain.tar")))
    try check(Self.read(folder.write(gzipped(tar), to: "gzip.tar")))
  }

  @Test func `a layout is read, as an archive and as a folder`() throws {
    let folder = try ImageFolder()
    let sample = SampleImage()
    for path in [
      try folder.write(Member.tar(sample.layout), to: "oci.tar"), try folder.write(sample.layout, to: "oci"),
      try folder.write(Member.tar(sample.layout + sample.docker), to: "both.tar"),
    ] {
      let image = try Self.read(path)
      #expect(image.manifestDigest == ImageDigest(of: sample.manifest))
      try check(image)
    }
  }

  @Test func `the two sides of a hybrid must tell of the same image`() throws {
    let folder = try ImageFolder()
    let other = SampleImage(architecture: "arm64")
    let path = try folder.write(Member.tar(SampleImage().layout + other.docker), to: "both.tar")
    #expect(throws: ImageError(path, "", "manifest.json and index.json tell of different images")) {
      _ = try Self.read(path)
    }
  }
}
