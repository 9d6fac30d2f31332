// The two documents that lead to an image: the manifest of one, and the index of several.
// OCI image-spec, manifest.md and image-index.md.

import Basics
package import JSON

/// The manifest of an image: its config and its layers, lowest first.
package struct Manifest: Equatable, Sendable {
  package let config: Descriptor
  package let layers: [Descriptor]

  /// The most layers of an image; engines mount some hundred.
  static let mostLayers = 10_000

  package init(config: Descriptor, layers: [Descriptor]) {
    self.config = config
    self.layers = layers
  }

  /// The manifest that `document`, which its descriptor says is of `mediaType`, spells. Throws `ImageError`.
  package init(_ document: DocumentField, mediaType: String) throws(ImageError) {
    try document.checkSchema(mediaType: mediaType, without: "manifests")
    config = try Descriptor(try document.required("config"))
    var layers: [Descriptor] = []
    for field in try document.member("layers")?.elements(atMost: Self.mostLayers, of: "layers") ?? [] {
      layers.append(try Descriptor(field))
    }
    self.layers = layers
    try document.checkTwinKeys()
  }

  /// The document as it is written.
  package var json: JSONLiteral {
    .object([
      ("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.manifest)), ("config", config.json),
      ("layers", .array(layers.map(\.json))),
    ])
  }
}

/// An index: the manifests of several images, or of one image on several platforms.
package struct ImageIndex: Equatable, Sendable {
  package var manifests: [Descriptor]

  /// The most descriptors of one index, and of the indexes of one source, that are looked at.
  static let mostDescriptors = 10_000

  package init(manifests: [Descriptor]) { self.manifests = manifests }

  /// An item of an index: what leads on, or why nothing does. One that cannot be followed says nothing of the others.
  struct Item: Sendable {
    let field: DocumentField
    let descriptor: Result<Descriptor, IndexFault>
    /// The names that it gives what it leads to.
    let names: [String]

    /// Nil for an item that cannot be followed.
    var known: Descriptor? {
      if case .success(let descriptor) = descriptor { descriptor } else { nil }
    }
  }

  /// The items of the index that `document` spells; `mediaType` is what its descriptor says, nil for index.json itself.
  ///
  /// Throws `ImageError`.
  static func items(of document: DocumentField, mediaType: String?) throws(ImageError) -> [Item] {
    try document.checkSchema(mediaType: mediaType, without: "layers")
    // Two keys in an item are a fault of that item alone.
    try document.checkTwinKeys(except: "manifests")
    return try fields(of: document).map { Item($0) }
  }

  /// The items of the index that `document` spells as they stand there; none of a document of another kind.
  ///
  /// Throws `ImageError`.
  static func fields(of document: DocumentField) throws(ImageError) -> [DocumentField] {
    try document.member("manifests")?.elements(atMost: mostDescriptors, of: "descriptors") ?? []
  }

  /// The document as it is written.
  package var json: JSONLiteral {
    .object([
      ("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index)),
      ("manifests", .array(manifests.map(\.json))),
    ])
  }
}

extension ImageIndex.Item {
  fileprivate init(_ field: DocumentField) {
    do throws(ImageError) {
      let descriptor = try Descriptor(field)
      self.init(field: field, descriptor: .success(descriptor), names: descriptor.names)
    } catch {
      // Names and a digest that can be read all the same tell whose fault it is, and of what kind.
      let annotations = (try? field.member("annotations")?.members()) ?? []
      let named = annotations.compactMap { key, field in
        (try? field.string()).map { Descriptor.Annotation(key, $0) }
      }
      let digest = try? field.required("digest").string()
      let fault = IndexFault(error: error, isDamage: !(digest.map(ImageDigest.isOther) ?? false))
      self.init(field: field, descriptor: .failure(fault), names: Descriptor.names(in: named))
    }
  }
}

extension DocumentField {
  /// Refuses what can be read as two kinds of document (CVE-2021-41190), or is of another kind than its descriptor says.
  fileprivate func checkSchema(mediaType: String?, without other: String) throws(ImageError) {
    let version = try required("schemaVersion")
    guard case .number("2") = version.value.kind else { throw version.error("expected 2") }
    if let field = try member("mediaType"), let mediaType, try field.string() != mediaType {
      throw field.error("expected \(quoted(mediaType)) as its descriptor says, found \(quoted(try field.string()))")
    }
    if let field = try member(other) { throw field.error("cannot stand in this kind of document") }
    try check(.manifest)
  }
}
