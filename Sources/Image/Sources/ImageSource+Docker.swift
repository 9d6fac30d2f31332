// The archives of docker save: manifest.json and what it names.
// moby, daemon/internal/image/tarexport; go-containerregistry, pkg/v1/tarball.

import Basics
import JSON

extension ImageSource {
  static let manifestName = "manifest.json"
  /// The most names that manifest.json may give its images.
  private static let mostNames = 10_000

  /// The items of manifest.json and their names. Throws `ImageError`, `SourceChanged` or `SystemError`.
  func dockerLeads() throws -> [ImageLead] {
    let place = place(Self.manifestName)
    let bytes = try document(Self.manifestName, BlobPlace(place: path, field: ""))
    let items = try DocumentField(reading: bytes, place: place)
      .elements(atMost: ImageDocuments.mostImages, of: "images")
    if items.isEmpty { throw ImageError(place, "", "expected an image, found an empty array") }
    let leads = try items.map { item in
      ImageLead(target: .item, field: item, names: try names(of: item))
    }
    let count = leads.reduce(0) { $0 + $1.names.count }
    if count > Self.mostNames { throw ImageError(place, "", "\(count) names, the limit is \(Self.mostNames)") }
    return leads
  }

  private func names(of item: DocumentField) throws -> [String] {
    try (item.member("RepoTags")?.presentElements() ?? []).map { tag in
      do throws(ReferenceError) {
        _ = try Reference(try tagText(tag))
      } catch {
        throw tag.error("\(error), found \(quoted(error.text))")
      }
      return try tag.string()
    }
  }

  /// The image that the item of manifest.json tells of which `lead` ends at.
  ///
  /// Throws `PassedOver` for an image that cannot be used, `ImageError`, `SourceChanged` or `SystemError`.
  func dockerImage(_ lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    let item = lead.field
    try item.check(.item)
    try item.checkTwinKeys()
    let document = try dockerConfig(try item.required("Config"), &documents)
    let config = try config(document, in: try item.required("Config").string(), lead, &documents)
    let layers = try (item.member("Layers")?.elements(atMost: Manifest.mostLayers, of: "layers") ?? []).map { layer in
      SourceLayer(name: try layer.string(), descriptor: nil, place: BlobPlace(layer))
    }
    try checkCount(layers.count, config, BlobPlace(place: item.place, field: "\(item.path).Layers"))
    return SourceImage(
      names: lead.names, config: config, configDocument: document, manifest: nil, layers: layers)
  }

  /// The text of a tag; a value of another type is a name that no reference can be.
  private func tagText(_ field: DocumentField) throws(ReferenceError) -> String {
    guard case .string(let text) = field.value.kind else { throw ReferenceError(text: "") }
    return text
  }

  /// The config, of whatever name: jib calls it "config.json". One that is a digest is that of the bytes: "HEX.json",
  /// "sha256:HEX" or "blobs/sha256/HEX".
  private func dockerConfig(_ field: DocumentField, _ documents: inout ImageDocuments) throws -> StoredDocument {
    let name = try field.string()
    let document = try documents.document(name, mediaType: MediaType.config, BlobPlace(field))
    if let named = Self.digest(inConfigName: name), named != document.digest {
      throw field.error("\(quoted(name)): its bytes are \(document.digest)")
    }
    return document
  }

  /// The digest that the name of a config is of; nil where it is of none.
  static func digest(inConfigName path: String) -> ImageDigest? {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? ""
    let end = ".json"
    let bare =
      name.utf8.suffix(end.utf8.count).elementsEqual(end.utf8) ? String(name.utf8.dropLast(end.utf8.count)) : name
    return bare.flatMap { ImageDigest($0) ?? ImageDigest("sha256:\($0)") }
  }

  /// Throws unless a config tells of `count` layers.
  func checkCount(_ count: Int, _ config: ImageConfig, _ place: BlobPlace) throws(ImageError) {
    if count != config.diffIDs.count {
      throw place.error("\(count) layers, rootfs.diff_ids of the config has \(config.diffIDs.count)")
    }
  }
}
