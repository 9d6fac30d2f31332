// The cache, for the artifacts of one plan: which of them are there already, and which sources need no encoding.

import Archive
import Basics
import Cache
import Files
private import Glibc
import Plan
import Threads

/// The cache, seen from one plan.
final class ReleaseMemory: Sendable {
  let cache: ArtifactCache
  /// Artifacts whose files are all there already, as the run would write them; by number.
  let unchanged: [Int: WrittenArtifact]
  let digests: SourceDigests
  private let plan: Plan
  private let store: SourceStore
  private let codecs: CodecTable
  private let keys: ArtifactKeys
  /// The record of an earlier artifact with the same key, by number.
  private let records: [Int: ArtifactRecord]
  private let folder: ReleaseFolder
  /// The largest possible size of each artifact, in bytes.
  private let sizes: [Int64]

  /// Reads the sources whose digests are not known.
  init(
    _ cache: ArtifactCache, _ plan: Plan, _ store: SourceStore, _ codecs: CodecTable, _ folder: ReleaseFolder,
    _ options: WriteOptions
  ) throws {
    self.cache = cache
    self.plan = plan
    self.store = store
    self.codecs = codecs
    self.folder = folder
    sizes = plan.largestSizes
    let digests = SourceDigests(store, index: cache.index)
    try digests.prepare(Self.contents(of: plan), jobs: options.jobs)
    try digests.prepare(Self.smallFilesToLink(of: plan), jobs: options.jobs)
    let keys = try ArtifactKeys(plan, store, digests, jobs: options.jobs)
    let written = plan.written
    let records = Dictionary(
      uniqueKeysWithValues: written.compactMap { number in
        cache.record(keys.records[number]).map { (number, $0) }
      })
    self.digests = digests
    self.keys = keys
    self.records = records
    let enough = written.filter { number in
      let hashesTar = options.hashesTars && plan.artifacts[number].isTar
      return records[number].map { !options.isForced && ($0.tarDigest != nil || !hashesTar) } ?? false
    }
    let look = Lookout(plan: plan, store: store, folder: folder, digests: digests, keys: keys)
    let standing = try ordered(enough, jobs: options.jobs) { number in
      try records[number].flatMap { try look.unchanged(number, $0) }
    }
    unchanged = Dictionary(uniqueKeysWithValues: standing.compactMap { $0 }.map { ($0.result.artifact, $0) })
    for number in unchanged.keys {
      cache.touch(records[number]?.objects ?? [])
      // The objects of a package are those of its payload.
      if let package = plan.artifacts[number].package { cache.touch(records[package.payload]?.objects ?? []) }
    }
    leaveRoom(from: 0)
  }

  /// The sources whose digests are needed: all, but in a release of images alone only those of the new layers, because
  /// the documents have the digests of the bases' layers.
  private static func contents(of plan: Plan) -> [SourceID] {
    if plan.artifacts.contains(where: { $0.image == nil }) { return plan.sources.ids }
    let layers = plan.artifacts.flatMap { artifact in
      (0..<artifact.entries.count).compactMap { index in
        if case .source(let id) = artifact.entries.body(at: index) { id } else { SourceID?.none }
      }
    }
    return Array(Set(layers))
  }

  /// The small files among the entries that folders of the stage get.
  private static func smallFilesToLink(of plan: Plan) -> [SourceFile] {
    plan.stagedFolders.flatMap { folder in
      let entries = plan.artifacts[folder.artifact].entries
      return (0..<entries.count).compactMap { entries.sourceFile(at: $0) }
    }
  }

  /// Makes the cache leave room for the artifacts still to be written: those from `number` on.
  func leaveRoom(from number: Int) {
    let rest = plan.written.filter { $0 >= number && unchanged[$0] == nil }
    guard let folder = plan.written.first.flatMap({ plan.artifacts[$0].firstPlace?.folder }) else { return }
    // The cache stores a source to its end, even when the room gets short meanwhile.
    let largest = rest.isEmpty ? 0 : store.table.ids.compactMap { store.table.size(of: $0) }.max() ?? 0
    cache.objects.leaveRoom(for: rest.reduce(largest) { $0.addingClamped(sizes[$1]) }, in: "\(folder)/.")
  }
}

// Sources
extension ReleaseMemory {
  /// Whether the cache has the encoded form of a source.
  func has(_ source: EncodedSource) -> Bool { key(of: source).map { cache.objects.contains($0) } ?? false }

  /// The encoded form of a source; nil when it is missing or has the checksum of other bytes. Other damage is found
  /// when it is read.
  func encoded(_ source: EncodedSource) -> ObjectReader? {
    guard let object = key(of: source).flatMap({ cache.objects.content($0) }) else { return nil }
    if fits(object.crc, source.id) { return object }
    note(.damaged, of: source)
    return nil
  }

  /// Throws when a file was packed with other contents than were hashed. A write through a mapping may not change the
  /// file's times for a while, and the cache would keep the new bytes under the old digest.
  func check(_ crc: CRC32, of id: SourceID) throws(SourceChanged) {
    guard case .file(let file) = store.table[id], !fits(crc, id) else { return }
    cache.index.forget(file.identity)
    throw SourceChanged(path: file.path, planned: file.identity.size, found: crc.count)
  }

  /// Whether `crc` can belong to a source, as far as its size and checksum are known.
  private func fits(_ crc: CRC32, _ id: SourceID) -> Bool {
    crc.count == store.size(of: id) && crc == digests.crc(of: id) ?? crc
  }

  /// Tells the cache of a fault in the encoded form of a source.
  func note(_ fault: ObjectFault, of source: EncodedSource) {
    guard let key = key(of: source) else { return }
    cache.objects.reject(key, for: fault)
  }

  /// Begins to store the encoded form of a source; nil when it cannot be stored.
  func begin(_ source: EncodedSource) -> ObjectWriter? { key(of: source).flatMap { cache.objects.begin($0) } }

  /// The name of the encoded form of a source; nil where it is not worth keeping.
  func key(of source: EncodedSource) -> CacheKey? {
    let codec = codecs[source.codec]
    guard codec.isWorthCaching, let digest = digests.digest(of: source.id), let size = store.size(of: source.id) else {
      return nil
    }
    return .content(digest, size: size, codec)
  }
}

// Artifacts
extension ReleaseMemory {
  /// The digest of an artifact's plain tar from an earlier run, where that run hashed it.
  func tarDigest(of number: Int) -> Digest? { records[number]?.tarDigest }

  /// The digest of the file that is copied beside an artifact; nil for none.
  func copyDigest(of number: Int) -> Digest? { keys.copies[number] }

  /// The digest of an image's new layer; calls `make` when the cache does not have it.
  func layerDigest(of number: Int, orMake make: () throws -> Digest) throws -> Digest {
    guard let key = keys.layers[number] else { return try make() }
    return try cache.digest(key, orMake: make)
  }

  /// Stores the records of the artifacts `written`, which got their names after `time`; `objects` are the objects in
  /// each, by number.
  func keep(_ written: [WrittenArtifact], of objects: [Int: [CacheKey]], since time: Int64) {
    leaveRoom(from: plan.artifacts.count)
    for artifact in written {
      let result = artifact.result
      let number = result.artifact
      let record = ArtifactRecord(
        digest: result.digest, size: result.size, tarDigest: result.tarDigest, tarSize: result.tarSize,
        companionDigest: artifact.companionDigest, isOneFile: Lookout.isOneFile(plan.artifacts[number], in: folder),
        objects: objects[number] ?? [])
      cache.objects.store(record: record.bytes, as: keys.records[number])
      // A payload has no name when the run is over.
      for file in plan.artifacts[number].isPayload ? [] : artifact.files {
        guard let digest = file.digest ?? copyDigest(of: number) else { continue }
        cache.note(digest, of: folder.path(of: file.place), writtenAs: file.identity, until: time)
      }
    }
  }
}

extension ReleaseMemory {
  /// Notes the digests of files that got their names after `time`.
  func note(_ files: [WrittenFile], since time: Int64) {
    for file in files {
      guard let digest = file.digest else { continue }
      cache.note(digest, of: folder.path(of: file.place), writtenAs: file.identity, until: time)
    }
  }
}

/// Checks whether the files of artifacts are there already, as the run would write them.
private struct Lookout {
  /// A file as a run without a cache would write it.
  private struct Output {
    let place: OutputPlace
    let size: Int64
    let digest: Digest
    /// Nil where any mode is right.
    let mode: UInt16?
  }

  let plan: Plan
  let store: SourceStore
  let folder: ReleaseFolder
  let digests: SourceDigests
  let keys: ArtifactKeys
  /// The permission bits of a new file.
  private let newFileMode = Lookout.newFileMode()

  init(plan: Plan, store: SourceStore, folder: ReleaseFolder, digests: SourceDigests, keys: ArtifactKeys) {
    self.plan = plan
    self.store = store
    self.folder = folder
    self.digests = digests
    self.keys = keys
  }

  /// The artifact as it is in its places, when all of its files match `record`; else nil.
  func unchanged(_ number: Int, _ record: ArtifactRecord) throws -> WrittenArtifact? {
    let artifact = plan.artifacts[number]
    if artifact.places.isEmpty { return left(artifact, number, record) }
    guard let outputs = outputs(of: artifact, number, record) else { return nil }
    var first: FileStatus?
    for output in outputs {
      guard let status = standing(output) else { return nil }
      first = first ?? status
    }
    guard let first, Self.isOneFile(artifact, in: folder) == record.isOneFile, isFreeOfOthers(artifact) else {
      return nil
    }
    let standing = outputs.map { FinishedFile(place: $0.place, size: $0.size, digest: $0.digest) }
    return found(number, record, folder.path(of: folder.place(artifact)), first, standing)
  }

  /// An artifact that is made for others alone, where an earlier run left it.
  private func left(_ artifact: Artifact, _ number: Int, _ record: ArtifactRecord) -> WrittenArtifact? {
    for place in artifact.usualPlaces + artifact.stagedPlaces {
      let path = Array(place.path.utf8)
      if let status = digests.status(of: path, ifIts: record.digest, size: record.size) {
        return found(number, record, path, status)
      }
    }
    return nil
  }

  private func found(
    _ number: Int, _ record: ArtifactRecord, _ path: [UInt8], _ status: FileStatus, _ standing: [FinishedFile] = []
  ) -> WrittenArtifact {
    let result = ArtifactResult(
      artifact: number, digest: record.digest, size: record.size, tarDigest: record.tarDigest, tarSize: record.tarSize,
      isUnchanged: true)
    return WrittenArtifact(
      result: result, file: SourceFile(path: path, identity: status.identity), standing: standing)
  }

  /// All files of an artifact, its own first; nil when the digest of one is not known.
  private func outputs(of artifact: Artifact, _ number: Int, _ record: ArtifactRecord) -> [Output]? {
    // Any mode is right for a tarball: its permissions may have been changed since.
    let mode = artifact.isBinary ? artifact.entries.mode(at: 0) : artifact.image == nil ? nil : newFileMode
    var outputs = artifact.places.map {
      Output(place: folder[$0], size: record.size, digest: record.digest, mode: mode)
    }
    for companion in artifact.companions {
      let place = folder[companion.place]
      switch companion.contents {
      case .text(let bytes):
        let digest = SHA256.digest(of: bytes)
        outputs.append(Output(place: place, size: Int64(bytes.count), digest: digest, mode: newFileMode))
      case .copy(let file, let mode):
        guard let digest = keys.copies[number] else { return nil }
        outputs.append(Output(place: place, size: file.identity.size, digest: digest, mode: mode.bits))
      case .archive(let entries):
        guard let digest = record.companionDigest else { return nil }
        let size = Rope(entries, in: store).count
        outputs.append(Output(place: place, size: size, digest: digest, mode: newFileMode))
      case .absence: break
      }
    }
    return outputs
  }

  private func standing(_ output: Output) -> FileStatus? {
    let status = digests.status(of: folder.path(of: output.place), ifIts: output.digest, size: output.size)
    return status.flatMap { output.mode == nil || $0.mode == output.mode ? $0 : nil }
  }

  /// Whether the places that the run would clear are empty, by the rule of `OutputFolder.remove`.
  private func isFreeOfOthers(_ artifact: Artifact) -> Bool {
    artifact.companions.allSatisfy { companion in
      guard case .absence = companion.contents else { return true }
      do throws(SystemError) {
        return try FileStatus.ifThere(folder.path(of: folder[companion.place]))?.isFolder ?? true
      } catch {
        // The artifact is written anew, and the error is reported then.
        return false
      }
    }
  }

  /// Whether an artifact is one file in all of its places.
  static func isOneFile(_ artifact: Artifact, in folder: ReleaseFolder) -> Bool {
    // A file that is gone meanwhile gives nil, which differs from all others.
    let places = artifact.places.isEmpty ? artifact.stagedPlaces : artifact.places
    return Set(places.map { try? FileStatus.of(folder.path(of: folder[$0])).key }).count == 1
  }

  private static func newFileMode() -> UInt16 {
    // The mask can only be read by setting it. No other thread makes files at this time.
    let mask = umask(0o077)
    _ = umask(mask)
    return UInt16(truncatingIfNeeded: 0o666 & ~mask)
  }
}
