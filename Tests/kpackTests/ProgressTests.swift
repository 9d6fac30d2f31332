// The signs of life in a log: what a run is at, however long it takes, and an end when it ends.

import Basics
import Glibc
@testable import Plan
import Synchronization
import Testing
@testable import TestSupport
@testable import Write
@testable import kpack

@Suite struct ProgressTests {
  private let tree: TemporaryTree
  private let plan: Plan

  init() throws {
    tree = try TemporaryTree()
    try tree.write([UInt8](repeating: 0, count: 3_000_000), to: "big")
    plan = try tree.plan([
      "release": plainRelease, "one": tarball([#"{"file": "big", "to": "big"}"#], name: "one.tgz"),
      "two": tarball([#"{"artifact": "one", "to": "one.tgz"}"#], name: "two.tgz"),
    ])
  }

  private func result(_ artifact: Int, isUnchanged: Bool = false) -> ArtifactResult {
    ArtifactResult(
      artifact: artifact, digest: SHA256.digest(of: []), size: 1_000_000, tarDigest: nil, tarSize: 3_000_000,
      isUnchanged: isUnchanged)
  }

  @Test func `each step of a run has a sign of its own`() {
    var state = ProgressState()
    #expect(state.sign(after: 30.4) == "planning, 30 s")
    state.begin(plan)
    #expect(state.sign(after: 60) == "hashing, 60 s")
    _ = state.take(.began(artifact: 0))
    _ = state.take(.packed(2_000_000, artifact: 0))
    #expect(state.sign(after: 90) == "packing one.tgz: 2.0 MB of 3.0 MB; 2.0 MB of 3.0 MB in all, 90 s")
    #expect(state.take(.finished(result(0))) == "one.tgz: 1 entries, 3.0 MB to 1.0 MB")
    #expect(state.sign(after: 91) == "packing: 2.0 MB of 4.0 MB in all, 91 s")
    _ = state.take(.began(artifact: 1))
    #expect(state.sign(after: 120) == "packing two.tgz: 0 B of 1.0 MB; 2.0 MB of 4.0 MB in all, 120 s")
    state.step = .finishing
    #expect(state.sign(after: 150) == "writing to the disk, 150 s")
  }

  @Test func `an artifact that is left alone is no work`() {
    var state = ProgressState()
    state.begin(plan)
    #expect(state.take(.finished(result(0, isUnchanged: true)))?.hasSuffix(", unchanged") == true)
    _ = state.take(.began(artifact: 1))
    #expect(state.sign(after: 1) == "packing two.tgz: 0 B of 1.0 MB; 0 B of 1.0 MB in all, 1 s")
  }

  @Test(.timeLimit(.minutes(1)), arguments: [false, true])
  func `signs come at intervals until the end, and none of a quiet run`(isQuiet: Bool) {
    let told = Mutex<[String]>([])
    let messages = MessageOutput(isQuiet: isQuiet, isVerbose: false, isColored: false)
    let progress = Progress(messages, interval: 0.001) { line in told.withLock { $0.append(line) } }
    if isQuiet { usleep(20_000) } else { while told.withLock({ $0.count }) < 3 { usleep(1000) } }
    progress.end()
    let lines = told.withLock { $0 }
    #expect(isQuiet ? lines.isEmpty : lines.allSatisfy { $0 == "planning, 0 s" }, "\(lines)")
    usleep(20_000)
    #expect(told.withLock { $0 } == lines)
  }
}
