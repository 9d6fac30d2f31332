// What was found in a source of images: images whose documents are verified and whose layers are not read yet, and what
// was passed over.

package import Basics

/// What was found in a source of images.
package struct FoundImages: Sendable {
  /// The images that can be used; their layers are not read.
  package internal(set) var images: [SourceImage] = []
  /// What was looked at and cannot be used.
  package internal(set) var passedOver: [PassedOver] = []
  /// The platforms of images that are for others than the one that was asked for.
  package internal(set) var others: [Platform] = []
  /// Whether the images have the name that was asked for.
  package internal(set) var areNamed = false

  /// The images. Throws the reason why the first is not taken when all were passed over.
  package func usable() throws(ImageError) -> [SourceImage] {
    if images.isEmpty, let first = (passedOver.first(where: \.isImage) ?? passedOver.first) { throw first.error }
    return images
  }

  /// Leaves the images that `platform` means, and adds the platforms of the others, each once.
  mutating func keep(_ platform: Platform?) {
    guard let platform else { return }
    let isWanted = { (image: SourceImage) in platform.means(image.platform) }
    others += images.filter { !isWanted($0) }.map(\.platform)
    images.removeAll { !isWanted($0) }
    var known: Set<Platform> = []
    others.removeAll { !known.insert($0).inserted }
  }
}

/// An image of a source.
package struct SourceImage: Sendable {
  /// The names that the source gives it, as they stand there.
  package internal(set) var names: [String]
  package let config: ImageConfig
  let configDocument: Document
  /// Nil in a docker archive, which has none.
  let manifest: Document?
  /// As many as the config has diff IDs.
  let layers: [NamedBlob]
  /// The layers as each item of a hybrid archive's manifest.json names them; they must be the same.
  var dockerLayers: [[NamedBlob]] = []

  /// By the config, completed from the descriptor.
  package var platform: Platform { config.platform }
  /// Of the config's bytes; the id of the image in engines.
  package var configDigest: ImageDigest { configDocument.digest }
  /// Nil for an image of a docker archive.
  package var manifestDigest: ImageDigest? { manifest?.digest }

  /// Those of the names that are references.
  package var references: [Reference] { names.references }
}

extension SourceImage: CustomStringConvertible {
  /// "NAME (PLATFORM)"
  package var description: String {
    "\(names.isEmpty ? "\(configDigest)" : names.joined(separator: " ")) (\(platform))"
  }
}

/// Something in a source of images that is no image, or an image that cannot be used.
package struct PassedOver: Error, Equatable, Sendable, CustomStringConvertible {
  /// The names that the source gives it, as they stand there.
  package let names: [String]
  /// What it is for, where its descriptor says that.
  package let platform: Platform?
  /// Whether it is an image, and not a statement about one, a signature or another artifact.
  package let isImage: Bool
  /// Where it is, and why it is not taken.
  package let error: ImageError
  /// What leads to it; nil where that cannot be read, or is no descriptor.
  let descriptor: Descriptor?
  /// Of the config, where that was read.
  let configDigest: ImageDigest?

  /// "passed over: NAME for PLATFORM: PLACE: FIELD: REASON"
  package var description: String {
    let name = names.first.map { " \(escapedName($0.utf8))" } ?? ""
    let purpose = platform.map { " for \($0)" } ?? ""
    return name.isEmpty && purpose.isEmpty ? "passed over: \(error)" : "passed over\(name)\(purpose): \(error)"
  }
}
