// What stays in a cache and what goes.

@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct UpkeepTests {
  /// Bytes of an object around its payload.
  private static let frame: Int64 = 48 + 28
  private let sample: SampleCache

  init() throws { sample = try SampleCache() }

  /// Stores an object of 100 bytes for each name, used so many hours ago.
  private func store(_ hours: KeyValuePairs<String, Int>) throws {
    let payload = String(repeating: "x", count: 100 - Int(Self.frame))
    for (name, hours) in hours {
      sample.open().store(.sample(payload), as: .sample(name))
      try sample.age(sample.file(of: .sample(name)), by: hours * 3600)
    }
  }

  /// Those of the names whose objects are there.
  private func kept(_ names: [String]) -> [String] {
    names.filter { access(sample.file(of: .sample($0)), F_OK) == 0 }
  }

  private func report(_ objects: Int, _ bytes: Int64, removed: Int = 0, _ removedBytes: Int64 = 0) -> CacheReport {
    var report = CacheReport()
    (report.objects, report.bytes) = (objects, bytes)
    (report.removedObjects, report.removedBytes) = (removed, removedBytes)
    return report
  }

  @Test(
    arguments: [
      (1000, ["new", "mid", "old"]), (300, ["new", "mid", "old"]), (299, ["new", "mid"]), (200, ["new", "mid"]),
      (199, ["new"]), (100, ["new"]), (99, []), (0, []), (-1, []),
    ] as [(Int64, [String])])
  func `what was not used for longest goes first, until the limit is kept`(_ limit: Int64, _ names: [String]) throws {
    try store(["mid": 5, "new": 2, "old": 9])
    let left = Int64(names.count)
    let wanted = report(names.count, left * 100, removed: 3 - names.count, (3 - left) * 100)
    #expect(try sample.open().prune(to: limit) == wanted)
    #expect(kept(["new", "mid", "old"]) == names)
    #expect(try sample.open().info() == report(names.count, left * 100))
  }

  @Test func `a use makes an object stay`() throws {
    try store(["mid": 5, "new": 2, "old": 9])
    #expect(sample.open().block(.sample("old")) != nil)
    _ = try sample.open().prune(to: 200)
    #expect(kept(["new", "mid", "old"]) == ["new", "old"])
  }

  @Test func `an object that is in use stays without being read, and is noted so once an hour`() throws {
    try store(["mid": 5, "new": 2, "old": 9])
    for name in ["old", "gone"] { sample.open().touch(.sample(name)) }
    _ = try sample.open().prune(to: 200)
    #expect(kept(["new", "mid", "old", "gone"]) == ["new", "old"])
    let file = sample.file(of: .sample("old"))
    for (age, isTouched) in [(3500, false), (3700, true), (-1000, true)] {
      try sample.age(file, by: age)
      sample.open().touch(.sample("old"))
      #expect((try abs(sample.age(of: file)) < 100) == isTouched, "\(age)")
    }
    try sample.tree.run("sh", "-c", "rm $0; touch -d '5 hours ago' target; ln -s $PWD/target $0", file)
    sample.open().touch(.sample("old"))
    #expect(try sample.age(of: "\(sample.tree.root)/target") > 4 * 3600)
  }

  @Test func `the end of a run keeps its own limit`() throws {
    try store(["mid": 5, "new": 2, "old": 9])
    sample.open(limit: nil).finish()
    #expect(kept(["new", "mid", "old"]).count == 3)
    sample.open(limit: 250).finish()
    #expect(kept(["new", "mid", "old"]) == ["new", "mid"])
    #expect(sample.warnings == [])
  }

  @Test func `while another process prunes, a run ends without, and a command says so`() throws {
    try store(["old": 9])
    let lock = try FileHandle(opening: Array("\(sample.path)/lock".utf8), O_RDWR | O_CREAT, mode: 0o644)
    try #require(flock(lock.descriptor, LOCK_EX) == 0)
    sample.open(limit: 0).finish()
    #expect(sample.warnings == [])
    #expect(throws: SystemError(operation: "lock", path: "\(sample.path)/lock", errno: EWOULDBLOCK)) {
      try sample.open().prune(to: 0)
    }
    #expect(kept(["old"]) == ["old"])
    // By hand: a child process that another test is about to start shares the lock, which closing the file would not end.
    try #require(flock(lock.descriptor, LOCK_UN) == 0)
    sample.open(limit: 0).finish()
    #expect(kept(["old"]) == [])
  }

  @Test func `temporaries of killed runs go after a day, and nothing that only looks like them`() throws {
    try store(["a": 0])
    let old = [".kpack-tmp-1-2", ".kpack-tmp-99999-0"]
    let kept = [".kpack-tmp-1", ".kpack-tmp--2", ".kpack-tmp-1-", ".kpack-tmp-1-2-3", ".kpack-tmp-1-x", "mine"]
    for name in old + kept + [".kpack-tmp-3-4"] {
      try sample.replace("\(sample.path)/\(name)", with: [1])
      try sample.age("\(sample.path)/\(name)", by: name == ".kpack-tmp-3-4" ? 80_000 : 90_000)
    }
    try #require(mkdir("\(sample.path)/.kpack-tmp-5-6", 0o755) == 0)
    try sample.age("\(sample.path)/.kpack-tmp-5-6", by: 90_000)
    sample.open().finish()
    let wanted = kept + [".kpack-tmp-3-4", ".kpack-tmp-5-6", "CACHEDIR.TAG", "lock", "objects"]
    #expect(try Set(sample.names()) == Set(wanted))
  }

  @Test func `what has no name of an object is neither counted nor removed`() throws {
    try store(["a": 0])
    let rest = String(CacheKey.sample("b").digest.description.dropFirst(2))
    let strange = [
      "mine", "objects/mine", "objects/ab/mine", "objects/abc/\(rest)", "objects/ab/\(rest.dropFirst())",
      "objects/ab/\(rest.uppercased())", "objects/AB/\(rest)",
    ]
    for path in strange { try sample.tree.write("mine", to: "cache/\(path)") }
    try sample.tree.run("sh", "-c", "mkdir -p cache/objects/ac/$1; mkfifo cache/objects/ab/$1", "sh", rest)
    try sample.tree.write("mine", to: "out/\(rest)")
    try sample.tree.run("ln", "-s", "../../out", "cache/objects/ad")
    let cache = sample.open()
    #expect(try cache.info() == report(1, 100))
    #expect(try cache.verify() == report(1, 100))
    #expect(try cache.prune(to: 0) == report(0, 0, removed: 1, 100))
    for path in strange { #expect(access("\(sample.path)/\(path)", F_OK) == 0, "\(path)") }
    #expect(access("\(sample.tree.root)/out/\(rest)", F_OK) == 0)
  }

  @Test func `verify reads every object and removes those that are damaged`() throws {
    try store(["whole": 1, "flipped": 1, "cut": 1, "foreign": 1, "moved": 1])
    let cache = sample.open()
    cache.store(record: [1], as: .sample("record"))
    let writer = try #require(cache.begin(.sample("content")))
    writer.append([UInt8](repeating: 1, count: 300_000))
    writer.finish(crc: CRC32())
    func change(_ name: String, _ change: ([UInt8]) -> [UInt8]) throws {
      let file = sample.file(of: .sample(name))
      try sample.replace(file, with: change(try sample.bytes(of: file)))
    }
    try change("flipped") { bytes in bytes.enumerated().map { $0 == 50 ? $1 ^ 1 : $1 } }
    try change("cut") { $0.dropLast() }
    try change("foreign") { _ in [UInt8](repeating: 0, count: 200) }
    let whole = try sample.bytes(of: sample.file(of: .sample("whole")))
    try change("moved") { _ in whole }
    let bytes = 100 + (1 + Self.frame) + (300_000 + Self.frame)
    #expect(try cache.verify() == report(4, bytes + 200, removed: 3, 100 + 99 + 100))
    #expect(try cache.verify() == report(4, bytes + 200))
    // What another version of this program keeps is none of this one's to judge.
    #expect(kept(["whole", "flipped", "cut", "foreign", "moved"]) == ["whole", "foreign"])
    #expect(sample.warnings == [])
  }

  @Test(arguments: ["", "Signature: 8a477f597d28d172789f06886806bc55\n", nil])
  func `a folder that is no cache of this program is neither told of nor changed`(tag: String?) throws {
    try store(["old": 9])
    unlink("\(sample.path)/CACHEDIR.TAG")
    if let tag { try sample.tree.write(tag, to: "cache/CACHEDIR.TAG") }
    let names = try sample.names()
    let error = SystemError(operation: "use as a cache", path: sample.path, errno: ENOTEMPTY)
    let cache = sample.open(limit: 0)
    #expect(throws: error) { try cache.info() }
    #expect(throws: error) { try cache.prune(to: 0) }
    #expect(throws: error) { try cache.verify() }
    #expect(cache.block(.sample("old")) == nil)
    cache.store(.sample("new"), as: .sample("new"))
    cache.finish()
    #expect(sample.warnings == ["\(error); the cache takes in nothing more".replacing(sample.path, with: "CACHE")])
    #expect(try sample.names() == names)
    #expect(kept(["old", "new"]) == ["old"])
  }

  @Test func `verify reads the index too`() throws {
    try store(["a": 1])
    let index = FileDigestIndex(in: sample.open().folder)
    index.note(SHA256.digest(of: []), of: .sample(inode: 1), hashedAt: nanosecondsNow())
    index.save()
    let file = "\(sample.path)/index"
    #expect(try sample.open().verify() == report(1, 100))
    #expect(access(file, F_OK) == 0 && sample.warnings == [])
    try sample.replace(file, with: sample.bytes(of: file).dropLast())
    #expect(try sample.open().verify() == report(1, 100))
    #expect(access(file, F_OK) != 0)
    #expect(sample.warnings == ["CACHE/index: damaged, removed"])
  }

  @Test func `sizes of sparse files do not overflow`() throws {
    // Not every file system knows files of that size.
    let shared = "/dev/shm/kpack-upkeep-\(getpid())"
    defer { _ = try? sample.tree.run("rm", "-rf", shared) }
    let cache = sample.open(at: shared)
    let names = ["a", "b"]
    for name in names { cache.store(.sample(name), as: .sample(name)) }
    for name in names {
      let file = Array(cache.folder.place(of: .sample(name)))
      let handle = try FileHandle(opening: file, O_WRONLY)
      try #require(ftruncate(handle.descriptor, off_t.max & ~4095) == 0)
    }
    #expect(try cache.info() == report(2, .max))
    #expect(try cache.prune(to: 0) == report(0, 0, removed: 2, .max))
  }

  @Test func `the tag is the first that gets a name`() throws {
    // As a run leaves it that is killed before.
    try sample.tree.write("half a t", to: "cache/.kpack-tmp-1-0")
    sample.open().store(.sample("a"), as: .sample("a"))
    #expect(try sample.bytes(of: "\(sample.path)/CACHEDIR.TAG") == CacheTag.text)
    // As one leaves it that is killed after.
    try sample.tree.run("rm", "-r", "cache/objects")
    sample.open().store(.sample("a"), as: .sample("a"))
    #expect(kept(["a"]) == ["a"])
    #expect(sample.warnings == [])
  }

  @Test func `where there is no cache there is nothing to report, and none is made`() throws {
    let cache = sample.open()
    #expect(try cache.info() == CacheReport())
    #expect(try cache.verify() == CacheReport())
    #expect(try cache.prune(to: 0) == CacheReport())
    #expect(access(sample.path, F_OK) != 0)
  }
}
