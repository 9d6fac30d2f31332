// A disk that fails when something is looked at: what cannot be seen is not taken for what is missing.

import Foundation
import Testing

@Suite struct StatFaultTests {
  /// Runs kpack, which has done the same before, with each look at `place` failing, one after the other: each run ends
  /// with the error, or has no need to know; all files are those of before.
  private func expectErrors(_ words: [String], failing place: String, in box: Sandbox) throws {
    let sums = "find . -type f ! -name trace -exec sha256sum {} + | sort -k 2"
    let before = try box.sh(sums)
    var refusals = 0
    for number in 1...100 {
      let fault = ["-e", "trace=newfstatat,lstat,stat", "-e", "inject=newfstatat,lstat,stat:error=EIO:when=\(number)"]
      let outcome = try box.kpack(words: words, through: ["strace", "-f", "-o", "trace", "-P", place] + fault)
      if !String(decoding: try box.read("trace"), as: UTF8.self).contains("INJECTED") {
        #expect(refusals > 0)
        return
      }
      if outcome.status != 0 {
        #expect(outcome.status == 4 && outcome.errors.contains("Input/output error"), "\(outcome)")
        refusals += 1
      }
      #expect(try box.sh(sums) == before, "\(number)")
    }
    Issue.record("there is no end of looks at \(place)")
  }

  @Test(.enabled(if: Program.canTrace)) func `a binary that cannot be looked at is not taken for none`() throws {
    let box = try Sandbox.imaged()
    let words = Sandbox.makeTool + ["--no-cache", "--force"]
    try #require(try box.kpack(words: words).status == 0)
    try expectErrors(words, failing: "_output/dockerized/bin/linux/amd64/tool", in: box)
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["bases/index.json", "bases/blobs", "bases/oci-layout"])
  func `a store that cannot be looked at is not taken for an empty one`(place: String) throws {
    let box = try Sandbox()
    try box.sh("mkdir root; echo x > root/x")
    let words = { ["base", "add", $0, "--rootfs", "root", "--arch", "amd64", "--bases", "bases"] }
    for name in ["one", "two"] { try #require(try box.kpack(words: words(name)).status == 0) }
    try expectErrors(words("two"), failing: place, in: box)
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["out", "out/p.tar.gz", "src"])
  func `a place that cannot be looked at is not taken for free`(place: String) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let words = Sandbox.packProject + ["--no-cache"]
    try #require(try box.kpack(words: words).status == 0)
    try expectErrors(words, failing: place, in: box)
  }
}
