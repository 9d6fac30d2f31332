// How the images of a source are found: first what leads to each is looked at, then the documents of those that are
// wanted are read. So a bad image that was not asked for does no harm.

import Basics

/// A source that has one lead for each image.
protocol LeadSource: ImageSource {
  /// The leads to all images, in the order of the source; none of their documents is read but indexes.
  func leads(_ documents: inout ImageDocuments) throws -> [ImageLead]

  /// The image that `lead` ends at; its documents are verified.
  ///
  /// Throws `PassedOver` for what is no image or cannot be used, `ImageError` for what is damaged.
  func image(at lead: ImageLead, _ documents: inout ImageDocuments) throws -> SourceImage
}

extension LeadSource {
  func find(for platform: Platform?, named isWanted: (Reference) -> Bool) throws -> FoundImages {
    var documents = ImageDocuments(of: self)
    let leads = try leads(&documents)
    let named = leads.filter { $0.isNamed(isWanted) }
    var found = try read(named.isEmpty ? leads : named, for: platform, &documents)
    found.areNamed = !named.isEmpty
    return found
  }

  /// Reads the images that `leads` end at, each once, and leaves those that `platform` means.
  ///
  /// What is damaged is an error where all images are wanted. Where a platform is, it is passed over, for it may be for
  /// another one. The variant in a descriptor settles nothing: the config is read, and may say the wanted one. An image
  /// whose documents cannot be read or used counts as one for what its descriptor says.
  func read(
    _ leads: [ImageLead], for platform: Platform? = nil, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = try readUnlessForOthers(leads, than: platform, &documents)
    found.keep(platform)
    return found
  }

  /// Reads as `read` does, and leaves also the images whose configs alone say that they are for others.
  func readUnlessForOthers(
    _ leads: [ImageLead], than platform: Platform?, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = FoundImages()
    var known: [ImageDigest: Int] = [:]
    for lead in leads {
      if let platform, let other = lead.platform, other.withoutVariant != platform.withoutVariant {
        // The platform of a statement is no choice that could be offered.
        if !lead.isStatement { found.others.append(other) }
        continue
      }
      let other = lead.otherVariant(than: platform)
      do {
        if case .fault(let fault) = lead.target {
          if fault.isDamage && platform == nil { throw fault.error }
          throw lead.passedOver(fault.error)
        }
        let digest = lead.descriptor?.digest
        if let digest, let number = known[digest] {
          found.images[number].names += lead.names
          continue
        }
        let image = try image(at: lead, &documents)
        if let digest { known[digest] = found.images.count }
        found.images.append(image)
      } catch let passedOver as PassedOver {
        if let other { found.others.append(other) } else { found.passedOver.append(passedOver) }
      } catch let error as ImageError {
        guard let other else { throw error }
        found.others.append(other)
      }
      try ImageDocuments.checkCount(found.images.count, lead.place)
    }
    for number in found.images.indices {
      var names: Set<String> = []
      found.images[number].names.removeAll { !names.insert($0).inserted }
    }
    return found
  }

  /// The config that `document`, the file `name`, spells; what its platform lacks is taken from the descriptor of
  /// `lead`.
  ///
  /// It is passed over when it is no config, has no platform, or another than the descriptor says.
  func config(
    _ document: Document, in name: String, _ lead: ImageLead, _ documents: inout ImageDocuments
  ) throws(PassedOver) -> ImageConfig {
    try lead.taking(config: document.digest) { () throws(ImageError) in
      let config = try documents.config(document, in: name, on: lead.platform)
      if let platform = lead.platform, platform.withoutVariant != config.platform.withoutVariant {
        throw lead.place.error("for \(platform), but its config is for \(config.platform)")
      }
      return config
    }
  }

  /// Throws unless `config` has `count` layers.
  func checkCount(_ count: Int, _ config: ImageConfig, _ place: FieldPlace) throws(ImageError) {
    if count != config.diffIDs.count {
      throw place.error("\(count) layers, rootfs.diff_ids of the config has \(config.diffIDs.count)")
    }
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

/// How deep indexes may lie below the first.
private let deepestIndex = 4
