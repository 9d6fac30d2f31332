// OCI image layouts: index.json, and the indexes and manifests that it leads to.
// OCI image-spec, image-layout.md and image-index.md.

private import JSON

extension ImageSource {
  /// How deep indexes may lie below index.json, and how many descriptors are looked at.
  private static let deepestIndex = 4
  private static let mostDescriptors = 10_000
  private static let indexName = "index.json"
  /// Marks statements about an image, which stand beside it as if they were images (BuildKit, attestation-storage.md).
  private static let attestation = "vnd.docker.reference.type"

  /// A descriptor that is still to be followed.
  private struct Step {
    let descriptor: Descriptor
    let place: BlobPlace
    /// How many indexes below index.json it stands.
    let depth: Int
    let names: [String]
  }

  /// The descriptors of index.json. Throws `ImageError`, `SourceChanged` or `SystemError`.
  func layoutIndex() throws -> (document: DocumentField, index: ImageIndex) {
    try checkLayoutVersion()
    let place = place(Self.indexName)
    let bytes = try document(Self.indexName, BlobPlace(place: path, field: ""))
    let document = try DocumentField(reading: bytes, place: place)
    if let field = try document.member("mediaType"), !MediaType.indexes.contains(try field.string()) {
      throw field.error("expected \(quoted(MediaType.index)), found \(quoted(try field.string()))")
    }
    return (document, try ImageIndex(document, mediaType: nil))
  }

  /// The images that the descriptors of index.json lead to, as far as `isWanted`, each manifest once.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func layoutImages(_ isWanted: (Descriptor) -> Bool) throws -> [SourceImage] {
    let (document, index) = try layoutIndex()
    var steps: [Step] = []
    for (number, descriptor) in index.manifests.enumerated() where isWanted(descriptor) {
      let place = BlobPlace(place: document.place, field: "manifests[\(number)]")
      steps.append(Step(descriptor: descriptor, place: place, depth: 0, names: Self.names(of: descriptor)))
    }
    steps.reverse()
    var images: [SourceImage] = []
    var known: [ImageDigest: Int] = [:]
    var documents = ImageDocuments(of: self)
    var count = 0
    while let step = steps.popLast() {
      count += 1
      if count > Self.mostDescriptors { throw step.place.error("more than \(Self.mostDescriptors) descriptors") }
      if MediaType.indexes.contains(step.descriptor.mediaType) {
        steps += try self.steps(below: step, &documents).reversed()
      } else if let number = known[step.descriptor.digest] {
        images[number].names += step.names.filter { !images[number].names.contains($0) }
      } else if let image = try layoutImage(step, &documents) {
        try ImageDocuments.checkCount(images.count + 1, step.place)
        known[step.descriptor.digest] = images.count
        images.append(image)
      }
    }
    return images
  }

  /// The names that a descriptor gives what it leads to. Beside the whole name, the other is a tag alone.
  static func names(of descriptor: Descriptor) -> [String] {
    let name = descriptor.annotation(Descriptor.Annotation.imageName)
    return [name ?? descriptor.annotation(Descriptor.Annotation.refName)].compactMap { $0 }
  }

  /// Throws `ImageError` when the layout is of no version that is known here, `SourceChanged` or `SystemError`.
  func checkLayoutVersion() throws {
    let place = place("oci-layout")
    let bytes = try document("oci-layout", BlobPlace(place: path, field: ""))
    let version = try DocumentField(reading: bytes, place: place).required("imageLayoutVersion")
    guard try version.string() == "1.0.0" else {
      throw version.error("expected \"1.0.0\", found \(quoted(try version.string()))")
    }
  }

  /// The descriptors of the index that `step` leads to.
  private func steps(below step: Step, _ documents: inout ImageDocuments) throws -> [Step] {
    if step.depth >= Self.deepestIndex { throw step.place.error("indexes nested more than \(Self.deepestIndex) deep") }
    let place = place(step.descriptor.digest.blobPath)
    let index = try documents.index(step.descriptor, step.place)
    let steps = index.manifests.enumerated().map { number, descriptor in
      Step(
        descriptor: descriptor, place: BlobPlace(place: place, field: "manifests[\(number)]"), depth: step.depth + 1,
        names: step.names + Self.names(of: descriptor))
    }
    // Docker keeps the index of all platforms and saves the blobs of one.
    let present = try steps.filter { step in
      try step.descriptor.platform == nil || files.contains(step.descriptor.digest.blobPath)
    }
    return present.isEmpty ? steps : present
  }

  /// The image that a manifest tells of; nil for what is no image.
  private func layoutImage(_ step: Step, _ documents: inout ImageDocuments) throws -> SourceImage? {
    let descriptor = step.descriptor
    guard MediaType.manifests.contains(descriptor.mediaType), descriptor.annotation(Self.attestation) == nil else {
      return nil
    }
    let stored = try documents.document(descriptor, step.place)
    let place = place(descriptor.digest.blobPath)
    let manifest = try Manifest(
      DocumentField(reading: stored.bytes, place: place), mediaType: descriptor.mediaType)
    let configPlace = BlobPlace(place: place, field: "config")
    guard MediaType.configs.contains(manifest.config.mediaType) else {
      throw configPlace.error("expected the config of an image, found \(quoted(manifest.config.mediaType))")
    }
    let configDocument = try documents.document(manifest.config, configPlace)
    let config = try documents.config(configDocument, in: manifest.config.digest.blobPath)
    if let platform = descriptor.platform, platform.withoutVariant != config.platform.withoutVariant {
      throw step.place.error("for \(platform), but its config is for \(config.platform)")
    }
    try checkCount(manifest.layers.count, config, BlobPlace(place: place, field: "layers"))
    return SourceImage(
      names: step.names, config: config, configDocument: configDocument, manifest: stored,
      layers: try layers(of: manifest, at: place))
  }

  private func layers(of manifest: Manifest, at place: String) throws(ImageError) -> [SourceLayer] {
    var layers: [SourceLayer] = []
    for (number, descriptor) in manifest.layers.enumerated() {
      let blobPlace = BlobPlace(place: place, field: "layers[\(number)]")
      guard (MediaType.plainLayers + MediaType.gzipLayers).contains(descriptor.mediaType) else {
        throw blobPlace.error("expected a plain or gzip layer, found \(quoted(descriptor.mediaType))")
      }
      layers.append(SourceLayer(name: descriptor.digest.blobPath, descriptor: descriptor, place: blobPlace))
    }
    return layers
  }
}
