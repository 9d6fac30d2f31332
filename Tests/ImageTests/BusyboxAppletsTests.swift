// The names of the applets in a busybox executable.

@testable import Files
import Glibc
@testable import Image
import Testing

@Suite struct `Busybox applets` {
  private static func names(in bytes: [UInt8]) throws -> [String] {
    let folder = try ImageFolder()
    return try BusyboxApplets.names(in: folder.file(bytes))
  }

  private static let run = Array("[\0[[\0ash\0dpkg-deb\0run_init\0g++\0a.out\0\0".utf8)
  private static let applets = ["[", "[[", "ash", "dpkg-deb", "run_init", "g++", "a.out"]

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  /// What may stand before the run: nothing, other bytes, and runs with a slash, a name of dots, one name twice, or
  /// another start.
  @Test(
    arguments: [
      "", "\u{7F}[\0", "\0[\0[[\0bin/ash\0\0", "\0[\0[[\0..\0\0", "\0[\0[[\0a\0a\0\0",
      "\0[\0[x[\0x[\0[[\0b\0\0",
    ])
  func `the run of names is found`(before: String) throws {
    #expect(try Self.names(in: Array(before.utf8) + Self.run + [1, 2, 3]) == Self.applets)
  }

  /// Reads end at 1 MiB and at 2 MiB.
  @Test(arguments: [(1 << 20) - 65_536, (1 << 20) - 20, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (2 << 20) - 3])
  func `a run that crosses the end of a read is found whole`(offset: Int) throws {
    for shift in -1...1 {
      let bytes = Self.zeros(offset + shift) + Self.run
      #expect(try Self.names(in: bytes) == Self.applets)
    }
  }

  /// No marker, one within a string, runs that the end cuts, a control character, bytes that are not ASCII, a run
  /// longer than 64 KiB.
  @Test(
    arguments: [
      "", "ash\0cat\0\0", "x[\0[[\0ash\0\0", "\0[\0[[\0ash\0ca", "\0[\0[[\0ash\0", "\0[\0[[\0as\nh\0\0",
      "\0[\0[[\0as\u{E9}\0\0", "\0[\0[[\0" + String(repeating: "a", count: 65_536) + "\0\0",
    ])
  func `a file without such a run is refused`(text: String) throws {
    let folder = try ImageFolder()
    let file = try folder.file(Array(text.utf8))
    #expect(throws: NoBusyboxApplets(path: file.path)) { try BusyboxApplets.names(in: file) }
  }

  @Test func `the refusal names the file and what was looked for`() {
    let text = "x: holds no names of busybox applets; expected a run of names that begins with \"[\", \"[[\""
    #expect("\(NoBusyboxApplets(path: Array("x".utf8)))" == text)
  }

  @Test(.enabled(if: access("/bin/busybox", R_OK) == 0))
  func `a real busybox tells the applets that it lists`() throws {
    let folder = try ImageFolder()
    try folder.run("/bin/busybox --list >list")
    let list = try SourceFile.found(at: "\(folder.path)/list")
    let bytes = try #require(try list.part(from: 0, count: UInt64(list.identity.size)))
    let listed = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
    #expect(try BusyboxApplets.names(in: .found(at: "/bin/busybox")) == listed)
  }
}
