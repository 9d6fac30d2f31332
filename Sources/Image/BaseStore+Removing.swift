// Taking bases out of the store: index.json is written without them, and then the blobs go that nothing in it needs.

package import Archive
private import Glibc
private import JSON

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
