// The record of all that was packed. Every listing, checksum and report of a release is made from it.

package import Archive
import Basics
package import Plan
import Threads

/// The results of a plan.
package struct Ledger: Sendable {
  package let plan: Plan
  /// The result of each artifact that is one of the run, in the order of the plan.
  package let results: [ArtifactResult]
  /// The digests of the contents of each artifact's entries, by the artifact's number; empty where not asked for.
  private let digests: [Int: [Digest?]]

  init(_ plan: Plan, _ results: [ArtifactResult], digests: [Int: [Digest?]]) {
    self.plan = plan
    self.results = results.filter { plan.artifacts[$0.artifact].isResult }
    self.digests = digests
  }

  /// Gives `body` the record of each entry of an artifact, in order.
  package func forEachEntry(of artifact: Int, _ body: (EntryRecord) throws -> Void) rethrows {
    let planned = plan.artifacts[artifact]
    let digests = digests[artifact]
    let sizes = Dictionary(uniqueKeysWithValues: results.map { ($0.artifact, $0.size) })
    for index in 0..<planned.entries.count {
      try body(plan.record(of: planned, at: index, digest: digests?[index], late: { sizes[$0] }))
    }
  }
}

/// Finds the digest of the contents of every entry.
struct LedgerDigests {
  let plan: Plan
  let store: SourceStore
  /// The known digests of the plan's sources; nil without a cache.
  let known: SourceDigests?
  let jobs: Int
  /// Digests of the files of artifacts, by number.
  let artifacts: [Int: Digest]
  /// Whether digests of small files are taken from the cache and noted there.
  var usesIndex = false

  /// The digests of the entries of the artifacts `written`, by number. Files that were hashed during the writing are
  /// not read again.
  func find(_ written: [WrittenArtifact]) throws -> [Int: [Digest?]] {
    try find(written.map { ($0.result.artifact, $0.entryDigests) })
  }

  /// The same for artifacts by their numbers, with the digests that are known of their entries.
  func find(_ artifacts: [(number: Int, known: [EntryDigest])]) throws -> [Int: [Digest?]] {
    // Without an index: a file that is in the index gets another key in the next run.
    let sources = SourceDigests(store, index: nil)
    try sources.prepare(unknownContents(of: artifacts.map(\.number)), jobs: jobs)
    let small = usesIndex ? known ?? sources : sources
    var found: [Int: [Digest?]] = [:]
    for (number, known) in artifacts {
      let entries = plan.artifacts[number].entries
      var digests: [Digest?] = Array(repeating: nil, count: entries.count)
      for entry in known { digests[entry.index] = entry.digest }
      let missing = (0..<entries.count).filter { digests[$0] == nil && entries.kind(at: $0) == .file }
      let read = try ordered(missing, jobs: jobs) { try digest(of: entries, at: $0, sources, small) }
      for (index, digest) in zip(missing, read) { digests[index] = digest }
      found[number] = digests
    }
    return found
  }

  /// The sources in entries whose digests are not known yet, each once.
  private func unknownContents(of artifacts: [Int]) -> [SourceID] {
    var ids: Set<SourceID> = []
    for entries in artifacts.map({ plan.artifacts[$0].entries }) {
      for index in 0..<entries.count {
        if case .source(let id) = entries.body(at: index), known?.digest(of: id) == nil { ids.insert(id) }
      }
    }
    return Array(ids)
  }

  private func digest(
    of entries: TarEntryList, at index: Int, _ sources: SourceDigests, _ small: SourceDigests
  ) throws -> Digest? {
    if let file = entries.sourceFile(at: index) { return try small.digest(of: file) }
    guard case .source(let id) = entries.body(at: index) else { return nil }
    switch plan.sources[id] {
    case .artifact(let number), .nested(let number, _):
      // An image that is only in tarballs was never written as one file.
      return try artifacts[number] ?? store.rope(of: id)?.digest()
    case .bytes, .file, .extent, .spool: return known?.digest(of: id) ?? sources.digest(of: id)
    }
  }
}
