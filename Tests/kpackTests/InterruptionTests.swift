// Runs that something ends or disturbs half way: the older output stays, nothing else does.

import Foundation
import Testing

@Suite struct InterruptionTests {
  @Test(arguments: [(SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129)] as [(Int32, Int32)])
  func `a signal takes everything back and is the exit code`(signal: Int32, status: Int32) throws {
    let box = try Sandbox.slowProject()
    try box.write("older", to: "out/p.tar.gz")
    let ended = Outcome(
      status: status, output: "", errors: "\nkpack: ended by signal \(signal); nothing was written\n")
    let run = try box.startPacking()
    run.signal(signal)
    run.resume()
    #expect(try run.wait() == ended)
    #expect(try box.files(in: "out") == ["p.tar.gz": Data("older".utf8)])

    let runIntoNewFolders = try box.startPacking(out: "new/dir/out")
    runIntoNewFolders.signal(signal)
    runIntoNewFolders.resume()
    #expect(try runIntoNewFolders.wait() == ended)
    #expect(!box.isThere("new"))
  }

  @Test func `after a kill the next run cleans up and gives the same bytes`() throws {
    let box = try Sandbox.slowProject()
    try box.write("older", to: "out/p.tar.gz")
    let run = try box.startPacking()
    run.signal(SIGKILL)
    #expect(try run.wait().status == 128 + SIGKILL)
    #expect(try box.names(in: "out") == [".kpack-tmp-0", "p.tar.gz"])
    #expect(try box.read("out/p.tar.gz") == Data("older".utf8))
    try #require(try box.kpack(words: Sandbox.packProject).status == 0)
    #expect(try box.names(in: "out") == ["p.tar.gz"])
    try #require(try box.kpack(words: Sandbox.packProject + ["--out=clean"]).status == 0)
    #expect(try box.read("out/p.tar.gz") == box.read("clean/p.tar.gz"))
  }

  @Test func `a second run on the same folder is told who is at work there`() throws {
    let box = try Sandbox.slowProject()
    let first = try box.startPacking()
    let second = try box.kpack(words: Sandbox.packProject)
    let message = "out: in use by another run (process \(first.identifier))"
    #expect(second == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    first.resume()
    #expect(try first.wait().status == 0)
    #expect(try box.names(in: "out") == ["p.tar.gz"])
  }

  @Test(arguments: [
    ("echo more >> src/z", "src/z: changed while it was being read: was 40000000 bytes, now 40000005"),
    ("truncate -s 1000000 src/z", "src/z: changed while it was being read: was 40000000 bytes, now 1000000"),
    ("touch src/z", "src/z: changed while it was being read: other times, another inode or other bytes"),
    ("mv copy src/z", "src/z: changed while it was being read: other times, another inode or other bytes"),
    ("rm src/z", "src/z: cannot open: No such file or directory"),
    ("mkfifo f; mv f src/z", "src/z: changed while it was being read: no longer a regular file"),
    ("ln -s ../copy l; mv -T l src/z", "src/z: cannot open: Too many levels of symbolic links"),
  ])
  func `a file that changes while it is read ends the run`(change: String, message: String) throws {
    let box = try Sandbox.slowProject()
    try box.write("older", to: "out/p.tar.gz")
    try box.sh("cp src/z copy")
    let run = try box.startPacking()
    try box.sh(change)
    run.resume()
    // Where the change comes between opening and reading, all that is seen is that the file is another one.
    let messages = [message, "src/z: changed while it was being read: other times, another inode or other bytes"]
    let outcome = try run.wait()
    #expect(messages.map { Outcome(status: 4, output: "", errors: "kpack: error: \($0)\n") }.contains(outcome))
    #expect(try box.files(in: "out") == ["p.tar.gz": Data("older".utf8)])
  }

  @Test func `a file that appears beside those that are planned does not disturb the run`() throws {
    let box = try Sandbox.slowProject()
    let run = try box.startPacking()
    try box.sh("echo x > src/y")
    run.resume()
    #expect(try run.wait().status == 0)
    #expect(try box.paths(in: "out/p.tar.gz") == ["a", "z"])
  }

  @Test func `many runs at once end well or find the folder in use, and the bytes are right`() throws {
    let box = try Sandbox.greeter()
    try #require(try box.kpack(words: Sandbox.packGreeter).status == 0)
    let bytes = try box.files(in: "_output/release-tars")
    let runs = try (1...8).map { _ in try box.start(Sandbox.packGreeter) }
    for run in runs {
      let outcome = try run.wait()
      let isInUse = outcome.status == 4 && outcome.errors.contains("_output/release-tars: in use by another run")
      #expect(outcome.status == 0 || isInUse, "\(outcome)")
    }
    #expect(try box.files(in: "_output/release-tars") == bytes)
  }
}
