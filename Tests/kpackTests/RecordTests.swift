// The record of outputs: where it stands, what is in it, what is made of one that is none, and two runs at once.

import Foundation
import Testing

/// A line of the record.
private struct RecordedFile: Decodable, Hashable {
  let folder, name: String
  let size: Int
  let sha256: String
  let artifact: String
  let layout, image: String?
}

private struct Record: Decodable {
  let version: Int
  let outputs: [RecordedFile]
}

@Suite struct RecordTests {
  private static let path = "_output/\(Sandbox.record)"

  private func record(in box: Sandbox, _ path: String = path) throws -> [RecordedFile] {
    let record = try JSONDecoder().decode(Record.self, from: try box.read(path))
    #expect(record.version == 1)
    return record.outputs
  }

  /// Expects that the record has exactly the files below the folders of outputs, as they are.
  private func expectTrue(_ box: Sandbox, at location: SourceLocation = #_sourceLocation) throws {
    let script =
      "cd _output && find release-* -type f -exec sh -c 'echo $(stat -c %s \"$1\") $(sha256sum \"$1\")' - {} \\;"
    let files = try box.sh(script).split(separator: "\n").map(String.init)
    let recorded = try record(in: box).map { "\($0.size) \($0.sha256) \($0.folder)/\($0.name)" }
    #expect(files.sorted() == recorded.sorted(), sourceLocation: location)
  }

  @Test(arguments: [[], ["--no-cache"]])
  func `all files of a run are in the record, those that it left alone too`(words: [String]) throws {
    let box = try Sandbox.twoPlatforms()
    let make = ["release", "--layouts", "layouts", "--version", "v1"] + words
    for _ in 0..<2 {
      try #require(try box.kpack(words: make).status == 0)
      try expectTrue(box)
    }
    let owners = Set(try record(in: box).map { "\($0.artifact) \($0.layout ?? "") \($0.image ?? "")" })
    #expect(
      owners == [
        "image tool for linux/amd64  tool", "image tool for linux/arm  tool",
        "server-linux-amd64.tar.gz server ", "server-linux-arm.tar.gz server ", "SHA256SUMS release ",
        "SHA512SUMS release ",
      ])
    // It is made anew from what stands there.
    let text = try box.read(Self.path)
    try box.sh("rm \"$1\"", Self.path)
    try #require(try box.kpack(words: make).status == 0)
    #expect(try box.read(Self.path) == text)
  }

  @Test func `a run that changes nothing leaves the record alone`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("release")
    let state = "stat -c '%i %Y %Z' \"$1\""
    let before = try box.sh(state, Self.path)
    try box.make("release")
    #expect(try box.sh(state, Self.path) == before)
  }

  @Test func `the record keeps what earlier runs made until it is gone`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images", "--arch", "arm")
    try box.make("images", "--arch", "amd64")
    try box.make("tarballs", "--platform", "linux/amd64")
    try expectTrue(box)
    try box.sh("rm _output/release-images/arm/tool.tar; rm -r _output/release-dockerfiles/amd64/tool/*")
    try box.make("tarballs")
    try expectTrue(box)
    // A changed file stays in it as it was made.
    let entry = try record(in: box).filter { $0.name == "server-linux-arm.tar.gz" }
    try box.sh("echo more >> _output/release-tars/server-linux-arm.tar.gz")
    try box.make("tarballs", "--platform", "linux/amd64")
    #expect(try record(in: box).filter { $0.name == "server-linux-arm.tar.gz" } == entry)
  }

  @Test func `it stands beside the stage folder, or among the outputs where these are elsewhere`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs", "--out", "dist")
    #expect(try record(in: box, "dist/\(Sandbox.record)").map(\.folder) == [".", ".", "."])
    #expect(!box.isThere(Self.path))
    try box.make("tarballs", "--out", "\(box.root)/_output/release-tars")
    #expect(try record(in: box).map(\.folder) == ["release-tars", "release-tars", "release-tars"])
    try box.sh("rm -r _output/release-tars; mkdir far; ln -s ../far _output/release-tars")
    try box.make("tarballs")
    #expect(try Set(record(in: box).map(\.folder)).contains("\(box.root)/far"))
    let project = try Sandbox.project(#"{ "tree": "." }"#)
    try #require(try project.kpack(words: Sandbox.packProject).status == 0)
    #expect(project.isThere("out/\(Sandbox.record)") && !project.isThere("src/_output"))
  }

  @Test func `a folder that may not be written into, or that all users share, is passed over`() throws {
    guard let unprivileged = Program.unprivileged else { return }
    let box = try Sandbox.greeter()
    try box.sh("mkdir -p _output/release-tars dist; chmod 777 _output/release-tars dist; chmod 555 _output")
    try box.make("tarballs", through: unprivileged)
    #expect(box.isThere("_output/release-tars/\(Sandbox.record)") && !box.isThere(Self.path))
    try box.sh("chmod 1777 _output; rm _output/release-tars/*")
    try box.make("tarballs", through: unprivileged)
    #expect(box.isThere("_output/release-tars/\(Sandbox.record)") && !box.isThere(Self.path))
    try box.make("tarballs", "--out", "dist", through: unprivileged)
    #expect(box.isThere("dist/\(Sandbox.record)"))
  }

  @Test func `it stands in the stage where no other folder can have it, and in none of the stage's folders`() throws {
    let box = try Sandbox.greeter()
    try box.sh("mkdir shared; chmod 1777 shared")
    let stage =
      ["stage", "--stage", "shared/x", "--bin", "_output/dockerized/bin", "--layouts", "layouts"]
      + ["--version", "v1"]
    for _ in 0..<2 {
      try #require(try box.kpack(words: stage).status == 0)
      #expect(try Set(record(in: box, "shared/x/\(Sandbox.record)").map(\.folder)) == ["greeter"])
      #expect(try box.sh("find shared -name '*.json'") == "shared/x/\(Sandbox.record)\n")
    }
    let outcome = try box.kpack(words: stage + ["--platform", "linux/amd64", "--clean"])
    #expect(outcome.removed.count == 2 && outcome.warnings == [])
  }

  @Test func `where no folder can have it, there is none, and nothing is removed`() throws {
    let box = try Sandbox.greeter()
    try box.sh("mkdir shared; chmod 1777 shared")
    #expect(try box.make("tarballs", "--out", "shared").warnings == [])
    let part = ["--out", "shared", "--platform", "linux/amd64"]
    let words = ["tarballs", "--layouts", "layouts", "--version", "v1"] + part
    #expect(try box.kpack(words: words).warnings.count == 2)
    let outcome = try box.kpack(words: words + ["--clean"])
    #expect(
      outcome.warnings == [
        "--clean: nothing is removed, as there is no record of kpack's outputs: each folder for it is shared by all "
          + "users or may not be written into"
      ]
        + ["darwin-arm64", "windows-amd64"].map {
          "shared/greeter-v1-\($0).tar.gz: a leftover, not of this run; it stays: kpack has no record of making it"
        })
    #expect(try box.names(in: "shared").count == 3)
  }

  @Test(arguments: [
    ("echo '{\"version\":1,' > $1", "line 2: expected a key, found the end of the document"),
    (": > $1", "line 1: expected a value, found the end of the document"),
    ("echo '{\"version\":2,\"all\":1}' > $1", "found version 2, which this kpack does not know"),
    ("echo '{\"a\":1}' > $1", "line 1: no \"version\""),
    ("cp $1 kept; rm $1; ln -s ../kept $1", "found a symlink"), ("rm $1; mkfifo $1", "found a FIFO"),
    ("truncate -s 17M $1", "found more than 16 MiB"),
  ])
  func `what is no record is named and replaced, and nothing is cleaned on its word`(
    change: String, reason: String
  ) throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    try box.sh(change, Self.path)
    let outcome = try box.kpack("tarballs", "--layouts", "layouts", "--version", "v2", "--clean")
    try #require(outcome.status == 0, "\(outcome.errors)")
    let warning =
      "\(Self.path): expected a record of kpack's outputs, \(reason); it is replaced by one that knows only the files "
      + "of this run"
    #expect(outcome.warnings.first == warning)
    #expect(outcome.warnings.count == 4 && outcome.removed == [])
    #expect(try box.sh("stat -c %F \"$1\"", Self.path) == "regular file\n")
    #expect(try record(in: box).count == 3)
    #expect(try box.kpack("tarballs", "--layouts", "layouts", "--version", "v2", "--clean").warnings.count == 3)
  }

  @Test func `a folder in its place is refused before the work`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    try box.sh("rm $1; mkdir $1", Self.path)
    let tree = try box.tree()
    let outcome = try box.kpack("tarballs", "--quiet", "--layouts", "layouts", "--version", "v2")
    let message = "kpack: error: \(Self.path): a folder stands where the output would be written\n"
    #expect(outcome == Outcome(status: 4, output: "", errors: message))
    #expect(try box.tree() == tree)
  }

  @Test func `no tree takes it in, and no set of layouts`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let words = ["tarballs", "--quiet", "--root", "src", "--layouts", "out", "--out"]
    try box.sh("mv layouts out")
    for out in ["src", "out", "src/_output/release-tars"] {
      try box.sh("rm -rf src/p.tar.gz src/kpack-outputs.json")
      // The second run finds the record of the first.
      for _ in 0..<2 {
        let outcome = try box.kpack(words: words + [out, "--force"])
        try #require(outcome.status == 0, "\(outcome.errors)")
      }
      #expect(box.isThere("\(out == "src/_output/release-tars" ? "src/_output" : out)/\(Sandbox.record)"))
      #expect(try box.paths(in: "\(out)/p.tar.gz") == ["a"])
    }
    try box.write(
      #"{"tarball":"p.tar.gz","entries":[{"file":"kpack-outputs.json","to":"x"}]}"#, to: "out/p.json")
    try box.write("{}", to: "src/\(Sandbox.record)")
    let named = try box.kpack(words: words + ["src"])
    #expect(named.status == 2 && named.errors.contains("kpack-outputs.json: is an output of this run"), "\(named)")
  }
}

@Suite struct RecordLockTests {
  @Test func `two runs at once into other folders are both in the record`() throws {
    let box = try Sandbox.twoPlatforms()
    let runs = try ["amd64", "arm"].map {
      try box.start(["images", "--arch", $0, "--layouts", "layouts", "--version", "v1"])
    }
    for run in runs {
      let outcome = try run.wait()
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let record = String(decoding: try box.read("_output/\(Sandbox.record)"), as: UTF8.self)
    #expect(record.contains("release-images/amd64") && record.contains("release-images/arm"))
  }

  /// Starts a run while its folder of the record is held, and waits until it has written its outputs.
  private func startHeld(_ box: Sandbox) throws -> RunningProgram {
    let run = try box.start(["tarballs", "--layouts", "layouts", "--version", "v2", "--no-cache"])
    while run.isRunning && !box.isThere("_output/release-tars/.kpack-tmp-2") { usleep(500) }
    return run
  }

  @Test func `a run waits for the folder of the record, and a signal takes all back`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    let tree = try box.tree()
    let lock = try box.lock("_output")
    let ended = try startHeld(box)
    usleep(300_000)
    ended.signal(SIGTERM)
    #expect(try ended.wait().status == 143)
    #expect(try box.tree() == tree)
    let waiting = try startHeld(box)
    usleep(300_000)
    #expect(waiting.isRunning)
    try lock.close()
    #expect(try waiting.wait().status == 0)
    #expect(String(decoding: try box.read("_output/\(Sandbox.record)"), as: UTF8.self).contains("greeter-v2-"))
  }

  @Test func `what changes while a run waits for the folder of the record is not removed`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs", "--with-stage")
    let lock = try box.lock("_output")
    let run = try box.start([
      "tarballs", "--layouts", "layouts", "--version", "v2", "--no-cache", "--clean", "--with-stage", "--platform",
      "linux/amd64",
    ])
    while run.isRunning && !box.isThere("_output/release-tars/.kpack-tmp-0") { usleep(500) }
    usleep(500_000)
    try box.sh(
      """
      cd _output; echo more >> release-tars/greeter-v1-darwin-arm64.tar.gz
      echo more > release-stage/greeter/windows-amd64/more
      """)
    try lock.close()
    let outcome = try run.wait()
    let changed = ["release-tars/greeter-v1-darwin-arm64.tar.gz", "release-stage/greeter/windows-amd64"].map {
      "_output/\($0): a leftover, not of this run; it stays: it was changed since kpack made it"
    }
    #expect(outcome.status == 0 && outcome.warnings == changed, "\(outcome.errors)")
    #expect(
      outcome.removed
        == ["linux-amd64", "windows-amd64"].map { "_output/release-tars/greeter-v1-\($0).tar.gz" }
        + ["_output/release-stage/greeter/darwin-arm64"])
    #expect(box.isThere("_output/release-stage/greeter/windows-amd64/more"))
  }

  @Test func `a folder of the record that stays in use ends the run, and nothing is written`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    let tree = try box.tree()
    let lock = try box.lock("_output")
    let outcome = try startHeld(box).wait()
    let message = "kpack: error: _output: in use by another run (process \(getpid()))\n"
    #expect(outcome.status == 4 && outcome.errors.hasSuffix(message), "\(outcome)")
    #expect(try box.tree() == tree)
    try lock.close()
  }
}
