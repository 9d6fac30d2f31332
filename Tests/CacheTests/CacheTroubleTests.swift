// A cache that cannot be written or read is a warning; the run goes on without it.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct CacheTroubleTests {
  private let sample: SampleCache

  init() throws { sample = try SampleCache() }

  @Test(
    arguments: [
      ("touch cache", "CACHE: cannot open: Not a directory"),
      ("mkdir cache; touch cache/objects", "CACHE: cannot use as a cache: Directory not empty"),
      ("ln -s /proc/self cache", "CACHE: cannot use as a cache: Directory not empty"),
      ("cp -r tagged cache; touch cache/objects", "CACHE/objects: cannot use as a folder: Not a directory"),
      ("cp -r tagged cache; ln -s / cache/objects", "CACHE/objects: cannot use as a folder: Not a directory"),
      (
        "cp -r tagged cache; mkdir cache/objects; ln -s / cache/objects/XX",
        "CACHE/objects/XX: cannot write into: Not a directory"
      ),
    ])
  func `a folder that takes nothing is told once, and nothing more is tried`(
    _ command: String, _ reason: String
  ) throws {
    let folder = String(CacheKey.sample("a").digest.description.prefix(2))
    func named(_ text: String) -> String { text.split(separator: "XX").joined(separator: folder) }
    func filled(_ text: String) -> String { text.hasSuffix("XX") ? named(text) + folder : named(text) }
    try sample.tree.write(CacheTag.text, to: "tagged/CACHEDIR.TAG")
    try sample.tree.run("sh", "-c", filled(command))
    let cache = sample.open()
    for _ in 0..<2 {
      cache.store(.sample("a"), as: .sample("a"))
      #expect(cache.begin(.sample("a")) == nil)
      #expect(cache.block(.sample("a")) == nil)
    }
    let index = FileDigestIndex(in: cache.folder)
    index.save()
    #expect(sample.warnings == ["\(named(reason)); the cache takes in nothing more"])
  }

  @Test func `a cache that cannot be opened is told once, and once that its index cannot`() throws {
    try #require(mkdir(sample.path, 0o755) == 0)
    let long = "\(sample.path)/\(String(repeating: "n", count: 300))"
    let cache = sample.open(at: long)
    for _ in 0..<2 {
      #expect(cache.block(.sample("a")) == nil)
      #expect(FileDigestIndex(in: cache.folder).digest(of: .sample(inode: 1)) == nil)
      cache.store(.sample("a"), as: .sample("a"))
      cache.finish()
    }
    // The index is read without a question.
    let ends = [
      "cannot open: File name too long; the cache takes in nothing more",
      "cannot open: File name too long; what the cache holds there is made anew",
    ]
    #expect(sample.warnings.count == ends.count)
    for (warning, end) in zip(sample.warnings, ends) { #expect(warning.hasSuffix(end)) }
  }

  @Test(.enabled(if: geteuid() != 0)) func `a folder without permission takes nothing and gives nothing`() throws {
    sample.open().store(.sample("a"), as: .sample("a"))
    try #require(chmod("\(sample.path)/objects", 0) == 0)
    defer { chmod("\(sample.path)/objects", 0o755) }
    let cache = sample.open()
    #expect(cache.block(.sample("a")) == nil)
    cache.store(.sample("a"), as: .sample("a"))
    #expect(sample.warnings.count == 2)
  }

  @Test(arguments: [(1, nil, true), (Int64.max, nil, false), (Int64.max, "/proc", true)] as [(Int64, String?, Bool)])
  func `nothing goes in where the disk could get too full for others`(bytes: Int64, disk: String?, isTaken: Bool) {
    let cache = sample.open()
    cache.leaveRoom(for: bytes, in: disk ?? sample.tree.root)
    for name in ["a", "b"] { cache.store(.sample(name), as: .sample(name)) }
    #expect((cache.block(.sample("a")) != nil) == isTaken)
    let warning = "CACHE: the disk could get too full; the cache takes in nothing more"
    #expect(sample.warnings == (isTaken ? [] : [warning]))
  }

  /// Whether the machine lets this process mount: root in a container often may not.
  private func isMounted(size: String) throws -> Bool {
    try #require(mkdir(sample.path, 0o755) == 0)
    let command = ["mount", "-t", "tmpfs", "-o", "size=\(size)", "kpack", sample.path]
    let (_, outcome) = try ChildProcess(
      command[0], command.dropFirst().map { Array($0.utf8) }, environment: gitEnvironment
    ).collect()
    return outcome.status == .exited(0)
  }

  @Test(.enabled(if: geteuid() == 0)) func `a full disk is told once, and what was kept before is still read`() throws {
    guard try isMounted(size: "256k") else { return }
    defer { _ = try? sample.tree.run("umount", sample.path) }
    let cache = sample.open()
    cache.store(.sample("small"), as: .sample("a"))
    for name in ["b", "c", "d"] {
      cache.store(.sample(String(repeating: "x", count: 200_000)), as: .sample(name))
    }
    #expect(EncodedBlock.sample("small").isSame(as: cache.block(.sample("a"))))
    #expect(cache.block(.sample("b")) != nil)
    #expect(cache.block(.sample("c")) == nil)
    cache.store(.sample("small"), as: .sample("e"))
    #expect(cache.block(.sample("e")) == nil)
    #expect(sample.warnings.count == 1)
    #expect(sample.warnings.first?.hasSuffix("No space left on device; the cache takes in nothing more") == true)
    #expect(try sample.names() == ["CACHEDIR.TAG", "objects"])
  }

  @Test(.enabled(if: geteuid() == 0)) func `a cache that may only be read is read, and ended in silence`() throws {
    guard try isMounted(size: "1m") else { return }
    defer { _ = try? sample.tree.run("umount", sample.path) }
    sample.open().store(.sample("a"), as: .sample("a"))
    try sample.age(sample.file(of: .sample("a")), by: 10_000)
    try sample.tree.run("mount", "-o", "remount,ro", sample.path)
    let cache = sample.open()
    #expect(cache.block(.sample("a")) != nil)
    cache.finish()
    #expect(sample.warnings == [])
    cache.store(.sample("b"), as: .sample("b"))
    #expect(sample.warnings.count == 1)
  }

  @Test func `a cache that is removed while a run uses it is made again`() throws {
    let cache = sample.open()
    cache.store(.sample("a"), as: .sample("a"))
    let writer = try #require(cache.begin(.sample("b")))
    try sample.tree.run("rm", "-r", sample.path)
    writer.append([1])
    writer.finish(crc: CRC32())
    #expect(cache.block(.sample("a")) == nil)
    cache.store(.sample("a"), as: .sample("a"))
    #expect(cache.block(.sample("a")) != nil)
    #expect(sample.warnings == [])
  }
}
