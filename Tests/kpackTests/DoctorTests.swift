// kpack doctor: a sound machine, and one fault after the other.

import Foundation
import Testing

@Suite struct DoctorTests {
  private static let words = ["doctor", "--layouts", "layouts", "--version", "v1"]

  /// A finding as it is told in JSON.
  private struct Finding: Decodable, Equatable {
    let check: String
    let state: String
    let found: String
    let mend: String?
  }

  private func findings(
    _ box: Sandbox, _ words: [String] = [], environment: [String: String] = [:], through prefix: [String] = []
  ) throws -> (status: Int32, all: [Finding]) {
    let outcome = try box.kpack(
      words: Self.words + words + ["--quiet", "--format", "json"], environment: environment, through: prefix)
    #expect(outcome.errors == "")
    return (outcome.status, try outcome.lines.map { try JSONDecoder().decode(Finding.self, from: Data($0.utf8)) })
  }

  /// Expects that one thing is found, and that the exit code follows from it.
  private func expect(
    _ state: String, _ check: String, _ found: String, mend: String?, in box: Sandbox, _ words: [String] = [],
    environment: [String: String] = [:], through prefix: [String] = [], at location: SourceLocation = #_sourceLocation
  ) throws {
    let (status, all) = try findings(box, words, environment: environment, through: prefix)
    let told = all.filter { $0.state != "ok" }
    let wanted = Finding(check: check, state: state, found: found, mend: mend)
    #expect(told == [wanted], sourceLocation: location)
    #expect(status == (state == "failure" ? 1 : 0), sourceLocation: location)
  }

  @Test func `on a sound machine all is well, and nothing is made`() throws {
    let box = try Sandbox.imaged()
    let before = try box.sh("find . | sort")
    let (status, all) = try findings(box)
    #expect(status == 0)
    #expect(all.allSatisfy { $0.state == "ok" && $0.mend == nil }, "\(all)")
    let checks = [
      "layouts", "binaries", "bases", "out", "images", "dockerfiles", "stage", "cache", "space", "descriptors",
      "threads", "git", "engine", "zlib", "zstd",
    ]
    #expect(all.map(\.check) == checks)
    #expect(all.first?.found == "release \"p\": 2 artifacts")
    #expect(
      all[3].found == "_output/release-tars can be made: files, syncs, renames, links and locks work there")
    #expect(all[11].found == "no .git in .: git is not asked")
    #expect(try box.sh("find . | sort") == before)
    // In text a line for each.
    let lines = try box.kpack(words: Self.words + ["-q"]).lines
    #expect(lines.count == checks.count)
    #expect(lines.first == "layouts      ok       release \"p\": 2 artifacts")
  }

  @Test func `what a run would be refused for is told with what mends it`() throws {
    let box = try Sandbox.imaged()
    try box.sh("sed -i 's/\"base\":\"base\"}/\"base\":\"other\"}/' layouts/images.json")
    let missing = "_output/bases: no base other:latest for linux/amd64, needed for tool"
    let mend =
      "`kpack base add other:latest FILE --bases _output/bases` or `skopeo copy docker://other:latest oci:_output/bases:other:latest`"
    try expect("failure", "bases", missing, mend: mend, in: box)
    try box.sh("rm -r _output/bases")
    let text = try box.kpack(words: Self.words + ["-q"])
    #expect(text.status == 1 && text.errors == "")
    let index = try #require(text.lines.firstIndex { $0 == "bases        failure  \(missing)" })
    #expect(text.lines[index + 1] == "                      to mend: \(mend)")

    let binaries = try Sandbox.imaged()
    try binaries.sh("rm -r _output/dockerized")
    let (status, all) = try findings(binaries)
    #expect(status == 1 && all.contains { $0.check == "binaries" && $0.state == "failure" }, "\(all)")
  }

  @Test func `a mistake of the layouts is a finding`() throws {
    let box = try Sandbox.imaged()
    try box.write(#"{"name":"p","flag":{}}"#, to: "layouts/release.json")
    let (status, all) = try findings(box)
    #expect(status == 1)
    let first = try #require(all.first)
    #expect(first.check == "layouts" && first.state == "failure")
    #expect(first.found == #"layouts/release.json:1:13: flag: unknown key"# && first.mend == #"did you mean "flags"?"#)
    // The machine is looked at all the same.
    #expect(all.contains { $0.check == "space" && $0.found.hasSuffix("not compared with a plan, as there is none") })
    #expect(try box.kpack("doctor", "--layout", "x").status == 2)
  }

  @Test func `a folder that cannot be written into, or is none, is a failure`() throws {
    let box = try Sandbox.imaged()
    try box.write("x", to: "_output/release-tars")
    try expect(
      "failure", "out", "_output/release-tars is a file, not a folder", mend: "name another folder by --out", in: box)
    try box.sh("rm _output/release-tars; mkdir _output/release-tars; chmod -R a+rX .; chmod a+rwX . _output")
    guard let unprivileged = Program.unprivileged, !unprivileged.isEmpty else { return }
    let (status, all) = try findings(box, through: unprivileged)
    #expect(status == 1)
    let told = all.filter { $0.state == "failure" }
    #expect(
      told == [
        Finding(
          check: "out", state: "failure",
          found: "_output/release-tars: cannot make a folder in: Permission denied",
          mend: "give this user the right to write there, or name another folder by --out")
      ], "\(all)")
  }

  @Test func `a folder of another run is a failure`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir _output/release-tars")
    let lock = try box.lock("_output/release-tars")
    try expect(
      "failure", "out", "_output/release-tars is in use by another run (process \(getpid()))", mend: "wait for its end",
      in: box)
    try lock.close()
    try expect(
      "warning", "cache", "_output holds other things than a cache: nothing is kept for the next run",
      mend: "name another folder by --cache", in: box, ["--cache", "_output"])
  }

  @Test(
    .enabled(if: Program.canTrace),
    arguments: [
      ("link,linkat", "EPERM", "takes no hard links: copies take their place, and their room", "warning"),
      (
        "fsync", "EINVAL", "cannot be synced: what a run wrote last may be lost when the power fails", "warning"
      ),
      ("fsync", "EIO", ": cannot sync: Input/output error", "failure"),
      ("rename,renameat,renameat2", "EPERM", ": cannot rename: Operation not permitted", "failure"),
      ("flock", "retval=0", ": locks keep nobody out: two runs at once do not see each other", "warning"),
      ("flock", "ENOSYS", ": cannot lock: Function not implemented", "failure"),
      ("symlink,symlinkat", "EPERM", ": cannot make a symlink in: Operation not permitted", "failure"),
      (
        "renameat2", "EINVAL", "lets no folders change places: for a moment there is none while one is replaced",
        "warning"
      ),
    ])
  func `what a file system cannot do is told`(calls: String, error: String, found: String, state: String) throws {
    let box = try Sandbox.imaged()
    let what = error.contains("=") ? error : "error=\(error)"
    let fault = ["strace", "-f", "-o", "trace", "-e", "trace=\(calls)", "-e", "inject=\(calls):\(what)"]
    let (status, all) = try findings(box, ["--with-stage"], through: fault)
    // What is wanted in the stage alone is told of the stage alone.
    let stage = try #require(all.first { $0.check == "stage" })
    #expect(stage.state == state && stage.found.contains(found), "\(all)")
    #expect(status == (state == "failure" ? 1 : 0))
    #expect(stage.mend != nil)
  }

  @Test func `a full disk, one without inodes and one that is read only are failures`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir _output/release-images")
    func mounted(_ options: String, _ more: String = "") throws -> (status: Int32, all: [Finding])? {
      let mount = "mount -t tmpfs -o \(options) none _output/release-images\(more) && exec \"$@\""
      let prefix = ["unshare", "-m", "sh", "-c", mount, "sh"]
      guard try Program.start(prefix + ["true"], in: box.root, streams: "\(box.root)/probe").wait().status == 0 else {
        return nil
      }
      return try findings(box, through: prefix)
    }
    guard let small = try mounted("size=8k") else { return }
    #expect(small.status == 1)
    let found = small.all.filter { $0.state == "failure" }
    #expect(found.count == 1 && found.first?.check == "space", "\(small.all)")
    #expect(found.first?.found.hasPrefix("8.2 kB free for _output/release-images, at least ") == true)
    #expect(
      found.first?.mend
        == "make room, or name folders on another file system by --out, --images, --dockerfiles and --stage")
    let few = try #require(try mounted("size=1m,nr_inodes=2"))
    #expect(few.status == 1)
    let readOnly = try #require(try mounted("size=1m", " && mount -o remount,ro _output/release-images"))
    let images = try #require(readOnly.all.first { $0.check == "images" })
    #expect(readOnly.status == 1 && images.state == "failure")
    #expect(images.found == "_output/release-images: cannot make a folder in: Read-only file system")
    #expect(images.mend == "mount the file system for writing, or name another folder by --images")
  }

  @Test func `what compresses may not fit, which is a warning`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir out && head -c 3000000 /dev/zero > src/z")
    let prefix = ["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=1m none out && exec \"$@\"", "sh"]
    guard try Program.start(prefix + ["true"], in: box.root, streams: "\(box.root)/probe").wait().status == 0 else {
      return
    }
    let words = ["--root", "src", "--out", "out", "--cache", "cache"]
    let (status, all) = try findings(box, words, through: prefix)
    let space = try #require(all.first { $0.check == "space" })
    #expect(status == 0 && space.state == "warning", "\(all)")
    #expect(space.found.hasSuffix(" are needed (as if nothing could be compressed)"))
    try box.write(#"{ "name": "p", "archive": { "level": 0 } }"#, to: "layouts/release.json")
    #expect(try findings(box, words, through: prefix).status == 1)
  }

  @Test(arguments: [
    ("ulimit -n 24", "descriptors", "failure", "24 may be open, a run needs up to "),
    ("ulimit -f 100", "file size", "failure", "a file may have "),
    ("ulimit -v 400000", "threads", "warning", "the limit of address space leaves room for "),
  ])
  func `limits of the process are told`(limit: String, check: String, state: String, found: String) throws {
    let box = try Sandbox.imaged()
    try box.sh("head -c 100000 /dev/urandom >> _output/dockerized/bin/linux/amd64/tool")
    let (status, all) = try findings(box, ["--jobs", "200"], through: Program.after(limit))
    let told = try #require(all.first { $0.check == check })
    #expect(told.state == state && told.found.hasPrefix(found), "\(all)")
    #expect(told.mend?.hasPrefix("ulimit -") == true)
    #expect((status == 1) == all.contains { $0.state == "failure" })
  }

  @Test func `threads that cannot be started are a failure`() throws {
    guard let unprivileged = Program.unprivileged, !unprivileged.isEmpty else { return }
    let box = try Sandbox.imaged()
    try box.sh("chmod -R a+rwX .")
    // A user of its own: the limit counts all processes of a user, and other tests run as the usual one.
    let alone = unprivileged.map { $0.replacing("65534", with: "61734") }
    let (_, all) = try findings(box, ["--jobs", "4"], through: ["prlimit", "--nproc=1"] + alone)
    let threads = try #require(all.first { $0.check == "threads" })
    #expect(threads.state == "failure" && threads.found == "0 of 4 threads can be started", "\(all)")
    #expect(threads.mend == "raise the limit of processes (ulimit -u, pids.max of the container)")
  }

  /// A PATH with a git that does this, and sh, and nothing else.
  private func path(_ box: Sandbox, git script: String?) throws -> [String: String] {
    try box.sh("mkdir -p programs && rm -f programs/git && ln -sf $(command -v sh) programs/sh")
    if let script {
      try box.write("#!/bin/sh\n\(script)\n", to: "programs/git")
      try box.sh("chmod 755 programs/git")
    }
    return ["PATH": "\(box.root)/programs"]
  }

  @Test func `git that is missing, or refuses the tree, is told`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir .git")
    let refusing = """
      case "$*" in
        --version) echo git version 2.99.1 ;;
        *rev-parse*) echo "fatal: detected dubious ownership in repository at '$2'" >&2; exit 128 ;;
      esac
      """
    try expect(
      "warning", "git", ". is of another user: git answers kpack, and refuses scripts that ask it there",
      mend: "git config --global --add safe.directory \(box.root)", in: box, ["--epoch", "1"],
      environment: try path(box, git: refusing))
    let none = try path(box, git: nil)
    try expect(
      "warning", "git", "git is not in PATH", mend: "install git, or give --version and --epoch", in: box,
      ["--epoch", "1"], environment: none)
    // The time of entries is asked of it.
    let (status, all) = try findings(box, environment: none)
    #expect(status == 1 && all.contains { $0.check == "git" && $0.state == "failure" }, "\(all)")
  }

  @Test func `an engine is missed where the scripts want one`() throws {
    let box = try Sandbox.imaged()
    var environment = try path(box, git: "exit 0")
    environment["KUBE_DOCKER_REGISTRY"] = "gcr.io/x"
    try expect(
      "warning", "engine",
      "no docker, podman or nerdctl is in PATH: kpack needs none, but scripts that push images ask one",
      mend: "install one, or set DOCKER_HOST", in: box, environment: environment)
    environment["DOCKER_HOST"] = "tcp://x"
    let (_, all) = try findings(box, environment: environment)
    #expect(all.contains { $0.check == "engine" && $0.state == "ok" })
  }
}
