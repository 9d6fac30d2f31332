// Which objects of the cache each artifact is made of, whether they were there or are made with it.

import Cache

/// The objects of artifacts, taken down while these are written.
final class UsedObjects {
  /// By the number of the artifact.
  private(set) var keys: [Int: [CacheKey]] = [:]
  private var artifact = 0
  private let source: (EncodedSource) -> CacheKey?

  /// `source` tells what the encoded form of a source is called.
  init(source: @escaping (EncodedSource) -> CacheKey?) { self.source = source }

  /// Takes down a result; they come in the order in which they are committed.
  func add(_ result: BlockResult) {
    switch result {
    case .begin(let artifact): self.artifact = artifact
    case .block(_, _, let key, _): add(key)
    case .sourceBlock(_, _, let source, _, isLast: true), .splice(let source), .cached(let source):
      add(self.source(source))
    case .whole, .keptBlock, .sourceBlock, .end: break
    }
  }

  private func add(_ key: CacheKey?) {
    if let key { keys[artifact, default: []].append(key) }
  }
}
