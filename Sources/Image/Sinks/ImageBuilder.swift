// A base, a layer and settings into an image: its config and its manifest, as the bytes that their digests are of.

package import Archive
package import Basics
import JSON

/// A blob of an image: bytes that are written out, or a content.
package enum ImageBlob: Sendable {
  case document([UInt8])
  case layer(Rope)
  case content(ContentID)
}

/// An image, ready to be put into an archive.
package struct BuiltImage: Sendable {
  package let platform: Platform
  /// The blobs by digest, config first, then layers from the lowest on, then the manifest.
  package let blobs: [(digest: ImageDigest, blob: ImageBlob)]
  package let config: Descriptor
  package let manifest: Descriptor
  /// Digests of the uncompressed layers, which are those of the blobs too, lowest first.
  package let layers: [ImageDigest]
}

/// What an image is made of beside its new layer.
package struct ImageBuilder: Sendable {
  package let baseConfig: ImageConfig
  /// Of the base, lowest first: the digest of the uncompressed layer, its bytes and how many they are.
  package let baseLayers: [LayerContent]
  package let platform: Platform
  package let settings: ImageSettings
  /// Seconds since 1970.
  package let created: Int64
  /// What the history says of the new layer.
  package let createdBy: String

  /// One layer of the base.
  package struct LayerContent: Sendable {
    package let diffID: ImageDigest
    package let size: Int64
    package let content: ContentID

    package init(diffID: ImageDigest, size: Int64, content: ContentID) {
      self.diffID = diffID
      self.size = size
      self.content = content
    }
  }

  package init(
    baseConfig: ImageConfig, baseLayers: [LayerContent], platform: Platform, settings: ImageSettings, created: Int64,
    createdBy: String
  ) {
    self.baseConfig = baseConfig
    self.baseLayers = baseLayers
    self.platform = platform
    self.settings = settings
    self.created = created
    self.createdBy = createdBy
  }

  /// The image whose new layer is `layer`, of the digest `diffID`.
  package func build(layer: Rope, diffID: ImageDigest) -> BuiltImage {
    let config = baseConfig.adding(
      layer: diffID, settings: settings, platform: platform, created: created, createdBy: createdBy)
    let configBytes = Array(config.json.text.utf8)
    let layers = baseLayers.map { ($0.diffID, $0.size) } + [(diffID, layer.count)]
    let configDescriptor = Descriptor(
      mediaType: MediaType.config, digest: ImageDigest(of: configBytes), size: Int64(configBytes.count))
    let manifest = Manifest(
      config: configDescriptor,
      layers: layers.map { Descriptor(mediaType: MediaType.layer, digest: $0.0, size: $0.1) })
    let manifestBytes = Array(manifest.json.text.utf8)
    let manifestDescriptor = Descriptor(
      mediaType: MediaType.manifest, digest: ImageDigest(of: manifestBytes), size: Int64(manifestBytes.count),
      platform: platform)
    let baseBlobs = baseLayers.map { (digest: $0.diffID, blob: ImageBlob.content($0.content)) }
    return BuiltImage(
      platform: platform,
      blobs: [(configDescriptor.digest, .document(configBytes))] + baseBlobs
        + [(diffID, .layer(layer)), (manifestDescriptor.digest, .document(manifestBytes))],
      config: configDescriptor, manifest: manifestDescriptor, layers: layers.map(\.0))
  }
}
