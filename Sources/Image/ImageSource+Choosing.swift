// Which images of a source are read: first what the index says is looked at, then the documents of what is wanted, so
// that nothing that nobody asked for can be in the way.

private import Archive

extension ImageSource {
  /// Which form the source has.
  private enum Form {
    case layout, docker, hybrid
  }

  /// All images, in the order of the index or of manifest.json. Throws as `all()` does, and the reason why the first is
  /// not taken when none can be used.
  package func images() throws -> [SourceImage] { try all().usable() }

  /// All images, and what was passed over; layers are not read.
  ///
  /// Throws `ImageError` for what is damaged, `SourceChanged` or `SystemError`.
  package func all() throws -> FoundImages { try found(for: nil).found }

  /// The images to be taken for `reference`, one a platform: those of that name, or all where none has it and all have
  /// the same names; when they are asked for, those `named` otherwise, and those that `platform` means alone.
  ///
  /// Throws `ImageError` when there is none, with the choices when they are several images or there are two for one
  /// platform, and as `all()` does.
  package func images(for reference: Reference, named name: Reference? = nil, on platform: Platform? = nil) throws
    -> FoundImages
  {
    let (found, isNamed) = try found(for: platform) { $0 == name ?? reference }
    if let name, !isNamed {
      let there = Self.list(found.images)
      throw ImageError(path, "", "holds no image named \(name.familiar)\(there.isEmpty ? "" : ": \(there)")")
    }
    let images = found.images
    if images.isEmpty {
      if !found.others.isEmpty, let platform {
        throw ImageError(path, "", "is for \(Self.list(found.others)), not for \(platform)")
      }
      _ = try found.usable()
      throw ImageError(path, "", "holds no image")
    }
    let areSeveral = !isNamed && Set(images.map { Set($0.names) }).count > 1
    if areSeveral || Set(images.map(\.platform)).count < images.count {
      let whose = isNamed ? "more than one for a platform named" : "none named"
      throw ImageError(path, "", "holds several images, \(whose) \((name ?? reference).familiar): \(Self.list(images))")
    }
    return found
  }

  /// The images that are named as `isWanted` says, or all when none is; of those, the ones that `platform`
  /// means alone.
  private func found(
    for platform: Platform?, named isWanted: (Reference) -> Bool = { _ in false }
  ) throws -> (found: FoundImages, isNamed: Bool) {
    var documents = ImageDocuments(of: self)
    let form = try form()
    if form == .hybrid {
      // Which names an image has is known when both sides are read.
      var found = try hybridImages(for: platform, &documents)
      let named = found.images.filter { $0.references.contains(where: isWanted) }
      if !named.isEmpty { found.images = named }
      found.keep(platform)
      return (found, !named.isEmpty)
    }
    let leads = try form == .layout ? layoutLeads(&documents) : dockerLeads()
    let named = leads.filter { $0.isNamed(isWanted) }
    return (try read(named.isEmpty ? leads : named, for: platform, &documents), !named.isEmpty)
  }

  private func form() throws -> Form {
    if case .folder = files { return .layout }
    let isLayout = try files.contains("oci-layout") || files.contains(Self.indexName)
    let isDocker = try files.contains(Self.manifestName)
    guard isLayout || isDocker else {
      throw ImageError(path, "", "expected the archive of an image, found neither manifest.json nor oci-layout")
    }
    if !(isLayout && isDocker) { return isLayout ? .layout : .docker }
    // One side that tells of nothing leaves the other.
    if try isSilent(Self.indexName) { return .docker }
    return try isSilent(Self.manifestName) ? .layout : .hybrid
  }

  /// Reads what `leads` lead to, each image once, as far as `platform` means it.
  ///
  /// What is damaged is an error where all are asked for, and is passed over where the platform chooses: what it is for
  /// cannot be told. A descriptor that tells another variant settles nothing, for its config may tell the one that is
  /// meant; what cannot be read or used of its image counts as what it tells. Throws `ImageError`, `SourceChanged` or
  /// `SystemError`.
  func read(
    _ leads: [ImageLead], for platform: Platform? = nil, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = try readUnlessForOthers(leads, than: platform, &documents)
    found.keep(platform)
    return found
  }

  /// Reads as `read` does; what is found has the images too that only their configs say are for others.
  func readUnlessForOthers(
    _ leads: [ImageLead], than platform: Platform?, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = FoundImages()
    var known: [ImageDigest: Int] = [:]
    for lead in leads {
      if let platform, let other = lead.platform, other.withoutVariant != platform.withoutVariant {
        // A statement is for no platform that anybody could want.
        if !Self.isStatement(lead) { found.others.append(other) }
        continue
      }
      let other = Self.otherVariant(lead, than: platform)
      do {
        switch lead.target {
        case .descriptor(let descriptor):
          if let number = known[descriptor.digest] {
            found.images[number].names += lead.names
            continue
          }
          let image = try layoutImage(descriptor, lead, &documents)
          known[descriptor.digest] = found.images.count
          found.images.append(image)
        case .item: found.images.append(try dockerImage(lead, &documents))
        case .fault(let fault):
          if fault.isDamage && platform == nil { throw fault.error }
          throw PassedOver(lead, isImage: true, fault.error)
        }
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

  /// The platform that the descriptor of `lead`, an image for the architecture of `platform`, tells; nil when `platform`
  /// means it, or nothing is told.
  private static func otherVariant(_ lead: ImageLead, than platform: Platform?) -> Platform? {
    guard let platform, let told = lead.platform, !platform.means(told), !isStatement(lead) else { return nil }
    return told
  }

  private static func list(_ images: [SourceImage]) -> String {
    images.map { escapedName("\($0)".utf8) }.joined(separator: ", ")
  }

  private static func list(_ platforms: [Platform]) -> String {
    platforms.map { "\($0)" }.joined(separator: ", ")
  }
}

extension FoundImages {
  /// Leaves the images that `platform` means, and says what the others are for, each once.
  fileprivate mutating func keep(_ platform: Platform?) {
    guard let platform else { return }
    let isWanted = { (image: SourceImage) in platform.means(image.platform) }
    others += images.filter { !isWanted($0) }.map(\.platform)
    images.removeAll { !isWanted($0) }
    var known: Set<Platform> = []
    others.removeAll { !known.insert($0).inserted }
  }
}
