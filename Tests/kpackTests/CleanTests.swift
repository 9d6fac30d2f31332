// --clean: leftovers that kpack made go with the run's commit, and no file of others.

import Foundation
import Testing

@Suite struct CleanTests {
  private static let tars = "_output/release-tars"

  private static func stays(_ path: String, _ reason: String) -> String {
    "\(path): a leftover, not of this run; it stays: \(reason)"
  }

  @Test(arguments: [[], ["--no-cache"]])
  func `tarballs that kpack made and nobody changed go, all others stay`(words: [String]) throws {
    let box = try Sandbox.greeter()
    for version in ["v1", "v2"] {
      let outcome = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", version] + words)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    let kept = [
      ("greeter-v1-darwin-arm64.tar.gz", "it was changed since kpack made it"),
      ("greeter-v1-linux-amd64.tar.gz", "it was changed since kpack made it"),
      ("greeter-v1-windows-amd64.tar.gz", "it is a symlink"),
      ("greeter-v2-linux-amd64.tar.gz", "it was changed since kpack made it"),
      ("other.tar.gz", "kpack has no record of making it"), ("same.tar.gz", "kpack has no record of making it"),
    ].map { Self.stays("\(Self.tars)/\($0)", $1) }
    try box.sh(
      """
      cd "$1"
      printf x | dd bs=1 seek=20 conv=notrunc of=greeter-v1-darwin-arm64.tar.gz status=none
      echo more >> greeter-v1-linux-amd64.tar.gz
      mv greeter-v1-windows-amd64.tar.gz ../moved; ln -s ../moved greeter-v1-windows-amd64.tar.gz
      echo x > other.tar.gz; cp -p greeter-v2-linux-amd64.tar.gz same.tar.gz
      # As if it had been made with another size.
      sed -i '/greeter-v2-linux/s/"size":/"size":1/' ../kpack-outputs.json
      """, Self.tars)
    let outcome = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", "v3", "--clean"] + words)
    #expect(outcome.status == 0 && outcome.warnings == kept, "\(outcome.errors)")
    let gone = ["greeter-v2-darwin-arm64.tar.gz", "greeter-v2-windows-amd64.tar.gz"].map { "\(Self.tars)/\($0)" }
    #expect(outcome.removed == gone)
    #expect(try box.names(in: Self.tars).count == 9)
    #expect(box.isThere("_output/moved"))
    let again = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", "v3", "--clean"] + words)
    #expect(again.warnings == kept && again.removed == [])
  }

  @Test func `with an image's archives go the files beside them, and the folders that are empty then`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images", "--arch", "amd64")
    let wanted = try box.tree()
    try box.make("images", "--arch", "arm")
    let arm = try ["release-dockerfiles/arm", "release-images/arm", "release-stage/server/linux-arm"].flatMap {
      try box.paths(below: "_output/\($0)")
    }
    try #require(arm.count > 4)
    let outcome = try box.make("images", "--arch", "amd64", "--clean")
    #expect(outcome.removed.sorted() == arm.sorted() && outcome.warnings == [])
    #expect(try box.tree() == wanted)
    #expect(!box.isThere("_output/release-dockerfiles/arm"))
    #expect(!box.isThere("_output/release-images/arm") && !box.isThere("_output/release-stage/server/linux-arm"))
  }

  @Test func `a file beside an archive that was changed stays, and so does what belongs to an archive that stays`()
    throws
  {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    let stage = "_output/release-stage/server/linux-arm/top/bin"
    try box.sh("echo more >> \"$1/tool.docker_tag\"; echo mine > _output/release-images/arm/notes", stage)
    let outcome = try box.make("images", "--arch", "amd64", "--clean")
    #expect(outcome.warnings == [Self.stays("\(stage)/tool.docker_tag", "it was changed since kpack made it")])
    #expect(try box.paths(below: "_output/release-images/arm") == ["_output/release-images/arm/notes"])
    #expect(try box.paths(below: stage) == ["\(stage)/tool.docker_tag"])

    try box.make("images", "--arch", "arm", "--force")
    // The two archives are one file.
    try box.sh("rm \"$1/tool.tar\"; echo x > \"$1/tool.tar\"", stage)
    let files = try box.paths(below: stage)
    let kept = try box.make("images", "--arch", "amd64", "--clean")
    #expect(kept.warnings == [Self.stays("\(stage)/tool.tar", "it was changed since kpack made it")])
    #expect(kept.removed == ["_output/release-images/arm/tool.tar"])
    #expect(try box.paths(below: stage) == files)
  }

  @Test func `the record names no file outside of the run's folders for removal`() throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    try box.write("mine", to: "mine")
    let digest = try box.sh("sha256sum < mine").prefix(64)
    let line = #"{"folder":"\#(box.root)","name":"mine","size":4,"sha256":"\#(digest)","#
    try box.sh(
      "sed -i \"2s|.*|&\\n$1\\\"artifact\\\":\\\"greeter-v1-darwin-arm64.tar.gz\\\",\\\"release\\\":\\\"greeter\\\",\\\"layout\\\":\\\"greeter\\\"},|\" \"$2\"",
      line.replacing("\"", with: "\\\""), "_output/\(Sandbox.record)")
    let outcome = try box.kpack("tarballs", "--layouts", "layouts", "--version", "v2", "--clean")
    #expect(outcome.removed.count == 3 && outcome.warnings == [], "\(outcome.errors)")
    #expect(try box.read("mine") == Data("mine".utf8))
  }

  @Test func `a file that links lead to now is not removed`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    try box.sh("mv _output/release-dockerfiles/arm mine; ln -s ../../mine _output/release-dockerfiles/arm")
    let files = try box.paths(below: "mine")
    try #require(files.count > 1)
    let outcome = try box.make("images", "--arch", "amd64", "--clean")
    let shown = files.map { $0.replacing("mine/", with: "_output/release-dockerfiles/arm/") }
    #expect(outcome.warnings == shown.map { Self.stays($0, "a link leads there") })
    #expect(try box.paths(below: "mine") == files)
  }

  @Test func `a folder that another run holds keeps its leftovers, and the run goes on`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    let held = "_output/release-images/arm"
    let lock = try box.lock(held)
    let outcome = try box.make("images", "--arch", "amd64", "--clean")
    let reason = "\(held): in use by another run (process \(getpid()))"
    #expect(outcome.warnings == [Self.stays("\(held)/tool.tar", reason)])
    #expect(outcome.removed == ["_output/release-stage/server/linux-arm/top/bin/tool.tar"])
    try lock.close()
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["fsync", "rename,renameat,renameat2", "link,linkat"])
  func `a fault before the end leaves all as it was, and one in removing leaves no half of it`(calls: String) throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    try box.write("#!/bin/sh\necho another tool\n", to: "_output/dockerized/bin/linux/amd64/tool")
    let before = try box.tree()
    let words = ["images", "--arch", "amd64", "--clean", "--no-cache", "--layouts", "layouts", "--version", "v1"]
    var failed = 0
    while true {
      let fault = ["-e", "trace=\(calls)", "-e", "inject=\(calls):error=EIO:when=\(failed + 1)"]
      let outcome = try box.kpack(words: words, through: ["strace", "-f", "-o", "trace"] + fault)
      if outcome.status == 0 { break }
      #expect(outcome.status == 4 && outcome.output.isEmpty, "\(outcome)")
      #expect(try box.tree() == before, "\(failed)")
      failed += 1
      try #require(failed < 100)
    }
    #expect(failed > 0)
    #expect(!box.isThere("_output/release-images/arm"))
  }
}

// What a run needs, and what is of others
extension CleanTests {
  @Test func `what a run reads is not removed`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.write(#"{ "tarball": "old-{version}.tar", "entries": [{ "tree": "." }] }"#, to: "layouts/old.json")
    let words = ["--layouts", "layouts", "--root", "src", "--out", "src/out", "--cache", "cache"]
    try #require(try box.kpack(words: ["tarballs", "--version", "1"] + words).status == 0)
    try box.write(
      #"{ "tarball": "p.tar.gz", "entries": [{ "file": "out/old-1.tar", "to": "old.tar" }] }"#, to: "layouts/p.json")
    let outcome = try box.kpack(words: ["tarballs", "--version", "2", "--clean"] + words)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("src/out/old-1.tar: a leftover, not of this run; it stays: this run reads it"))
    #expect(box.isThere("src/out/old-1.tar"))
  }

  @Test func `what the record has for a release of another name stays`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let words = ["tarballs", "--root", "src", "--out", "out", "--cache", "cache", "--clean", "--layouts"]
    try box.sh(
      "mkdir other; echo '{ \"name\": \"q\" }' > other/release.json; sed s/p.tar/q.tar/ layouts/p.json > other/q.json")
    try #require(try box.kpack(words: words + ["layouts"]).status == 0)
    let outcome = try box.kpack(words: words + ["other"])
    let told = #"kpack: warning: out/p.tar.gz: a leftover, not of this run; it stays: it is of the release "p""#
    #expect(outcome.status == 0 && outcome.errors.contains(told), "\(outcome.errors)")
    #expect(try box.names(in: "out").filter { $0.hasSuffix(".gz") } == ["p.tar.gz", "q.tar.gz"])
  }
}
