// How the images of a source are found: first what leads to each is looked at, an item of an index or of manifest.json,
// then the documents of those that are wanted are read. So a bad image that was not asked for does no harm.

import Basics

/// What leads to one image of a source.
struct ImageLead: Sendable {
  /// What it ends at.
  enum Target: Sendable {
    /// A manifest, or whatever else an index names.
    case descriptor(Descriptor)
    /// An item of manifest.json.
    case item
    /// A descriptor, or an index on the way, that cannot be read.
    case fault(IndexFault)
  }

  let target: Target
  /// The item that it ends at.
  let field: DocumentField
  /// All names on the way.
  let names: [String]
  /// The digests of the indexes on the way.
  var indexes: [ImageDigest] = []

  /// The lead that ends at an item of manifest.json.
  init(item field: DocumentField, names: [String]) { (target, self.field, self.names) = (.item, field, names) }

  /// The lead that begins with `item` of an index, or goes on with it from `lead`.
  init(_ item: ImageIndex.Item, below lead: ImageLead? = nil) {
    switch item.descriptor {
    case .success(let descriptor): target = .descriptor(descriptor)
    case .failure(let fault): target = .fault(fault)
    }
    field = item.field
    names = (lead?.names ?? []) + item.names
    indexes = lead?.digests ?? []
  }

  /// The lead to an index that cannot be followed further.
  init(_ lead: ImageLead, endingAt fault: IndexFault) {
    (target, field, names, indexes) = (.fault(fault), lead.field, lead.names, lead.digests)
  }

  var place: FieldPlace { FieldPlace(field) }

  /// The descriptor that it ends at; nil for another end.
  var descriptor: Descriptor? {
    if case .descriptor(let descriptor) = target { descriptor } else { nil }
  }

  /// The platform that the descriptor says; nil when it says none.
  var platform: Platform? { descriptor?.platform }

  /// The digests by which the image can be asked for, as far as they are known before it is read.
  var digests: [ImageDigest] { indexes + [descriptor?.digest].compactMap { $0 } }

  /// Whether `isWanted` takes one of the names.
  func isNamed(_ isWanted: (Reference) -> Bool) -> Bool { names.references.contains(where: isWanted) }

  /// Marks statements about an image, which stand beside it as if they were images (BuildKit, attestation-storage.md).
  private static let attestation = "vnd.docker.reference.type"
  /// The platform of statements, by which they are known where the mark was lost.
  private static let noPlatform = Platform(os: "unknown", architecture: "unknown")

  /// Whether it ends at a statement about an image.
  var isStatement: Bool {
    descriptor?.annotation(Self.attestation) != nil || platform?.withoutVariant == Self.noPlatform
  }

  /// The report that what it ends at is not taken; `config` is that of the image, where it was read.
  func passedOver(isImage: Bool = true, _ error: ImageError, config: ImageDigest? = nil) -> PassedOver {
    PassedOver(
      names: names, platform: platform, isImage: isImage, error: error, descriptor: descriptor, configDigest: config)
  }

  /// What `body` gives; an `ImageError` that it throws becomes the reason to pass the image over.
  ///
  /// For documents whose bytes are those of their digest: what is wrong in them is no damage of the source.
  func taking<Value>(
    config: ImageDigest? = nil, _ body: () throws(ImageError) -> Value
  ) throws(PassedOver) -> Value {
    do throws(ImageError) {
      return try body()
    } catch {
      throw passedOver(error, config: config)
    }
  }
}

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

extension ImageLead {
  /// The platform that the descriptor of an image says, when it is another variant of the architecture of `platform`;
  /// nil when `platform` means it, or the descriptor says none.
  fileprivate func otherVariant(than platform: Platform?) -> Platform? {
    guard let platform, let other = self.platform, !platform.means(other), !isStatement else { return nil }
    return other
  }
}
