// Archives that are a layout and one of docker save at once. Some loaders read one side and some the other
// (containerd prefers the layout): they must see the same images, under the same names, of the same layers.

extension ImageSource {
  /// The images of the layout, each with the layers as manifest.json names them, which `read` compares. Where the
  /// layout tells the tag alone, or nothing, the name is that of manifest.json.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func hybridImages() throws -> [SourceImage] {
    let docker = Dictionary(grouping: try dockerImages(), by: \.configDigest)
    var images = try layoutImages { _ in true }
    guard Set(docker.keys) == Set(images.map(\.configDigest)) else {
      throw ImageError(path, "", "manifest.json and index.json tell of different images")
    }
    let whole = Set(try layoutIndex().index.manifests.compactMap { $0.annotation(Descriptor.Annotation.imageName) })
    for index in images.indices {
      let tags = (docker[images[index].configDigest] ?? []).flatMap(\.names)
      images[index].names = Self.wholeNames(images[index].names, whole, from: tags)
    }
    let layout = Dictionary(grouping: images, by: \.configDigest)
    for index in images.indices {
      let digest = images[index].configDigest
      let twins = docker[digest] ?? []
      let (tags, names) = (Self.names(of: twins), Self.names(of: layout[digest] ?? []))
      if tags != names {
        throw ImageError(
          path, "", "\(digest): named \(Self.list(tags)) in manifest.json, \(Self.list(names)) in index.json")
      }
      images[index].twins = twins.map(\.layers)
    }
    return images
  }

  /// The names of an image of the layout, what is a tag alone replaced by the `tags` that it means, and all of those
  /// for none; `whole` are surely no tags alone.
  private static func wholeNames(_ names: [String], _ whole: Set<String>, from tags: [String]) -> [String] {
    if names.isEmpty { return tags }
    return names.flatMap { name in
      if whole.contains(name) || !Reference.isTag(name) { return [name] }
      // Those of manifest.json were read as references before.
      let meant = tags.filter { (try? Reference($0))?.tag == name }
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
