// Archives that are a layout and one of docker save at once. Some loaders read one side and some the other
// (containerd prefers the layout): they must see the same images, under the same names, of the same layers.

import Basics
import JSON

extension ImageSource {
  /// The images of the layout, each with the layers as manifest.json names them, which `read` compares. Where the
  /// layout tells the tag alone, or nothing, the name is that of manifest.json, which may tell of some images only:
  /// containerd writes one of the platforms there, for old loaders (core/images/archive/exporter.go).
  ///
  /// What the layout says is for others than `platform` is not read. Throws `ImageError`, `SourceChanged` or
  /// `SystemError`.
  func hybridImages(for platform: Platform?, _ documents: inout ImageDocuments) throws -> FoundImages {
    var found = try readUnlessForOthers(layoutLeads(&documents), than: platform, &documents)
    let layout = LayoutConfigs(of: found)
    var leads = try dockerLeads()
    if let platform { leads = try leads.filter { try !isForOthers($0, than: platform, layout, &documents) } }
    let items = try read(leads, &documents)
    let docker = Dictionary(grouping: items.images, by: \.configDigest)
    if !layout.known.isSuperset(of: Set(docker.keys).union(items.passedOver.compactMap(\.configDigest))) {
      throw ImageError(path, "", "manifest.json and index.json tell of different images")
    }
    try name(&found.images, from: docker)
    try add(docker, to: &found.images)
    return found
  }

  /// The configs of the images that the layout of a hybrid archive tells of.
  private struct LayoutConfigs {
    /// Of the images that were read.
    let known: Set<ImageDigest>
    /// Whether none was left unread.
    let areAll: Bool

    init(of found: FoundImages) {
      known = Set(found.images.map(\.configDigest) + found.passedOver.compactMap(\.configDigest))
      areAll = found.others.isEmpty && found.passedOver.allSatisfy { $0.descriptor != nil }
    }
  }

  /// Whether the item of manifest.json that `lead` ends at tells of none of the images of the layout that were read, and
  /// is for others than `platform`, or may be one of those that were left unread: nobody asked for it.
  private func isForOthers(
    _ lead: ImageLead, than platform: Platform, _ layout: LayoutConfigs, _ documents: inout ImageDocuments
  ) throws -> Bool {
    do {
      let image = try dockerImage(lead, &documents)
      return !layout.known.contains(image.configDigest) && image.platform.withoutVariant != platform.withoutVariant
    } catch let passedOver as PassedOver {
      return !layout.areAll && passedOver.configDigest.map { !layout.known.contains($0) } ?? false
    } catch let error as ImageError {
      // The name of a config that is missing or damaged still tells whose it is.
      guard !layout.areAll, let name = try lead.field.member("Config")?.string(),
        let digest = Self.digest(inConfigName: name), !layout.known.contains(digest)
      else { throw error }
      return true
    }
  }

  /// Gives `images` of the layout the names of manifest.json that a tag alone means, and all of those for none.
  private func name(_ images: inout [SourceImage], from docker: [ImageDigest: [SourceImage]]) throws {
    let names = docker.mapValues { twins in twins.flatMap(\.names) }
    let tagged = names.mapValues { names in Dictionary(grouping: names) { [$0].references.first?.tag ?? "" } }
    // Those are surely no tags alone.
    let whole = Set(try layoutIndex().items.compactMap { $0.known?.annotation(Descriptor.Annotation.imageName) })
    for index in images.indices {
      let (known, digest) = (images[index].names, images[index].configDigest)
      images[index].names =
        known.isEmpty
        ? names[digest] ?? []
        : known.flatMap { whole.contains($0) || !Reference.isTag($0) ? [$0] : tagged[digest]?[$0] ?? [$0] }
    }
  }

  /// Adds the layers that manifest.json names to `images` of the layout. Throws `ImageError` for one that has other names
  /// there.
  private func add(_ docker: [ImageDigest: [SourceImage]], to images: inout [SourceImage]) throws(ImageError) {
    let tags = docker.mapValues(Self.names)
    let names = Dictionary(grouping: images, by: \.configDigest).mapValues(Self.names)
    for index in images.indices {
      let digest = images[index].configDigest
      guard let twins = docker[digest], let tags = tags[digest], let names = names[digest] else { continue }
      if tags != names {
        throw ImageError(
          path, "", "\(digest): named \(Self.list(tags)) in manifest.json, \(Self.list(names)) in index.json")
      }
      images[index].twins = twins.map(\.layers)
    }
  }

  /// Whether index.json or manifest.json, the file `name`, tells of nothing: tools that write the other form alone leave
  /// such ones.
  func isSilent(_ name: String) throws -> Bool {
    let bytes = try document(name, BlobPlace(place: path, field: ""))
    // What is no JSON, or of another form, is told by who reads it.
    guard !bytes.isEmpty, let document = try? DocumentField(reading: bytes, place: place(name)) else {
      return bytes.isEmpty
    }
    switch document.value.kind {
    case .null: return true
    case .array(let items): return items.isEmpty
    case .object:
      guard name == Self.indexName, let items = try? ImageIndex.fields(of: document) else { return false }
      return items.isEmpty
    default: return false
    }
  }

  /// The names with a tag, for manifest.json has no others.
  private static func names(of images: [SourceImage]) -> Set<String> {
    let names = Array(Set(images.flatMap(\.names)))
    return Set(names.references.filter { $0.digest == nil }.map(\.description))
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
