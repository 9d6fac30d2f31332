// What a document says of a blob: its type, its digest, its size (OCI image-spec, descriptor.md).

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

  /// The descriptor that `field` spells. Throws `ImageError`.
  package init(_ field: DocumentField) throws(ImageError) {
    mediaType = try field.required("mediaType").string()
    digest = try field.required("digest").digest()
    size = try field.required("size").size()
    if let platform = try field.member("platform") {
      // One that does not tell system and architecture is none; the config tells then.
      self.platform = try PlatformWords(platform).platform
    }
    for (key, value) in try field.member("annotations")?.members() ?? [] {
      annotations.append(Annotation(key, try value.string()))
    }
    try field.check(.descriptor)
    try field.checkTwinKeys()
  }

  /// The names that it gives what it leads to. Beside the whole name, the other is a tag alone.
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
    if !annotations.isEmpty {
      let sorted = annotations.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(("annotations", .object(sorted.map { ($0.key, .string($0.value)) })))
    }
    return .object(members)
  }
}
