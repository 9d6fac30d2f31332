// An image that others are built on, read and verified whole.

/// A verified image.
package struct BaseImage: Sendable {
  package let reference: Reference
  /// Of the manifest as it stands in a store; of the one that a store would be given for an archive of Docker's.
  package let manifestDigest: ImageDigest
  package let configDigest: ImageDigest
  package let config: ImageConfig
  /// Lowest first.
  package let layers: [BaseLayer]
  /// What all layers make together.
  package let files: FileTable
  /// The documents as they were read or, the manifest of an archive of Docker's, made.
  let manifest: StoredDocument
  let configDocument: StoredDocument
  /// What is sloppy about its archive and its layers, but was read: a line each.
  package let warnings: [String]
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
  package let bytes: LayerBytes
  /// The layer as it is stored.
  let blob: Blob
}

/// The bytes of a document and what its descriptor says of them.
struct StoredDocument: Sendable {
  let bytes: [UInt8]
  var mediaType: String
  let digest: ImageDigest

  /// The most bytes of a document, 16 MiB.
  static let largest = 16 << 20

  init(bytes: [UInt8], mediaType: String) {
    self.bytes = bytes
    self.mediaType = mediaType
    digest = ImageDigest(of: bytes)
  }

  var descriptor: Descriptor { Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count)) }
}
