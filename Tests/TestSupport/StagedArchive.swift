// Archives of images as they stand in the stage folder: small and sound, but for one thing where a test wants that.

@testable import Archive
@testable import Basics
@testable import Image

/// An archive of an image of one layer, on one platform or several.
struct StagedArchive {
  /// What stands in it: manifest.json, index.json and oci-layout, or all of them.
  enum Form: CaseIterable {
    case docker, oci, hybrid
  }

  var form = Form.docker
  var platforms = [Platform.amd64]
  var names = ["example.org/api:v1"]
  /// The files that are left out.
  var missing: [String] = []
  /// Zeros behind the layer, which no document tells of.
  var trailing = 0
  /// A text that stands in documents, and what stands there instead after their digests are made.
  var damage: (text: String, other: String)?

  private typealias File = (name: String, bytes: [UInt8])

  /// One folder.
  private static let layer = Member.tar([Member(name: "etc/", kind: .directory)])
  /// Where the layer stands without an OCI layout.
  static let layerName = "a/layer.tar"
  /// Where it stands in an OCI layout.
  static let layerBlob = ImageDigest(of: layer).blobPath

  var bytes: [UInt8] {
    var files: [File] = [(form == .docker ? Self.layerName : Self.layerBlob, Self.layer + Self.zeros(trailing))]
    files += platforms.map { (configName($0), config($0)) }
    if form != .oci { files.append(("manifest.json", Array("[\(list(dockerImage))]".utf8))) }
    if form != .docker {
      files += platforms.map { (ImageDigest(of: manifest($0)).blobPath, manifest($0)) }
      files.append(("index.json", Array(#"{"schemaVersion":2,"manifests":[\#(list(descriptors))]}"#.utf8)))
      files.append(("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)))
    }
    return Member.tar(
      files.filter { !missing.contains($0.name) }.map { Member(name: $0.name, mode: 0o644, bytes: damaged($0.bytes)) })
  }

  private func list(_ item: (Platform) -> String) -> String { platforms.map(item).joined(separator: ",") }

  private func damaged(_ bytes: [UInt8]) -> [UInt8] {
    guard let damage else { return bytes }
    return Array(String(decoding: bytes, as: UTF8.self).replacing(damage.text, with: damage.other).utf8)
  }

  private func config(_ platform: Platform) -> [UInt8] {
    let variant = platform.variant.map { #","variant":"\#($0)""# } ?? ""
    let layers = #"{"type":"layers","diff_ids":["\#(ImageDigest(of: Self.layer))"]}"#
    return Array(
      #"{"architecture":"\#(platform.architecture)","os":"\#(platform.os)"\#(variant),"rootfs":\#(layers)}"#.utf8)
  }

  private func configName(_ platform: Platform) -> String {
    let digest = ImageDigest(of: config(platform))
    return form == .docker ? "\(digest.hex).json" : digest.blobPath
  }

  /// An item of manifest.json (moby, daemon/internal/image/tarexport).
  private func dockerImage(_ platform: Platform) -> String {
    let tags = names.isEmpty ? "null" : "[\(names.map { #""\#($0)""# }.joined(separator: ","))]"
    let layer = form == .docker ? Self.layerName : Self.layerBlob
    return #"{"Config":"\#(configName(platform))","RepoTags":\#(tags),"Layers":["\#(layer)"]}"#
  }

  /// The manifest of an OCI layout (OCI image-spec, manifest.md).
  private func manifest(_ platform: Platform) -> [UInt8] {
    let config = descriptor(MediaType.config, of: config(platform))
    let layer = descriptor(MediaType.layer, of: Self.layer)
    return Array(#"{"schemaVersion":2,"config":\#(config),"layers":[\#(layer)]}"#.utf8)
  }

  /// The descriptors of an image in index.json, one a name.
  private func descriptors(_ platform: Platform) -> String {
    let manifest = manifest(platform)
    let named = names.map { name in
      descriptor(
        MediaType.manifest, of: manifest, #","annotations":{"org.opencontainers.image.ref.name":"\#(name)"}"#)
    }
    return named.isEmpty ? descriptor(MediaType.manifest, of: manifest) : named.joined(separator: ",")
  }

  private func descriptor(_ mediaType: String, of bytes: [UInt8], _ more: String = "") -> String {
    #"{"mediaType":"\#(mediaType)","digest":"\#(ImageDigest(of: bytes))","size":\#(bytes.count)\#(more)}"#
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}

extension TemporaryTree {
  /// Writes `archive` as PATH.tar, and `tag`, that of its first name unless it is given, as PATH.docker_tag.
  func stage(_ archive: StagedArchive, as path: String, tag: String? = nil) throws {
    let first = archive.names.first.flatMap { $0.split(separator: ":").last }
    try stage(archive.bytes, as: path, tag: tag ?? "\(first ?? "v1")\n")
  }

  /// Writes `bytes` as PATH.tar, and `tag` as PATH.docker_tag.
  func stage(_ bytes: [UInt8], as path: String, tag: String = "v1\n") throws {
    try write(bytes, to: "\(path).tar")
    try write(tag, to: "\(path).docker_tag")
  }
}
