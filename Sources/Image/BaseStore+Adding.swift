// Adding to the store, which appears at once: the blobs, each whole and durable under its name, then index.json.

package import Archive
private import JSON

extension BaseStore {
  /// Adds `images`, which are for different platforms, under the name `reference`: beside other platforms of that
  /// name, however it is spelled there, and in the place of their own.
  ///
  /// In index.json the name stands as `text` spells it, nil for the whole one: skopeo and umoci find and replace what
  /// has a name of the same letters. Documents that were read keep their bytes. `folder`, opened at the path of the
  /// store, is committed, or abandoned when this throws: `ImageError`, `SourceChanged` or `SystemError`.
  package func add(
    _ images: [BaseImage], as reference: Reference, spelled text: String? = nil, into folder: OutputFolder
  ) throws {
    do {
      try checkFolders()
      try checkLayout()
      var writer = BlobWriter(path, folder)
      for image in images {
        if let digest = reference.digest, digest != image.manifestDigest {
          throw ImageError(reference.familiar, "", "the manifest of what is to be added is \(image.manifestDigest)")
        }
        try writer.write(image)
      }
      var added = try descriptors(with: images.map(\.platformDescriptor), as: reference, &writer)
      let name = Descriptor.Annotation(Descriptor.Annotation.refName, text ?? "\(reference)")
      for number in added.indices { added[number].annotations = [name] }
      let index = try hasIndex() ? try StoreIndex(of: source()) : StoreIndex()
      let others = index.items.filter { !$0.isNamed { $0 == reference } }
      try folder.write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), as: "oci-layout")
      try folder.write(index.bytes(with: others.map(\.json) + added.map(\.json)), as: ImageSource.indexName)
      try folder.commit(last: ImageSource.indexName)
    } catch {
      folder.abandon()
      throw error
    }
  }

  private func hasIndex() throws(SystemError) -> Bool { try isThere(ImageSource.indexName) }

  private func isThere(_ name: String) throws(SystemError) -> Bool {
    try FileStatus.ifThere(Array("\(path)/\(name)".utf8)) != nil
  }

  /// Throws `ImageError` when what is there is no layout that can be added to, `SourceChanged` or `SystemError`.
  ///
  /// Blobs without index.json are taken: a run that was killed may have left them.
  private func checkLayout() throws {
    if try hasIndex() {
      _ = try source().layoutIndex()
    } else if try isThere("oci-layout") {
      try source().checkLayoutVersion()
    }
  }

  /// What is to stand under `reference` with `added`: the one image, or the index of several, which is written.
  private func descriptors(
    with added: [Descriptor], as reference: Reference, _ writer: inout BlobWriter
  ) throws -> [Descriptor] {
    let replaced = Set(added.map(\.platform?.normalized))
    let others = try descriptors(of: reference, without: replaced)
    let descriptors = (others + added).sorted {
      "\($0.platform?.description ?? "")" < "\($1.platform?.description ?? "")"
    }
    if descriptors.count < 2 { return descriptors }
    let index = StoredDocument(
      bytes: Array(ImageIndex(manifests: descriptors).json.text.utf8), mediaType: MediaType.index)
    try writer.write(index)
    return [index.descriptor]
  }

  /// What stands under that very name and is not for one of the platforms `replaced`: also what kpack has no use for,
  /// for other tools may have, but no statements about images that are replaced.
  private func descriptors(of reference: Reference, without replaced: Set<Platform?>) throws -> [Descriptor] {
    guard try hasIndex() else { return [] }
    let source = try source()
    var documents = ImageDocuments(of: source)
    let leads = try source.layoutLeads(&documents).filter { $0.isNamed { $0 == reference } }
    let found = try source.read(leads, &documents)
    let images = found.images.compactMap { image in
      var descriptor = image.manifest?.descriptor
      descriptor?.platform = image.platform
      return descriptor
    }
    let gone = images.filter { replaced.contains($0.platform?.normalized) }.map { "\($0.digest)" }
    let others = found.passedOver.compactMap(\.descriptor).filter { descriptor in
      !gone.contains { $0 == descriptor.annotation(Descriptor.Annotation.subjectDigest) }
    }
    return (images + others).filter { $0.platform == nil || !replaced.contains($0.platform?.normalized) }
  }
}

extension BaseImage {
  /// What an index says of the image.
  fileprivate var platformDescriptor: Descriptor {
    var descriptor = manifest.descriptor
    descriptor.platform = config.platform
    return descriptor
  }
}

/// Writes the blobs of a store, each once.
struct BlobWriter {
  private let path: String
  private let folder: OutputFolder
  private var written: Set<ImageDigest> = []

  init(_ path: String, _ folder: OutputFolder) {
    self.path = path
    self.folder = folder
  }

  /// Writes all that makes `image`. Throws `ImageError`, `SourceChanged` or `SystemError`.
  mutating func write(_ image: BaseImage) throws {
    for layer in image.layers {
      try write(layer.descriptor.digest) { write in try layer.blob.forEachChunk(write) }
    }
    try write(image.configDocument)
    try write(image.manifest)
  }

  /// Writes a document under its digest. Throws `ImageError` or `SystemError`.
  mutating func write(_ document: StoredDocument) throws {
    try write(document.digest) { write in try document.bytes.withUnsafeBytes(write) }
  }

  /// Writes what `body` gives out under `digest`, unless it is there already and sound.
  private mutating func write(
    _ digest: ImageDigest, _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    let name = digest.blobPath
    guard written.insert(digest).inserted else { return }
    if try FileStatus.ifThere(Array("\(path)/\(name)".utf8))?.isFolder == true {
      throw ImageError("\(path): \(name)", "", "expected a regular file, found a folder")
    }
    if case .blob(let blob) = try Blob.find(at: "\(path)/\(name)", named: name), try blob.digest() == digest { return }
    var file = try folder.create(name)
    try body { bytes in try file.write(bytes) }
    let found = ImageDigest(try file.finish().digest)
    if found != digest { throw ImageError("\(path): \(name)", "", "its bytes are \(found)") }
  }
}
