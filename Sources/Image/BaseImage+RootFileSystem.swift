// A base from a root file system: one layer, and the documents made for it.

internal import Archive
private import JSON

extension BaseImage {
  /// An image of one layer, the root file system that `archive` holds; what is compressed is unpacked near `folder`.
  ///
  /// Its config is of 1970, so that the same archive makes the same base. Throws `ImageError`, `SourceChanged` or
  /// `SystemError`.
  package init(
    _ archive: RootArchive, platform: Platform, settings: ImageSettings, as reference: Reference,
    spoolingNear folder: String
  ) throws {
    let blob = try archive.blob(near: folder)
    var reader = LayerReader(blob, at: LayerPlace(place: reference.familiar, field: ""))
    var files = FileTable()
    let (bytes, size, diffID) = try reader.read(diffID: nil, into: &files, spoolingNear: folder)
    let mediaType = try reader.isCompressed() ? MediaType.gzipLayer : MediaType.layer
    let layer = BaseLayer(
      descriptor: Descriptor(mediaType: mediaType, digest: try blob.digest(), size: blob.count), diffID: diffID,
      size: size, bytes: bytes, blob: blob)
    let config = ImageConfig(
      platform: platform, settings: settings, diffIDs: [diffID], created: 0, history: ["root file system"])
    let configDocument = StoredDocument(bytes: Array(config.json.text.utf8), mediaType: MediaType.config)
    let manifest = Manifest(config: configDocument.descriptor, layers: [layer.descriptor])
    let document = StoredDocument(bytes: Array(manifest.json.text.utf8), mediaType: MediaType.manifest)
    self.init(
      reference: reference, manifestDigest: document.digest, configDigest: configDocument.digest, config: config,
      layers: [layer], files: files, manifest: document, configDocument: configDocument)
  }
}
