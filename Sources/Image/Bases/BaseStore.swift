// The store of bases: an OCI image layout folder (OCI image-spec, image-layout.md), which other tools fill and read
// too.

package import Basics
package import Files
private import Glibc
import JSON

/// The bases that images are built on.
package struct BaseStore: Sendable {
  /// Path of the folder.
  package let path: String

  package init(_ path: String) { self.path = path }

  /// Whether there is nothing at the path, or a folder in which killed runs left files and nothing else is.
  ///
  /// Throws when something else than a folder is there.
  package func isEmpty() throws -> Bool {
    do throws(SystemError) {
      let folder = try FileHandle(opening: Array(path.utf8), O_RDONLY | O_DIRECTORY)
      return try FolderListing.names(of: folder).allSatisfy { $0.starts(with: OutputFolder.temporaryPrefix.utf8) }
    } catch {
      if error.errno == ENOENT { return true }
      if error.errno == ENOTDIR { throw ImageError(path, "", Self.noFolder) }
      throw error
    }
  }

  /// Whether there is anything at the path.
  package var isThere: Bool { access(path, F_OK) == 0 || ![ENOENT, ENOTDIR].contains(errno) }

  /// Whether the folder has at least one of the files that a store begins with.
  package var isStore: Bool {
    [OCILayout.versionFile, OCILayout.indexFile].contains {
      faccessat(AT_FDCWD, "\(path)/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0
    }
  }

  /// All that is in the store; layers are not read.
  ///
  /// Throws where anything is damaged: a list without it would say that the base is not there.
  package func list() throws -> BaseList {
    if try isEmpty() { return BaseList(FoundImages()) }
    return BaseList(try source().all())
  }

  /// Reads and verifies the base `reference` for `platform`; of several variants the one that suits it best.
  ///
  /// Nothing is read that is for another system or architecture. Throws `BaseForOthers` too.
  package func image(_ reference: Reference, for platform: Platform) throws -> BaseImage {
    if try isEmpty() { throw ImageError(path, "", "no base \(reference.familiar): there is no store") }
    let source = try source()
    var documents = ImageDocuments(of: source)
    let all = try source.leads(&documents)
    let leads = Self.leads(to: reference, among: all)
    if leads.isEmpty { throw missing(reference, among: all, try StoreIndex(of: source)) }
    let found = try source.read(leads, for: platform.withoutVariant, &documents)
    let platforms = found.images.map(\.platform)
    guard let best = platforms.bestIndex(for: platform) else {
      // First what may be the image that was asked for, then images for others; statements about these come last.
      if let passedOver = found.passedOver.first(where: \.isImage) { throw passedOver.error }
      if found.others.isEmpty { _ = try found.usable() }
      throw BaseForOthers(store: path, reference: reference, found: found.others, wanted: platform)
    }
    let choices = found.images.filter { $0.platform == platforms[best] }
    if choices.count > 1 { throw ambiguity(reference, platforms[best], choices.map(\.manifestDigest)) }
    return try source.read(found.images[best], as: reference)
  }

  /// Whether there is a base of this name, for any platform.
  package func holds(_ reference: Reference) throws -> Bool {
    if try isEmpty() { return false }
    let source = try source()
    var documents = ImageDocuments(of: source)
    return try !Self.leads(to: reference, among: source.leads(&documents)).isEmpty
  }

  /// All that is in the store, for a lock. Throws, with the choices, where two bases have one name and platform, as
  /// that is written: arm and arm/v7 are two.
  package func listToLock() throws -> BaseList {
    let list = try list()
    let key = { (base: StoredBase) in "\(base.reference) \(base.platform)" }
    let groups = Dictionary(grouping: list.bases, by: key)
    for base in list.bases {
      let digests = (groups[key(base)] ?? []).map(\.manifestDigest)
      if digests.count > 1 { throw ambiguity(base.reference, base.platform, digests) }
    }
    return list
  }

  private func ambiguity(_ reference: Reference, _ platform: Platform, _ digests: [ImageDigest?]) -> ImageError {
    let choices = digests.compactMap { $0?.description }.joined(separator: ", ")
    let remedy = "`kpack base remove \(reference.familiarName)@DIGEST` takes one out"
    return ImageError(path, "", "holds several bases \(reference.familiar) for \(platform): \(choices); \(remedy)")
  }

  /// The leads to what `reference` asks for; its digest is that of a manifest, or of an index that leads to it.
  private static func leads(to reference: Reference, among all: [ImageLead]) -> [ImageLead] {
    all.filter { lead in
      lead.isNamed(reference.canMean) && reference.digest.map(lead.digests.contains) ?? true
    }
  }

  private func source() throws -> OCISource {
    try checkFolders()
    guard let files = try ImageFiles.folder(at: path) else { throw ImageError(path, "", Self.noFolder) }
    return OCISource(path: path, files: files, unpacking: Unpacking(near: path))
  }

  private static let noFolder = "expected a folder of bases"

  /// Throws when the folders of the blobs are links: behind them may be files that are not the store's.
  private func checkFolders() throws {
    for folder in ["\(path)/blobs", "\(path)/blobs/sha256"] {
      guard let status = try FileStatus.ifThere(Array(folder.utf8)) else { continue }
      if !status.isFolder { throw ImageError(folder, "", "expected a folder, found \(status.typeName)") }
    }
  }

  private func missing(_ reference: Reference, among all: [ImageLead], _ index: StoreIndex) -> ImageError {
    let named = all.filter { $0.isNamed(reference.canMean) }
    return missing(reference.familiar, named: named.compactMap(\.digests.last), in: index)
  }

  /// The error that there is no base `name`; `digests` are those of the bases of that name, whose digest differs.
  private func missing(_ name: String, named digests: [ImageDigest], in index: StoreIndex) -> ImageError {
    let list = digests.map { "\($0)" }.joined(separator: ", ")
    return ImageError(path, "", "no base \(name): \(list.isEmpty ? index.listing : "of that name there is \(list)")")
  }
}

/// The store has a base, but not for the platform that was asked for.
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

// Adding: first the blobs are written, each whole and durable under its name, then index.json, so that a base appears
// at once.

extension BaseStore {
  /// Adds `images`, which are for different platforms, under the name `reference`. They replace images of that name for
  /// their platforms, however the name is spelled there, and leave those for others.
  ///
  /// In index.json the name is spelled as `text`, nil for the whole one: skopeo and umoci find and replace names letter
  /// by letter. Documents that were read keep their bytes. `folder`, opened at the path of the store, is committed, or
  /// abandoned when this throws.
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
      try folder.write(Array(OCILayout.versionText.utf8), as: OCILayout.versionFile)
      try folder.write(index.bytes(with: others.map(\.json) + added.map(\.json)), as: OCILayout.indexFile)
      try folder.commit(last: OCILayout.indexFile)
    } catch {
      folder.abandon()
      throw error
    }
  }

  private func hasIndex() throws(SystemError) -> Bool { try isThere(OCILayout.indexFile) }

  private func isThere(_ name: String) throws(SystemError) -> Bool {
    try FileStatus.ifThere(Array("\(path)/\(name)".utf8)) != nil
  }

  /// Throws when there is a layout that cannot be added to. Blobs without index.json are no fault: a run that was
  /// killed may have left them.
  private func checkLayout() throws {
    if try hasIndex() {
      _ = try source().index()
    } else if try isThere(OCILayout.versionFile) {
      try source().checkVersion()
    }
  }

  /// The descriptor for `reference` when it has also `added`: of the one image, or of the index of several, which is
  /// written.
  private func descriptors(
    with added: [Descriptor], as reference: Reference, _ writer: inout BlobWriter
  ) throws -> [Descriptor] {
    let replaced = Set(added.map(\.platform?.normalized))
    let others = try descriptors(of: reference, without: replaced)
    let descriptors = (others + added).sorted {
      "\($0.platform?.description ?? "")" < "\($1.platform?.description ?? "")"
    }
    if descriptors.count < 2 { return descriptors }
    let index = ImageIndex(manifests: descriptors).document
    try writer.write(index)
    return [index.descriptor]
  }

  /// The descriptors under that very name but those for the platforms `replaced`, and without statements about images
  /// that are replaced. What kpack cannot use stays, because other tools may.
  private func descriptors(of reference: Reference, without replaced: Set<Platform?>) throws -> [Descriptor] {
    guard try hasIndex() else { return [] }
    let source = try source()
    var documents = ImageDocuments(of: source)
    let leads = try source.leads(&documents).filter { $0.isNamed { $0 == reference } }
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

/// Writes the blobs of a store, each once.
private struct BlobWriter {
  private let path: String
  private let folder: OutputFolder
  private var written: Set<ImageDigest> = []

  init(_ path: String, _ folder: OutputFolder) {
    self.path = path
    self.folder = folder
  }

  /// Writes the layers, the config and the manifest of `image`.
  mutating func write(_ image: BaseImage) throws {
    for layer in image.layers {
      try write(layer.descriptor.digest) { write in try layer.blob.forEachChunk(write) }
    }
    try write(image.configDocument)
    try write(image.manifest)
  }

  /// Writes a document under its digest.
  mutating func write(_ document: Document) throws {
    try write(document.digest) { write in try document.bytes.withUnsafeBytes(write) }
  }

  /// Writes the bytes that `body` gives under `digest`, unless the blob is there and sound.
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

// Removing: first index.json is written without the bases, then the blobs go that nothing in it needs.

extension BaseStore {
  /// Takes the bases that `selection` means out of index.json. Their blobs stay until `removeUnneededBlobs`.
  ///
  /// A base need not be sound for that. Where only some images of an index are meant, the index is written without
  /// them. `folder`, opened at the path of the store, is committed, or abandoned when this throws.
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
      try folder.write(index.bytes(with: kept), as: OCILayout.indexFile)
      try folder.commit(last: OCILayout.indexFile)
      return removed
    } catch {
      folder.abandon()
      throw error
    }
  }

  /// Removes the blobs that nothing in index.json leads to; how many, and their bytes.
  ///
  /// The store must be locked. Throws, with all blobs still there, when it cannot be known which ones are needed.
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

// index.json is written again item by item: what kpack does not know or cannot read stays as it is.

/// The index.json of a store.
private struct StoreIndex {
  let items: [ImageIndex.Item]
  private let members: [(String, JSONLiteral)]

  /// The index of a store without one.
  init() {
    members = [("schemaVersion", .integer(2)), ("mediaType", .string(MediaType.index))]
    items = []
  }

  /// The index of the store that `source` reads.
  init(of source: OCISource) throws {
    let document: DocumentField
    (document, items) = try source.index()
    guard case .object(let members) = JSONLiteral(document.value) else { throw document.error("expected an object") }
    self.members = members
  }

  /// The bytes of the file with `items` instead of its own.
  func bytes(with items: [JSONLiteral]) -> [UInt8] {
    Array(JSONLiteral.object(members.setting("manifests", .array(items))).text.utf8)
  }

  /// What there is, for messages: "it is empty" or "there is NAME, NAME, 2 images without a name".
  var listing: String {
    let names = Set(items.flatMap(\.names).map { escapedName($0.utf8) }).sorted()
    let all = names + (unnamed.isEmpty ? [] : [BaseList.unnamed(unnamed.count)])
    return all.isEmpty ? "it is empty" : "there is \(all.joined(separator: ", "))"
  }

  /// The digests of images, and of indexes of images, that have no name in any item.
  var unnamed: [ImageDigest] {
    let named = Set(items.filter { !$0.names.isEmpty }.compactMap(\.digest))
    return items.filter(\.isUnnamedImage).compactMap(\.digest).filter { !named.contains($0) }
  }
}
