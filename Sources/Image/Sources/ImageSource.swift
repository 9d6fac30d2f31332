// Where images are read from: an archive of docker save, an OCI archive, one that is both, or an OCI layout folder.
// OCI image-spec, image-layout.md; moby, daemon/internal/image/tarexport.

import Archive
package import Basics
import Files
private import Glibc
import JSON

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
    let resolved = String(decoding: try Paths.resolved(Array(path.utf8), to: "open"), as: UTF8.self)
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

// Which images of a source are read: first what the index says is looked at, then the documents of what is wanted, so
// that nothing that nobody asked for can be in the way.

extension ImageSource {
  /// Which form the source has.
  private enum Form {
    case layout, docker, hybrid
  }

  /// All images, in the order of the index or of manifest.json. Throws as `all()` does, and the reason why the first is
  /// not taken when none can be used.
  package func images() throws -> [SourceImage] { try all().usable() }

  /// All images, and what was passed over; layers are not read.
  ///
  /// Throws `ImageError` for what is damaged, `SourceChanged` or `SystemError`.
  package func all() throws -> FoundImages { try found(for: nil).found }

  /// The images to be taken for `reference`, one a platform: those of that name, or all where none has it and all have
  /// the same names; when they are asked for, those `named` otherwise, and those that `platform` means alone.
  ///
  /// Throws `ImageError` when there is none, with the choices when they are several images or there are two for one
  /// platform, and as `all()` does.
  package func images(for reference: Reference, named name: Reference? = nil, on platform: Platform? = nil) throws
    -> FoundImages
  {
    let (found, isNamed) = try found(for: platform) { $0 == name ?? reference }
    if let name, !isNamed {
      let there = Self.list(found.images)
      throw ImageError(path, "", "holds no image named \(name.familiar)\(there.isEmpty ? "" : ": \(there)")")
    }
    let images = found.images
    if images.isEmpty {
      if !found.others.isEmpty, let platform {
        throw ImageError(path, "", "is for \(Self.list(found.others)), not for \(platform)")
      }
      _ = try found.usable()
      throw ImageError(path, "", "holds no image")
    }
    let areSeveral = !isNamed && Set(images.map { Set($0.names) }).count > 1
    if areSeveral || Set(images.map(\.platform)).count < images.count {
      let whose = isNamed ? "more than one for a platform named" : "none named"
      throw ImageError(path, "", "holds several images, \(whose) \((name ?? reference).familiar): \(Self.list(images))")
    }
    return found
  }

  /// The images that are named as `isWanted` says, or all when none is; of those, the ones that `platform`
  /// means alone.
  private func found(
    for platform: Platform?, named isWanted: (Reference) -> Bool = { _ in false }
  ) throws -> (found: FoundImages, isNamed: Bool) {
    var documents = ImageDocuments(of: self)
    let form = try form()
    if form == .hybrid {
      // Which names an image has is known when both sides are read.
      var found = try hybridImages(for: platform, &documents)
      let named = found.images.filter { $0.references.contains(where: isWanted) }
      if !named.isEmpty { found.images = named }
      found.keep(platform)
      return (found, !named.isEmpty)
    }
    let leads = try form == .layout ? layoutLeads(&documents) : dockerLeads()
    let named = leads.filter { $0.isNamed(isWanted) }
    return (try read(named.isEmpty ? leads : named, for: platform, &documents), !named.isEmpty)
  }

  private func form() throws -> Form {
    if case .folder = files { return .layout }
    let isLayout = try files.contains("oci-layout") || files.contains(Self.indexName)
    let isDocker = try files.contains(Self.manifestName)
    guard isLayout || isDocker else {
      throw ImageError(path, "", "expected the archive of an image, found neither manifest.json nor oci-layout")
    }
    if !(isLayout && isDocker) { return isLayout ? .layout : .docker }
    // One side that tells of nothing leaves the other.
    if try isSilent(Self.indexName) { return .docker }
    return try isSilent(Self.manifestName) ? .layout : .hybrid
  }

  /// Reads what `leads` lead to, each image once, as far as `platform` means it.
  ///
  /// What is damaged is an error where all are asked for, and is passed over where the platform chooses: what it is for
  /// cannot be told. A descriptor that tells another variant settles nothing, for its config may tell the one that is
  /// meant; what cannot be read or used of its image counts as what it tells. Throws `ImageError`, `SourceChanged` or
  /// `SystemError`.
  func read(
    _ leads: [ImageLead], for platform: Platform? = nil, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = try readUnlessForOthers(leads, than: platform, &documents)
    found.keep(platform)
    return found
  }

  /// Reads as `read` does; what is found has the images too that only their configs say are for others.
  func readUnlessForOthers(
    _ leads: [ImageLead], than platform: Platform?, _ documents: inout ImageDocuments
  ) throws -> FoundImages {
    var found = FoundImages()
    var known: [ImageDigest: Int] = [:]
    for lead in leads {
      if let platform, let other = lead.platform, other.withoutVariant != platform.withoutVariant {
        // A statement is for no platform that anybody could want.
        if !Self.isStatement(lead) { found.others.append(other) }
        continue
      }
      let other = Self.otherVariant(lead, than: platform)
      do {
        switch lead.target {
        case .descriptor(let descriptor):
          if let number = known[descriptor.digest] {
            found.images[number].names += lead.names
            continue
          }
          let image = try layoutImage(descriptor, lead, &documents)
          known[descriptor.digest] = found.images.count
          found.images.append(image)
        case .item: found.images.append(try dockerImage(lead, &documents))
        case .fault(let fault):
          if fault.isDamage && platform == nil { throw fault.error }
          throw PassedOver(lead, isImage: true, fault.error)
        }
      } catch let passedOver as PassedOver {
        if let other { found.others.append(other) } else { found.passedOver.append(passedOver) }
      } catch let error as ImageError {
        guard let other else { throw error }
        found.others.append(other)
      }
      try ImageDocuments.checkCount(found.images.count, lead.place)
    }
    for number in found.images.indices {
      var names: Set<String> = []
      found.images[number].names.removeAll { !names.insert($0).inserted }
    }
    return found
  }

  /// The platform that the descriptor of `lead`, an image for the architecture of `platform`, tells; nil when `platform`
  /// means it, or nothing is told.
  private static func otherVariant(_ lead: ImageLead, than platform: Platform?) -> Platform? {
    guard let platform, let told = lead.platform, !platform.means(told), !isStatement(lead) else { return nil }
    return told
  }

  private static func list(_ images: [SourceImage]) -> String {
    images.map { escapedName("\($0)".utf8) }.joined(separator: ", ")
  }

  private static func list(_ platforms: [Platform]) -> String {
    platforms.map { "\($0)" }.joined(separator: ", ")
  }
}

extension FoundImages {
  /// Leaves the images that `platform` means, and says what the others are for, each once.
  fileprivate mutating func keep(_ platform: Platform?) {
    guard let platform else { return }
    let isWanted = { (image: SourceImage) in platform.means(image.platform) }
    others += images.filter { !isWanted($0) }.map(\.platform)
    images.removeAll { !isWanted($0) }
    var known: Set<Platform> = []
    others.removeAll { !known.insert($0).inserted }
  }
}

// Whether the layers of an image are there, without a look into them.

extension ImageSource {
  /// Looks for the file of every layer of `image`, and for as many bytes of it as a manifest tells; reads none of them.
  ///
  /// Throws `ImageError` for the first that is missing or of another size, or `SystemError`.
  package func checkPresence(ofLayersOf image: SourceImage) throws {
    for layer in ([image.layers] + image.twins).joined() {
      let blob = try blob(layer.name, layer.place)
      guard let said = layer.descriptor?.size, said != blob.count else { continue }
      throw layer.place.error("\(blob.name): expected \(said) bytes, found \(blob.count)")
    }
  }
}
