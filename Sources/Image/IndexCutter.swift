// Which part of an item of index.json is meant, and what is left of an index without it.

private import JSON

/// Cuts the bases that a selection means out of items of index.json.
struct IndexCutter {
  /// What was cut out of an item, and the index that is left; nil for nothing.
  struct Cut {
    let removed: [RemovedBase]
    var rest: StoredDocument?
  }

  /// What an index, or index.json itself, has of one image.
  private struct Image {
    let field: DocumentField
    let descriptor: Descriptor
    let platform: Platform?
    /// The digests of the indexes on the way to it, and its own.
    let way: [ImageDigest]

    /// The digest of the image that a statement is about.
    var subject: String? { descriptor.annotation(Descriptor.Annotation.subjectDigest) }
  }

  /// The platforms of images that have the name that is meant.
  private(set) var platforms: [Platform] = []
  private let source: ImageSource
  private let selection: BaseSelection
  private var documents: ImageDocuments

  init(of source: ImageSource, _ selection: BaseSelection) {
    self.source = source
    self.selection = selection
    documents = ImageDocuments(of: source)
  }

  /// What is to go of `item`, which stands at `place`; nil for nothing.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError` when it cannot be told.
  mutating func cut(_ item: StoreIndex.Item, _ place: BlobPlace) throws -> Cut? {
    guard selection.canMean(item) else { return nil }
    let name = item.names.references.first(where: { selection.reference?.canMean($0) ?? true })
    guard let descriptor = item.descriptor else {
      let isMeant = selection.digest == nil && selection.architecture == nil
      return isMeant ? Cut(removed: [RemovedBase(reference: name, platform: nil, digest: nil)]) : nil
    }
    let images: [Image]
    do {
      images = try self.images(of: item.field, descriptor, place, below: [])
    } catch let error as ImageError {
      // What is damaged can be taken out whole.
      if selection.means(nil, at: [descriptor.digest]) {
        return Cut(removed: [RemovedBase(reference: name, platform: nil, digest: descriptor.digest)])
      }
      if selection.digest != nil { return nil }
      throw error
    }
    let real = images.filter { !ImageSource.isStatement($0.descriptor) }
    platforms += real.compactMap(\.platform).filter { !platforms.contains($0) }
    let chosen = real.filter { selection.means($0.platform, at: $0.way) }
    let removed = chosen.map { RemovedBase(reference: name, platform: $0.platform, digest: $0.descriptor.digest) }
    if chosen.isEmpty {
      // An index of nothing.
      let isMeant = real.isEmpty && selection.means(nil, at: [descriptor.digest])
      return isMeant ? Cut(removed: [RemovedBase(reference: name, platform: nil, digest: descriptor.digest)]) : nil
    }
    if chosen.count == real.count { return Cut(removed: removed) }
    let gone = Set(chosen.map(\.descriptor.digest))
    let left = images.filter { image in
      !gone.contains(image.descriptor.digest) && !gone.contains { "\($0)" == image.subject }
    }
    return Cut(removed: removed, rest: try index(descriptor, place, with: left.map { JSONLiteral($0.field.value) }))
  }

  /// The index that `descriptor` leads to with `items` in the place of its own.
  private mutating func index(
    _ descriptor: Descriptor, _ place: BlobPlace, with items: [JSONLiteral]
  ) throws -> StoredDocument {
    let field = try document(descriptor, place)
    guard case .object(let members) = JSONLiteral(field.value) else { throw field.error("expected an object") }
    let text = JSONLiteral.object(members.setting("manifests", .array(items))).text
    return StoredDocument(bytes: Array(text.utf8), mediaType: descriptor.mediaType)
  }

  /// The images that `descriptor`, which is `field`, leads to.
  private mutating func images(
    of field: DocumentField, _ descriptor: Descriptor, _ place: BlobPlace, below way: [ImageDigest]
  ) throws -> [Image] {
    let way = way + [descriptor.digest]
    guard MediaType.indexes.contains(descriptor.mediaType) else {
      let platform = descriptor.platform ?? platform(of: descriptor, place)
      return [Image(field: field, descriptor: descriptor, platform: platform, way: way)]
    }
    let deepest = ImageSource.deepestIndex
    if way.count > deepest { throw place.error("indexes nested more than \(deepest) deep") }
    var images: [Image] = []
    for item in try document(descriptor, place).member("manifests")?.elements() ?? [] {
      let place = BlobPlace(place: item.place, field: item.path)
      images += try self.images(of: item, Descriptor(item), place, below: way)
    }
    return images
  }

  /// What the config says that the image runs on; nil where it cannot be read, which is no reason to keep it.
  private mutating func platform(of descriptor: Descriptor, _ place: BlobPlace) -> Platform? {
    guard let manifest = try? document(descriptor, place),
      let config = try? Descriptor(manifest.required("config")), MediaType.configs.contains(config.mediaType),
      let field = try? document(config, BlobPlace(place: manifest.place, field: "config"))
    else { return nil }
    return try? Platform(field)
  }

  private mutating func document(_ descriptor: Descriptor, _ place: BlobPlace) throws -> DocumentField {
    let stored = try documents.document(descriptor, place)
    return try DocumentField(reading: stored.bytes, place: source.place(descriptor.digest.blobPath))
  }
}
