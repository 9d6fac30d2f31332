// Files around the size that an octal header field can hold. Slow: with KPACK_SLOW_TESTS=1 only.

import Foundation
import Testing

/// Whether tests that take minutes run.
let areSlowTestsWanted = ProcessInfo.processInfo.environment["KPACK_SLOW_TESTS"] == "1"

@Suite(.serialized, .enabled(if: areSlowTestsWanted)) struct SlowHugeFileTests {
  /// 77777777777 octal is 8 GiB - 1: the most that the size field of ustar holds (POSIX.1-2017, pax, ustar).
  @Test(arguments: [(8 << 30) - 1, 8 << 30, (8 << 30) + 1] as [Int64])
  func `a file around 8 GiB is read alike by all, and packed in little memory`(size: Int64) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("truncate -s \(size) src/huge; echo end > src/z")
    let outcome = try box.kpack(
      words: Sandbox.packProject + ["--level=1"], through: Program.measured(into: "\(box.root)/memory"))
    try #require(outcome.status == 0, "\(outcome.errors)")
    let rows = try box.listing(of: "out/p.tar.gz")
    #expect(rows.map { $0["path"] } == ["a", "huge", "z"] && rows.map { $0["size"] } == [2, .number(size), 4])
    let kilobytes = try #require(Int(try box.sh("cat memory").dropLast()))
    #expect(kilobytes < 200_000)
    let listings = [
      "tar -tvzf out/p.tar.gz | awk '{ print $3, $6 }'", "bsdtar -tvzf out/p.tar.gz | awk '{ print $5, $9 }'",
      "python3 -c 'import tarfile\nfor m in tarfile.open(\"out/p.tar.gz\"): print(m.size, m.name)'",
    ]
    for listing in listings { #expect(try box.sh(listing) == "2 a\n\(size) huge\n4 z\n", "\(listing)") }
  }
}

extension Program {
  /// What to put before a command line so that its greatest memory, in kB, is written to a file.
  static func measured(into path: String) -> [String] {
    let script = """
      import resource, subprocess, sys
      status = subprocess.call(sys.argv[2:])
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(sys.argv[1], "w"))
      sys.exit(status)
      """
    return ["python3", "-c", script, path]
  }
}
