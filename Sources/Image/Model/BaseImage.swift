// An image that others are built on, read and verified whole.

/// A verified image.
package struct BaseImage: Sendable {
  package let reference: Reference
  /// Of the manifest; for an image of a docker archive, of the one that is made for it.
  package let manifestDigest: ImageDigest
  package let configDigest: ImageDigest
  package let config: ImageConfig
  /// Lowest first.
  package let layers: [BaseLayer]
  /// What all layers make together.
  package let files: FileTable
  /// As it was read; made for an image of a docker archive, which has none.
  let manifest: Document
  let configDocument: Document
  /// Faults of its archive and its layers that were tolerated, a line each.
  package let warnings: [String]

  /// What an index says of the image.
  var platformDescriptor: Descriptor {
    var descriptor = manifest.descriptor
    descriptor.platform = config.platform
    return descriptor
  }
}

/// One layer of a verified image.
package struct BaseLayer: Sendable {
  /// What a manifest says of the layer as it is stored.
  package let descriptor: Descriptor
  /// Digest of the uncompressed layer.
  package let diffID: ImageDigest
  /// Bytes of the uncompressed layer.
  package let size: Int64
  /// The uncompressed layer.
  package let bytes: ImageBytes
  /// The layer as it is stored.
  let blob: Blob
}
