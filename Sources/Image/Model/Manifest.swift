// The documents that lead to an image: its manifest, an index of several manifests, and the two files that an OCI image
// layout begins with (OCI image-spec, manifest.md, image-index.md, image-layout.md).

import Basics
package import JSON

/// The manifest of an image: its config and its layers, lowest first.
package struct Manifest: Equatable, Sendable {
  package let config: Descriptor
  package let layers: [Descriptor]
  /// Those that are written; of a manifest that is read they are not wanted.
  private let annotations: [Descriptor.Annotation]

  /// The most layers of an image; engines mount a few hundred.
  static let mostLayers = 10_000

  package init(config: Descriptor, layers: [Descriptor], annotations: [Descriptor.Annotation] = []) {
    self.config = config
    self.layers = layers
    self.annotations = annotations
  }

  /// The manifest that `document`, which is of `mediaType` by its descriptor, spells.
  package init(_ document: DocumentField, mediaType: String) throws(ImageError) {
    try checkSchema(of: document, mediaType: mediaType, without: "manifests")
    config = try Descriptor(try document.required("config"))
    var layers: [Descriptor] = []
    for field in try document.member("layers")?.elements(atMost: Self.mostLayers, of: "layers") ?? [] {
      layers.append(try Descriptor(field))
    }
    self.layers = layers
    annotations = []
    try document.checkTwinKeys()
  }

  /// The document as it is written.
  package var json: JSONLiteral {
    .object(
      [
        ("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.manifest)), ("config", config.json),
        ("layers", .array(layers.map(\.json))),
      ] + Descriptor.Annotation.members(annotations))
  }

  /// The bytes of the document.
  var document: Document { Document(bytes: Array(json.text.utf8), mediaType: MediaType.manifest) }
}

/// An index: the manifests of several images, or of one image on several platforms.
package struct ImageIndex: Equatable, Sendable {
  package var manifests: [Descriptor]
  /// Those that are written; of an index that is read they are not wanted.
  var annotations: [Descriptor.Annotation] = []

  /// The most descriptors of one index, and of all indexes of one source, that are looked at.
  static let mostDescriptors = 10_000

  package init(manifests: [Descriptor]) { self.manifests = manifests }

  /// An item of an index: a descriptor, or the reason why it cannot be read. One bad item leaves the others valid.
  struct Item: Sendable {
    let field: DocumentField
    let descriptor: Result<Descriptor, IndexFault>
    /// The names that it gives to the image.
    let names: [String]
  }

  /// The items of the index that `document` spells; `mediaType` is what its descriptor says, nil for index.json itself.
  static func items(of document: DocumentField, mediaType: String?) throws(ImageError) -> [Item] {
    try checkSchema(of: document, mediaType: mediaType, without: "layers")
    // Two keys in an item are a fault of that item alone.
    try document.checkTwinKeys(except: "manifests")
    return try fields(of: document).map { Item($0) }
  }

  /// The fields of the items of the index that `document` spells; none for a document of another kind.
  static func fields(of document: DocumentField) throws(ImageError) -> [DocumentField] {
    try document.member("manifests")?.elements(atMost: mostDescriptors, of: "descriptors") ?? []
  }

  /// The document as it is written.
  package var json: JSONLiteral {
    .object(
      [
        ("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index)),
        ("manifests", .array(manifests.map(\.json))),
      ] + Descriptor.Annotation.members(annotations))
  }

  /// The bytes of the document.
  var document: Document { Document(bytes: Array(json.text.utf8), mediaType: MediaType.index) }
}

/// The files of an OCI image layout beside its blobs.
enum OCILayout {
  static let indexFile = "index.json"
  static let versionFile = "oci-layout"
  /// The one version that there is.
  static let version = "1.0.0"
  /// What the file of the version says.
  static let versionText = #"{"imageLayoutVersion":"\#(version)"}"#
}

/// Why an item of an index cannot be followed.
struct IndexFault: Error, Sendable {
  let error: ImageError
  /// Whether something is damaged; otherwise it is something that kpack does not read, or whose blobs were never saved.
  let isDamage: Bool
}

extension ImageIndex.Item {
  fileprivate init(_ field: DocumentField) {
    do throws(ImageError) {
      let descriptor = try Descriptor(field)
      self.init(field: field, descriptor: .success(descriptor), names: descriptor.names)
    } catch {
      // Names and digest may be readable all the same: messages then say whose fault it is, and of what kind.
      let annotations = (try? field.member("annotations")?.members()) ?? []
      let named = annotations.compactMap { key, field in
        (try? field.string()).map { Descriptor.Annotation(key, $0) }
      }
      let digest = try? field.required("digest").string()
      let fault = IndexFault(error: error, isDamage: !(digest.map(ImageDigest.isOther) ?? false))
      self.init(field: field, descriptor: .failure(fault), names: Descriptor.names(in: named))
    }
  }

  /// The descriptor; nil for an item that cannot be followed.
  var known: Descriptor? { try? descriptor.get() }

  /// The digest of the descriptor; nil for an item that cannot be followed.
  var digest: ImageDigest? { known?.digest }

  /// Whether `isWanted` takes one of its names.
  func isNamed(_ isWanted: (Reference) -> Bool) -> Bool { names.references.contains(where: isWanted) }

  /// Whether it is an image without a name, or an index of images without one.
  var isUnnamedImage: Bool {
    guard let known, names.isEmpty else { return false }
    // Charts, signatures and the like say what they are (OCI image-spec, descriptor.md, `artifactType`). A descriptor
    // was read from the field, so that it is an object and nothing is thrown.
    let isArtifact = (try? field.member("artifactType")) != nil
    return (MediaType.indexes + MediaType.manifests).contains(known.mediaType) && !isArtifact
  }

  /// The item as it was written.
  var json: JSONLiteral { JSONLiteral(field.value) }

  /// The item with a descriptor of `document`, which has the same media type; its other members stay.
  func json(leadingTo document: Document) -> JSONLiteral {
    guard case .object(let members) = json else { return json }
    return .object(
      members.setting("digest", .string("\(document.digest)"))
        .setting("size", .integer(Int64(document.bytes.count))))
  }
}

/// Refuses what can be read as two kinds of document (CVE-2021-41190), or is of another kind than its descriptor says.
private func checkSchema(of document: DocumentField, mediaType: String?, without other: String) throws(ImageError) {
  let version = try document.required("schemaVersion")
  guard case .number("2") = version.value.kind else { throw version.error("expected 2") }
  if let field = try document.member("mediaType"), let mediaType, try field.string() != mediaType {
    throw field.error("expected \(quoted(mediaType)) as its descriptor says, found \(quoted(try field.string()))")
  }
  if let field = try document.member(other) { throw field.error("cannot stand in this kind of document") }
  try document.check(.manifest)
}
