// Whatever stands in an object's place, only the object itself is taken for it.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct CacheDamageTests {
  private let sample: SampleCache
  private let key = CacheKey.sample("a")
  private let block = EncodedBlock.sample("payload")
  private let file: String
  private let removed: [String]

  init() throws {
    sample = try SampleCache()
    sample.open().store(block, as: key)
    file = sample.file(of: key)
    let name = key.digest.description
    removed = ["CACHE/objects/\(name.prefix(2))/\(name.dropFirst(2)): damaged in the cache, made anew"]
  }

  /// The object is not found, and can be stored again; whether the file was removed in between.
  private func isRemoved(sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool {
    let cache = sample.open()
    #expect(cache.block(key) == nil, sourceLocation: sourceLocation)
    var status = stat()
    let isRemoved = lstat(file, &status) != 0
    cache.store(block, as: key)
    #expect(block.isSame(as: cache.block(key)), sourceLocation: sourceLocation)
    return isRemoved
  }

  @Test func `one bit that is turned, in any byte, is seen`() throws {
    let whole = try sample.bytes(of: file)
    #expect(whole.count == 48 + 7 + 28)
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 1 << UInt8(position % 8)
      try sample.replace(file, with: damaged)
      // The first 14 bytes say whether it is a file of this form at all.
      #expect(try isRemoved() == (position >= 14), "byte \(position)")
    }
    #expect(Set(sample.warnings) == Set(removed))
  }

  @Test func `an object that is cut at any place, or longer, is removed`() throws {
    let whole = try sample.bytes(of: file)
    for count in 0..<whole.count {
      try sample.replace(file, with: Array(whole[..<count]))
      #expect(try isRemoved(), "\(count) bytes")
    }
    for extra in [[0], whole] {
      try sample.replace(file, with: whole + extra)
      #expect(try isRemoved())
    }
    #expect(Set(sample.warnings) == Set(removed))
  }

  @Test func `a size that no file has is damage`() throws {
    let whole = try sample.bytes(of: file)
    for count in [-1, 0, .max, .min] as [Int64] {
      for raw in [1, -1, .max] as [Int64] {
        let payload = CRC32(kept: 1, count: count)
        let trailer = ObjectTrailer(payload: payload, raw: CRC32(kept: 1, count: raw)).bytes
        try sample.replace(file, with: Array(whole[..<55]) + trailer)
        #expect(try isRemoved())
      }
    }
  }

  @Test(arguments: [(0, 400_000), (399_999, 400_000), (0, 0), (399_999, 0)])
  func `a content that is changed or cut while it is read is seen at its end`(_ position: Int, _ size: Int) throws {
    let writer = try #require(sample.open().begin(key))
    for byte in 1...4 as ClosedRange<UInt8> { writer.append([UInt8](repeating: byte, count: 100_000)) }
    writer.finish(crc: CRC32())
    let content = try #require(sample.open().content(key))
    let handle = try FileHandle(opening: Array(file.utf8), O_WRONLY)
    var byte: UInt8 = 9
    if size > 0 { #expect(pwrite(handle.descriptor, &byte, 1, off_t(48 + position)) == 1) }
    if size == 0 { #expect(ftruncate(handle.descriptor, off_t(48 + position)) == 0) }
    #expect(throws: ObjectFault.damaged) { try content.bytes(pieceSize: 150_000) }
  }

  @Test func `a content that proved damaged is removed and told of`() throws {
    let cache = sample.open()
    cache.reject(key, for: .damaged)
    #expect(access(file, F_OK) != 0)
    #expect(sample.warnings == removed)
  }

  @Test func `the object of another key or of another kind is not taken`() throws {
    let other = CacheKey.sample("b")
    sample.open().store(block, as: other)
    try sample.replace(file, with: try sample.bytes(of: sample.file(of: other)))
    #expect(try isRemoved())
    #expect(sample.open().record(key) == nil)
    #expect(access(file, F_OK) != 0)
    sample.open().store(record: [1], as: key)
    #expect(sample.open().content(key) == nil)
  }

  @Test func `a record that says it stands for something else is damaged`() throws {
    let payload = [UInt8(1)].withUnsafeBytes { CRC32(of: $0) }
    let trailer = ObjectTrailer(payload: payload, raw: CRC32()).bytes
    try sample.replace(file, with: ObjectHeader.bytes(key, .record) + [1] + trailer)
    #expect(sample.open().record(key) == nil)
    #expect(sample.warnings == removed)
  }

  @Test func `a file of another form is left alone until there is something to put there`() throws {
    let foreign = Array("kpack-cache 2\n".utf8) + [UInt8](repeating: 1, count: 200)
    for bytes in [foreign, [UInt8](repeating: 0, count: 83)] {
      try sample.replace(file, with: bytes)
      #expect(try !isRemoved())
    }
    #expect(sample.warnings == [])
  }

  @Test(arguments: ["mkfifo $0", "ln -s \"$1\" $0", "ln -s . $0", "ln -s nothing $0"])
  func `what is no file is neither followed nor waited for, and is replaced`(_ command: String) throws {
    let moved = "\(sample.tree.root)/moved"
    try #require(rename(file, moved) == 0)
    try sample.tree.run("sh", "-c", command, file, moved)
    #expect(try !isRemoved())
    #expect(try FileStatus.of(Array(file.utf8)).isFile)
    #expect(sample.warnings == [])
  }

  @Test func `a socket is replaced too`() throws {
    unlink(file)
    try #require(mknod(file, S_IFSOCK | 0o600, 0) == 0)
    #expect(try !isRemoved())
    #expect(try FileStatus.of(Array(file.utf8)).isFile)
  }

  @Test func `a folder in an object's place costs that object alone`() throws {
    unlink(file)
    try #require(mkdir(file, 0o755) == 0)
    let cache = sample.open()
    for kind in 0..<2 {
      #expect(cache.block(key) == nil)
      if kind == 0 { cache.store(block, as: key) }
    }
    cache.store(block, as: .sample("b"))
    #expect(cache.block(.sample("b")) != nil)
    #expect(try sample.names() == ["CACHEDIR.TAG", "objects"])
    #expect(sample.warnings == [])
  }

  @Test func `each kind of trouble is told once in a run`() throws {
    let cache = sample.open()
    for name in ["a", "b", "c"] {
      cache.store(block, as: .sample(name))
      try sample.replace(sample.file(of: .sample(name)), with: [])
      #expect(cache.block(.sample(name)) == nil)
    }
    #expect(sample.warnings == removed)
  }
}
