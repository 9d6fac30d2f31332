// Archives that are a layout and one of docker save at once. Some loaders read one side and some the other
// (containerd prefers the layout): they must see the same images, under the same names, of the same layers.

private import JSON

extension ImageSource {
  /// The images of the layout, each with the layers as manifest.json names them, which `read` compares. Where the
  /// layout tells the tag alone, or nothing, the name is that of manifest.json, which may tell of some images only:
  /// containerd writes one of the platforms there, for old loaders (core/images/archive/exporter.go).
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func hybridImages(_ documents: inout ImageDocuments) throws -> FoundImages {
    var found = try read(layoutLeads(&documents), &documents)
    let items = try read(dockerLeads(), &documents)
    let docker = Dictionary(grouping: items.images, by: \.configDigest)
    let known = Set(found.images.map(\.configDigest) + found.passedOver.compactMap(\.configDigest))
    if !known.isSuperset(of: Set(docker.keys).union(items.passedOver.compactMap(\.configDigest))) {
      throw ImageError(path, "", "manifest.json and index.json tell of different images")
    }
    let whole = Set(
      try layoutIndex().items.compactMap { item in
        try? item.descriptor.get().annotation(Descriptor.Annotation.imageName)
      })
    for index in found.images.indices {
      let tags = (docker[found.images[index].configDigest] ?? []).flatMap(\.names)
      found.images[index].names = Self.wholeNames(found.images[index].names, whole, from: tags)
    }
    let layout = Dictionary(grouping: found.images, by: \.configDigest)
    for index in found.images.indices {
      let digest = found.images[index].configDigest
      guard let twins = docker[digest] else { continue }
      let (tags, names) = (Self.names(of: twins), Self.names(of: layout[digest] ?? []))
      if tags != names {
        throw ImageError(
          path, "", "\(digest): named \(Self.list(tags)) in manifest.json, \(Self.list(names)) in index.json")
      }
      found.images[index].twins = twins.map(\.layers)
    }
    return found
  }

  /// Whether index.json or manifest.json, the file `name`, tells of nothing: tools that write the other form alone leave
  /// such ones.
  func isSilent(_ name: String) throws -> Bool {
    let bytes = try document(name, BlobPlace(place: path, field: ""))
    // What is no JSON is told by who reads it.
    guard !bytes.isEmpty, let value = try? JSONReader.read(bytes) else { return bytes.isEmpty }
    switch value.kind {
    case .null: return true
    case .array(let items): return items.isEmpty
    case .object(let members):
      guard name == Self.indexName else { return false }
      switch members.first(where: { $0.key == "manifests" })?.value.kind {
      case nil, .null: return true
      case .array(let items): return items.isEmpty
      default: return false
      }
    default: return false
    }
  }

  /// The names of an image of the layout, what is a tag alone replaced by the `tags` that it means, and all of those
  /// for none; `whole` are surely no tags alone.
  private static func wholeNames(_ names: [String], _ whole: Set<String>, from tags: [String]) -> [String] {
    if names.isEmpty { return tags }
    return names.flatMap { name in
      if whole.contains(name) || !Reference.isTag(name) { return [name] }
      let meant = tags.filter { [$0].references.first?.tag == name }
      return meant.isEmpty ? [name] : meant
    }
  }

  /// The names with a tag, for manifest.json has no others.
  private static func names(of images: [SourceImage]) -> Set<String> {
    Set(images.flatMap(\.references).filter { $0.digest == nil }.map(\.description))
  }

  private static func list(_ names: Set<String>) -> String {
    names.isEmpty ? "nothing" : names.sorted().joined(separator: ", ")
  }

  /// Throws `ImageError` unless all layers that manifest.json names for `image` are its layers; `SourceChanged` or
  /// `SystemError`.
  func checkTwins(of image: SourceImage) throws {
    for twin in image.twins where try !isSame(twin, image.layers) { _ = try readLayers(twin, of: image) }
  }

  /// Whether two lists of layers lead to the same bytes of the archive.
  private func isSame(_ first: [SourceLayer], _ second: [SourceLayer]) throws -> Bool {
    for (first, second) in zip(first, second) {
      let (first, second) = (try blob(first.name, first.place), try blob(second.name, second.place))
      if first.offset != second.offset || first.count != second.count { return false }
    }
    return true
  }
}
