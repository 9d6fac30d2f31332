// What a document says of a blob: its type, its digest, its size (OCI image-spec, descriptor.md), the media types
// that there are, and the bytes of a document that one descriptor names and that has others.

import Archive
package import Basics
package import JSON

/// A reference to a blob.
package struct Descriptor: Equatable, Sendable {
  package let mediaType: String
  package let digest: ImageDigest
  /// Bytes of the blob.
  package let size: Int64
  /// What the blob runs on, when an index says (image-index.md).
  package var platform: Platform?
  /// In the order of the document.
  package var annotations: [Annotation] = []

  /// One annotation (annotations.md).
  package struct Annotation: Equatable, Sendable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }

    /// The member of a document that has `annotations`, sorted by key; none for none.
    static func members(_ annotations: [Annotation]) -> [(String, JSONLiteral)] {
      if annotations.isEmpty { return [] }
      let sorted = annotations.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      return [("annotations", .object(sorted.map { ($0.key, .string($0.value)) }))]
    }

    /// The tag or the name of an image in a layout.
    package static let refName = "org.opencontainers.image.ref.name"
    /// The manifest that a statement is about (BuildKit, attestation-storage.md).
    package static let subjectDigest = "vnd.docker.reference.digest"
    /// The whole name of an image, for containerd.
    package static let imageName = "io.containerd.image.name"
  }

  package init(
    mediaType: String, digest: ImageDigest, size: Int64, platform: Platform? = nil, annotations: [Annotation] = []
  ) {
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.platform = platform
    self.annotations = annotations
  }

  /// The descriptor that `field` spells.
  package init(_ field: DocumentField) throws(ImageError) {
    mediaType = try field.required("mediaType").string()
    digest = try field.required("digest").digest()
    size = try field.required("size").size()
    if let platform = try field.member("platform") {
      // Nil when system or architecture is missing: then the config says.
      self.platform = try PlatformWords(platform).platform
    }
    for (key, value) in try field.member("annotations")?.members() ?? [] {
      annotations.append(Annotation(key, try value.string()))
    }
    try field.check(.descriptor)
    try field.checkTwinKeys()
  }

  /// The names that it gives to the image: the whole name, or the reference name, which is often a tag alone.
  var names: [String] { Self.names(in: annotations) }

  /// The names among `annotations`.
  static func names(in annotations: [Annotation]) -> [String] {
    let value = { (key: String) in annotations.first { $0.key == key }?.value }
    return [value(Annotation.imageName) ?? value(Annotation.refName)].compactMap { $0 }
  }

  /// The value of the annotation `key`.
  package func annotation(_ key: String) -> String? { annotations.first { $0.key == key }?.value }

  /// The descriptor as it is written; annotations sorted by key.
  package var json: JSONLiteral {
    var members: [(String, JSONLiteral)] = [
      ("mediaType", .string(mediaType)), ("digest", .string("\(digest)")), ("size", .integer(size)),
    ]
    if let platform { members.append(("platform", platform.json)) }
    return .object(members + Annotation.members(annotations))
  }
}

/// The bytes of a config, a manifest or an index.
struct Document: Sendable {
  let bytes: [UInt8]
  var mediaType: String
  let digest: ImageDigest

  /// The most bytes of a document, 16 MiB.
  static let largest = 16 << 20

  init(bytes: [UInt8], mediaType: String) {
    self.bytes = bytes
    self.mediaType = mediaType
    digest = ImageDigest(of: bytes)
  }

  /// What another document says of this one.
  var descriptor: Descriptor { Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count)) }
}

/// The media types that are read and written: OCI image-spec, media-types.md, and those of Docker that it names as
/// compatible.
package enum MediaType {
  package static let index = "application/vnd.oci.image.index.v1+json"
  package static let manifest = "application/vnd.oci.image.manifest.v1+json"
  package static let config = "application/vnd.oci.image.config.v1+json"
  package static let layer = "application/vnd.oci.image.layer.v1.tar"
  package static let gzipLayer = "application/vnd.oci.image.layer.v1.tar+gzip"
  package static let dockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json"
  package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
  package static let dockerConfig = "application/vnd.docker.container.image.v1+json"
  package static let dockerLayer = "application/vnd.docker.image.rootfs.diff.tar"
  package static let dockerGzipLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
  package static let zstdLayer = "application/vnd.oci.image.layer.v1.tar+zstd"
  /// Docker defines no such type; tools that convert an OCI image into a Docker image write it.
  package static let dockerZstdLayer = "application/vnd.docker.image.rootfs.diff.tar.zstd"

  package static let indexes = [index, dockerIndex]
  package static let manifests = [manifest, dockerManifest]
  package static let configs = [config, dockerConfig]
  private static let layers = [layer, gzipLayer, zstdLayer, dockerLayer, dockerGzipLayer, dockerZstdLayer]
  /// The starts of the types of layers that are not distributed with their image, as those of Windows (layer.md,
  /// "Non-Distributable Layers").
  private static let foreignLayers = [
    "application/vnd.oci.image.layer.nondistributable.", "application/vnd.docker.image.rootfs.foreign.",
  ]

  /// Whether `type` is that of a layer of any kind.
  static func isLayer(_ type: String) -> Bool {
    ["application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs."].contains {
      type.utf8.starts(with: $0.utf8)
    }
  }

  /// The compression that the suffix of a layer's media type names, "+gzip" or, in Docker's types, ".gzip"; nil for
  /// none (layer.md, "+gzip Media Types" and "+zstd Media Types").
  static func compression(ofLayer type: String) -> Compression? {
    Compression.allCases.first { compression in
      let end = type.utf8.suffix(compression.rawValue.utf8.count + 1)
      return ["+", "."].contains { end.elementsEqual("\($0)\(compression)".utf8) }
    }
  }

  /// OCI's media type of a layer of this compression.
  static func layer(_ compression: Compression?) -> String { compression.map { "\(layer)+\($0)" } ?? layer }

  /// Why a layer of `type` cannot be read; nil when it can.
  static func reason(againstLayer type: String) -> String? {
    if layers.contains(type) {
      let canBeRead = compression(ofLayer: type) != .zstd || ZstdLibrary.isThere
      return canBeRead ? nil : "\(quoted(type)) \(Compression.zstdMissing)"
    }
    let isForeign = foreignLayers.contains { type.utf8.starts(with: $0.utf8) }
    let wanted = isForeign ? "a layer that is distributed with its image" : "a plain, gzip or zstd layer"
    return "expected \(wanted), found \(quoted(type))"
  }
}
