// The entries of the index in memory: in order, one for a file, no more than the limit.

@testable import Basics
@testable import Cache
@testable import Files
import Testing

struct IndexEntriesTests {
  private static func entries(_ inodes: [UInt64], used day: UInt32) -> [IndexEntry] {
    inodes.map { IndexEntry(.sample(inode: $0), SHA256.digest(of: []), used: day) }
  }

  @Test(
    arguments: [
      ([], []), ([], [1, 2]), ([1, 2], []), ([1, 2], [3, 4]), ([3, 4], [1, 2]), ([1, 3, 5], [2, 4, 6]),
      ([2, 4], [1, 2, 3, 4, 5]), ([1, 2, 3, 4, 5], [2, 4]), ([1, 2], [1, 2]), ([5], [1, 2, 3, 4, 5, 6, 7]),
      ([1, 2, 3, 9], [2, 4, 5, 10]),
    ] as [([UInt64], [UInt64])])
  func `entries are merged in order, the newer of two of one file stays`(_ old: [UInt64], _ new: [UInt64]) {
    var entries = IndexEntries(inOrder: Self.entries(old, used: 1))
    entries.merge(Self.entries(new, used: 2))
    #expect(entries.entries.map(\.file.inode) == Set(old + new).sorted())
    #expect(entries.entries.filter { $0.used == 2 }.map(\.file.inode) == new)
  }

  @Test(
    arguments: [
      (0, 9, [1, 2, 3, 4, 5]), (4, 9, [2, 3, 4, 5]), (5, 9, [2, 4, 5]), (0, 4, [2, 3, 4, 5]), (0, 3, [2, 4, 5]),
      (0, 2, [2, 4]), (0, 1, [2]), (0, 0, []), (9, 9, []),
    ] as [(UInt32, Int, [UInt64])])
  func `entries that are not used for long are dropped`(_ day: UInt32, _ limit: Int, _ kept: [UInt64]) {
    let days: [UInt32] = [3, 6, 4, 6, 5]
    var entries = IndexEntries(
      inOrder: zip(1..., days).map { IndexEntry(.sample(inode: $0), SHA256.digest(of: []), used: $1) })
    entries.drop(before: day, over: limit)
    #expect(entries.entries.map(\.file.inode) == kept)
  }

  @Test func `an entry takes 80 bytes of memory`() { #expect(MemoryLayout<IndexEntry>.stride == 80) }
}
