// A release that is written with a cache: what it keeps, and takes, is what the files hold.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import Plan
@testable import TestSupport
import Testing
@testable import Write

struct ReleaseWriterCacheTests {
  private static let size = 3 << 20
  private let sample: SampleCache
  private let file: String

  init() throws {
    sample = try SampleCache()
    file = "\(sample.tree.root)/big"
  }

  private func plan() throws -> Plan {
    try sample.tree.plan(["release": plainRelease, "app": tarball([#"{"file": "big", "to": "big"}"#])])
  }

  private func key(of content: [UInt8], _ plan: Plan) throws -> CacheKey {
    let codec = try #require(plan.tarballs.first).writtenFormat.codec
    return .content(SHA256.digest(of: content), size: Int64(content.count), codec)
  }

  private func write(
    _ plan: Plan, cache: ArtifactCache?, _ watch: @escaping @Sendable (WriteEvent) -> Void = { _ in }
  ) throws -> [Digest] {
    let folder = try OutputFolder("\(sample.tree.root)/out")
    defer { folder.abandon() }
    return try written(plan, into: folder, WriteOptions(jobs: 1), cache: cache, watch).map(\.digest)
  }

  @Test func `a block that stands for other bytes than its name says is made anew`() throws {
    try sample.tree.write("text", to: "big")
    let plan = try plan()
    let plain = try write(plan, cache: nil)
    let tar = Array(try sample.tree.run("gunzip", "-c", "out/\(plan.tarballs[0].fileName)").utf8)
    let key = tar.withUnsafeBytes {
      CacheKey.block(
        $0, after: UnsafeRawBufferPointer(start: nil, count: 0), plan.tarballs[0].writtenFormat.codec)
    }
    let cache = sample.openRelease()
    for count in [5, Int64.max] {
      cache.objects.store(EncodedBlock(bytes: [3, 0], crc: CRC32(kept: 7, count: count)), as: key)
      try sample.tree.run("rm", "-r", "out")
      #expect(try write(plan, cache: cache) == plain)
      #expect(cache.objects.block(key)?.crc == tar.withUnsafeBytes { CRC32(of: $0) })
    }
  }

  /// Plain bytes, and some that are stored as they are.
  @Test(arguments: [[0, 0], [0x1F, 0x8B]])
  func `a file that is written through a mapping while it is packed ends the run, and nothing is kept of it`(
    _ magic: [UInt8]
  ) throws {
    try sample.tree.write(magic + [UInt8](repeating: 1, count: Self.size - 2), to: "big")
    let handle = try FileHandle(opening: Array(file.utf8), O_RDWR)
    let mapping = try #require(mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, handle.descriptor, 0))
    defer { munmap(mapping, Self.size) }
    // With this the page is to be written to the disk, and what is written to it until then changes no time.
    mapping.storeBytes(of: 2, toByteOffset: Self.size - 1, as: UInt8.self)
    let plan = try plan()
    let changed = SourceChanged(path: Array(file.utf8), planned: Int64(Self.size), found: Int64(Self.size))
    nonisolated(unsafe) let last = mapping + Self.size - 1
    #expect(throws: changed) {
      try write(plan, cache: sample.openRelease()) { event in
        if case .began = event { last.storeBytes(of: 3, as: UInt8.self) }
      }
    }
    var hashed = magic + [UInt8](repeating: 1, count: Self.size - 2)
    hashed[Self.size - 1] = 2
    #expect(!sample.open().contains(try key(of: hashed, plan)))
    #expect(try !sample.names().contains { $0.hasPrefix(".") })
    #expect(sample.warnings == [])
  }

  @Test func `a file that is written through a mapping between two runs is packed as it is`() throws {
    try sample.tree.write([UInt8](repeating: 1, count: Self.size), to: "big")
    let handle = try FileHandle(opening: Array(file.utf8), O_RDWR)
    let mapping = try #require(mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, handle.descriptor, 0))
    defer { munmap(mapping, Self.size) }
    // From here on what is written to the page changes no time, until it is written to the disk.
    mapping.storeBytes(of: 2, toByteOffset: Self.size - 1, as: UInt8.self)
    // Old enough for its state to be believed.
    sleep(3)
    let cache = sample.openRelease()
    let before = try write(try plan(), cache: cache)
    mapping.storeBytes(of: 3, toByteOffset: Self.size - 1, as: UInt8.self)
    try sample.tree.run("rm", "-r", "out")
    let after = try write(try plan(), cache: cache)
    #expect(after != before)
    try sample.tree.run("rm", "-r", "out")
    #expect(try write(try plan(), cache: nil) == after)
  }

  @Test(arguments: [1, -1])
  func `an object that stands for fewer or more bytes than the content is damaged`(_ difference: Int) throws {
    let bytes = [UInt8](repeating: 1, count: Self.size)
    try sample.tree.write(bytes, to: "big")
    let plan = try plan()
    let key = try key(of: bytes, plan)
    let other = [UInt8](repeating: 2, count: Self.size + difference)
    let writer = try #require(sample.open().begin(key))
    writer.append([3, 0])
    writer.finish(crc: other.withUnsafeBytes { CRC32(of: $0) })
    let plain = try write(plan, cache: nil)
    #expect(try write(plan, cache: sample.openRelease()) == plain)
    let name = key.digest.description
    let place = "CACHE/objects/\(name.prefix(2))/\(name.dropFirst(2))"
    #expect(sample.warnings == ["\(place): damaged in the cache, made anew"])
    #expect(sample.open().content(key)?.crc == bytes.withUnsafeBytes { CRC32(of: $0) })
  }
}
