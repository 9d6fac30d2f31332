// What the cache knows about the tarballs of one plan: which of them stand there already, what contents need not be
// deflated.

import Archive
import Basics
import Cache
import Files
import Plan
import Threads

/// The cache, asked about the tarballs of one plan.
final class TarballMemory: Sendable {
  let cache: ArtifactCache
  /// Tarballs that stand there as they would be written, by their number.
  let unchanged: [Int: TarballResult]
  private let plan: Plan
  private let store: ContentStore
  private let digests: ContentDigests
  private let keys: ArtifactKeys
  /// What came of an archive of the same key before, by its number.
  private let records: [Int: ArchiveRecord]
  private let folder: OutputFolder
  /// Bytes of each archive at most.
  private let sizes: [Int64]

  /// Reads what it does not know of the sources. Throws `SourceChanged` or `SystemError`.
  init(
    _ cache: ArtifactCache, _ plan: Plan, _ store: ContentStore, _ folder: OutputFolder, _ options: WriteOptions
  ) throws {
    self.cache = cache
    self.plan = plan
    self.store = store
    self.folder = folder
    sizes = plan.largestSizes
    let digests = ContentDigests(store, index: cache.index)
    let keys = try ArtifactKeys(plan, store, digests, jobs: options.jobs)
    var records: [Int: ArchiveRecord] = [:]
    for (number, key) in keys.tarballs.enumerated() { records[number] = cache.record(key) }
    self.digests = digests
    self.keys = keys
    self.records = records
    let enough = records.filter { !options.isForced && ($0.value.tarDigest != nil || !options.hashesTars) }
    let results = try ordered(enough.keys.sorted(), jobs: options.jobs) { number in
      enough[number].flatMap { Self.unchanged(number, $0, plan, folder, digests) }
    }
    unchanged = Dictionary(uniqueKeysWithValues: results.compactMap { $0 }.map { ($0.artifact, $0) })
    for number in unchanged.keys { cache.touch(records[number]?.objects ?? []) }
    leaveRoom(from: 0)
  }

  /// Has the cache leave room for the tarballs that are still to be written: those from `number` on.
  func leaveRoom(from number: Int) {
    let rest = sizes.indices.filter { $0 >= number && unchanged[$0] == nil }
    // The cache takes a content to its end, whatever room is left by then.
    let largest = rest.isEmpty ? 0 : store.table.ids.compactMap { store.table.size(of: $0) }.max() ?? 0
    cache.objects.leaveRoom(for: rest.reduce(largest) { $0.addingClamped(sizes[$1]) }, in: folder.path(of: "."))
  }

  /// The tarball as it stands in its place, when it is what `record` says.
  private static func unchanged(
    _ number: Int, _ record: ArchiveRecord, _ plan: Plan, _ folder: OutputFolder, _ digests: ContentDigests
  ) -> TarballResult? {
    let path = Array(folder.path(of: plan.tarballs[number].fileName).utf8)
    guard let status = digests.status(of: path, ifIts: record.digest, size: record.size) else { return nil }
    let file = SourceFile(path: path, identity: status.identity)
    let archive = GzipArchive(
      file: file, digest: record.digest, tarDigest: record.tarDigest, tarSize: record.tarSize)
    return TarballResult(artifact: number, archive: archive, isUnchanged: true)
  }
}

// Contents
extension TarballMemory {
  /// Whether the deflated form of a content is there.
  func has(_ key: ContentKey) -> Bool { cacheKey(key).map { cache.objects.contains($0) } ?? false }

  /// The deflated form of a content; nil when it is missing, or is that of other bytes. Other damage shows when it is
  /// read.
  func content(_ key: ContentKey) -> ObjectReader? {
    guard let object = cacheKey(key).flatMap({ cache.objects.content($0) }) else { return nil }
    if fits(object.crc, key.id) { return object }
    note(.damaged, of: key)
    return nil
  }

  /// Throws `SourceChanged` when a file's contents, read to be packed, are not those that were read for their digest:
  /// what is written through a mapping leaves no other trace for a while, and would be kept under that digest.
  func check(_ crc: CRC32, of id: ContentID) throws(SourceChanged) {
    guard case .file(let file) = store.table[id], !fits(crc, id) else { return }
    cache.index.forget(file.identity)
    throw SourceChanged(path: file.path, planned: file.identity.size, found: crc.count)
  }

  /// Whether `crc` can be that of a content, by all that is known of it.
  private func fits(_ crc: CRC32, _ id: ContentID) -> Bool {
    crc.count == store.size(of: id) && crc == digests.crc(of: id) ?? crc
  }

  /// Takes note of what was found when the deflated form of a content was read.
  func note(_ fault: ObjectFault, of key: ContentKey) {
    guard let key = cacheKey(key) else { return }
    cache.objects.reject(key, for: fault)
  }

  /// Begins to store the deflated form of a content; nil when it cannot be stored.
  func begin(_ key: ContentKey) -> ObjectWriter? { cacheKey(key).flatMap { cache.objects.begin($0) } }

  /// The name of the deflated form of a content.
  func cacheKey(_ key: ContentKey) -> CacheKey? {
    guard let digest = digests.digest(of: key.id), let size = store.size(of: key.id) else { return nil }
    return .content(digest, size: size, CacheParameters(level: key.level))
  }
}

// Archives
extension TarballMemory {
  /// The digest of the uncompressed tar of a tarball that was written before, where it was asked for then.
  func tarDigest(of number: Int) -> Digest? { records[number]?.tarDigest }

  /// The digest of an image's layer, made where it is not known. Throws `SourceChanged` or `SystemError`.
  func layerDigest(ofImage number: Int) throws -> Digest {
    try cache.digest(keys.images.layers[number]) { try plan.images[number].layerDigest(in: store) }
  }

  /// Keeps what came of the tarballs that were written and have their names since `time`; `objects` are those that they
  /// were made of, by their number.
  func keep(_ results: [TarballResult], of objects: [Int: [CacheKey]], since time: Int64) {
    leaveRoom(from: sizes.count)
    for result in results {
      let record = ArchiveRecord(result.archive, objects: objects[result.artifact] ?? [])
      cache.objects.store(record: record.bytes, as: keys.tarballs[result.artifact])
      let path = Array(folder.path(of: plan.tarballs[result.artifact].fileName).utf8)
      cache.note(result.archive.digest, of: path, writtenAs: result.archive.file.identity, until: time)
    }
  }
}
