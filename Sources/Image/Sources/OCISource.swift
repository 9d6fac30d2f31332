// OCI image layouts, as folders and as archives: index.json, and the indexes and manifests that it leads to.
// OCI image-spec, image-layout.md and image-index.md.

import Basics
import Files

/// How deep indexes may lie below the first.
private let deepestIndex = 4

/// The images of an OCI image layout.
struct OCISource: LeadSource {
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

  /// Whether there is one of the files that a layout begins with.
  func isThere() throws(SystemError) -> Bool {
    if try files.contains(OCILayout.versionFile) { return true }
    return try files.contains(OCILayout.indexFile)
  }

  /// Whether index.json has no image.
  func isSilent() throws -> Bool {
    // What is no index is refused where it is read.
    try isSilent(OCILayout.indexFile) { (try? ImageIndex.fields(of: $0))?.isEmpty ?? false }
  }

  /// Whether the file of `digest` is there: an index of all platforms may have been saved with the blobs of one.
  func contains(_ digest: ImageDigest) throws(SystemError) -> Bool { try files.contains(digest.blobPath) }

  /// Throws when the layout is of no version that is known here.
  func checkVersion() throws {
    let bytes = try document(OCILayout.versionFile)
    let version = try DocumentField(reading: bytes, place: place(OCILayout.versionFile)).required("imageLayoutVersion")
    guard try version.string() == OCILayout.version else {
      throw version.error("expected \(quoted(OCILayout.version)), found \(quoted(try version.string()))")
    }
  }

  /// The items of index.json.
  func index() throws -> (document: DocumentField, items: [ImageIndex.Item]) {
    try checkVersion()
    let bytes = try document(OCILayout.indexFile)
    let document = try DocumentField(reading: bytes, place: place(OCILayout.indexFile))
    if let field = try document.member("mediaType"), !MediaType.indexes.contains(try field.string()) {
      throw field.error("expected \(quoted(MediaType.index)), found \(quoted(try field.string()))")
    }
    return (document, try ImageIndex.items(of: document, mediaType: nil))
  }

  /// The leads from index.json to all that is no index.
  func leads(_ documents: inout ImageDocuments) throws -> [ImageLead] {
    try leads(from: index().items.map { ImageLead($0) }, &documents)
  }

  /// The same for the leads that begin with `first`.
  func leads(from first: [ImageLead], _ documents: inout ImageDocuments) throws -> [ImageLead] {
    try leads(from: first, &documents, isThere: contains)
  }

  func image(at lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    try image(ofManifestAt: lead, &documents)
  }
}

// What descriptors lead to is the same for every source that names blobs by their digests.
extension LeadSource {
  /// The leads that begin with `first`, followed to all that is no index. Of an index of several platforms, only those
  /// whose blobs are there.
  func leads(
    from first: [ImageLead], _ documents: inout ImageDocuments, isThere: (ImageDigest) throws -> Bool
  ) throws -> [ImageLead] {
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
        if step.indexes.count >= deepestIndex {
          throw step.place.error("indexes nested more than \(deepestIndex) deep")
        }
        items = try documents.index(descriptor, step.place).map { ImageLead($0, below: step) }
      } catch let error as ImageError {
        leads.append(ImageLead(step, endingAt: IndexFault(error: error, isDamage: true)))
        continue
      }
      let present = try present(items, &documents, isThere)
      steps += present.reversed()
      if present.isEmpty {
        let error = step.place.error("the index \(descriptor.digest) leads to no image that is there")
        leads.append(ImageLead(step, endingAt: IndexFault(error: error, isDamage: false)))
      }
    }
    return leads
  }

  /// Those of the leads of an index whose files are there: Docker keeps the index of all platforms and saves the blobs
  /// of one. A descriptor without a platform stays, for its file is there or is missing by damage.
  ///
  /// None where only statements are there, and none of the images that they are about: `skopeo copy --multi-arch
  /// index-only` leaves such an index, and so does a store that lost the one platform that was saved.
  private func present(
    _ leads: [ImageLead], _ documents: inout ImageDocuments, _ isThere: (ImageDigest) throws -> Bool
  ) throws -> [ImageLead] {
    var present: [ImageLead] = []
    var (isNothingThere, isForImages) = (true, false)
    for lead in leads {
      isForImages = isForImages || !lead.isStatement
      if let descriptor = lead.descriptor, try !isThere(descriptor.digest) {
        try documents.countDescriptor(lead.place)
        if descriptor.platform == nil { present.append(lead) }
      } else {
        isNothingThere = isNothingThere && lead.isStatement
        present.append(lead)
      }
    }
    return isNothingThere && isForImages ? [] : present
  }

  /// The image whose manifest `lead` ends at; throws as `image(at:)` does.
  func image(ofManifestAt lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage {
    if lead.isStatement {
      throw lead.passedOver(isImage: false, lead.place.error("is a statement about an image, and none itself"))
    }
    // All leads of such a source end at a descriptor, but for faults, which are no images.
    guard let descriptor = lead.descriptor else { throw lead.place.error("expected a descriptor") }
    guard MediaType.manifests.contains(descriptor.mediaType) else {
      let reason = "expected the manifest of an image, found \(quoted(descriptor.mediaType))"
      throw lead.passedOver(isImage: false, lead.place.error(reason))
    }
    let stored = try documents.document(descriptor, lead.place)
    let place = place(descriptor.digest.blobPath)
    let manifest = try lead.taking { () throws(ImageError) in
      try Manifest(DocumentField(reading: stored.bytes, place: place), mediaType: descriptor.mediaType)
    }
    let configPlace = FieldPlace(place: place, field: "config")
    guard MediaType.configs.contains(manifest.config.mediaType) else {
      let reason = "expected the config of an image, found \(quoted(manifest.config.mediaType))"
      throw lead.passedOver(isImage: false, configPlace.error(reason))
    }
    let layers = try layers(of: manifest, at: place, lead)
    let document = try documents.document(manifest.config, configPlace)
    let config = try config(document, in: manifest.config.digest.blobPath, lead, &documents)
    try lead.taking(config: document.digest) { () throws(ImageError) in
      try checkCount(layers.count, config, FieldPlace(place: place, field: "layers"))
    }
    return SourceImage(names: lead.names, config: config, configDocument: document, manifest: stored, layers: layers)
  }

  private func layers(of manifest: Manifest, at place: String, _ lead: ImageLead) throws(PassedOver) -> [NamedBlob] {
    var layers: [NamedBlob] = []
    for (number, descriptor) in manifest.layers.enumerated() {
      let field = FieldPlace(place: place, field: "layers[\(number)]")
      if let reason = MediaType.reason(againstLayer: descriptor.mediaType) {
        throw lead.passedOver(
          isImage: MediaType.isLayer(descriptor.mediaType), field.error(reason), config: manifest.config.digest)
      }
      layers.append(NamedBlob(descriptor, at: field))
    }
    return layers
  }
}
