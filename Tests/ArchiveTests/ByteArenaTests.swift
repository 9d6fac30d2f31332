// Many strings in one allocation, and the order that all archives are sorted by.

@testable import Archive
@testable import Basics
import Testing

struct ByteArenaTests {
  @Test func `strings come back as they were added`() {
    var arena = ByteArena()
    let strings = [[], [0], Array("a/b".utf8), [0xFF, 0xFE], [], [UInt8](repeating: 7, count: ByteArena.longest)]
    let slices = strings.compactMap { arena.add($0) }
    #expect(slices.map { Array(arena[$0]) } == strings)
    #expect(slices.map(\.count) == strings.map(\.count))
    #expect(slices.map(\.offset) == [0, 0, 1, 4, 6, 6])
    #expect(Array(arena[.empty]) == [])
  }

  @Test func `a string that is too long is refused and leaves nothing behind`() {
    var arena = ByteArena()
    let tooLong = arena.add([UInt8](repeating: 7, count: ByteArena.longest + 1))
    let next = arena.add([1])
    #expect(tooLong == nil)
    #expect(next?.offset == 0)
  }

  @Test(
    arguments: [
      ([], [], false), ([], [0], true), ([0], [], false), ([1], [1], false), ([1], [1, 0], true),
      ([0x7F], [0x80], true), ([0xFF], [0x61], false), (Array("a-".utf8), Array("a/".utf8), true),
      (Array("a/".utf8), Array("a0".utf8), true), (Array("B".utf8), Array("a".utf8), true),
    ] as [([UInt8], [UInt8], Bool)])
  func `strings sort by their unsigned bytes`(left: [UInt8], right: [UInt8], precedes: Bool) throws {
    #expect(bytesPrecede(left, right) == precedes)
    var arena = ByteArena()
    let slices = [right, left].compactMap { arena.add($0) }
    let (first, second) = (try #require(slices.last), try #require(slices.first))
    #expect(arena.precedes(first, second) == precedes)
    if precedes { #expect(!arena.precedes(second, first)) }
  }
}
