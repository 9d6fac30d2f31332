// A run that takes long enough for a test to step in.

import Foundation
import Testing

extension Sandbox {
  /// A project with a file that takes a second to pack and one that is packed before it.
  static func slowProject() throws -> Sandbox {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("head -c 40000000 /dev/urandom > src/z")
    return box
  }

  /// Starts packing the project; comes back when the first output is being written, with the run stopped so that a
  /// test can step in however busy the machine is. `resume` lets it go on.
  func startPacking(_ words: [String] = ["--jobs=1"], out: String = "out") throws -> RunningProgram {
    let run = try start(Self.packProject + words + ["--out", out])
    while run.isRunning && !isThere("\(out)/.kpack-tmp-0") { usleep(500) }
    run.signal(SIGSTOP)
    try #require(run.isRunning, "the run ended before a test could step in")
    return run
  }
}
