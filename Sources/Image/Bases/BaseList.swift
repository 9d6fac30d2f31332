// What a store of bases holds, for listings and locks.

package import Basics

/// The bases of a store, and what else it holds.
package struct BaseList: Sendable {
  /// The bases that have a name, sorted by it and by platform; each once, however its name is spelled.
  package let bases: [StoredBase]
  /// What is no base: no image, or one that cannot be used.
  package let passedOver: [PassedOver]
  /// The manifests of images without a name, in the order of index.json.
  package let unnamed: [ImageDigest]
  /// The images whose names are no references, so that they cannot be asked for; in the same order.
  package let misnamed: [(name: String, manifest: ImageDigest)]

  init(_ found: FoundImages) {
    var known: Set<StoredBase> = []
    bases =
      found.images
      .flatMap { image in image.references.compactMap { StoredBase($0, image) } }
      .filter { known.insert($0).inserted }
      .sorted { $0.sortKey.utf8.lexicographicallyPrecedes($1.sortKey.utf8) }
    passedOver = found.passedOver
    unnamed = found.images.filter(\.names.isEmpty).compactMap(\.manifestDigest)
    misnamed = found.images.filter(\.references.isEmpty).compactMap { image in
      image.names.first.flatMap { name in image.manifestDigest.map { (name, $0) } }
    }
  }

  /// The images that cannot be asked for, as a message lists them: "1 image without a name: DIGEST; 1 image with a name
  /// that nobody can ask for: "NAME" (DIGEST)"; nil for none.
  package var unnamedImages: String? {
    var parts: [String] = []
    if !unnamed.isEmpty {
      parts.append("\(Self.unnamed(unnamed.count)): \(unnamed.map { "\($0)" }.joined(separator: ", "))")
    }
    if !misnamed.isEmpty {
      let images = misnamed.count == 1 ? "image with a name" : "images with names"
      let list = misnamed.map { "\(quoted($0.name)) (\($0.manifest))" }.joined(separator: ", ")
      parts.append("\(misnamed.count) \(images) that nobody can ask for: \(list)")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// "1 image without a name"
  static func unnamed(_ count: Int) -> String { "\(count) \(count == 1 ? "image" : "images") without a name" }

  /// Why there is no base: images without a name, or the first that was passed over.
  package var reasonForNone: String {
    let passedOver = (passedOver.first(where: \.isImage) ?? passedOver.first)?.description
    return unnamedImages ?? passedOver ?? "it holds no image"
  }
}

/// One base of a store.
package struct StoredBase: Hashable, Sendable {
  package let reference: Reference
  package let platform: Platform
  package let manifestDigest: ImageDigest
  package let configDigest: ImageDigest
  /// Lowest first.
  package let diffIDs: [ImageDigest]
  /// Bytes of the layers as they are stored.
  package let size: Int64

  init?(_ reference: Reference, _ image: SourceImage) {
    guard let manifest = image.manifestDigest else { return nil }
    self.reference = reference
    platform = image.platform
    manifestDigest = manifest
    configDigest = image.configDigest
    diffIDs = image.config.diffIDs
    // Documents may claim any size: the sum wraps on sizes that no file has.
    size = image.layers.reduce(0) { $0 &+ ($1.descriptor?.size ?? 0) }
  }

  fileprivate var sortKey: String { "\(reference) \(platform) \(manifestDigest)" }
}
