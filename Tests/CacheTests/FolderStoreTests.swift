// What a folder of objects is like between runs, and how processes share it.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing
@testable import Threads

struct FolderStoreTests {
  private let sample: SampleCache

  init() throws { sample = try SampleCache() }

  @Test func `an open content can be read after it was removed`() throws {
    let cache = sample.open()
    cache.begin(.sample("a")).map { writer in
      writer.append([1, 2, 3])
      writer.finish(crc: CRC32())
    }
    let content = try #require(cache.content(.sample("a")))
    try sample.tree.run("rm", "-r", sample.path)
    #expect(try content.bytes(pieceSize: 2) == [1, 2, 3])
  }

  @Test func `an object's file has the form that earlier versions wrote and later ones read`() throws {
    sample.open().store(record: [1, 2, 3], as: .sample("a"))
    let header = Array("kpack-cache 1\n".utf8) + [3, 0] + CacheKey.sample("a").digest.bytes
    // Size and CRC-32 of the payload, twice for a record, and the CRC-32 of these, by zlib.
    let trailer: [UInt8] = [
      0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1D, 0x80, 0xBC, 0x55, 0x03, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x1D, 0x80, 0xBC, 0x55, 0x90, 0x53, 0x69, 0x2B,
    ]
    #expect(try sample.bytes(of: sample.file(of: .sample("a"))) == header + [1, 2, 3] + trailer)
  }

  @Test func `what is not there is not found, and looking makes no folder`() throws {
    let cache = sample.open()
    #expect(cache.block(.sample("a")) == nil)
    #expect(cache.content(.sample("a")) == nil)
    #expect(cache.record(.sample("a")) == nil)
    cache.finish()
    #expect(access(sample.path, F_OK) != 0)
    #expect(sample.warnings == [])
  }

  @Test func `an object that is not ended is not kept, and leaves nothing`() throws {
    let cache = sample.open()
    var writer = cache.begin(.sample("a"))
    writer?.append([1])
    #expect(try sample.names().filter { $0.hasPrefix(".") } == [".kpack-tmp-\(getpid())-1"])
    writer = nil
    #expect(try sample.names() == ["CACHEDIR.TAG", "objects"])
    #expect(cache.content(.sample("a")) == nil)
  }

  @Test func `an interrupted run removes what is half written and takes nothing more`() throws {
    let cache = sample.open()
    let writer = try #require(cache.begin(.sample("a")))
    writer.append([1])
    cache.abandon()
    #expect(try sample.names() == ["CACHEDIR.TAG", "objects"])
    writer.append([2])
    writer.finish(crc: CRC32())
    #expect(cache.begin(.sample("b")) == nil)
    #expect(cache.content(.sample("a")) == nil)
    #expect(sample.warnings == [])
  }

  @Test func `a temporary of another process of the same number is left alone`() throws {
    let cache = sample.open()
    cache.store(.sample("a"), as: .sample("a"))
    let foreign = "\(sample.path)/.kpack-tmp-\(getpid())-2"
    try sample.replace(foreign, with: [1])
    cache.store(.sample("b"), as: .sample("b"))
    #expect(cache.block(.sample("b")) != nil)
    #expect(try sample.bytes(of: foreign) == [1])
  }

  @Test func `a new cache is tagged for programs that make backups`() throws {
    sample.open().store(.sample("a"), as: .sample("a"))
    let tag = try sample.bytes(of: "\(sample.path)/CACHEDIR.TAG")
    #expect(tag.starts(with: "Signature: 8a477f597d28d172789f06886806bc55\n".utf8))
  }

  @Test func `a folder that was empty is tagged too, whatever came first`() throws {
    try #require(mkdir(sample.path, 0o755) == 0)
    let index = FileDigestIndex(in: sample.open().folder)
    index.note(SHA256.digest(of: []), of: .sample(inode: 1), hashedAt: nanosecondsNow())
    index.save()
    #expect(try sample.names() == ["CACHEDIR.TAG", "index", "lock"])
    sample.open(at: "\(sample.path)/").store(.sample("a"), as: .sample("a"))
    #expect(try sample.names() == ["CACHEDIR.TAG", "index", "lock", "objects"])
  }

  @Test func `a folder that holds other things takes nothing`() throws {
    let text = "an index of something else"
    try sample.tree.write(text, to: "cache/index")
    let cache = sample.open()
    cache.store(.sample("a"), as: .sample("a"))
    let index = FileDigestIndex(in: cache.folder)
    index.note(SHA256.digest(of: []), of: .sample(inode: 1), hashedAt: .max)
    index.save()
    cache.finish()
    #expect(try sample.names() == ["index"])
    #expect(try sample.bytes(of: "\(sample.path)/index") == Array(text.utf8))
    #expect(
      sample.warnings == ["CACHE: cannot use as a cache: Directory not empty; the cache takes in nothing more"])
  }

  @Test(arguments: [(3000, false), (3700, true), (86_400 * 30, true), (-7200, true)])
  func `a use is noted at most once an hour`(_ age: Int, _ isTouched: Bool) throws {
    let cache = sample.open()
    cache.store(.sample("a"), as: .sample("a"))
    let file = sample.file(of: .sample("a"))
    try sample.age(file, by: age)
    #expect(cache.block(.sample("a")) != nil)
    #expect(try (abs(sample.age(of: file)) < 100) == isTouched)
  }

  @Test func `threads and processes store and read the same objects at once`() throws {
    let keys = (0..<40).map { CacheKey.sample("\($0)") }
    let blocks = (0..<40).map { EncodedBlock.sample("block \($0)") }
    let caches = [sample.open(), sample.open()]
    let threads = (0..<4).compactMap { number in
      startThread {
        for (key, block) in zip(keys, blocks) {
          let cache = caches[number % 2]
          cache.store(block, as: key)
          // Another one may be about to put the same object there: it is always whole.
          #expect(block.isSame(as: cache.block(key)))
        }
        caches[number % 2].finish()
      }
    }
    for thread in threads { pthread_join(thread, nil) }
    #expect(threads.count == 4)
    #expect(try sample.open().verify().objects == 40)
    #expect(try sample.names() == ["CACHEDIR.TAG", "lock", "objects"])
    #expect(sample.warnings == [])
  }
}
