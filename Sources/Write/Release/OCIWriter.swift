// Writes the OCI image layout of a run into its folder, and the archive of each of its images: blobs that are there
// already stay, and files that are not of the layout are removed.

import Archive
package import Basics
import Files
private import Glibc
import Image
package import Plan
import Threads

/// The result of writing one image of the layout.
package struct OCIResult: Sendable {
  package let member: OCIRelease.Member
  /// The digest of the image's index.
  package let index: String
  package let platforms: [Platform]
  /// The path of its archive.
  package let path: String
  package let size: Int64
  package let digest: Digest
}

/// Writes the layout.
struct OCIWriter {
  let plan: Plan
  let store: SourceStore
  let folder: ReleaseFolder
  /// The digests that are known of files; nil without a cache.
  let known: SourceDigests?
  /// The digest of the new layer of each image, by the number of its artifact.
  let layers: [Int: Digest]
  let jobs: Int

  /// A file of the folder.
  private enum File: Sendable {
    case blob(ImageFile)
    case archive(number: Int, OCIFolder)
  }

  /// Writes `release`; the results in order, and the files that were written.
  func write(_ release: OCIRelease) throws -> (results: [OCIResult], files: [WrittenFile]) {
    let images = release.members.map { OCIRelease.image($0, of: plan, in: store, layers: layers) }
    let files = OCIFolder(of: images, release: release.release).files
    // One name alone: skopeo and podman take an archive without being told a name only when there is no choice.
    let archives = images.enumerated().map { number, image in
      let named = PlatformImage(
        names: Array(image.names.prefix(1)), annotations: image.annotations, images: image.images)
      return File.archive(number: number, OCIFolder(of: [named], release: nil))
    }
    // index.json leads to all others, so it gets its name last.
    let ordinary = files.filter { $0.name != OCIFolder.indexName }.map(File.blob) + archives
    let written = try ordered(ordinary, jobs: jobs) { file in try write(file, release) }
    for file in files where file.name == OCIFolder.indexName { _ = try write(.blob(file), release) }
    let names = files.map(\.name) + release.members.map(\.archiveName)
    try removeOthers(than: Set(names.map { Array($0.utf8) }), in: release.folder)
    let results = written.compactMap(\.result).map { number, digest, size in
      let member = release.members[number]
      return OCIResult(
        member: member, index: "\(images[number].digest)", platforms: images[number].images.map(\.platform),
        path: "\(release.folder)/\(member.archiveName)", size: size, digest: digest)
    }
    return (results, written.compactMap(\.file))
  }

  private typealias Outcome = (file: WrittenFile?, result: (number: Int, digest: Digest, size: Int64)?)

  private func write(_ file: File, _ release: OCIRelease) throws -> Outcome {
    switch file {
    case .blob(let file):
      switch file.body {
      case .document(let bytes):
        return (try write(file.name, release, Int64(bytes.count)) { try bytes.withUnsafeBytes($0) }, nil)
      case .layer(let rope):
        return (try write(file.name, release, rope.count) { try rope.forEachChunk($0) }, nil)
      case .source(let id):
        let count = store.size(of: id) ?? 0
        return (
          try write(file.name, release, count) { body in
            try forEachChunk(of: count, read: { try store.read(id, from: $0, into: $1) }, body)
          }, nil
        )
      }
    case .archive(let number, let layout):
      let created = plan.artifacts[release.members[number].artifacts[0]].entries.mtime
      let rope = layout.archive(mtime: created, in: store)
      guard
        let file = try write(release.members[number].archiveName, release, rope.count, { try rope.forEachChunk($0) }),
        let digest = file.digest
      else { preconditionFailure("an archive has no name that tells its digest") }
      return (file, (number, digest, rope.count))
    }
  }

  /// Writes the file `name`, unless it is a blob that is there already, with the bytes that it should have; nil then.
  private func write(
    _ name: String, _ release: OCIRelease, _ size: Int64,
    _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> WrittenFile? {
    let place = folder[Artifact.Place(folder: release.folder, name: name)]
    if let digest = Digest(blobName: name),
      known?.status(of: folder.path(of: place), ifIts: digest, size: size) != nil
    {
      return nil
    }
    var output = try folder.outputs.create(place.name, in: place.folder)
    try body { try output.write($0) }
    let (digest, file) = try output.finish()
    if let wanted = Digest(blobName: name), wanted != digest {
      // A source that changed without a change of its times.
      throw SystemError(operation: "make the blob", path: folder.path(of: place), errno: EIO)
    }
    return WrittenFile(digest: digest, place: place, identity: file.identity)
  }

  /// Removes blobs and archives in the folder that are not among `names`.
  private func removeOthers(than names: Set<[UInt8]>, in path: String) throws {
    for (below, suffix) in [("\(OCIFolder.blobFolder)/", ""), ("", OCIRelease.archiveSuffix)] {
      guard let handle = try? FileHandle(opening: Array("\(path)/\(below)".utf8), O_RDONLY | O_DIRECTORY) else {
        continue
      }
      for name in try FolderListing.names(of: handle) {
        let name = Array(below.utf8) + name
        let isOther = name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) && !names.contains(name)
        guard isOther, !name.dropFirst(below.utf8.count).starts(with: OutputFolder.temporaryPrefix.utf8),
          let text = String(validating: name, as: UTF8.self)
        else { continue }
        let place = folder[Artifact.Place(folder: path, name: text)]
        try folder.outputs.remove(place.name, in: place.folder)
      }
    }
  }
}

extension Digest {
  /// The digest in the name of a blob; nil for another name.
  fileprivate init?(blobName name: String) {
    let start = "\(OCIFolder.blobFolder)/"
    guard name.utf8.starts(with: start.utf8) else { return nil }
    self.init(hex: Array(name.utf8.dropFirst(start.utf8.count)))
  }
}
