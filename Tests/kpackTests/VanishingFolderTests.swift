// Folders that go or change between their opening and their first read: none is packed as it never was.

import Foundation
import Testing

@Suite struct VanishingFolderTests {
  private static let base = ["base", "add", "x", "--rootfs", "src", "--arch", "amd64", "--bases", "bases"]

  /// Runs kpack, which waits before it first reads src/d for `change` to be made.
  private func outcome(of words: [String], changing change: String) throws -> Outcome {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.write("b", to: "src/d/b")
    let delay = ["-e", "trace=getdents64", "-e", "inject=getdents64:delay_enter=2000000:when=1"]
    let run = try box.start(
      words, through: ["strace", "-f", "-qq", "-o", "trace", "-P", "\(box.root)/src/d"] + delay)
    while run.isRunning, !String(decoding: (try? box.read("trace")) ?? Data(), as: UTF8.self).contains("getdents64(") {
      usleep(500)
    }
    try box.sh(change)
    let outcome = try run.wait()
    #expect(outcome.status == 0 || !box.isThere("out") && !box.isThere("bases"))
    return outcome
  }

  @Test(
    .enabled(if: Program.canTrace),
    arguments: [
      ("rm -r src/d", "removed, or another took its place"),
      ("mv src/d gone", "removed, or another took its place"),
      ("mv src/d gone; mkdir src/d; echo c > src/d/c", "removed, or another took its place"),
      ("rm src/d/b", "other times"),
    ])
  func `a folder that is another by now ends the run`(change: String, reason: String) throws {
    let message = "src/d: changed while it was being read: \(reason)\n"
    #expect(
      try outcome(of: Sandbox.packProject, changing: change)
        == Outcome(status: 4, output: "", errors: "kpack: error: layouts/p.json:1:34: entries[0]: \(message)"))
    #expect(
      try outcome(of: Self.base, changing: change)
        == Outcome(status: 4, output: "", errors: "kpack: error: \(message)"))
  }

  @Test(.enabled(if: Program.canTrace)) func `a folder that stays as it is is packed`() throws {
    #expect(try outcome(of: Sandbox.packProject, changing: "ls src/d").status == 0)
    #expect(try outcome(of: Self.base, changing: "cat src/d/b").status == 0)
  }
}
