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
    if let platform = try field.member("platform") { self.platform = try Platform(platform) }
    for (key, value) in try field.member("annotations")?.members() ?? [] {
      annotations.append(Annotation(key, try value.string()))
    }
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

extension Platform {
  /// The platform of a descriptor or a config; an empty variant is none. Throws `ImageError`.
  init(_ field: DocumentField) throws(ImageError) {
    let variant = try field.member("variant")
    self.init(
      os: try Self.word(field.required("os")), architecture: try Self.word(field.required("architecture")),
      variant: try variant?.string() == "" ? nil : variant.map(Self.word))
  }

  /// A word of letters, digits, '.', '_' and '-', as platforms are told, listed and compared by their words.
  private static func word(_ field: DocumentField) throws(ImageError) -> String {
    let text = try field.string()
    let isWord = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
      default: false
      }
    }
    guard isWord && !text.isEmpty else {
      throw field.error("expected letters, digits, '.', '_' and '-', found \(quoted(text))")
    }
    return text
  }

  var json: JSONLiteral {
    .object(
      [("architecture", .string(architecture)), ("os", .string(os))]
        + (variant.map { [("variant", .string($0))] } ?? []))
  }
}
