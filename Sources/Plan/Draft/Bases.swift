// The bases of a run, from the store and as its lock says. Each is read once.

import Archive
import Basics
import Files
import Image

/// The bases of a run, each read and verified once.
package final class Bases {
  /// The name of the lock in the folder of bases.
  package static let lockName = "bases.lock.json"

  private struct Key: Hashable {
    let reference: Reference
    let platform: Platform
  }

  /// Whether there is a store that is not empty.
  let exist: Bool
  private let store: BaseStore
  private let lock: BaseLock?
  /// Copies of files of bases, one after the other.
  private var spool: Spool?
  private var copied: [ContentsKey: SpooledBytes] = [:]
  private var known: [Key: Result<BaseImage, any Error>] = [:]

  /// The bases in the folder of `locations`.
  ///
  /// Throws `NamedFolderError` when the folder from the command line is no store, and another error when the store or
  /// the lock cannot be read.
  init(_ locations: Locations) throws {
    let path = locations.bases
    store = BaseStore(path)
    try locations.check(.bases)
    exist = try !store.isEmpty()
    if locations.isGiven(.bases) && !store.isStore {
      let found = exist ? "neither oci-layout nor index.json in it" : "an empty one"
      throw NamedFolderError(name: "--bases", path: path, wanted: "a folder of bases", found: found)
    }
    lock = exist ? try BaseLock.read("\(path)/\(Self.lockName)") : nil
  }

  /// Whether there is a base of this name.
  func holds(_ reference: Reference) throws -> Bool { try store.holds(reference) }

  /// The bytes of a file of `image`, as a source; nil for one whose bytes do not stand in a layer as they are.
  ///
  /// Those of a layer that is a file are copied into a nameless file near `folder`.
  func contents(of entry: FileTable.Entry, in image: BaseImage, near folder: String) throws -> SpooledBytes? {
    guard let contents = entry.contents, image.layers.indices.contains(contents.layer) else { return nil }
    let bytes = image.layers[contents.layer].bytes
    if case .spool(let spool, let start) = bytes {
      return SpooledBytes(spool: spool, offset: start + contents.offset, count: contents.count)
    }
    let key = ContentsKey(manifest: image.manifestDigest, layer: contents.layer, offset: contents.offset)
    if let known = copied[key] { return known }
    let spool = try spool ?? Spool(near: folder)
    self.spool = spool
    let start = try spool.size()
    try forEachChunk(of: contents.count, read: { try bytes.read(from: contents.offset + $0, into: $1) }) {
      try spool.append($0)
    }
    let source = SpooledBytes(spool: spool, offset: start, count: contents.count)
    copied[key] = source
    return source
  }

  private struct ContentsKey: Hashable {
    let manifest: ImageDigest
    let layer: Int
    let offset: Int64
  }

  /// The base for a platform. Throws `BaseForOthers` when it is there for other platforms only.
  func image(_ reference: Reference, for platform: Platform) throws -> BaseImage {
    let key = Key(reference: reference, platform: platform)
    if let known = known[key] { return try known.get() }
    let found = Result {
      let image = try store.image(reference, for: platform)
      try lock?.check(image)
      return image
    }
    known[key] = found
    return try found.get()
  }
}

/// The bytes of a base's file in a nameless file.
struct SpooledBytes {
  let spool: Spool
  let offset: Int64
  let count: Int64
}
