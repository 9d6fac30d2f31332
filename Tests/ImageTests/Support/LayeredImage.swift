// An image of layers that a test makes byte by byte, each as it is stored and as it unpacks.

@testable import Archive
@testable import Image
@testable import TestSupport

/// An image of any layers, as an archive of docker save or a layout.
struct LayeredImage {
  struct Layer {
    /// What the archive or the layout holds.
    let stored: [UInt8]
    /// What it unpacks to.
    let unpacked: [UInt8]
    let mediaType: String

    init(_ unpacked: [UInt8], stored: [UInt8]? = nil, mediaType: String = MediaType.layer) {
      (self.unpacked, self.stored, self.mediaType) = (unpacked, stored ?? unpacked, mediaType)
    }
  }

  var layers: [Layer]
  /// Members of the config beside its platform.
  var members: [String]
  /// The name of the config in an archive of docker save; nil for its digest.
  var configName: String?

  /// An image with these layers; `history` is the JSON of its history.
  init(_ layers: [Layer], history: String? = nil) {
    self.layers = layers
    let ids = layers.map { "\"sha256:\(sha($0.unpacked))\"" }.joined(separator: ",")
    members = [#""rootfs":{"type":"layers","diff_ids":[\#(ids)]}"#]
    if let history { members.append(#""history":\#(history)"#) }
  }

  /// An image of one layer with these entries.
  init(_ entries: [Member]) { self.init([Layer(Member.tar(entries))]) }

  var config: [UInt8] {
    Array("{\((#""architecture":"amd64","os":"linux""# + members.map { ",\($0)" }.joined()))}".utf8)
  }

  /// The files of an archive of docker save; layers have the names "0", "1" and so on.
  var docker: [Member] {
    let name = configName ?? "\(sha(config)).json"
    let names = layers.indices.map { "\"\($0)\"" }.joined(separator: ",")
    let manifest = #"[{"Config":"\#(name)","RepoTags":["sample:1"],"Layers":[\#(names)]}]"#
    return layers.enumerated().map { Member(name: "\($0)", bytes: $1.stored) } + [
      Member(name: name, bytes: config), Member(name: "manifest.json", bytes: Array(manifest.utf8)),
    ]
  }

  var manifest: [UInt8] {
    let layers = layers.map { descriptor($0.stored, $0.mediaType) }.joined(separator: ",")
    return Array(
      #"{"schemaVersion":2,"config":\#(descriptor(config, MediaType.config)),"layers":[\#(layers)]}"#.utf8)
  }

  /// The files of an OCI layout.
  var layout: [Member] {
    let index = """
      {"schemaVersion":2,"manifests":[\(descriptor(manifest, MediaType.manifest, #","annotations":{"x":null}"#))]}
      """
    return (layers.map(\.stored) + [config, manifest]).map { Member(name: "blobs/sha256/\(sha($0))", bytes: $0) } + [
      Member(name: "index.json", bytes: Array(index.utf8)),
      Member(name: "oci-layout", bytes: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
    ]
  }

  private func descriptor(_ bytes: [UInt8], _ mediaType: String, _ more: String = "") -> String {
    #"{"mediaType":"\#(mediaType)","digest":"sha256:\#(sha(bytes))","size":\#(bytes.count)\#(more)}"#
  }
}

extension Array where Element == Member {
  /// The one image that an archive of these files holds.
  func readAsArchive() throws -> BaseImage {
    let folder = try ImageFolder()
    return try ImageSourceTests.read(folder.write(Member.tar(self), to: "image.tar"))
  }

  /// The same for a folder.
  func readAsFolder() throws -> BaseImage {
    let folder = try ImageFolder()
    return try ImageSourceTests.read(folder.write(self, to: "layout"))
  }
}

extension BaseImage {
  /// What stands at `path`: its kind and, of a symlink, where it leads.
  func entry(_ path: String) -> String? {
    guard let entry = files[Array(path.utf8)] else { return nil }
    let target = String(decoding: entry.linkname, as: UTF8.self)
    return target.isEmpty ? entry.kind.rawValue : "\(entry.kind.rawValue) \(target)"
  }
}
