// Finds the digests of the files of packages, which stand in the packages before the files: MD5 in a deb, SHA-256 in an
// rpm.

import Archive
import Basics
import Files
import Layout
import Plan
import Threads

/// The search for the digests of the files of packages.
struct PackageSums {
  /// A file whose digests are wanted.
  private enum Content: Hashable {
    case source(SourceID)
    /// A small file, by the entry that it is of.
    case file(payload: Int, index: Int)
  }

  private struct Wanted {
    let content: Content
    let size: Int64
    var formats: Set<PackageFormat>
  }

  let plan: Plan
  let store: SourceStore
  /// The digests of sources that are known; nil without a cache.
  let known: SourceDigests?

  /// The sums of the entries of these payloads, by number. Each file is read once, on `jobs` threads.
  func find(_ payloads: [Int], jobs: Int) throws -> [Int: [FileSums?]] {
    var wanted: [Content: Wanted] = [:]
    for number in payloads {
      guard case .payload(let format, _) = plan.artifacts[number].format else { continue }
      let entries = plan.artifacts[number].entries
      for index in 0..<entries.count {
        guard let content = content(of: entries, at: index, in: number) else { continue }
        let size = plan.size(of: plan.artifacts[number], at: index) ?? 0
        wanted[content, default: Wanted(content: content, size: size, formats: [])].formats.insert(format)
      }
    }
    // The largest first, so that no thread starts one when the others are done.
    let all = wanted.values.sorted { $0.size > $1.size }
    var found: [Content: FileSums] = [:]
    try ordered(all, jobs: jobs) {
      ($0.content, try sums(of: $0))
    } committed: {
      found[$0] = $1
    }
    return Dictionary(
      uniqueKeysWithValues: payloads.map { number in
        let entries = plan.artifacts[number].entries
        return (number, (0..<entries.count).map { content(of: entries, at: $0, in: number).flatMap { found[$0] } })
      })
  }

  private func content(of entries: TarEntryList, at index: Int, in number: Int) -> Content? {
    switch entries.body(at: index) {
    case .none: nil
    case .file: .file(payload: number, index: index)
    case .source(let id): .source(id)
    }
  }

  private func sums(of wanted: Wanted) throws -> FileSums {
    let count: Int64
    let read: (Int64, UnsafeMutableRawBufferPointer) throws -> Void
    var sums = FileSums()
    switch wanted.content {
    case .source(let id):
      (count, read) = (store.size(of: id) ?? 0, { try store.read(id, from: $0, into: $1) })
      sums.sha256 = known?.digest(of: id)
    case .file(let number, let index):
      guard let file = plan.artifacts[number].entries.sourceFile(at: index) else { return sums }
      (count, read) = (file.identity.size, { try file.read(from: $0, into: $1) })
    }
    if wanted.formats.contains(.rpm) && sums.sha256 == nil {
      var hash = SHA256()
      try forEachChunk(of: count, read: read) { hash.update($0) }
      sums.sha256 = hash.finalize()
    }
    if wanted.formats.contains(.deb) {
      guard let digits = try MD5.digits(of: count, read: read) else {
        throw Diagnostic(.system, "libcrypto refuses MD5, which the list of files in a deb is made of")
      }
      sums.md5 = digits
    }
    return sums
  }
}
