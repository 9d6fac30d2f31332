// A base and a new layer, all in memory, and the image that they make.

@testable import Archive
@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

/// A base of two layers for linux/arm/v6, and a new layer with one file.
struct SampleBuild {
  /// A config in an order of its own, with a member that is not known at each place.
  static let baseConfig = """
    {"created":"2001-02-03T04:05:06Z","author":"someone","architecture":"arm","variant":"v6","os":"linux",\
    "os.features":["a"],"config":{"Env":["PATH=/bin","A=1"],"Healthcheck":{"Test":["NONE"]},"Cmd":["sh","-l"]},\
    "rootfs":{"type":"layers","diff_ids":["sha256:\(sha(SampleImage.lower))","sha256:\(sha(SampleImage.upper))"]},\
    "history":[{"created_by":"one"},{"comment":"nothing","empty_layer":true},{"x":1.50}],"z":{"n":1.0e2}}
    """

  /// 2017-07-14T02:40:00Z
  static let time: Int64 = 1_500_000_000

  var config = baseConfig
  var baseLayers = [SampleImage.lower, SampleImage.upper]
  var platform = Platform(os: "linux", architecture: "arm", variant: "v7")
  /// Changes the base's settings.
  var change: (inout ImageSettings) -> Void = { _ in }

  /// The bytes of the new layer.
  static let layer = Member.tar([Member(name: "bin/tool", bytes: Array("tool".utf8))])

  /// The image, and the store of its contents.
  func build() throws -> (image: BuiltImage, store: SourceStore) {
    var contents = SourceTable()
    let config = try ImageConfig(DocumentField(reading: Array(config.utf8), place: "base"))
    let layers = baseLayers.map {
      ImageBuilder.Layer(
        diffID: ImageDigest(of: $0), size: Int64($0.count), content: contents.add(.bytes($0)))
    }
    var settings = config.settings
    change(&settings)
    let builder = ImageBuilder(
      baseConfig: config, baseLayers: layers, platform: platform, settings: settings, created: Self.time,
      createdBy: "kpack: ADD tool")
    let store = SourceStore(contents)
    var layer = Rope(in: store)
    layer.append(TarEntry(name: Array("bin/tool".utf8), kind: .file, mode: 0o755), .bytes(Array("tool".utf8)))
    layer.appendEnd()
    return (builder.build(layer: layer, diffID: ImageDigest(of: Self.layer)), store)
  }
}

extension Rope {
  /// All bytes of the archive.
  func bytes() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(count))
    try bytes.withUnsafeMutableBytes { try read(from: 0, into: $0) }
    return bytes
  }
}

extension SourceStore {
  /// The bytes of a blob.
  func bytes(of blob: ImageBlob) throws -> [UInt8] {
    switch blob {
    case .document(let bytes): return bytes
    case .layer(let rope): return try rope.bytes()
    case .source(let id):
      var bytes = [UInt8](repeating: 0, count: Int(size(of: id) ?? 0))
      try bytes.withUnsafeMutableBytes { try read(id, from: 0, into: $0) }
      return bytes
    }
  }
}
