// What goes into a store comes out of it, whatever keeps it: a folder and memory are held to the same.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
@testable import TestSupport
import Testing

/// A kind of store.
enum StoreKind: CaseIterable {
  case folder, memory
}

/// A store of one kind as each of several runs sees it.
private struct SampleStore {
  private let folder: SampleCache
  private let memory: MemoryStore?

  init(_ kind: StoreKind) throws {
    folder = try SampleCache()
    memory = kind == .memory ? MemoryStore() : nil
  }

  /// The store in a run of its own.
  func open() -> any ObjectStore { memory ?? folder.open() }

  var warnings: [String] { folder.warnings }
}

extension ObjectStore {
  /// The bytes of an object as they are kept.
  fileprivate func kept(_ key: CacheKey) throws(ObjectFault) -> [UInt8] {
    let source = try open(key)
    var bytes = [UInt8](repeating: 0, count: Int(source.size) + 1)
    var span = bytes.mutableSpan
    let count = try span.withUnsafeMutableBytes { buffer throws(ObjectFault) in try source.read(at: 0, filling: buffer)
    }
    return Array(bytes[..<count])
  }

  /// Keeps these bytes as they are.
  fileprivate func keep(_ bytes: [UInt8], as key: CacheKey) {
    let sink = create(key)
    sink?.append(bytes)
    sink?.finish()
  }
}

struct ObjectStoreTests {
  @Test(arguments: StoreKind.allCases, ["", "a", String(repeating: "long", count: 80_000)])
  func `a block comes back as it was, also in a later run`(_ kind: StoreKind, _ text: String) throws {
    let sample = try SampleStore(kind)
    let block = EncodedBlock.sample(text)
    let store = sample.open()
    store.store(block, as: .sample("a"))
    #expect(block.isSame(as: store.block(.sample("a"))))
    #expect(block.isSame(as: sample.open().block(.sample("a"))))
    #expect(sample.warnings == [])
  }

  @Test(arguments: StoreKind.allCases) func `a record comes back as it was, the last that was kept`(
    _ kind: StoreKind
  ) throws {
    let sample = try SampleStore(kind)
    for record in [[], Array("{}".utf8)] as [[UInt8]] {
      sample.open().store(record: record, as: .sample("a"))
      #expect(sample.open().record(.sample("a")) == record)
    }
    #expect(sample.warnings == [])
  }

  @Test(arguments: StoreKind.allCases) func `what is too large to be read back is not kept`(_ kind: StoreKind) throws {
    let store = try SampleStore(kind).open()
    let record = [UInt8](repeating: 1, count: ObjectReader.largestWhole)
    store.store(record: record, as: .sample("a"))
    store.store(record: record + [1], as: .sample("b"))
    #expect(store.record(.sample("a"))?.count == record.count)
    #expect(store.record(.sample("b")) == nil)
    #expect(!store.contains(.sample("b")))
  }

  @Test(arguments: StoreKind.allCases, [[], [0], [3, 0, 5], [1 << 18, 1 << 18, 77]])
  func `a content comes back in any pieces`(_ kind: StoreKind, _ sizes: [Int]) throws {
    let sample = try SampleStore(kind)
    let pieces = sizes.enumerated().map { [UInt8](repeating: UInt8($0 + 1), count: $1) }
    let whole = pieces.flatMap { $0 }
    let crc = [UInt8](repeating: 9, count: 99).withUnsafeBytes { CRC32(of: $0) }
    let writer = try #require(sample.open().begin(.sample("a")))
    for piece in pieces { writer.append(piece) }
    writer.finish(crc: crc)
    let content = try #require(sample.open().content(.sample("a")))
    #expect(content.crc == crc)
    #expect(try content.bytes(pieceSize: 100_000) == whole)
  }

  @Test(arguments: StoreKind.allCases) func `what is not there is not found`(_ kind: StoreKind) throws {
    let sample = try SampleStore(kind)
    let store = sample.open()
    #expect(throws: ObjectFault.missing) { try store.open(.sample("a")) }
    #expect(store.block(.sample("a")) == nil)
    #expect(store.content(.sample("a")) == nil)
    #expect(store.record(.sample("a")) == nil)
    #expect(!store.contains(.sample("a")))
    #expect(sample.warnings == [])
  }

  @Test(arguments: StoreKind.allCases) func `an object is there when it is ended, not before`(_ kind: StoreKind) throws
  {
    let store = try SampleStore(kind).open()
    var writer = store.begin(.sample("a"))
    writer?.append([1])
    #expect(!store.contains(.sample("a")))
    writer = nil
    #expect(!store.contains(.sample("a")))
    writer = store.begin(.sample("a"))
    writer?.append([2])
    writer?.finish(crc: CRC32())
    #expect(store.contains(.sample("a")))
    #expect(try store.content(.sample("a"))?.bytes(pieceSize: 9) == [2])
  }

  @Test(arguments: StoreKind.allCases) func `an object that is replaced is the old one until the new one is ended`(
    _ kind: StoreKind
  ) throws {
    let store = try SampleStore(kind).open()
    store.store(record: [1], as: .sample("a"))
    let sink = try #require(store.create(.sample("a")))
    sink.append([9])
    #expect(store.record(.sample("a")) == [1])
    sink.finish()
    #expect(try store.kept(.sample("a")) == [9])
  }

  @Test(arguments: StoreKind.allCases) func `an open content can be read after it was removed`(_ kind: StoreKind) throws
  {
    let store = try SampleStore(kind).open()
    let writer = store.begin(.sample("a"))
    writer?.append([1, 2, 3])
    writer?.finish(crc: CRC32())
    let content = try #require(store.content(.sample("a")))
    // Twice, as two threads that find the same damage do.
    for _ in 0..<2 { store.reject(.sample("a"), for: .damaged) }
    #expect(!store.contains(.sample("a")))
    #expect(try content.bytes(pieceSize: 2) == [1, 2, 3])
  }

  @Test(arguments: StoreKind.allCases) func `one bit that is turned, in any byte, is seen, and damage is removed`(
    _ kind: StoreKind
  ) throws {
    let store = try SampleStore(kind).open()
    let block = EncodedBlock.sample("payload")
    store.store(block, as: .sample("a"))
    let whole = try store.kept(.sample("a"))
    #expect(whole.count == 48 + 7 + 28)
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      store.keep(damaged, as: .sample("a"))
      #expect(store.block(.sample("a")) == nil)
      // The first 14 bytes say whether it is an object of this form at all; one of another form stays.
      #expect(store.contains(.sample("a")) == (position < 14), "byte \(position)")
    }
    store.store(block, as: .sample("a"))
    #expect(block.isSame(as: store.block(.sample("a"))))
  }

  @Test(arguments: StoreKind.allCases) func `the object of another key or of another kind is not taken`(
    _ kind: StoreKind
  ) throws {
    let store = try SampleStore(kind).open()
    store.store(.sample("text"), as: .sample("b"))
    store.keep(try store.kept(.sample("b")), as: .sample("a"))
    #expect(store.block(.sample("a")) == nil)
    #expect(store.record(.sample("b")) == nil)
    #expect(!store.contains(.sample("b")))
  }

  @Test(arguments: StoreKind.allCases) func `after an interruption nothing more goes in, and what is there is given`(
    _ kind: StoreKind
  ) throws {
    let sample = try SampleStore(kind)
    let store = sample.open()
    store.store(record: [1], as: .sample("a"))
    let writer = try #require(store.begin(.sample("b")))
    writer.append([1])
    for _ in 0..<2 { store.abandon() }
    writer.append([2])
    writer.finish(crc: CRC32())
    #expect(store.begin(.sample("c")) == nil)
    #expect(store.content(.sample("b")) == nil)
    #expect(store.record(.sample("a")) == [1])
    #expect(sample.warnings == [])
  }

  @Test func `a use is noted of an object that was found, and of one that is said to be in use`() {
    let store = MemoryStore()
    store.store(record: [1], as: .sample("a"))
    store.keep([1], as: .sample("damaged"))
    #expect(store.used == [])
    _ = store.record(.sample("a"))
    _ = store.record(.sample("damaged"))
    _ = store.record(.sample("none"))
    for name in ["a", "none"] { store.touch(.sample(name)) }
    #expect(store.used == [.sample("a"), .sample("a")])
  }
}
