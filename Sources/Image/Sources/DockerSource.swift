// The archives of `docker save`: manifest.json and what it names.
// moby, daemon/internal/image/tarexport; go-containerregistry, pkg/v1/tarball.

import Basics
import Files
import JSON

/// The images of a docker archive.
struct DockerSource: LeadSource {
  private static let manifestFile = "manifest.json"
  /// The most names that manifest.json may give its images.
  private static let mostNames = 10_000

  let path: String
  let unpacking: Unpacking
  private let files: ImageFiles

  /// The images in `files`, those of `path`.
  init(path: String, files: ImageFiles, unpacking: Unpacking) {
    self.path = path
    self.files = files
    self.unpacking = unpacking
  }

  var warnings: [String] { files.warnings }

  func blob(_ named: NamedBlob) throws -> Blob { try files.blob(named) }

  /// Whether there is a manifest.json.
  func isThere() throws(SystemError) -> Bool { try files.contains(Self.manifestFile) }

  /// Whether manifest.json has no image.
  func isSilent() throws -> Bool { try isSilent(Self.manifestFile) { _ in false } }

  func leads(_ documents: inout ImageDocuments) throws -> [ImageLead] { try leads() }

  /// One lead for each item of manifest.json.
  func leads() throws -> [ImageLead] {
    let place = place(Self.manifestFile)
    let items = try DocumentField(reading: try document(Self.manifestFile), place: place)
      .elements(atMost: ImageDocuments.mostImages, of: "images")
    if items.isEmpty { throw ImageError(place, "", "expected an image, found an empty array") }
    let leads = try items.map { ImageLead(item: $0, names: try names(of: $0)) }
    let count = leads.reduce(0) { $0 + $1.names.count }
    if count > Self.mostNames { throw ImageError(place, "", "\(count) names, the limit is \(Self.mostNames)") }
    return leads
  }

  private func names(of item: DocumentField) throws(ImageError) -> [String] {
    var names: [String] = []
    for tag in try item.member("RepoTags")?.presentElements() ?? [] {
      do throws(ReferenceError) {
        _ = try Reference(try text(of: tag))
      } catch {
        throw tag.error("\(error), found \(quoted(error.text))")
      }
      names.append(try tag.string())
    }
    return names
  }

  /// The text of a tag; a value of another type counts as an empty text, which is no reference.
  private func text(of tag: DocumentField) throws(ReferenceError) -> String {
    guard case .string(let text) = tag.value.kind else { throw ReferenceError(text: "") }
    return text
  }

  func image(at lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    let item = lead.field
    try item.check(.item)
    try item.checkTwinKeys()
    let configField = try item.required("Config")
    let document = try configDocument(configField, &documents)
    let config = try config(document, in: try configField.string(), lead, &documents)
    let layers = try (item.member("Layers")?.elements(atMost: Manifest.mostLayers, of: "layers") ?? []).map { layer in
      NamedBlob(name: try layer.string(), at: layer.blobPlace)
    }
    try checkCount(layers.count, config, FieldPlace(place: item.place, field: "\(item.path).Layers"))
    return SourceImage(names: lead.names, config: config, configDocument: document, manifest: nil, layers: layers)
  }

  /// The config, of whatever name: jib calls it "config.json". Where the name has a digest, it is compared.
  private func configDocument(_ field: DocumentField, _ documents: inout ImageDocuments) throws -> Document {
    let name = try field.string()
    let document = try documents.document(
      NamedBlob(name: name, at: field.blobPlace), mediaType: MediaType.config)
    if let named = Self.digest(inConfigName: name), named != document.digest {
      throw field.error("\(quoted(name)): its bytes are \(document.digest)")
    }
    return document
  }

  /// The digest in the name of a config, which is "HEX.json", "sha256:HEX" or "blobs/sha256/HEX"; nil in another name.
  static func digest(inConfigName path: String) -> ImageDigest? {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last.flatMap { String($0) } ?? ""
    let end = ".json"
    let bare =
      name.utf8.suffix(end.utf8.count).elementsEqual(end.utf8) ? String(name.utf8.dropLast(end.utf8.count)) : name
    return bare.flatMap { ImageDigest($0) ?? ImageDigest("sha256:\($0)") }
  }
}
