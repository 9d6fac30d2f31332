// What the cache knows about the artifacts of one plan: which of them stand there already, which sources need not be
// encoded.

import Archive
import Basics
import Cache
import Files
private import Glibc
import Plan
import Threads

/// The cache, asked about the artifacts of one plan.
final class ReleaseMemory: Sendable {
  let cache: ArtifactCache
  /// Artifacts all of whose files stand there as they would be written, by their number.
  let unchanged: [Int: WrittenArtifact]
  let digests: SourceDigests
  private let plan: Plan
  private let store: SourceStore
  private let codecs: CodecTable
  private let keys: ArtifactKeys
  /// What came of an artifact of the same key before, by its number.
  private let records: [Int: ArtifactRecord]
  private let folder: ReleaseFolder
  /// Bytes of each artifact at most.
  private let sizes: [Int64]

  /// Reads what it does not know of the sources.
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
      records[number].map { !options.isForced && ($0.tarDigest != nil || !options.hashesTars) } ?? false
    }
    let look = Lookout(plan: plan, store: store, folder: folder, digests: digests, keys: keys)
    let standing = try ordered(enough, jobs: options.jobs) { number in
      try records[number].flatMap { try look.unchanged(number, $0) }
    }
    unchanged = Dictionary(uniqueKeysWithValues: standing.compactMap { $0 }.map { ($0.result.artifact, $0) })
    for number in unchanged.keys { cache.touch(records[number]?.objects ?? []) }
    leaveRoom(from: 0)
  }

  /// The contents whose digests are asked for: of a release of images alone, those of the new layers, since the
  /// documents say what the layers of the bases are; else all.
  private static func contents(of plan: Plan) -> [SourceID] {
    if plan.artifacts.contains(where: { $0.image == nil }) { return plan.sources.ids }
    let layers = plan.artifacts.flatMap { artifact in
      (0..<artifact.entries.count).compactMap { index in
        if case .source(let id) = artifact.entries.body(at: index) { id } else { SourceID?.none }
      }
    }
    return Array(Set(layers))
  }

  /// Has the cache leave room for what is still to be written: the artifacts from `number` on.
  func leaveRoom(from number: Int) {
    let rest = plan.written.filter { $0 >= number && unchanged[$0] == nil }
    guard let folder = plan.written.first.flatMap({ plan.artifacts[$0].places.first?.folder }) else { return }
    // The cache takes a source to its end, whatever room is left by then.
    let largest = rest.isEmpty ? 0 : store.table.ids.compactMap { store.table.size(of: $0) }.max() ?? 0
    cache.objects.leaveRoom(for: rest.reduce(largest) { $0.addingClamped(sizes[$1]) }, in: "\(folder)/.")
  }
}

// Sources
extension ReleaseMemory {
  /// Whether the encoded form of a source is there.
  func has(_ source: EncodedSource) -> Bool { key(of: source).map { cache.objects.contains($0) } ?? false }

  /// The encoded form of a source; nil when it is missing, or is that of other bytes. Other damage shows when it is
  /// read.
  func encoded(_ source: EncodedSource) -> ObjectReader? {
    guard let object = key(of: source).flatMap({ cache.objects.content($0) }) else { return nil }
    if fits(object.crc, source.id) { return object }
    note(.damaged, of: source)
    return nil
  }

  /// Throws `SourceChanged` when a file's contents, read to be packed, are not those that were read for their digest:
  /// what is written through a mapping leaves no other trace for a while, and would be kept under that digest.
  func check(_ crc: CRC32, of id: SourceID) throws(SourceChanged) {
    guard case .file(let file) = store.table[id], !fits(crc, id) else { return }
    cache.index.forget(file.identity)
    throw SourceChanged(path: file.path, planned: file.identity.size, found: crc.count)
  }

  /// Whether `crc` can be that of a source, by all that is known of it.
  private func fits(_ crc: CRC32, _ id: SourceID) -> Bool {
    crc.count == store.size(of: id) && crc == digests.crc(of: id) ?? crc
  }

  /// Takes note of what was found when the encoded form of a source was read.
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
  /// The digest of the plain tar of an artifact that was written before, where it was asked for then.
  func tarDigest(of number: Int) -> Digest? { records[number]?.tarDigest }

  /// The digest of an image's new layer, made where it is not known.
  func layerDigest(of number: Int, orMake make: () throws -> Digest) throws -> Digest {
    guard let key = keys.layers[number] else { return try make() }
    return try cache.digest(key, orMake: make)
  }

  /// Keeps what came of the artifacts that were written and have their names since `time`; `objects` are those that
  /// they were made of, by their number.
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
      for file in artifact.files {
        guard let digest = file.digest ?? keys.copies[number] else { continue }
        cache.note(digest, of: folder.path(of: file.place), writtenAs: file.identity, until: time)
      }
    }
  }
}

/// Looks whether the files of artifacts stand there as they would be written.
private struct Lookout {
  /// A file as a run without a cache would leave it.
  private struct Output {
    let place: OutputPlace
    let size: Int64
    let digest: Digest
    /// Nil where any will do.
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

  /// The artifact as it stands in its places, when all of its files are what `record` says.
  func unchanged(_ number: Int, _ record: ArtifactRecord) throws -> WrittenArtifact? {
    let artifact = plan.artifacts[number]
    guard let outputs = outputs(of: artifact, number, record) else { return nil }
    var first: FileStatus?
    for output in outputs {
      guard let status = standing(output) else { return nil }
      first = first ?? status
    }
    guard let first, Self.isOneFile(artifact, in: folder) == record.isOneFile, isFreeOfOthers(artifact) else {
      return nil
    }
    let result = ArtifactResult(
      artifact: number, digest: record.digest, size: record.size, tarDigest: record.tarDigest, tarSize: record.tarSize,
      isUnchanged: true)
    let file = SourceFile(path: folder.path(of: try folder.place(artifact)), identity: first.identity)
    return WrittenArtifact(result: result, file: file)
  }

  /// All files of an artifact, its own first; nil when the record does not tell what one must be.
  private func outputs(of artifact: Artifact, _ number: Int, _ record: ArtifactRecord) -> [Output]? {
    // A tarball may have been given other permissions since.
    let mode = artifact.image == nil ? nil : newFileMode
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

  /// Whether nothing stands in the places that the run would clear, as `OutputFolder.remove` finds it.
  private func isFreeOfOthers(_ artifact: Artifact) -> Bool {
    artifact.companions.allSatisfy { companion in
      guard case .absence = companion.contents else { return true }
      do throws(SystemError) {
        return try FileStatus.ifThere(folder.path(of: folder[companion.place]))?.isFolder ?? true
      } catch {
        // The run that writes it anew tells of it.
        return false
      }
    }
  }

  /// Whether an artifact is one file in all of its places.
  static func isOneFile(_ artifact: Artifact, in folder: ReleaseFolder) -> Bool {
    // One that is gone meanwhile is no file that others are.
    Set(artifact.places.map { try? FileStatus.of(folder.path(of: folder[$0])).key }).count == 1
  }

  private static func newFileMode() -> UInt16 {
    // There is no other call to read it. No other thread makes files before the run does.
    let mask = umask(0o077)
    _ = umask(mask)
    return UInt16(truncatingIfNeeded: 0o666 & ~mask)
  }
}
