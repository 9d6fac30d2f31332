// Where images are read from: what every source can do, the choice among the images that it holds, and the reading of
// one.

package import Basics
import JSON

/// Images that can be read, such as those of an archive or a layout.
///
/// Nothing that a source says is believed before it is verified. Reading takes three steps, so that of a source whose
/// blobs come from far away only what is wanted is fetched: `find` chooses images by what leads to them and then reads
/// their documents, and `read` reads the layers of one.
package protocol ImageSource: Sendable {
  /// The source as it was named, for messages.
  var path: String { get }
  /// Faults of the source itself that were tolerated, a line each that begins with its path. They are among the
  /// warnings of each image that is read.
  var warnings: [String] { get }
  /// Where compressed archives and layers are unpacked to.
  var unpacking: Unpacking { get }

  /// The images that `isWanted` takes by a name, or all where it takes none; of those, the ones that `platform` means.
  ///
  /// Their documents are verified, their layers are not read.
  func find(for platform: Platform?, named isWanted: (Reference) -> Bool) throws -> FoundImages

  /// The blob that a document names.
  func blob(_ named: NamedBlob) throws -> Blob
}

extension ImageSource {
  /// All images, in the order of the index or of manifest.json. Throws the reason why the first is not taken when none
  /// can be used.
  package func images() throws -> [SourceImage] { try all().usable() }

  /// All images, and what was passed over.
  package func all() throws -> FoundImages { try find(for: nil) { _ in false } }

  /// The images to be taken for `reference`, one a platform: those of that name, or all where none has it and all have
  /// the same names. With `name` only images of that name are taken, and with `platform` only those that it means.
  ///
  /// Throws when there is none, and with the choices when they are several images, or two for one platform.
  package func images(for reference: Reference, named name: Reference? = nil, on platform: Platform? = nil) throws
    -> FoundImages
  {
    let found = try find(for: platform) { $0 == name ?? reference }
    let images = found.images
    if let name, !found.areNamed {
      let choices = Self.list(images)
      throw ImageError(path, "", "holds no image named \(name.familiar)\(choices.isEmpty ? "" : ": \(choices)")")
    }
    if images.isEmpty {
      if !found.others.isEmpty, let platform {
        throw ImageError(path, "", "is for \(Self.list(found.others)), not for \(platform)")
      }
      _ = try found.usable()
      throw ImageError(path, "", "holds no image")
    }
    let areSeveral = !found.areNamed && Set(images.map { Set($0.names) }).count > 1
    if areSeveral || Set(images.map(\.platform)).count < images.count {
      let whose = found.areNamed ? "more than one for a platform named" : "none named"
      throw ImageError(path, "", "holds several images, \(whose) \((name ?? reference).familiar): \(Self.list(images))")
    }
    return found
  }

  private static func list(_ images: [SourceImage]) -> String {
    images.map { escapedName("\($0)".utf8) }.joined(separator: ", ")
  }

  private static func list(_ platforms: [Platform]) -> String {
    platforms.map { "\($0)" }.joined(separator: ", ")
  }
}

// Reading
extension ImageSource {
  /// Reads and verifies all of `image`, which gets the name `reference`.
  package func read(_ image: SourceImage, as reference: Reference) throws -> BaseImage {
    let (layers, stack) = try readLayers(image.layers, of: image)
    for others in image.dockerLayers where try !isSame(others, image.layers) { _ = try readLayers(others, of: image) }
    let manifest =
      image.manifest ?? Manifest(config: image.configDocument.descriptor, layers: layers.map(\.descriptor)).document
    return BaseImage(
      reference: reference, manifestDigest: manifest.digest, configDigest: image.configDigest, config: image.config,
      layers: layers, files: stack.files, manifest: manifest, configDocument: image.configDocument,
      warnings: warnings + stack.warnings)
  }

  /// Reads and verifies `layers`, which must be those of the config of `image`, and what they make together.
  private func readLayers(_ layers: [NamedBlob], of image: SourceImage) throws -> ([BaseLayer], LayerStack) {
    var stack = LayerStack(unpacking)
    // As many as diff IDs: that was compared when the image was found.
    let read = try zip(layers, image.config.diffIDs).map { try self.read($0, $1, into: &stack) }
    return (read, stack)
  }

  private func read(_ layer: NamedBlob, _ diffID: ImageDigest, into stack: inout LayerStack) throws -> BaseLayer {
    let blob = try self.blob(layer)
    var reader = try LayerReader(blob, at: layer.place)
    if let error = layer.sizeError(of: blob) { throw error }
    if let warning = layer.warning(of: blob, reader.compression) { stack.warn(warning) }
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

  /// Compares the digest of the bytes of `layer` with its descriptor, or with its name where that is a digest.
  private func check(_ digest: ImageDigest, _ layer: NamedBlob) throws(ImageError) {
    let named = layer.descriptor?.digest ?? ImageDigest(blobPath: layer.name)
    if let named, named != digest {
      throw layer.place.error("\(escapedName(layer.name.utf8)): its bytes are \(digest)")
    }
  }

  /// Whether two lists of layers lead to the same bytes of the archive.
  private func isSame(_ first: [NamedBlob], _ second: [NamedBlob]) throws -> Bool {
    for (first, second) in zip(first, second) {
      let (first, second) = (try blob(first), try blob(second))
      if first.offset != second.offset || first.count != second.count { return false }
    }
    return true
  }

  /// Looks for the file of every layer of `image`, and for its size where a manifest says it; reads none of them.
  ///
  /// Throws for the first that is missing or has another size.
  package func checkPresence(ofLayersOf image: SourceImage) throws {
    for layer in ([image.layers] + image.dockerLayers).joined() {
      if let error = layer.sizeError(of: try blob(layer)) { throw error }
    }
  }
}

// Documents
extension ImageSource {
  /// The file `name`, for messages.
  func place(_ name: String) -> String { "\(path): \(name)" }

  /// The blob of a document, of at most 16 MiB.
  func documentBlob(_ named: NamedBlob) throws -> Blob {
    let blob = try blob(named)
    if blob.count > Int64(Document.largest) {
      throw named.place.error("\(blob.name): a document of \(blob.count) bytes, the limit is \(Document.largest)")
    }
    return blob
  }

  /// The bytes of the document `name`, which no other document names.
  func document(_ name: String) throws -> [UInt8] {
    try documentBlob(NamedBlob(name: name, at: FieldPlace(place: path, field: ""))).read()
  }

  /// Whether the document `name` has no image: it is empty, null, an empty list, or an object that `isEmpty` takes.
  /// Tools that write one form of an archive leave such a document of the other.
  func isSilent(_ name: String, object isEmpty: (DocumentField) -> Bool) throws -> Bool {
    let bytes = try document(name)
    // What is no JSON is refused where the document is read.
    guard !bytes.isEmpty, let document = try? DocumentField(reading: bytes, place: place(name)) else {
      return bytes.isEmpty
    }
    switch document.value.kind {
    case .null: return true
    case .array(let items): return items.isEmpty
    case .object: return isEmpty(document)
    default: return false
    }
  }
}
