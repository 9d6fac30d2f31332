// Systems that lack something: calls that a container refuses or a file system does not know, /proc, address space.

import Foundation
import Testing

@Suite struct OldSystemTests {
  /// Packs the project over an older output, and adds a base to a store that has one, with every call of these names
  /// failing so; the digests of what is there then.
  private func outputs(failing calls: String = "", _ error: String = "") throws -> String {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let fault = ["strace", "-f", "-o", "trace", "-e", "trace=\(calls)", "-e", "inject=\(calls):error=\(error)"]
    try box.write("older", to: "out/p.tar.gz")
    try box.sh("mkdir root; echo x > root/x")
    for words in [Sandbox.packProject]
      + ["one", "two"].map({ ["base", "add", $0, "--rootfs", "root/", "--arch", "amd64", "--bases", "bases"] })
    {
      let outcome = try box.kpack(words: words, through: calls.isEmpty ? [] : fault)
      try #require(outcome.status == 0, "\(calls) \(error): \(outcome.errors)")
    }
    return try box.sh("find out bases -type f -exec sha256sum {} + | sort -k 2")
  }

  @Test(
    .enabled(if: Program.canTrace),
    arguments: [
      "link,linkat,copy_file_range", "renameat2", "faccessat2", "clone3", "sync_file_range", "fadvise64", "fstatfs",
      "getrandom", "ioctl", "statx",
    ], ["EPERM", "ENOSYS", "EOPNOTSUPP"])
  func `calls that are newer or optional can be done without`(calls: String, error: String) throws {
    #expect(try outputs(failing: calls, error) == outputs())
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["EINVAL", "EOPNOTSUPP", "ENOSYS"])
  func `what a file system cannot sync at all is no failure`(error: String) throws {
    #expect(try outputs(failing: "fsync", error) == outputs())
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["EIO", "ENOSPC", "EDQUOT"])
  func `a folder whose sync fails puts the older output back`(error: String) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.write("older", to: "out/p.tar.gz")
    let fault = ["-P", "\(box.root)/out", "-e", "trace=fsync", "-e", "inject=fsync:error=\(error)"]
    let outcome = try box.kpack(words: Sandbox.packProject, through: ["strace", "-f", "-o", "trace"] + fault)
    #expect(outcome.status == 4 && outcome.errors.contains("kpack: error: out: cannot sync: "), "\(outcome)")
    #expect(try box.files(in: "out") == ["p.tar.gz": Data("older".utf8)])
  }

  @Test(.enabled(if: Program.canTrace && Program.unprivileged != nil))
  func `a folder is made in one that may be written into and not read`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir drop; chmod 733 drop; chmod 777 .")
    let outcome = try box.kpack(
      words: Sandbox.packProject + ["--out=drop/out", "--no-cache"], through: Program.unprivileged ?? [])
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test(.enabled(if: Program.canTrace))
  func `an older output that cannot be put back keeps the name it has`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.write("older", to: "out/p.tar.gz")
    // Without links the older output is moved away; then both the new one's name and the way back fail.
    let fault = "trace=link,linkat,/^rename -e inject=link,linkat:error=EPERM -e inject=/^rename:error=EIO:when=2+"
    let trace = ["strace", "-f", "-o", "trace", "-e"] + fault.split(separator: " ").map(String.init)
    let outcome = try box.kpack(words: Sandbox.packProject + ["--no-cache"], through: trace)
    let refusal = "kpack: error: out/p.tar.gz: cannot rename: Input/output error\n"
    #expect(outcome == Outcome(status: 4, output: "", errors: refusal))
    #expect(try box.files(in: "out") == [".kpack-old-0": Data("older".utf8)])
  }

  /// What to put before a command line so that /proc is empty; nil where that is not possible.
  private static let withoutProc: [String]? = {
    let words = ["unshare", "-m"] + Program.after("mount -t tmpfs none /proc")
    guard Program.isThere("unshare") else { return nil }
    let folder = NSTemporaryDirectory()
    let probe = try? Program.start(words + ["true"], in: folder, streams: "\(folder)/kpack-probe").wait()
    return probe?.status == 0 ? words : nil
  }()

  @Test(.enabled(if: withoutProc != nil)) func `nothing is asked of proc`() throws {
    let prefix = Self.withoutProc ?? []
    let box = try Sandbox.project(#"{ "git": "HEAD" }"#)
    try box.sh("cd src; git init -q .; git add -A; git commit -qm one; cd ..; tar -czf root.tgz -C src a")
    #expect(try box.packed(through: prefix).map { $0["path"]?.text } == ["a"])
    let listing = try box.kpack("list", "--format", "json", "out/p.tar.gz", through: prefix)
    #expect(listing == (try box.kpack("list", "--format", "json", "out/p.tar.gz")))
    let base = ["base", "add", "one", "--rootfs", "root.tgz", "--arch", "amd64", "--bases", "bases"]
    let outcome = try box.kpack(words: base, through: prefix)
    #expect(outcome == (try box.kpack(words: base)))
    #expect(outcome.status == 0 && outcome.errors.hasPrefix("one:latest for linux/amd64: sha256:"), "\(outcome)")
  }

  @Test(arguments: [1, 8, 256])
  func `in a little address space a run works, or ends with a message`(jobs: Int) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("for n in 1 2 3 4; do head -c 3000000 /dev/urandom > src/$n; done")
    let words = Sandbox.packProject + ["--no-cache", "--jobs=\(jobs)"]
    try #require(try box.kpack(words: words).status == 0)
    let bytes = try box.read("out/p.tar.gz")
    var found: Set<Int32> = []
    for limit in stride(from: 40_000, through: 240_000, by: 10_000) {
      let outcome = try box.kpack(words: words + ["--force"], through: Program.after("ulimit -v \(limit)"))
      // 127: the program cannot be loaded.
      if outcome.status == 127 { continue }
      found.insert(outcome.status)
      let message = "kpack: error: too little address space: the limit (ulimit -v, ulimit -d) leaves less than the "
      #expect(outcome.status == 0 || outcome.errors == message + "48 MiB that a run takes\n", "\(limit): \(outcome)")
      #expect(try box.read("out/p.tar.gz") == bytes)
    }
    #expect(found == [0, 4])
  }

  @Test(.enabled(if: Program.canTrace)) func `without a thread that waits for them signals end the run`() throws {
    let box = try Sandbox.slowProject()
    let fault = ["-e", "trace=clone3,clone", "-e", "inject=clone3,clone:error=EPERM"]
    let run = try box.start(Sandbox.packProject, through: ["strace", "-f", "-o", "trace"] + fault)
    while run.isRunning && !box.isThere("out/.kpack-tmp-0") { usleep(500) }
    // Each line of the trace begins with the process.
    let trace = String(decoding: try box.read("trace"), as: UTF8.self)
    let process = try #require(trace.split(separator: " ").first.flatMap { pid_t($0) })
    kill(process, SIGTERM)
    #expect(try run.wait().status == 128 + SIGTERM)
  }
}
