// The store of bases: an OCI image layout folder, which other tools fill and read too.
// OCI image-spec, image-layout.md.

package import Basics
package import Files
private import Glibc
import JSON

/// The bases that images are built on.
package struct BaseStore: Sendable {
  /// Path of the folder.
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Whether there is nothing at the path, or a folder without anything but what killed runs left: a store without
  /// bases.
  ///
  /// Throws `ImageError` when something else than a folder stands there, and `SystemError`.
  package func isEmpty() throws -> Bool {
    do throws(SystemError) {
      let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
      return try FolderListing.names(of: folder).allSatisfy { $0.starts(with: OutputFolder.temporaryPrefix.utf8) }
    } catch {
      if error.errno == ENOENT { return true }
      if error.errno == ENOTDIR { throw ImageError(path, "", "expected a folder of bases") }
      throw error
    }
  }

  /// Whether there is anything at the path.
  package var isThere: Bool { access(path, F_OK) == 0 || ![ENOENT, ENOTDIR].contains(errno) }

  /// Whether the folder has at least one of the files that a store begins with.
  package var isStore: Bool {
    ["oci-layout", ImageSource.indexName].contains {
      faccessat(AT_FDCWD, "\(path)/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }
  }

  /// All that is in the store; layers are not read.
  ///
  /// Something damaged fails it for all: a list that left it out would say the base is not there. Throws `ImageError`,
  /// `SourceChanged` or `SystemError`.
  package func contents() throws -> StoreContents {
    if try isEmpty() { return StoreContents(FoundImages()) }
    return StoreContents(try source().all())
  }

  /// Reads and verifies the base `reference` for `platform`; of several variants the one that suits it best.
  ///
  /// Nothing is read that is for another system or architecture. Throws `ImageError` when it is missing, unsound or
  /// cannot be used, `BaseForOthers`, `SourceChanged` or `SystemError`.
  package func image(_ reference: Reference, for platform: Platform) throws -> BaseImage {
    if try isEmpty() { throw ImageError(path, "", "no base \(reference.familiar): there is no store") }
    let source = try source()
    var documents = ImageDocuments(of: source)
    let all = try source.layoutLeads(&documents)
    let leads = Self.leads(to: reference, among: all)
    if leads.isEmpty { throw missing(reference, among: all, try StoreIndex(of: source)) }
    let found = try source.read(leads, for: platform.withoutVariant, &documents)
    let platforms = found.images.map(\.platform)
    guard let best = platforms.bestIndex(for: platform) else {
      // An image that may be the one comes before those that are surely for others, statements about these come last.
      if let passedOver = found.passedOver.first(where: \.isImage) { throw passedOver.error }
      if found.others.isEmpty { _ = try found.usable() }
      throw BaseForOthers(store: path, reference: reference, found: found.others, wanted: platform)
    }
    let twins = found.images.filter { $0.platform == platforms[best] }
    if twins.count > 1 { throw ambiguity(reference, platforms[best], twins.map(\.manifestDigest)) }
    return try source.read(found.images[best], as: reference)
  }

  /// Whether there is a base of this name, for whatever platform. Throws as `image(_:for:)` does.
  package func holds(_ reference: Reference) throws -> Bool {
    if try isEmpty() { return false }
    let source = try source()
    var documents = ImageDocuments(of: source)
    return try !Self.leads(to: reference, among: source.layoutLeads(&documents)).isEmpty
  }

  /// All that is in the store, for a lock, where each base is the one of its name and platform, as it is written: arm is
  /// another than arm/v7, which is taken before it.
  ///
  /// Throws as `contents()` does, and `ImageError` with the choices for several of one name and platform.
  package func contentsToLock() throws -> StoreContents {
    let contents = try contents()
    let key = { (base: StoredBase) in "\(base.reference) \(base.platform)" }
    let groups = Dictionary(grouping: contents.bases, by: key)
    for base in contents.bases {
      let digests = (groups[key(base)] ?? []).map(\.manifestDigest)
      if digests.count > 1 { throw ambiguity(base.reference, base.platform, digests) }
    }
    return contents
  }

  private func ambiguity(_ reference: Reference, _ platform: Platform, _ digests: [ImageDigest?]) -> ImageError {
    let choices = digests.compactMap { $0?.description }.joined(separator: ", ")
    let remedy = "`kpack base remove \(reference.familiarName)@DIGEST` takes one out"
    return ImageError(path, "", "holds several bases \(reference.familiar) for \(platform): \(choices); \(remedy)")
  }

  /// The ways to what `reference` asks for; its digest is that of a manifest, or of an index on the way to it.
  private static func leads(to reference: Reference, among all: [ImageLead]) -> [ImageLead] {
    all.filter { lead in
      lead.isNamed(reference.canMean) && reference.digest.map(lead.digests.contains) ?? true
    }
  }

  func source() throws -> ImageSource {
    try checkFolders()
    return try ImageSource(path, spoolingNear: path)
  }

  /// Throws `ImageError` when the folders of the blobs are links, behind which somebody else's files may be, and
  /// `SystemError`.
  func checkFolders() throws {
    for folder in ["\(path)/blobs", "\(path)/blobs/sha256"] {
      guard let status = try FileStatus.ifThere(Array(folder.utf8)) else { continue }
      if !status.isFolder { throw ImageError(folder, "", "expected a folder, found \(status.typeName)") }
    }
  }

  private func missing(_ reference: Reference, among all: [ImageLead], _ index: StoreIndex) -> ImageError {
    let named = all.filter { $0.isNamed(reference.canMean) }
    return missing(reference.familiar, named: named.compactMap(\.digests.last), in: index)
  }

  /// The error that there is no base `name`; `digests` are those that have the name without its digest.
  func missing(_ name: String, named digests: [ImageDigest], in index: StoreIndex) -> ImageError {
    let list = digests.map { "\($0)" }.joined(separator: ", ")
    return ImageError(path, "", "no base \(name): \(list.isEmpty ? index.listing : "of that name there is \(list)")")
  }
}

/// A base that is in the store, but not for the platform that was asked.
package struct BaseForOthers: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path of the store.
  package let store: String
  package let reference: Reference
  package let found: [Platform]
  package let wanted: Platform

  package var description: String {
    let there = found.map { "\($0)" }.joined(separator: ", ")
    return "\(escapedName(store.utf8)): \(reference.familiar): the base is for \(there), not for \(wanted)"
  }
}

/// What a store holds, for listings and locks.
package struct StoreContents: Sendable {
  /// The bases that have a name, sorted by it and by platform, each once under whatever spellings of it.
  package let bases: [StoredBase]
  /// What no base is made from: no image, or one that cannot be used.
  package let passedOver: [PassedOver]
  /// The manifests of images without a name, in the order of index.json.
  package let unnamed: [ImageDigest]
  /// The images whose names are all no references, so that nobody can ask for them; in the same order.
  package let misnamed: [(name: String, manifest: ImageDigest)]

  init(_ found: FoundImages) {
    var known: Set<StoredBase> = []
    bases =
      found.images
      .flatMap { image in image.references.compactMap { StoredBase($0, image) } }
      .filter { known.insert($0).inserted }
      .sorted { $0.sortKey.utf8.lexicographicallyPrecedes($1.sortKey.utf8) }
    passedOver = found.passedOver
    unnamed = found.images.filter(\.names.isEmpty).compactMap(\.manifestDigest)
    misnamed = found.images.filter(\.references.isEmpty).compactMap { image in
      image.names.first.flatMap { name in image.manifestDigest.map { (name, $0) } }
    }
  }

  /// The images that nobody can ask for: "1 image without a name: DIGEST; 1 image with a name that nobody can ask for:
  /// "NAME" (DIGEST)"; nil for none.
  package var unnamedImages: String? {
    var parts: [String] = []
    if !unnamed.isEmpty {
      parts.append("\(StoreIndex.unnamed(unnamed.count)): \(unnamed.map { "\($0)" }.joined(separator: ", "))")
    }
    if !misnamed.isEmpty {
      let images = misnamed.count == 1 ? "image with a name" : "images with names"
      let list = misnamed.map { "\(quoted($0.name)) (\($0.manifest))" }.joined(separator: ", ")
      parts.append("\(misnamed.count) \(images) that nobody can ask for: \(list)")
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// Why there is no base: images without a name, or the first that was passed over.
  package var reasonForNone: String {
    let passedOver = (passedOver.first(where: \.isImage) ?? passedOver.first)?.description
    return unnamedImages ?? passedOver ?? "it holds no image"
  }
}

/// One base of a store, for listings.
package struct StoredBase: Hashable, Sendable {
  package let reference: Reference
  package let platform: Platform
  package let manifestDigest: ImageDigest
  package let configDigest: ImageDigest
  /// Lowest first.
  package let diffIDs: [ImageDigest]
  /// Bytes of the layers as they are stored.
  package let size: Int64

  init?(_ reference: Reference, _ image: SourceImage) {
    guard let manifest = image.manifestDigest else { return nil }
    self.reference = reference
    platform = image.platform
    manifestDigest = manifest
    configDigest = image.configDigest
    diffIDs = image.config.diffIDs
    // Only what stands in the documents: wraps on sizes that no file has.
    size = image.layers.reduce(0) { $0 &+ ($1.descriptor?.size ?? 0) }
  }

  fileprivate var sortKey: String { "\(reference) \(platform) \(manifestDigest)" }
}

// Adding to the store, which appears at once: the blobs, each whole and durable under its name, then index.json.

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

// Taking bases out of the store: index.json is written without them, and then the blobs go that nothing in it needs.

/// A base that was taken out of a store.
package struct RemovedBase: Equatable, Sendable, CustomStringConvertible {
  /// Nil for one that had no name.
  let reference: Reference?
  /// Nil where that cannot be told any more.
  let platform: Platform?
  /// Of the manifest, or of an index that cannot be read; nil where nothing tells.
  let digest: ImageDigest?

  /// "NAME for PLATFORM: DIGEST"
  package var description: String {
    let name = reference?.familiar ?? "an image without a name"
    return "\(name)\(platform.map { " for \($0)" } ?? "")\(digest.map { ": \($0)" } ?? "")"
  }
}

extension BaseStore {
  /// Takes the bases that `selection` means out of index.json. Their blobs stay until `removeUnneededBlobs`.
  ///
  /// A base need not be sound for that; where only some of an index are meant, the index is written anew without them.
  /// `folder`, opened at the path of the store, is committed, or abandoned when this throws: `ImageError` when there is
  /// no such base, `SourceChanged` or `SystemError`.
  package func remove(_ selection: BaseSelection, from folder: OutputFolder) throws -> [RemovedBase] {
    do {
      let source = try source()
      let index = try StoreIndex(of: source)
      var cutter = IndexCutter(of: source, selection)
      var removed: [RemovedBase] = []
      var kept: [JSONLiteral] = []
      var writer = BlobWriter(path, folder)
      for item in index.items {
        guard let cut = try cutter.cut(item) else {
          kept.append(item.json)
          continue
        }
        removed += cut.removed.filter { !removed.contains($0) }
        guard let rest = cut.rest else { continue }
        try writer.write(rest)
        kept.append(item.json(leadingTo: rest))
      }
      if removed.isEmpty { throw missing(selection, in: index, cutter.platforms) }
      try folder.write(index.bytes(with: kept), as: ImageSource.indexName)
      try folder.commit(last: ImageSource.indexName)
      return removed
    } catch {
      folder.abandon()
      throw error
    }
  }

  /// Removes the blobs that nothing in index.json leads to; how many, and their bytes.
  ///
  /// The store must be locked. Throws `ImageError`, with all blobs still there, when it cannot be told which ones are
  /// needed; `SourceChanged` or `SystemError`.
  package func removeUnneededBlobs() throws -> (count: Int, bytes: Int64) {
    let source = try source()
    var reached = ReachedBlobs(in: source)
    for item in try StoreIndex(of: source).items { try reached.add(item.field) }
    let path = "\(path)/blobs/sha256"
    guard try FileStatus.ifThere(Array(path.utf8)) != nil else { return (0, 0) }
    var (count, bytes) = (0, Int64(0))
    for name in try FolderListing.names(of: FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    {
      let place = Array("\(path)/".utf8) + name
      guard let digest = ImageDigest("sha256:\(String(decoding: name, as: UTF8.self))"),
        !reached.digests.contains(digest), let status = try FileStatus.ifThere(place), status.isFile
      else { continue }
      try removeFile(place)
      count += 1
      bytes += status.identity.size
    }
    return (count, bytes)
  }

  /// The error that there is no such base; the images of its name are for `platforms`.
  private func missing(_ selection: BaseSelection, in index: StoreIndex, _ platforms: [Platform]) -> ImageError {
    if let wanted = selection.platform, !platforms.isEmpty {
      let there = platforms.map { "\($0)" }.joined(separator: ", ")
      return ImageError(path, "", "\(selection.name): the base is for \(there), not for \(wanted)")
    }
    let named = selection.reference == nil ? [] : index.items.filter(selection.canMean)
    return missing(selection.name, named: named.compactMap(\.digest), in: index)
  }
}
