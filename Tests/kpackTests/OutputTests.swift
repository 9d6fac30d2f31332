// Places that cannot be written to, and standard streams that are full, closed or gone.

import Foundation
import Testing

@Suite struct OutputTests {
  @Test(arguments: [
    ("mkdir -p out/p.tar.gz", "out", "out/p.tar.gz: a folder stands where the output would be written"),
    ("touch out", "out", "out: cannot open: Not a directory"),
    ("touch file", "file/out", "file/out: cannot open: Not a directory"),
    ("ln -s out out", "out", "out: cannot open: Too many levels of symbolic links"),
  ])
  func `a place that no output can have is told before any work`(
    making: String, place: String, message: String
  ) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(making)
    let before = try box.sh("find . | sort")
    let outcome = try box.kpack(words: Sandbox.packProject + ["--out", place])
    #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    #expect(try box.sh("find . | sort") == before)
  }

  @Test(.enabled(if: Program.unprivileged != nil))
  func `a folder that may not be written to is told before any work`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir out; chmod 555 . out")
    let prefix = Program.unprivileged ?? []
    let outcome = try box.kpack(words: Sandbox.packProject, through: prefix)
    #expect(
      outcome == Outcome(status: 4, output: "", errors: "kpack: error: out: cannot write into: Permission denied\n"))
    let made = try box.kpack(words: Sandbox.packProject + ["--out=new/out"], through: prefix)
    #expect(
      made == Outcome(status: 4, output: "", errors: "kpack: error: new: cannot make the folder: Permission denied\n"))
    #expect(!box.isThere("new"))
  }

  @Test func `an output that is a symlink is replaced, what it led to is not written to`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir out; echo mine > mine; ln -s ../mine out/p.tar.gz")
    _ = try box.packed()
    #expect(try box.sh("cat mine; stat -c %F out/p.tar.gz") == "mine\nregular file\n")
  }

  @Test func `an output that is also a source is refused`() throws {
    let box = try Sandbox.project(#"{ "file": "p.tar.gz", "to": "x" }"#)
    try box.write("x", to: "src/p.tar.gz")
    let outcome = try box.kpack(words: Sandbox.packProject + ["--out=src"])
    let message = "layouts/p.json:1:34: entries[0]: x: \(box.root)/src/p.tar.gz: is an output of this run"
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors == "kpack: error: \(message)\n" || outcome.errors.contains("is an output of this run"))
  }

  @Test func `a file size limit ends the run with the older output whole`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("head -c 3000000 /dev/urandom > src/z")
    // In blocks of 512 bytes.
    try box.expectRefusal(
      4, "out/.kpack-tmp-0: cannot write: File too large", through: Program.after("ulimit -f 1000"))
  }

  @Test(arguments: [1, 2, 4]) func `few descriptors are enough`(jobs: Int) throws {
    let box = try Sandbox.sample()
    let outcome = try box.kpack(
      words: Sandbox.packSample + ["--jobs=\(jobs)"], through: Program.after("ulimit -n 64"))
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
  }

  @Test(arguments: [
    ["--help"], ["--version"], ["list", "p.tar.gz"], ["version-vars"], ["layouts", "check"],
    ["plan", "--root", "src", "--layouts", "layouts"], ["layouts", "export", "new"],
    ["tarballs", "--quiet", "--root", "src", "--layouts", "layouts", "--out", "out"],
  ])
  func `results that cannot be printed are an error`(words: [String]) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("tar -czf p.tar.gz src")
    let full = try box.kpack(words: words, through: Program.after("exec >/dev/full"))
    let kept = words[0] == "tarballs" ? "the tarballs are written, but their results could not be told: " : ""
    let message = "\(kept)standard output: cannot write: No space left on device"
    #expect(full == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    try box.sh("rm -rf new")
    let closed = try box.kpack(words: words, through: Program.after("exec >&-"))
    #expect(closed.status == 4)
    #expect(closed.errors == "kpack: error: \(kept)standard output: cannot write: Bad file descriptor\n")
  }

  @Test func `a reader that goes away is told by the exit code alone`() throws {
    let box = try Sandbox()
    // The reader opens the pipe, and is gone before anything is written.
    let outcome = try box.kpack("--help", through: Program.after("mkfifo f; : <f & exec >f; wait"))
    #expect(outcome == Outcome(status: 4, output: "", errors: ""))
  }

  @Test(arguments: ["exec <&-", "exec 2>&-", "exec <&- 2>&-", "exec <&- >&- 2>&-"])
  func `closed streams do not become files of the run`(closing: String) throws {
    let box = try Sandbox.greeter()
    try #require(try box.kpack(words: Sandbox.packGreeter).status == 0)
    let bytes = try box.files(in: "_output/release-tars")
    let outcome = try box.kpack(words: Sandbox.packGreeter, through: Program.after(closing))
    #expect(outcome.status == (closing.contains(" >&-") ? 4 : 0))
    #expect(try box.files(in: "_output/release-tars") == bytes)
  }
}
