// What the cache knows about the images of one plan: the digests of their layers, and which of them stand there already.

import Archive
import Basics
import Cache
import Files
private import Glibc
import Image
import Plan

/// The cache, asked about the images of one plan.
final class ImageMemory: Sendable {
  /// A file as a run without a cache would leave it.
  private struct Output {
    let place: OutputPlace
    let size: Int64
    let digest: Digest
    let mode: UInt16
  }

  private let cache: ArtifactCache
  private let plan: Plan
  private let store: ContentStore
  private let folder: OutputFolder
  private let digests: ContentDigests
  private let keys: ImageKeys
  private let isForced: Bool
  /// The permission bits of a new file.
  private let newFileMode = ImageMemory.newFileMode()

  /// Reads what it does not know of the sources. Throws `SourceChanged` or `SystemError`.
  init(
    _ cache: ArtifactCache, _ plan: Plan, _ store: ContentStore, _ folder: OutputFolder, _ options: WriteOptions
  ) throws {
    self.cache = cache
    self.plan = plan
    self.store = store
    self.folder = folder
    isForced = options.isForced
    digests = ContentDigests(store, index: cache.index)
    // The documents say what the layers of the bases are.
    let contents = Set(
      plan.images.flatMap { image in
        (0..<image.layer.count).compactMap { index in
          if case .content(let id) = image.layer.body(at: index) { id } else { nil }
        }
      })
    try digests.prepare(Array(contents), jobs: options.jobs)
    keys = try ImageKeys(plan, EntryDigests(store: store, contents: digests, jobs: options.jobs))
  }

  /// The digest of an image's layer, made where it is not known. Throws `SourceChanged` or `SystemError`.
  func layerDigest(ofImage number: Int) throws -> Digest {
    try cache.digest(keys.layers[number]) { try plan.images[number].layerDigest(in: store) }
  }

  /// The digest of the archive of an image all of whose files stand at `places` as they would be written; nil when
  /// one does not, or they are to be written whatever stands there.
  func unchangedDigest(ofImage number: Int, at places: ImagePlaces) -> Digest? {
    guard !isForced, let record = cache.objects.record(keys.records[number]).flatMap(ImageRecord.init),
      let outputs = outputs(of: number, record, at: places), outputs.allSatisfy(isStanding),
      isOneFile(places.archives) == record.isOneFile
    else { return nil }
    return places.build.map(isFreeOfArchive) ?? true ? record.digest : nil
  }

  /// Whether nothing stands in `folder` that a run would remove, as `OutputFolder.remove` finds it.
  private func isFreeOfArchive(_ build: ImagePlaces.BuildPlaces) -> Bool {
    if build.hasArchive { return true }
    do throws(SystemError) {
      return try FileStatus.ifThere(folder.path(of: build.archive))?.isFolder ?? true
    } catch {
      // The run that writes it anew tells of it.
      return false
    }
  }

  /// Keeps what came of an image that was written and whose files have their names since `time`.
  func keep(_ written: WrittenImage, ofImage number: Int, at places: ImagePlaces, since time: Int64) {
    let record = ImageRecord(
      digest: written.digest, buildArchive: written.buildArchive, isOneFile: isOneFile(places.archives))
    cache.objects.store(record: record.bytes, as: keys.records[number])
    for file in written.files {
      guard let digest = file.digest ?? keys.executables[number] else { continue }
      cache.note(digest, of: folder.path(of: file.place), writtenAs: file.identity, until: time)
    }
  }
}

// Outputs
extension ImageMemory {
  /// All files of an image; nil when the record does not tell what one must be.
  private func outputs(of number: Int, _ record: ImageRecord, at places: ImagePlaces) -> [Output]? {
    let image = plan.images[number]
    let outputs =
      places.archives.map { Output(place: $0, size: image.size, digest: record.digest, mode: newFileMode) }
      + places.tags.map { text(image.tagText, at: $0) }
    guard let build = places.build else { return outputs }
    var files = [text(Array(image.dockerfile.text.utf8), at: build.dockerfile)]
    if let executable = image.executable, let place = build.executable {
      guard let digest = keys.executables[number] else { return nil }
      let size = executable.file.identity.size
      files.append(Output(place: place, size: size, digest: digest, mode: executable.mode.bits))
    }
    if let rope = image.contextRope(in: store) {
      guard let digest = record.buildArchive else { return nil }
      files.append(Output(place: build.archive, size: rope.count, digest: digest, mode: newFileMode))
    }
    return outputs + files
  }

  private func text(_ bytes: [UInt8], at place: OutputPlace) -> Output {
    Output(place: place, size: Int64(bytes.count), digest: SHA256.digest(of: bytes), mode: newFileMode)
  }

  private func isStanding(_ output: Output) -> Bool {
    let path = folder.path(of: output.place)
    return digests.status(of: path, ifIts: output.digest, size: output.size)?.mode == output.mode
  }

  private func isOneFile(_ places: [OutputPlace]) -> Bool {
    // One that is gone meanwhile is no file that others are.
    Set(places.map { try? FileStatus.of(folder.path(of: $0)).key }).count == 1
  }

  private static func newFileMode() -> UInt16 {
    // There is no other call to read it. No other thread makes files before the run does.
    let mask = umask(0o077)
    _ = umask(mask)
    return UInt16(truncatingIfNeeded: 0o666 & ~mask)
  }
}
