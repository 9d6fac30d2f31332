// A file's times are believed only where a write at this moment would show in them.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct FileTimesTests {
  @Test func `a real file that was just written is not trusted`() throws {
    let tree = try TemporaryTree()
    try tree.write("text", to: "file")
    let identity = try FileStatus.of(Array("\(tree.root)/file".utf8)).identity
    #expect(!FileTimes.isSettled(identity, at: nanosecondsNow()))
    #expect(FileTimes.isSettled(identity, at: nanosecondsNow() + 3_000_000_000))
  }

  @Test(
    arguments: [
      (50, 0, 20), (50, 19, 1), (50, 20, 0), (50, 500, 0), (50, -1, 21), (50, -2001, 0), (50, .min, 0),
      // Times in whole seconds go in steps of one or two.
      (0, 0, 2000), (0, 1999, 1), (0, 2000, 0), (0, -2000, 4000), (0, -2001, 0),
    ] as [(Int64, Int64, Int64)])
  func `a write shows in the times of a file after a tick`(milliseconds: Int64, age: Int64, wait: Int64) {
    let changed = 7_000_000_000 + milliseconds * 1_000_000
    let now = age == .min ? .min : changed + age * 1_000_000
    #expect(FileTimes.timeToSettle(since: changed, at: now) == wait * 1_000_000)
  }
}
