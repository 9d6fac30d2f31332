// A base from a root file system: one layer, and a config made for it.

internal import Archive
private import JSON

extension BaseStore {
  /// Adds an image of one layer, the root file system that `archive` holds, and gives it back verified.
  ///
  /// Its times are those of 1970, so that the same archive makes the same base. Throws `ImageError`, `SourceChanged`
  /// or `SystemError`.
  @discardableResult
  package func addRootFileSystem(
    _ archive: RootArchive, platform: Platform, settings: ImageSettings, as reference: Reference
  ) throws -> BaseImage {
    let blob = try archive.blob(near: path)
    let place = LayerPlace(place: blob.name, field: "")
    // The archive may be gzip: its diff ID is known after it was unpacked once.
    let sink = UnpackedBytes(spool: nil)
    do throws(ArchiveError) {
      var reader = try TarReader(extent: blob.extent) { sink.append($0) }
      while try reader.next() != nil {}
    } catch {
      throw error.imageError(place.place, place.field, nil)
    }
    guard let diffID = sink.digest() else { throw place.error("no digest") }
    var reader = LayerReader(blob, at: place)
    var files = FileTable()
    let mediaType = try reader.isCompressed() ? MediaType.gzipLayer : MediaType.layer
    let (bytes, size) = try reader.read(diffID: diffID, into: &files, spoolingNear: path)
    let layer = BaseLayer(
      descriptor: Descriptor(mediaType: mediaType, digest: try blob.digest(), size: blob.count), diffID: diffID,
      size: size, bytes: bytes, blob: blob)
    let config = ImageConfig(
      platform: platform, settings: settings, diffIDs: [diffID], created: 0, history: ["root file system"])
    let image = BaseImage(reference: reference, config: config, layer: layer, files: files)
    try add(image, as: reference)
    return image
  }
}

extension BaseImage {
  /// An image of one layer, with the documents that tell of it.
  fileprivate init(reference: Reference, config: ImageConfig, layer: BaseLayer, files: FileTable) {
    let configDocument = StoredDocument(bytes: Array(config.json.text.utf8), mediaType: MediaType.config)
    let manifest = Manifest(config: configDocument.descriptor, layers: [layer.descriptor])
    let document = StoredDocument(bytes: Array(manifest.json.text.utf8), mediaType: MediaType.manifest)
    self.init(
      reference: reference, manifestDigest: document.digest, configDigest: configDocument.digest, config: config,
      layers: [layer], files: files, manifest: document, configDocument: configDocument)
  }
}
