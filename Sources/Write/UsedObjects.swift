// Which objects of the cache each archive is made of, whether they were there or are made with it.

import Cache

/// The objects of archives, taken down while these are written.
final class UsedObjects {
  /// By the number of the artifact.
  private(set) var keys: [Int: [CacheKey]] = [:]
  private var artifact = 0
  private let content: (ContentKey) -> CacheKey?

  /// `content` tells what the deflated form of a content is called.
  init(content: @escaping (ContentKey) -> CacheKey?) { self.content = content }

  /// Takes down a result; they come in the order in which they are committed.
  func add(_ result: BlockResult) {
    switch result {
    case .begin(let artifact): self.artifact = artifact
    case .block(_, _, let key): add(key)
    case .contentBlock(_, _, let key, _, isLast: true), .splice(let key), .cached(let key): add(content(key))
    default: break
    }
  }

  private func add(_ key: CacheKey?) {
    if let key { keys[artifact, default: []].append(key) }
  }
}
