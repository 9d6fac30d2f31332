// A disk that fails when the outputs are to be durable: what was there before stays.

import Foundation
import Testing

@Suite struct SyncFailureTests {
  @Test(.enabled(if: Program.canTrace))
  func `images that cannot be made durable leave the older ones`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    let before = try box.outputs()
    try box.write("#!/bin/sh\necho this is another tool\n", to: "_output/dockerized/bin/linux/amd64/tool")
    // One call after the other: of the files before their names change, then of the folders after.
    var failed = 0
    while true {
      let fault = "inject=fsync:error=EIO:when=\(failed + 1)"
      let outcome = try box.kpack(
        words: Sandbox.makeTool, through: ["strace", "-f", "-o", "trace", "-e", "trace=fsync", "-e", fault])
      if outcome.status == 0 { break }
      #expect(outcome.status == 4 && outcome.output.isEmpty, "\(outcome)")
      #expect(outcome.errors.contains("Input/output error"), "\(outcome.errors)")
      #expect(try box.outputs() == before, "\(failed)")
      failed += 1
      try #require(failed < 50)
    }
    #expect(failed > 5)
    #expect(try box.outputs() != before)
  }
}

extension Sandbox {
  /// All files that a run of images writes, with their digests.
  fileprivate func outputs() throws -> String {
    try sh("find _output/release-* -type f -exec sha256sum {} + | sort -k 2")
  }
}
