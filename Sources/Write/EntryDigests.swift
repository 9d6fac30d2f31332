// What the bytes of a list of entries follow from, in one digest: when it is what it was, so are they.

import Archive
import Basics
import Files
import Threads

/// Digests of lists of entries.
struct EntryDigests {
  let store: ContentStore
  /// Has those of all contents that the lists name.
  let contents: ContentDigests
  /// Threads.
  let jobs: Int

  /// The digest of the headers of `entries`, the global one included, and of the digests of their contents.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  func digest(of entries: TarEntryList) throws -> Digest {
    let step = 256
    let parts = try ordered(stride(from: 0, to: entries.count, by: step), jobs: jobs) { [contents, store] start in
      try Self.digest(of: entries, start..<min(start + step, entries.count), store, contents)
    }
    var hash = SHA256()
    if let comment = entries.comment { hash.update(TarHeader.encode(comment: comment, mtime: entries.mtime)) }
    for part in parts { hash.update(part.bytes) }
    return hash.finalize()
  }

  private static func digest(
    of entries: TarEntryList, _ range: Range<Int>, _ store: ContentStore, _ contents: ContentDigests
  ) throws -> Digest {
    var hash = SHA256()
    for index in range {
      switch entries.body(at: index) {
      case .none:
        hash.update(TarHeader.encode(entries.entry(at: index, size: 0)))
      case .file(_, _, let identity):
        hash.update(TarHeader.encode(entries.entry(at: index, size: identity.size)))
        if let file = entries.sourceFile(at: index) { hash.update(try contents.key(of: file)) }
      case .content(let id):
        hash.update(TarHeader.encode(entries.entry(at: index, size: store.size(of: id) ?? 0)))
        // Those that an archive holds come before it.
        guard let digest = contents.digest(of: id) else { preconditionFailure("a content was not prepared") }
        hash.update(digest.bytes)
      }
    }
    return hash.finalize()
  }
}
