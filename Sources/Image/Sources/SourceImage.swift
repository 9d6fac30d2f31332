// An image that was found in an archive or a folder: its documents are verified, its layers are not read yet.

package import Basics

/// An image of an `ImageSource`.
package struct SourceImage: Sendable {
  /// The names that the source gives it, as they stand there.
  package internal(set) var names: [String]
  package let config: ImageConfig
  let configDocument: StoredDocument
  /// Nil in an archive of Docker's, which has none.
  let manifest: StoredDocument?
  /// As many as the config has diff IDs.
  let layers: [SourceLayer]
  /// The same layers under the names that the other side of a hybrid archive has for them; once for each image there.
  var twins: [[SourceLayer]] = []

  package var platform: Platform { config.platform }
  package var configDigest: ImageDigest { configDocument.digest }
  /// Nil for an image of an archive of Docker's alone.
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

/// A layer that a document names.
struct SourceLayer: Sendable {
  /// The name of its file.
  let name: String
  /// What a manifest says of it; nil in an archive of Docker's.
  let descriptor: Descriptor?
  let place: BlobPlace
}
