// Every kind of archive and folder gives the same image.

@testable import Archive
@testable import Files
@testable import Image
@testable import TestSupport
import Testing

struct ImageSourceTests {
  private static let reference = Result { try Reference("sample:1") }

  static func read(_ path: String) throws -> BaseImage {
    let source = try ImageSources.open(path, spoolingNear: "/tmp")
    let reference = try reference.get()
    let images = try source.images(for: reference).images
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
    try check(Self.read(folder.write(Gzip.stored(tar), to: "gzip.tar")))
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

  @Test func `many compressed layers take one open file`() throws {
    let layers = (0..<40).map { Gzip.stored(Member.tar([Member(name: "\($0)", bytes: Array("\($0)".utf8))])) }
    let ids = (0..<40).map { sha(Member.tar([Member(name: "\($0)", bytes: Array("\($0)".utf8))])) }
    let config = Array(
      """
      {"architecture":"amd64","os":"linux","rootfs":{"type":"layers",\
      "diff_ids":[\(ids.map { "\"sha256:\($0)\"" }.joined(separator: ","))]}}
      """.utf8)
    let names = (0..<40).map { "\"l\($0)\"" }.joined(separator: ",")
    let manifest = Array("[{\"Config\":\"\(sha(config))\",\"Layers\":[\(names)]}]".utf8)
    let members =
      layers.enumerated().map { Member(name: "l\($0)", bytes: $1) } + [
        Member(name: sha(config), bytes: config), Member(name: "manifest.json", bytes: manifest),
      ]
    let folder = try ImageFolder()
    let image = try Self.read(folder.write(Member.tar(members), to: "image.tar"))
    let spools = image.layers.map { $0.bytes.extent(from: 0, count: 1).holder }
    #expect(image.layers.count == 40 && spools.allSatisfy { $0 == spools.first })
    for (number, layer) in image.layers.enumerated() {
      var read = [UInt8](repeating: 0, count: Int(layer.size))
      try read.withUnsafeMutableBytes { try layer.bytes.read(from: 0, into: $0) }
      #expect(sha(read) == ids[number])
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

  @Test(arguments: [
    (#""org.opencontainers.image.ref.name":"1""#, nil), (#""other":"x""#, nil),
    (#""org.opencontainers.image.ref.name":"2""#, "docker.io/library/2:latest"),
    (#""io.containerd.image.name":"1""#, "docker.io/library/1:latest"),
    (#""io.containerd.image.name":"docker.io/library/sample:1","org.opencontainers.image.ref.name":"1""#, nil),
  ])
  func `the layout of a hybrid may tell the tag alone, or no name`(annotations: String, refused: String?) throws {
    let folder = try ImageFolder()
    var sample = SampleImage()
    sample.edit = { name, text in
      name == "index" ? text.replacing(#""org.opencontainers.image.ref.name":"sample:1""#, with: annotations) : text
    }
    let path = try folder.write(Member.tar(sample.layout + sample.docker), to: "both.tar")
    guard let refused else {
      let names = try ImageSources.open(path, spoolingNear: "/tmp").images().flatMap(\.references).map(\.familiar)
      #expect(names == ["sample:1"])
      return
    }
    let error = try #require(throws: ImageError.self) { _ = try Self.read(path) }
    #expect(error.reason.hasSuffix("named docker.io/library/sample:1 in manifest.json, \(refused) in index.json"))
  }

  @Test(arguments: [
    ("sample:1", "other:9", ": named docker.io/library/other:9 in manifest.json, docker.io/library/sample:1 in index"),
    (#""sample:1""#, "", ": named nothing in manifest.json, docker.io/library/sample:1 in index.json"),
    ("a/layer.tar", "blobs/sha256/missing", "manifest.json: [0].Layers[0]: blobs/sha256/missing: missing"),
    (
      #""a/layer.tar","b/layer.tar""#, #""b/layer.tar","b/layer.tar""#,
      "manifest.json: [0].Layers[0]: b/layer.tar: does not unpack to sha256:"
    ),
  ])
  func `the two sides of a hybrid must have the same names and layers`(from: String, to: String, fault: String) throws {
    let folder = try ImageFolder()
    var sample = SampleImage()
    sample.edit = { name, text in name == "docker" ? text.replacing(from, with: to) : text }
    let path = try folder.write(Member.tar(sample.layout + sample.docker), to: "both.tar")
    let error = try #require(throws: ImageError.self) { _ = try Self.read(path) }
    #expect(error.description.contains(fault), "\(error)")
  }

  @Test(
    arguments: [
      (0, nil), (-1, "layers[1]"), (1 - Int64(SampleImage.upper.count), "layers[1]"),
      (-1 - Int64(SampleImage.upper.count), "layers[0]"),
    ] as [(Int64, String?)])
  func `the layers of an image share one limit`(change: Int64, field: String?) throws {
    let folder = try ImageFolder()
    let path = try folder.write(SampleImage().layout, to: "layout")
    let limit = Int64(SampleImage.lower.count + SampleImage.upper.count) + change
    let source = try ImageSources.open(path, spoolingNear: "/tmp", limit: limit)
    let image = try #require(try source.images().first)
    guard let field else {
      _ = try source.read(image, as: Self.reference.get())
      return
    }
    let error = try #require(throws: ImageError.self) { _ = try source.read(image, as: Self.reference.get()) }
    #expect(error.field == field)
    #expect(error.reason.hasSuffix(": the image unpacks to more than the limit of \(limit) bytes"), "\(error)")
  }

  @Test func `an archive that unpacks to more than the limit is refused`() throws {
    let folder = try ImageFolder()
    let path = try folder.write(Gzip.stored(Member.tar(SampleImage().docker)), to: "image.tar")
    let error = try #require(throws: ImageError.self) {
      _ = try ImageSources.open(path, spoolingNear: "/tmp", limit: 5000)
    }
    #expect(error.reason.hasSuffix("unpacks to more than the limit of 5000 bytes"), "\(error)")
  }
}
