// What an image is made of: its blobs in their order, its manifest and its config, byte for byte.

@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Built images` {
  private static let (lower, upper, new) = (sha(SampleImage.lower), sha(SampleImage.upper), sha(SampleBuild.layer))

  /// The text of the image's config.
  private static func config(_ sample: SampleBuild) throws -> String {
    let (image, store) = try sample.build()
    return String(decoding: try store.bytes(of: #require(image.blobs.first).blob), as: UTF8.self)
  }

  @Test func `the blobs are the config, the layers from the lowest on, and the manifest`() throws {
    let (image, store) = try SampleBuild().build()
    let blobs = try image.blobs.map { try store.bytes(of: $0.blob) }
    try #require(blobs.count == 5)
    #expect(Array(blobs[1...3]) == [SampleImage.lower, SampleImage.upper, SampleBuild.layer])
    #expect(image.blobs.map(\.digest.hex) == blobs.map(sha))
    #expect(image.layers.map(\.hex) == [Self.lower, Self.upper, Self.new])
  }

  @Test func `the descriptors of config and manifest tell digest and size of their very bytes`() throws {
    let (image, store) = try SampleBuild().build()
    let blobs = try image.blobs.map { try store.bytes(of: $0.blob) }
    let (config, manifest) = (try #require(blobs.first), try #require(blobs.last))
    #expect(
      image.config
        == Descriptor(mediaType: MediaType.config, digest: ImageDigest(of: config), size: Int64(config.count)))
    #expect(
      image.manifest
        == Descriptor(
          mediaType: MediaType.manifest, digest: ImageDigest(of: manifest), size: Int64(manifest.count),
          platform: Platform(os: "linux", architecture: "arm", variant: "v7")))
  }

  @Test func `the manifest lists the layers from the lowest on, uncompressed, with their sizes`() throws {
    let (image, store) = try SampleBuild().build()
    let manifest = try store.bytes(of: #require(image.blobs.last).blob)
    #expect(
      String(decoding: manifest, as: UTF8.self) == """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
        "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\(image.config.digest)",\
        "size":\(image.config.size)},"layers":[\
        {"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:\(Self.lower)","size":4608},\
        {"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:\(Self.upper)","size":2560},\
        {"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:\(Self.new)","size":2048}]}
        """)
  }

  @Test func `the config is the base's with its unknown members in their places, one more layer and one more item`()
    throws
  {
    #expect(
      try Self.config(SampleBuild()) == """
        {"created":"2017-07-14T02:40:00Z","author":"someone","architecture":"arm","variant":"v7","os":"linux",\
        "os.features":["a"],"config":{"Env":["PATH=/bin","A=1"],"Healthcheck":{"Test":["NONE"]},"Cmd":["sh","-l"]},\
        "rootfs":{"type":"layers","diff_ids":["sha256:\(Self.lower)","sha256:\(Self.upper)","sha256:\(Self.new)"]},\
        "history":[{"created_by":"one","created":"2017-07-14T02:40:00Z"},{"comment":"nothing","empty_layer":true,\
        "created":"2017-07-14T02:40:00Z"},{"x":1.50,"created":"2017-07-14T02:40:00Z"},\
        {"created":"2017-07-14T02:40:00Z","created_by":"kpack: ADD tool"}],"z":{"n":1.0e2}}
        """)
  }

  @Test func `new settings stand in the places of the base's, others at the end`() throws {
    var sample = SampleBuild()
    sample.change = { settings in
      settings.set(variable: "A", to: "2")
      settings.command = nil
      settings.entrypoint = ["/bin/tool"]
      settings.workingDirectory = "/srv"
      settings.user = "1:1"
      settings.set(label: "l", to: "v")
    }
    let config = try Self.config(sample)
    let settings = """
      "config":{"Env":["PATH=/bin","A=2"],"Healthcheck":{"Test":["NONE"]},"Entrypoint":["/bin/tool"],\
      "WorkingDir":"/srv","User":"1:1","Labels":{"l":"v"}},"rootfs"
      """
    #expect(config.contains(settings), "\(config)")
  }

  @Test(arguments: [("v8", #""architecture":"arm64","variant":"v8""#), (nil, #""architecture":"arm64""#)])
  func `the config tells of the image's platform, not of the base's`(variant: String?, members: String) throws {
    var sample = SampleBuild()
    sample.platform = Platform(os: "linux", architecture: "arm64", variant: variant)
    #expect(try Self.config(sample).contains(#""author":"someone",\#(members),"os":"linux","os.features""#))
    #expect(try sample.build().image.manifest.platform == sample.platform)
    #expect(try sample.build().image.platform == sample.platform)
  }

  @Test func `a base without a history is given an item for each of its layers`() throws {
    var sample = SampleBuild()
    let range = try #require(sample.config.firstRange(of: ",\"history\""))
    sample.config = sample.config[..<range.lowerBound] + "}"
    let history = """
      "history":[{"created":"2017-07-14T02:40:00Z","created_by":"base"},\
      {"created":"2017-07-14T02:40:00Z","created_by":"base"},\
      {"created":"2017-07-14T02:40:00Z","created_by":"kpack: ADD tool"}]}
      """
    let config = try Self.config(sample)
    #expect(config.hasSuffix(history), "\(config)")
  }

  @Test func `a base without layers and settings gives an image of one layer`() throws {
    var sample = SampleBuild(
      config: #"{"architecture":"arm","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#, baseLayers: [])
    sample.platform = Platform(os: "linux", architecture: "arm")
    let image = try sample.build().image
    #expect(image.layers.map(\.hex) == [Self.new] && image.blobs.count == 3)
    #expect(
      try Self.config(sample) == """
        {"architecture":"arm","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:\(Self.new)"]},\
        "created":"2017-07-14T02:40:00Z","config":{},\
        "history":[{"created":"2017-07-14T02:40:00Z","created_by":"kpack: ADD tool"}]}
        """)
  }

  @Test func `the same parts make the same bytes`() throws {
    let builds = try (0..<2).map { _ in try SampleBuild().build() }
    let bytes = try builds.map { build in try build.image.blobs.map { try build.store.bytes(of: $0.blob) } }
    #expect(bytes[0] == bytes[1] && bytes[0].count == 5)
  }
}
