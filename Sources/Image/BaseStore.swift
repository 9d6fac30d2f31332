// The store of bases: an OCI image layout folder, which other tools fill and read too.
// OCI image-spec, image-layout.md.

internal import Archive
private import Glibc

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
  package var isThere: Bool { access(path, F_OK) == 0 }

  /// Whether the folder has at least one of the files that a store begins with.
  package var isStore: Bool {
    ["oci-layout", "index.json"].contains { faccessat(AT_FDCWD, "\(path)/\($0)", F_OK, AT_SYMLINK_NOFOLLOW) == 0 }
  }

  /// The bases that have a name, sorted by it and by platform; their layers are not read.
  ///
  /// One descriptor that leads to nothing sound fails it for all: a list that left it out would say the base is not
  /// there.
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  package func images() throws -> [StoredBase] {
    if try isEmpty() { return [] }
    let found = try source().images()
    let bases = found.flatMap { image in image.references.map { StoredBase($0, image) } }
    return bases.compactMap { $0 }.sorted { $0.sortKey.utf8.lexicographicallyPrecedes($1.sortKey.utf8) }
  }

  /// Reads and verifies the base `reference` for `platform`; of several variants the one that suits it best.
  ///
  /// Throws `ImageError` when it is missing or unsound, `BaseForOthers`, `SourceChanged` or `SystemError`.
  package func image(_ reference: Reference, for platform: Platform) throws -> BaseImage {
    if try isEmpty() { throw ImageError(path, "", "no base \(reference.familiar): there is no store") }
    let source = try source()
    let images = try images(of: reference, in: source)
    if images.isEmpty { throw try missing(reference, in: source) }
    let platforms = images.map(\.platform)
    guard let best = platforms.bestIndex(for: platform) else {
      throw BaseForOthers(store: path, reference: reference, found: platforms, wanted: platform)
    }
    let twins = images.filter { $0.platform.normalized == platforms[best].normalized }
    if twins.count > 1 { throw ambiguity(reference, platforms[best], twins.map(\.manifestDigest)) }
    return try source.read(images[best], as: reference)
  }

  /// Whether there is a base of this name, for whatever platform. Throws as `image(_:for:)` does.
  package func holds(_ reference: Reference) throws -> Bool {
    try !isEmpty() && !images(of: reference, in: try source()).isEmpty
  }

  /// The bases that have a name, for a lock, where each is the one of its name and platform.
  ///
  /// Throws as `images()` does, and `ImageError` with the choices for several of one name and platform.
  package func imagesToLock() throws -> [StoredBase] {
    let bases = try images()
    let key = { (base: StoredBase) in "\(base.reference) \(base.platform.normalized)" }
    let groups = Dictionary(grouping: bases, by: key)
    for base in bases {
      let digests = (groups[key(base)] ?? []).map(\.manifestDigest)
      if Set(digests).count > 1 { throw ambiguity(base.reference, base.platform, digests) }
    }
    return bases
  }

  private func ambiguity(_ reference: Reference, _ platform: Platform, _ digests: [ImageDigest?]) -> ImageError {
    let choices = digests.compactMap { $0?.description }.joined(separator: ", ")
    return ImageError(path, "", "holds several bases \(reference.familiar) for \(platform): \(choices)")
  }

  /// The images that `reference` asks for; its digest is that of a manifest, or of an index that leads to them.
  ///
  /// Throws `ImageError`, `SourceChanged` or `SystemError`.
  private func images(of reference: Reference, in source: ImageSource) throws -> [SourceImage] {
    let named = try source.layoutImages { Self.isNamed($0, reference.canMean) }
    guard let digest = reference.digest else { return named }
    let below = try source.layoutImages { $0.digest == digest && Self.isNamed($0, reference.canMean) }
    return below.isEmpty ? named.filter { $0.manifestDigest == digest } : below
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

  static func isNamed(_ descriptor: Descriptor, _ isWanted: (Reference) -> Bool) -> Bool {
    // A name that is no reference is one that nobody can ask for.
    ImageSource.names(of: descriptor).contains { (try? Reference($0)).map(isWanted) ?? false }
  }

  private func missing(_ reference: Reference, in source: ImageSource) throws -> ImageError {
    let named = try source.layoutImages { Self.isNamed($0, reference.canMean) }.compactMap(\.manifestDigest)
    if !named.isEmpty {
      let digests = named.map { "\($0)" }.joined(separator: ", ")
      return ImageError(path, "", "no base \(reference.familiar): of that name there is \(digests)")
    }
    let index = try source.layoutIndex().index
    let names = Set(index.manifests.flatMap { ImageSource.names(of: $0) }.map { escapedName($0.utf8) }).sorted()
    let there = names.isEmpty ? "it is empty" : "there is \(names.joined(separator: ", "))"
    return ImageError(path, "", "no base \(reference.familiar): \(there)")
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

/// One base of a store, for listings.
package struct StoredBase: Equatable, Sendable {
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

  fileprivate var sortKey: String { "\(reference) \(platform)" }
}
