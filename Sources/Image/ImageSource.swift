// Where images are read from: an archive of docker save, an OCI archive, one that is both, or an OCI layout folder.
// OCI image-spec, image-layout.md; moby, daemon/internal/image/tarexport.

internal import Archive
private import Glibc
private import JSON

/// The images of one archive or folder. What it says is believed only after it is verified.
package struct ImageSource: Sendable {
  /// The archive or folder, as it was named.
  package let path: String
  let files: ImageFiles
  private let spoolFolder: String
  private let limit: Int64

  /// What is sloppy about the archive itself, each with its path before it; the warnings of a base have them too.
  package var warnings: [String] { files.warnings }

  /// Opens the archive or layout folder at `path`; what is compressed is unpacked near `spoolFolder`.
  ///
  /// An archive that unpacks to more than `limit` bytes is refused, and so is an image whose layers do.
  /// Throws `ImageError` for an unsound archive, `SourceChanged` or `SystemError`.
  package init(
    _ path: String, spoolingNear spoolFolder: String, limit: Int64 = TarReader.defaultLimit
  ) throws {
    self.path = path
    self.limit = limit
    self.spoolFolder = spoolFolder
    // A symlink to an archive is followed here, once, for blobs are opened without following any.
    let resolved = String(decoding: try FilePath.resolved(Array(path.utf8), to: "open"), as: UTF8.self)
    if try FileStatus.ifThere(Array(resolved.utf8))?.isFolder == true {
      files = .folder(resolved)
      return
    }
    switch try Blob.find(at: resolved, named: path) {
    case .missing: throw SystemError(operation: "open", path: path, errno: ENOENT)
    case .refused(let reason): throw ImageError(path, "", reason)
    case .blob(let blob):
      files = .archive(try ArchiveMembers(blob, place: path, spoolingNear: spoolFolder, limit: limit))
    }
  }

  /// Reads and verifies all of `image`, which gets the name `reference`.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  package func read(_ image: SourceImage, as reference: Reference) throws -> BaseImage {
    let (layers, stack) = try readLayers(image.layers, of: image)
    try checkTwins(of: image)
    let manifest =
      image.manifest
      ?? StoredDocument(
        bytes: Array(
          Manifest(config: image.configDocument.descriptor, layers: layers.map(\.descriptor)).json.text.utf8),
        mediaType: MediaType.manifest)
    return BaseImage(
      reference: reference, manifestDigest: manifest.digest, configDigest: image.configDigest, config: image.config,
      layers: layers, files: stack.files, manifest: manifest, configDocument: image.configDocument,
      warnings: warnings + stack.warnings)
  }

  /// Reads and verifies `layers`, which must be those of the config of `image`, and what they come to together.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  func readLayers(_ layers: [SourceLayer], of image: SourceImage) throws -> ([BaseLayer], LayerStack) {
    var stack = LayerStack(spoolingNear: spoolFolder, limit: limit)
    // As many as diff IDs: that was compared when the image was found.
    let read = try zip(layers, image.config.diffIDs).map { try self.read($0, $1, into: &stack) }
    return (read, stack)
  }

  private func read(
    _ layer: SourceLayer, _ diffID: ImageDigest, into stack: inout LayerStack
  ) throws -> BaseLayer {
    let blob = try self.blob(layer.name, layer.place)
    var reader = try LayerReader(blob, at: layer.place)
    try check(blob, layer, reader.compression, &stack)
    // A compressed layer is compared before it is unpacked; the bytes of a plain one are hashed once, as they are read.
    let compressed = reader.compression == nil ? nil : try blob.digest()
    if let compressed { try check(compressed, layer) }
    let (bytes, size, found) = try reader.read(into: &stack)
    if compressed == nil { try check(found, layer) }
    if found != diffID { throw layer.place.error("\(blob.name): does not unpack to \(diffID)") }
    let descriptor =
      layer.descriptor
      ?? Descriptor(mediaType: MediaType.layer(reader.compression), digest: compressed ?? found, size: blob.count)
    return BaseLayer(descriptor: descriptor, diffID: diffID, size: size, bytes: bytes, blob: blob)
  }

  /// Compares what is known of `blob`, whose bytes are compressed so, with the descriptor of `layer`.
  ///
  /// Its bytes tell how it is compressed, as to containerd, Docker and skopeo: another word of the media type is a warning
  /// (containerd, pkg/archive/compression, `DetectCompression`). Throws `ImageError`.
  private func check(
    _ blob: Blob, _ layer: SourceLayer, _ compression: Compression?, _ stack: inout LayerStack
  ) throws(ImageError) {
    guard let said = layer.descriptor else { return }
    if blob.count != said.size {
      throw layer.place.error("\(blob.name): expected \(said.size) bytes, found \(blob.count)")
    }
    if MediaType.compression(ofLayer: said.mediaType) != compression && blob.count > 0 {
      let found = compression?.rawValue ?? "not compressed"
      stack.warn(layer.place.error("\(blob.name): \(said.mediaType), but its bytes are \(found)"))
    }
  }

  /// Compares the digest of the bytes of `layer` with its descriptor, or with its name where that is a digest.
  ///
  /// Throws `ImageError`.
  private func check(_ digest: ImageDigest, _ layer: SourceLayer) throws(ImageError) {
    let named = layer.descriptor?.digest ?? ImageDigest(blobPath: layer.name)
    if let named, named != digest {
      throw layer.place.error("\(escapedName(layer.name.utf8)): its bytes are \(digest)")
    }
  }
}

// Blobs
extension ImageSource {
  /// Where `name` stands, for messages.
  func place(_ name: String) -> String { "\(path): \(name)" }

  /// The file `name`, which `place` asks for. Throws `ImageError` or `SystemError`.
  func blob(_ name: String, _ place: BlobPlace) throws -> Blob {
    let shown = name.isEmpty ? quoted(name) : escapedName(name.utf8)
    switch try files.find(name) {
    case .blob(let blob): return blob
    case .missing: throw place.error("\(shown): missing")
    case .refused(let reason): throw place.error("\(shown): \(reason)")
    }
  }

  /// The bytes of the document `name`. Throws `ImageError`, `SourceChanged` or `SystemError`.
  func document(_ name: String, _ place: BlobPlace) throws -> [UInt8] { try documentBlob(name, place).read() }

  /// The file `name`, which is a document of at most 16 MiB. Throws `ImageError` or `SystemError`.
  func documentBlob(_ name: String, _ place: BlobPlace) throws -> Blob {
    let blob = try blob(name, place)
    if blob.count > Int64(StoredDocument.largest) {
      throw place.error("\(blob.name): a document of \(blob.count) bytes, the limit is \(StoredDocument.largest)")
    }
    return blob
  }
}
