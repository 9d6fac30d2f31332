// Archives that are an OCI archive and a docker archive in one. Some engines read one side and some the other
// (containerd prefers the layout), so both must have the same images, under the same names, of the same layers.

import Basics

/// The images of a hybrid archive, as index.json and manifest.json agree on them.
struct HybridSource: ImageSource {
  private let layout: OCISource
  private let docker: DockerSource

  /// The two sides of one archive.
  init(_ layout: OCISource, _ docker: DockerSource) { (self.layout, self.docker) = (layout, docker) }

  var path: String { layout.path }
  var warnings: [String] { layout.warnings }
  var unpacking: Unpacking { layout.unpacking }
  func blob(_ named: NamedBlob) throws -> Blob { try layout.blob(named) }

  func find(for platform: Platform?, named isWanted: (Reference) -> Bool) throws -> FoundImages {
    var documents = ImageDocuments(of: self)
    // The names of an image are known when both sides are read.
    var found = try images(for: platform, &documents)
    let named = found.images.filter { $0.references.contains(where: isWanted) }
    if !named.isEmpty { (found.images, found.areNamed) = (named, true) }
    found.keep(platform)
    return found
  }

  /// The images of the layout, each with the layers as manifest.json names them, which `read` compares.
  ///
  /// Where the layout gives a tag alone or no name, the name is that of manifest.json. That document may have some of
  /// the images only: containerd writes one of the platforms there, for old engines (core/images/archive/exporter.go).
  /// What is for others than `platform` by the layout is not read.
  private func images(for platform: Platform?, _ documents: inout ImageDocuments) throws -> FoundImages {
    var found = try layout.readUnlessForOthers(layout.leads(&documents), than: platform, &documents)
    let configs = LayoutConfigs(of: found)
    var leads = try docker.leads()
    if let platform { leads = try leads.filter { try !isForOthers($0, than: platform, configs, &documents) } }
    let read = try docker.read(leads, &documents)
    let items = Dictionary(grouping: read.images, by: \.configDigest)
    if !configs.known.isSuperset(of: Set(items.keys).union(read.passedOver.compactMap(\.configDigest))) {
      throw ImageError(path, "", "manifest.json and index.json tell of different images")
    }
    try name(&found.images, from: items)
    try add(items, to: &found.images)
    return found
  }

  /// The configs of the images that the layout has.
  private struct LayoutConfigs {
    /// Of the images that were read.
    let known: Set<ImageDigest>
    /// Whether all images were read.
    let areAll: Bool

    init(of found: FoundImages) {
      known = Set(found.images.map(\.configDigest) + found.passedOver.compactMap(\.configDigest))
      areAll = found.others.isEmpty && found.passedOver.allSatisfy { $0.descriptor != nil }
    }
  }

  /// Whether the item of manifest.json that `lead` ends at is not wanted: it is none of the images of the layout that
  /// were read, and it is for others than `platform` or may be one of those that were not read.
  private func isForOthers(
    _ lead: ImageLead, than platform: Platform, _ configs: LayoutConfigs, _ documents: inout ImageDocuments
  ) throws -> Bool {
    do {
      let image = try docker.image(at: lead, &documents)
      return !configs.known.contains(image.configDigest) && image.platform.withoutVariant != platform.withoutVariant
    } catch let passedOver as PassedOver {
      return !configs.areAll && passedOver.configDigest.map { !configs.known.contains($0) } ?? false
    } catch let error as ImageError {
      // A config that is missing or damaged may still have its digest in its name.
      guard !configs.areAll, let name = try lead.field.member("Config")?.string(),
        let digest = DockerSource.digest(inConfigName: name), !configs.known.contains(digest)
      else { throw error }
      return true
    }
  }

  /// Gives the images of the layout the names that manifest.json has for their tags, and all of those where they have
  /// no name.
  private func name(_ images: inout [SourceImage], from items: [ImageDigest: [SourceImage]]) throws {
    let names = items.mapValues { items in items.flatMap(\.names) }
    let tagged = names.mapValues { names in Dictionary(grouping: names) { [$0].references.first?.tag ?? "" } }
    // These names are whole, also those of one word.
    let whole = Set(try layout.index().items.compactMap { $0.known?.annotation(Descriptor.Annotation.imageName) })
    for index in images.indices {
      let (known, digest) = (images[index].names, images[index].configDigest)
      images[index].names =
        known.isEmpty
        ? names[digest] ?? []
        : known.flatMap { whole.contains($0) || !Reference.isTag($0) ? [$0] : tagged[digest]?[$0] ?? [$0] }
    }
  }

  /// Adds the layers that manifest.json names to the images of the layout. Throws for one that has other names there.
  private func add(_ items: [ImageDigest: [SourceImage]], to images: inout [SourceImage]) throws(ImageError) {
    let tags = items.mapValues(Self.names)
    let names = Dictionary(grouping: images, by: \.configDigest).mapValues(Self.names)
    for index in images.indices {
      let digest = images[index].configDigest
      guard let items = items[digest], let tags = tags[digest], let names = names[digest] else { continue }
      if tags != names {
        throw ImageError(
          path, "", "\(digest): named \(Self.list(tags)) in manifest.json, \(Self.list(names)) in index.json")
      }
      images[index].dockerLayers = items.map(\.layers)
    }
  }

  /// The names without a digest, as manifest.json has no others.
  private static func names(of images: [SourceImage]) -> Set<String> {
    let names = Array(Set(images.flatMap(\.names)))
    return Set(names.references.filter { $0.digest == nil }.map(\.description))
  }

  private static func list(_ names: Set<String>) -> String {
    names.isEmpty ? "nothing" : names.sorted().joined(separator: ", ")
  }
}
