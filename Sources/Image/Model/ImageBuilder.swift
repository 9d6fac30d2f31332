// Makes an image of a base, a new layer and settings: its config and its manifest, byte by byte.

package import Archive
package import Basics
import JSON

/// What a blob, or another file of an image, is made of.
package enum ImageBlob: Sendable {
  case document([UInt8])
  case layer(Rope)
  case source(SourceID)
}

/// An image, ready to be written.
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
  /// Of the base, lowest first.
  package let baseLayers: [Layer]
  package let platform: Platform
  package let settings: ImageSettings
  /// Seconds since 1970.
  package let created: Int64
  /// What the history says of the new layer.
  package let createdBy: String
  /// Of the manifest.
  package let annotations: [Descriptor.Annotation]

  /// One layer of the base.
  package struct Layer: Sendable {
    /// Digest of the uncompressed layer.
    package let diffID: ImageDigest
    /// Bytes of the uncompressed layer.
    package let size: Int64
    package let content: SourceID

    package init(diffID: ImageDigest, size: Int64, content: SourceID) {
      self.diffID = diffID
      self.size = size
      self.content = content
    }
  }

  package init(
    baseConfig: ImageConfig, baseLayers: [Layer], platform: Platform, settings: ImageSettings, created: Int64,
    createdBy: String, annotations: [Descriptor.Annotation] = []
  ) {
    self.baseConfig = baseConfig
    self.baseLayers = baseLayers
    self.platform = platform
    self.settings = settings
    self.created = created
    self.createdBy = createdBy
    self.annotations = annotations
  }

  /// The image whose new layer is `layer`, of the digest `diffID`.
  package func build(layer: Rope, diffID: ImageDigest) -> BuiltImage {
    let config = baseConfig.adding(
      layer: diffID, settings: settings, platform: platform, created: created, createdBy: createdBy
    ).document
    let layers = baseLayers.map { ($0.diffID, $0.size) } + [(diffID, layer.count)]
    let manifest = Manifest(
      config: config.descriptor,
      layers: layers.map { Descriptor(mediaType: MediaType.layer, digest: $0.0, size: $0.1) },
      annotations: annotations
    ).document
    var manifestDescriptor = manifest.descriptor
    manifestDescriptor.platform = platform
    let baseBlobs = baseLayers.map { (digest: $0.diffID, blob: ImageBlob.source($0.content)) }
    return BuiltImage(
      platform: platform,
      blobs: [(config.digest, .document(config.bytes))] + baseBlobs
        + [(diffID, .layer(layer)), (manifest.digest, .document(manifest.bytes))],
      config: config.descriptor, manifest: manifestDescriptor, layers: layers.map(\.0))
  }
}
