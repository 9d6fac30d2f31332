// Trees of very many files: time grows with their number, memory stays small. Slow: with KPACK_SLOW_TESTS=1 only.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: areSlowTestsWanted)) struct SlowManyFilesTests {
  /// Seconds that packing takes, and the greatest memory in kB, of a tree with so many folders of 1000 small files.
  private func pack(folders: Int) throws -> (seconds: Double, kilobytes: Int) {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(
      """
      python3 - <<'end'
      import os
      for folder in range(\(folders)):
        os.mkdir(f"src/{folder}")
        for file in range(1000):
          with open(f"src/{folder}/{file}", "w") as f: f.write(str(file))
      end
      """)
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = try box.kpack(
      words: Sandbox.packProject + ["--format=json", "--level=1"],
      through: Program.after("ulimit -n 64") + Program.measured(into: "\(box.root)/memory"))
    let seconds = (clock.now - start) / .seconds(1)
    #expect(try outcome.rows().first?["entries"] == .number(Int64(folders * 1001 + 1)), "\(outcome.errors)")
    return (seconds, try #require(Int(try box.sh("cat memory").dropLast())))
  }

  @Test func `time grows with the number of files, and memory stays below 1 GiB`() throws {
    let small = try pack(folders: 50)
    let large = try pack(folders: 200)
    #expect(large.seconds < 6 * small.seconds + 1)
    // A fifth of what a million may take.
    #expect(large.kilobytes < (1 << 20) / 5)
  }
}
