// What the bytes of each image of a release follow from: its layer, its documents, and what shapes the files beside it.

import Archive
import Basics
import Cache
import Plan

/// The keys of a plan's images, by their number, under which a cache knows what came of them.
struct ImageKeys {
  /// To be raised with every change of what an archive or a folder for `docker build` is written as.
  private static let form = 1

  /// Of the digests of the new layers.
  private(set) var layers: [CacheKey] = []
  /// What the archives follow from.
  private(set) var archives: [Digest] = []
  /// Of what came of the images.
  private(set) var records: [CacheKey] = []
  /// The digests of the executables that stand beside the Dockerfiles.
  private(set) var executables: [Digest?] = []

  /// Reads small files that are not known. Throws `SourceChanged` or `SystemError`.
  init(_ plan: Plan, _ entries: EntryDigests) throws {
    for image in plan.images {
      // Before the layer: a small file that was hashed is known by its digest from then on, and not by its state.
      let executable = try Self.executable(of: image, entries.contents)
      let layer = try entries.digest(of: image.layer)
      let archive = Self.digest("archive", [layer.bytes, image.documents(in: entries.store)])
      executables.append(executable)
      layers.append(.artifact(layer))
      archives.append(archive)
      records.append(.artifact(Self.digest("record", [archive.bytes, image.executable?.path ?? []])))
    }
  }

  private static func executable(of image: PlannedImage, _ contents: ContentDigests) throws -> Digest? {
    guard let executable = image.executable else { return nil }
    let layer = image.layer
    let index = (0..<layer.count).first { layer.name(at: $0) == executable.path[...] }
    if let index, case .content(let id) = layer.body(at: index) { return contents.digest(of: id) }
    return try contents.digest(of: executable.file)
  }

  private static func digest(_ kind: String, _ parts: [[UInt8]]) -> Digest {
    var hash = SHA256()
    hash.update("image \(kind), form \(form)\n".utf8)
    for part in parts { hash.update(part) }
    return hash.finalize()
  }
}
