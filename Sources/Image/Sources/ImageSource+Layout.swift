// OCI image layouts: index.json, and the indexes and manifests that it leads to.
// OCI image-spec, image-layout.md and image-index.md.

import Basics

extension ImageSource {
  /// How deep indexes may lie below index.json.
  private static let deepestIndex = 4
  static let indexName = "index.json"
  /// Marks statements about an image, which stand beside it as if they were images (BuildKit, attestation-storage.md).
  private static let attestation = "vnd.docker.reference.type"
  /// What those are for whose mark was lost.
  private static let noPlatform = Platform(os: "unknown", architecture: "unknown")

  /// The items of index.json. Throws `ImageError`, `SourceChanged` or `SystemError`.
  func layoutIndex() throws -> (document: DocumentField, items: [ImageIndex.Item]) {
    try checkLayoutVersion()
    let bytes = try document(Self.indexName, BlobPlace(place: path, field: ""))
    let document = try DocumentField(reading: bytes, place: place(Self.indexName))
    if let field = try document.member("mediaType"), !MediaType.indexes.contains(try field.string()) {
      throw field.error("expected \(quoted(MediaType.index)), found \(quoted(try field.string()))")
    }
    return (document, try ImageIndex.items(of: document, mediaType: nil))
  }

  /// The ways from index.json to all that is no index; what stands for several platforms and was saved for some, those
  /// alone.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func layoutLeads(_ documents: inout ImageDocuments) throws -> [ImageLead] {
    try leads(from: layoutIndex().items.map { ImageLead($0) }, &documents)
  }

  /// The same for the ways that begin with `first`.
  func leads(from first: [ImageLead], _ documents: inout ImageDocuments) throws -> [ImageLead] {
    var steps = first.reversed() as [ImageLead]
    var leads: [ImageLead] = []
    while let step = steps.popLast() {
      try documents.countDescriptor(step.place)
      guard let descriptor = step.descriptor, MediaType.indexes.contains(descriptor.mediaType) else {
        leads.append(step)
        continue
      }
      let items: [ImageLead]
      do {
        if step.indexes.count >= Self.deepestIndex {
          throw step.place.error("indexes nested more than \(Self.deepestIndex) deep")
        }
        items = try documents.index(descriptor, step.place).map { ImageLead($0, below: step) }
      } catch let error as ImageError {
        leads.append(step.ending(at: IndexFault(error: error, isDamage: true)))
        continue
      }
      let present = try present(items, &documents)
      steps += present.reversed()
      if present.isEmpty {
        let error = step.place.error("the index \(descriptor.digest) leads to no image that is there")
        leads.append(step.ending(at: IndexFault(error: error, isDamage: false)))
      }
    }
    return leads
  }

  /// Those of the leads of an index whose files are there, for Docker keeps the index of all platforms and saves the
  /// blobs of one; what is for no platform is there, or is damaged. None where nothing is, but statements about images
  /// that are not: `skopeo copy --multi-arch index-only`, and stores that lost the one platform that was saved.
  private func present(_ leads: [ImageLead], _ documents: inout ImageDocuments) throws -> [ImageLead] {
    var present: [ImageLead] = []
    var (isNothingThere, isForImages) = (true, false)
    for lead in leads {
      let isStatement = Self.isStatement(lead)
      isForImages = isForImages || !isStatement
      if let descriptor = lead.descriptor, try !files.contains(descriptor.digest.blobPath) {
        try documents.countDescriptor(lead.place)
        if descriptor.platform == nil { present.append(lead) }
      } else {
        isNothingThere = isNothingThere && isStatement
        present.append(lead)
      }
    }
    return isNothingThere && isForImages ? [] : present
  }

  /// Throws `ImageError` when the layout is of no version that is known here, `SourceChanged` or `SystemError`.
  func checkLayoutVersion() throws {
    let bytes = try document("oci-layout", BlobPlace(place: path, field: ""))
    let version = try DocumentField(reading: bytes, place: place("oci-layout")).required("imageLayoutVersion")
    guard try version.string() == "1.0.0" else {
      throw version.error("expected \"1.0.0\", found \(quoted(try version.string()))")
    }
  }
}

// Reading what a descriptor leads to
extension ImageSource {
  /// Whether `lead` ends at an attestation.
  static func isStatement(_ lead: ImageLead) -> Bool {
    lead.descriptor?.annotation(attestation) != nil || lead.platform?.withoutVariant == noPlatform
  }

  /// The image that `descriptor`, which `lead` ends at, is of.
  ///
  /// Throws `PassedOver` for what is no image, or cannot be used, `ImageError` for what is damaged, `SourceChanged` or
  /// `SystemError`.
  func layoutImage(
    _ descriptor: Descriptor, _ lead: ImageLead, _ documents: inout ImageDocuments
  ) throws -> SourceImage {
    if Self.isStatement(lead) {
      throw PassedOver(lead, isImage: false, lead.place.error("is a statement about an image, and none itself"))
    }
    guard MediaType.manifests.contains(descriptor.mediaType) else {
      let reason = "expected the manifest of an image, found \(quoted(descriptor.mediaType))"
      throw PassedOver(lead, isImage: false, lead.place.error(reason))
    }
    let stored = try documents.document(descriptor, lead.place)
    let place = place(descriptor.digest.blobPath)
    let manifest = try Self.taken(lead) {
      try Manifest(DocumentField(reading: stored.bytes, place: place), mediaType: descriptor.mediaType)
    }
    let configPlace = BlobPlace(place: place, field: "config")
    guard MediaType.configs.contains(manifest.config.mediaType) else {
      let reason = "expected the config of an image, found \(quoted(manifest.config.mediaType))"
      throw PassedOver(lead, isImage: false, configPlace.error(reason))
    }
    let layers = try layers(of: manifest, at: place, lead)
    let document = try documents.document(manifest.config, configPlace)
    let config = try config(document, in: manifest.config.digest.blobPath, lead, &documents)
    try Self.taken(lead, document) { try checkCount(layers.count, config, BlobPlace(place: place, field: "layers")) }
    return SourceImage(names: lead.names, config: config, configDocument: document, manifest: stored, layers: layers)
  }

  /// The config that `document`, the file `name`, spells, with what the descriptor of `lead` adds to its platform.
  ///
  /// Throws `PassedOver` when it is none, or is for no platform, or for another than the descriptor says.
  func config(
    _ document: StoredDocument, in name: String, _ lead: ImageLead, _ documents: inout ImageDocuments
  ) throws -> ImageConfig {
    try Self.taken(lead, document) {
      let config = try documents.config(document, in: name, on: lead.platform)
      if let platform = lead.platform, platform.withoutVariant != config.platform.withoutVariant {
        throw lead.place.error("for \(platform), but its config is for \(config.platform)")
      }
      return config
    }
  }

  /// What `body` gives; an `ImageError` that it throws is no damage, for the bytes are those of their digest: it is the
  /// reason why the image of `lead`, whose config is `document`, is passed over.
  static func taken<Value>(
    _ lead: ImageLead, _ document: StoredDocument? = nil, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as ImageError {
      throw PassedOver(lead, isImage: true, error, configDigest: document?.digest)
    }
  }

  private func layers(of manifest: Manifest, at place: String, _ lead: ImageLead) throws -> [SourceLayer] {
    try manifest.layers.enumerated().map { number, descriptor in
      let blobPlace = BlobPlace(place: place, field: "layers[\(number)]")
      if let reason = MediaType.reason(againstLayer: descriptor.mediaType) {
        throw PassedOver(
          lead, isImage: MediaType.isLayer(descriptor.mediaType), blobPlace.error(reason),
          configDigest: manifest.config.digest)
      }
      return SourceLayer(name: descriptor.digest.blobPath, descriptor: descriptor, place: blobPlace)
    }
  }
}
