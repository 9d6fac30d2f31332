// A file whose times are beyond doubt is known by them; any other is hashed again.

@testable import Basics
@testable import Cache
@testable import Files
import Glibc
@testable import TestSupport
import Testing
@testable import Threads

struct FileDigestIndexTests {
  private static let second: Int64 = 1_000_000_000
  private static let now = SampleCache.now
  private let sample: SampleCache

  init() throws { sample = try SampleCache() }

  @Test func `a digest is known in this run and in the next`() throws {
    let index = sample.index()
    #expect(index.digest(of: .sample(inode: 1)) == nil)
    index.note(.sample("1"), of: .sample(inode: 1), hashedAt: Self.now)
    #expect(index.digest(of: .sample(inode: 1)) == .sample("1"))
    #expect(sample.index().digest(of: .sample(inode: 1)) == nil)
    index.save()
    #expect(sample.index().digest(of: .sample(inode: 1)) == .sample("1"))
    #expect(try sample.names() == ["CACHEDIR.TAG", "index", "lock"])
    #expect(sample.warnings == [])
  }

  @Test func `a file is known by all of its state`() throws {
    let file = FileKey(device: 3, inode: 4)
    let known = FileIdentity(kept: file, size: 5, modified: 6, changed: 7)
    let other = FileKey(device: 3, inode: 5)
    let index = sample.index()
    index.note(.sample("a"), of: known, hashedAt: Self.now)
    index.save()
    let changed = [
      FileIdentity(kept: other, size: 5, modified: 6, changed: 7),
      FileIdentity(kept: FileKey(device: 4, inode: 4), size: 5, modified: 6, changed: 7),
      FileIdentity(kept: file, size: 6, modified: 6, changed: 7),
      FileIdentity(kept: file, size: 5, modified: 7, changed: 7),
      FileIdentity(kept: file, size: 5, modified: 6, changed: 8),
    ]
    for index in [index, sample.index()] {
      #expect(index.digest(of: known) == .sample("a"))
      for state in changed { #expect(index.digest(of: state) == nil) }
    }
  }

  @Test(
    arguments: [
      (now - 3 * second, now - 3 * second, true), (now - 2 * second - 1, now - 2 * second - 1, true),
      (now - 2 * second, now - 3 * second, false), (now - 3 * second, now - 2 * second, false),
      (now, now - 3 * second, false), (now - 3 * second, now, false),
      (now + second, now - 3 * second, false), (now - 3 * second, now + second, false),
      (-5 * second, 0, true), (.min, 0, false), (.max, 0, false), (0, .min, false),
    ] as [(Int64, Int64, Bool)])
  func `only times well before the hashing are trusted`(_ modified: Int64, _ changed: Int64, _ isKnown: Bool) {
    let file = FileKey(device: 1, inode: 1)
    let identity = FileIdentity(kept: file, size: 1, modified: modified, changed: changed)
    let index = sample.index()
    index.note(.sample("a"), of: identity, hashedAt: Self.now)
    #expect((index.digest(of: identity) != nil) == isKnown)
  }

  @Test func `a file that could have changed unseen is known to have been hashed, in the next run too`() {
    let identity = FileIdentity.sample(inode: 1, changed: Self.now)
    let index = sample.index()
    #expect(!index.has(identity))
    index.note(.sample("a"), of: identity, hashedAt: Self.now)
    #expect(index.has(identity) && index.digest(of: identity) == nil)
    index.save()
    let next = sample.index()
    #expect(next.has(identity) && next.digest(of: identity) == nil)
    next.note(.sample("a"), of: identity, hashedAt: Self.now + 3 * Self.second)
    #expect(next.digest(of: identity) == .sample("a"))
    #expect(!next.has(.sample(inode: 1, changed: Self.now + 1)))
  }

  @Test func `what this process wrote is known by its last write, once the clock has ticked`() throws {
    let path = Array("\(sample.tree.root)/file".utf8)
    func note(after change: String) throws -> Digest? {
      try sample.tree.write("text", to: "file")
      let written = try FileStatus.of(path).identity
      FileTimes.waitForTick(since: written.modified)
      let time = nanosecondsNow()
      try sample.tree.run("sh", "-c", change)
      let identity = try FileStatus.of(path).identity
      let index = sample.index()
      index.note(.sample("a"), of: identity, writtenAs: written, until: time)
      return index.digest(of: identity)
    }
    #expect(try note(after: "mv file x; mv x file") == .sample("a"))
    for change in ["printf next > file", "echo >> file", "cp -p file x; mv x file"] {
      #expect(try note(after: change) == nil, "\(change)")
    }
  }

  @Test(arguments: [(20_000_000, true), (19_999_999, false), (0, false), (-1, false), (-3_000_000_000, false)])
  func `the clock must have ticked before others had a name for it, not after`(_ age: Int64, _ isKnown: Bool) {
    let written = FileIdentity(kept: FileKey(device: 1, inode: 1), size: 1, modified: Self.now + 5, changed: Self.now)
    let index = sample.index()
    // By the clock of this moment it is long ago.
    index.note(.sample("a"), of: written, writtenAs: written, until: written.modified + age)
    #expect(index.has(written) == isKnown)
  }

  @Test func `what two processes note at once is merged`() {
    sample.save([2, 4])
    let (first, second) = (sample.index(), sample.index())
    for inode in [1, 3] as [UInt64] {
      first.note(.sample("\(inode)"), of: .sample(inode: inode), hashedAt: Self.now)
    }
    second.note(.sample("5"), of: .sample(inode: 5), hashedAt: Self.now)
    // Both know a file anew; the state that the file had last is kept.
    first.note(.sample("later"), of: .sample(inode: 4, changed: 300), hashedAt: Self.now)
    second.note(.sample("sooner"), of: .sample(inode: 4, changed: 200), hashedAt: Self.now)
    first.save()
    second.save()
    #expect(sample.known(1...6) == [1, 2, 3, 5])
    #expect(sample.index().digest(of: .sample(inode: 4, changed: 300)) == .sample("later"))
    #expect(sample.warnings == [])
  }

  @Test func `an entry of before is not taken for another process's, though a clock that went back makes it later`() {
    func state(_ changed: Int64) -> FileIdentity { .sample(inode: 4, changed: changed) }
    let digests = ["before", "after"].map { Digest.sample($0) }
    let before = sample.index()
    before.note(digests[0], of: state(300), hashedAt: Self.now)
    before.save()
    let after = sample.index()
    after.note(digests[1], of: state(200), hashedAt: Self.now)
    sample.save([1])
    after.save()
    #expect(sample.index().digest(of: state(200)) == digests[1])
    #expect(sample.known(1...1) == [1])
  }

  @Test func `no more entries are held, kept or read than the limit`() throws {
    let cache = sample.open()
    let index = FileDigestIndex(in: cache.folder, limit: 5000)
    for inode in 1...10_000 as ClosedRange<UInt64> {
      index.note(.sample("a"), of: .sample(inode: inode), hashedAt: Self.now)
    }
    // What was noted last may be gathered beside.
    let held = (1...10_000).count { index.has(.sample(inode: $0)) }
    #expect(held >= 5000 && held < 5000 + 4096)
    index.save()
    #expect(try sample.bytes(of: sample.indexPath).count == 58 + 5000 * 76)
    let (next, smaller) = (
      FileDigestIndex(in: cache.folder, limit: 5000), FileDigestIndex(in: cache.folder, limit: 4999)
    )
    #expect((1...10_000).count { next.has(.sample(inode: $0)) } == 5000)
    #expect((1...10_000).count { smaller.has(.sample(inode: $0)) } == 0)
    #expect(sample.warnings == ["CACHE/index: damaged, the files are hashed anew"])
  }

  @Test func `threads note and save at once`() {
    let indexes = [sample.index(), sample.index()]
    let threads = (0..<4).compactMap { number in
      startThread {
        for step in 0..<500 {
          let inode = UInt64(step * 4 + number + 1)
          indexes[number % 2].note(.sample("\(inode)"), of: .sample(inode: inode), hashedAt: Self.now)
        }
        indexes[number % 2].save()
      }
    }
    for thread in threads { pthread_join(thread, nil) }
    #expect(sample.known(1...2001) == Array(1...2000))
    #expect(sample.warnings == [])
  }

  @Test func `many entries are found, whatever the order they came in`() {
    let count: UInt64 = 20_000
    // 7 and the count have no common divisor: every inode comes once.
    sample.save((0..<count).map { $0 * 7 % count + 1 })
    #expect(sample.known(1...(count + 1)) == Array(1...count))
  }

  @Test func `an index that learned nothing is not written`() throws {
    sample.save([1])
    let before = try FileStatus.of(Array(sample.indexPath.utf8)).identity
    let index = sample.index()
    #expect(index.digest(of: .sample(inode: 1)) != nil)
    index.save()
    #expect(try FileStatus.of(Array(sample.indexPath.utf8)).identity == before)
  }

  @Test func `an index whose lock another process holds is not saved, in silence`() throws {
    sample.save([1])
    let lock = try FileHandle(opening: Array("\(sample.path)/lock".utf8), O_RDWR)
    try #require(flock(lock.descriptor, LOCK_EX) == 0)
    sample.save([2])
    #expect(sample.known(1...2) == [1])
    #expect(try sample.names() == ["CACHEDIR.TAG", "index", "lock"])
    #expect(sample.warnings == [])
  }
}
