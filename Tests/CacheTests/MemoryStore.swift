// Objects that are kept in memory: what uses a store needs no folder.

@testable import Cache
@testable import Files
import Synchronization

/// A store that lasts as long as the process.
final class MemoryStore: ObjectStore {
  private struct State {
    var objects: [CacheKey: [UInt8]] = [:]
    var used: [CacheKey] = []
    var isClosed = false
  }

  private let state = Mutex(State())

  /// The objects that were used, in order.
  var used: [CacheKey] { state.withLock { $0.used } }

  func open(_ key: CacheKey) throws(ObjectFault) -> any ObjectSource {
    guard let bytes = state.withLock({ $0.objects[key] }) else { throw .missing }
    return Source(bytes, key, in: self)
  }

  func create(_ key: CacheKey) -> (any ObjectSink)? {
    state.withLock { $0.isClosed } ? nil : Sink(key, in: self)
  }

  func contains(_ key: CacheKey) -> Bool { state.withLock { $0.objects[key] != nil } }

  func touch(_ key: CacheKey) {
    state.withLock { state in if state.objects[key] != nil { state.used.append(key) } }
  }

  func reject(_ key: CacheKey, for fault: ObjectFault) {
    if fault == .damaged { state.withLock { $0.objects[key] = nil } }
  }

  func leaveRoom(for bytes: Int64, in folder: String) {}
  func finish() {}
  func abandon() { state.withLock { $0.isClosed = true } }

  private func put(_ bytes: [UInt8], as key: CacheKey) {
    state.withLock { state in if !state.isClosed { state.objects[key] = bytes } }
  }

  private final class Source: ObjectSource {
    private let bytes: [UInt8]
    private let key: CacheKey
    private let store: MemoryStore

    init(_ bytes: [UInt8], _ key: CacheKey, in store: MemoryStore) {
      (self.bytes, self.key, self.store) = (bytes, key, store)
    }

    var size: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, filling buffer: UnsafeMutableRawBufferPointer) -> Int {
      let piece = bytes.dropFirst(Int(offset)).prefix(buffer.count)
      buffer.copyBytes(from: piece)
      return piece.count
    }

    func touch() { store.touch(key) }
  }

  private final class Sink: ObjectSink {
    private var bytes: [UInt8] = []
    private let key: CacheKey
    private let store: MemoryStore

    init(_ key: CacheKey, in store: MemoryStore) { (self.key, self.store) = (key, store) }

    func append(_ more: [UInt8]) { bytes += more }
    func finish() { store.put(bytes, as: key) }
  }
}
