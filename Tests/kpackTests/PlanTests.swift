// kpack plan: what would be written, which is what then is.

import Foundation
import Testing

@Suite struct PlanTests {
  private static let keys: Set = ["artifact", "path", "type", "mode", "size", "link", "rule", "source"]

  @Test func `a plan makes nothing`() throws {
    let box = try Sandbox.sample()
    let before = try box.sh("find . | sort; find . -type f -exec md5sum {} + | sort")
    #expect(try box.kpack(words: ["plan"] + Sandbox.packSample.dropFirst()).status == 0)
    #expect(try box.sh("find . | sort; find . -type f -exec md5sum {} + | sort") == before)
  }

  @Test func `a plan in text names the rule and the source of every entry`() throws {
    let box = try Sandbox.project(#"{"text":"x\n","to":"t"},{"tree":".","to":"d"},{"symlink":"t","to":"d/l"}"#)
    let outcome = try box.kpack("plan", "--root", "src", "--layouts", "layouts")
    let text = """
      p.tar.gz: 4 entries, 4 B
        dir     0755          0 d  [p.json:1]
        file    0644          2 d/a  [p.json:1: src/a]
        symlink 0777          0 d/l -> t  [p.json:1]
        file    0644          2 t  [p.json:1: text]
      SHA256SUMS: sha256 of 1 file
      SHA512SUMS: sha512 of 1 file

      """
    #expect(outcome == Outcome(status: 0, output: text, errors: ""))
  }

  @Test func `a row in JSON has all keys, and null where something is not known`() throws {
    let box = try Sandbox.sample()
    let outcome = try box.kpack(words: ["plan", "final", "--format=json"] + Sandbox.packSample.dropFirst())
    let rows = try outcome.rows()
    #expect(rows.allSatisfy { Set($0.keys) == Self.keys })
    let final = rows.filter { $0["artifact"] == "kubernetes.tar.gz" }
    let nested = try #require(final.first { $0["path"] == "kubernetes/server/kubernetes-salt.tar.gz" })
    #expect(nested["size"] == Value.none && nested["rule"] == "final.json:14" && nested["type"] == "file")
    let root = try #require(final.first)
    #expect(root["path"] == "kubernetes" && root["rule"] == "implied" && root["source"] == Value.none)
  }

  @Test func `a plan needs no bases, and base list tells which are wanted`() throws {
    let box = try Sandbox.project(#"{"images":"g"}"#, settings: #""platforms":["linux/amd64","linux/arm/v6"],"#)
    try box.write(
      #"{"tarball":"{arch}.tgz","platforms":["linux/amd64","linux/arm/v6"],"entries":[{"images":"g"}]}"#,
      to: "layouts/p.json")
    try box.write(
      #"{"registry":"r","tag":"t","bases":{"b":{"arm/v6":"six","*":"debian:12"}},"groups":{"g":[{"name":"x","base":"b"}]}}"#,
      to: "layouts/images.json")
    let tree = ["--root", "src", "--layouts", "layouts", "--platform", "linux/arm"]
    let plan = try box.kpack(words: ["plan"] + tree)
    let text = """
      arm.tgz: 2 entries, 2 B
        file    0644          2 x.docker_tag  [p.json:1: text]
        file    0644          ? x.tar  [p.json:1: image x for linux/arm/v6]
      SHA256SUMS: sha256 of 1 file
      SHA512SUMS: sha512 of 1 file

      """
    #expect(plan.output == text && plan.status == 0, "\(plan)")
    #expect(plan.errors.contains("; `kpack base list --wanted` tells which are needed"))
    let wanted = try box.kpack(words: ["base", "list", "--wanted"] + tree)
    #expect(wanted == Outcome(status: 0, output: "six:latest  linux/arm/v6  no  x\n", errors: ""))
    let rows = try box.kpack(words: ["base", "list", "--wanted", "--format", "json"] + tree.prefix(4))
    func row(_ name: String, _ platform: String) -> Substring {
      #"{"reference":"docker.io/library/\#(name)","platform":"\#(platform)","images":["x"],"present":false}"#
    }
    #expect(rows.lines == [row("debian:12", "linux/amd64"), row("six:latest", "linux/arm/v6")])
    let alone = try box.kpack("base", "list", "--layouts", "layouts")
    #expect(alone.status == 2 && alone.errors.contains("--layouts"), "\(alone)")
  }

  @Test func `what is planned is what is written`() throws {
    let box = try Sandbox.sample()
    let rows = try box.kpack(words: ["plan", "--format=json"] + Sandbox.packSample.dropFirst()).rows()
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    let artifacts = Set(rows.compactMap { $0["artifact"]?.text })
    #expect(artifacts.sorted() == (try box.names(in: "_output/release-tars")))
    for artifact in artifacts {
      let planned = rows.filter { $0["artifact"]?.text == artifact }
      let written = try box.listing(of: "_output/release-tars/\(artifact)")
      #expect(planned.count == written.count)
      for (plan, entry) in zip(planned, written) {
        for key in ["path", "type", "mode", "link"] { #expect(plan[key] == entry[key], "\(artifact) \(entry)") }
        if plan["size"] != Value.none { #expect(plan["size"] == entry["size"], "\(artifact) \(entry)") }
      }
    }
  }

  @Test func `a plan of named tarballs holds those that they hold`() throws {
    let box = try Sandbox.sample()
    let rows = try box.kpack(words: ["plan", "node", "--format=json"] + Sandbox.packSample.dropFirst()).rows()
    #expect(
      Set(rows.compactMap { $0["artifact"]?.text }) == [
        "kubernetes-src.tar.gz", "kubernetes-node-linux-amd64.tar.gz", "kubernetes-node-windows-amd64.tar.gz",
      ])
  }

  @Test func `what is wrong with a release is told by the plan as by the run`() throws {
    let box = try Sandbox.project(#"{"file":"x","to":"y"},{"file":"z","to":"y/w"}"#)
    let words = ["--root", "src", "--layouts", "layouts", "--out", "out"]
    let plan = try box.kpack(words: ["plan"] + words)
    #expect(plan.status == 4 && plan.errors.split(separator: "\n").count == 2)
    #expect(try box.kpack(words: ["tarballs"] + words) == plan)
  }
}
