// kpack release: tarballs and images in one transaction, and entries told one by one.

import Foundation
import Testing

@Suite struct ReleaseCommandTests {
  private static let words = ["--layouts", "layouts", "--version", "v1.2.3"]

  /// All files below the folders of outputs but lists of checksums, with their digests.
  private func outputs(of box: Sandbox) throws -> String {
    try box.sh("cd _output && find release-* -type f ! -name 'SHA*SUMS' | sort | xargs sha256sum")
  }

  @Test func `a release is what images and tarballs make one after the other, byte for byte`() throws {
    let (one, two) = (try Sandbox.imaged(), try Sandbox.imaged())
    let release = try one.kpack(words: ["release"] + Self.words)
    try #require(release.status == 0, "\(release.errors)")
    let images = try two.kpack(words: ["images"] + Self.words)
    let tarballs = try two.kpack(words: ["tarballs"] + Self.words)
    try #require(images.status == 0 && tarballs.status == 0, "\(images.errors)\(tarballs.errors)")
    #expect(try outputs(of: one) == outputs(of: two))
    #expect(release.output.hasPrefix(images.output + tarballs.output + "CHECKSUMS "))
  }

  @Test func `a second release leaves all outputs alone`() throws {
    let box = try Sandbox.imaged()
    let first = try box.kpack(words: ["release"] + Self.words)
    let second = try box.kpack(words: ["release"] + Self.words)
    try #require(first.status == 0 && second.status == 0)
    #expect(second.output == first.output)
    #expect(second.errors.hasSuffix(" s, unchanged\n"), "\(second.errors)")
  }

  @Test func `a fault in one artifact leaves none of the others behind`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir -p _output/release-tars/server-linux-amd64.tar.gz/file")
    let refused = try box.kpack(words: ["release"] + Self.words)
    #expect(refused.status == 4, "\(refused.errors)")
    #expect(try box.sh("find _output -path '*release-*' -type f") == "")
  }

  @Test(arguments: [["--entries"], ["--entries", "--format", "text"]])
  func `entries are told in JSON alone`(_ options: [String]) throws {
    let outcome = try Sandbox.imaged().kpack(words: ["tarballs"] + Self.words + options)
    #expect(outcome.status == 2 && outcome.errors.contains("--entries: expected --format json with it"))
  }

  @Test(arguments: [["--no-cache"], []])
  func `each entry is told with its digest and its rule, in a run that writes and in one that does not`(
    _ options: [String]
  ) throws {
    let box = try Sandbox.project(
      """
      { "text": "hello\\n", "to": "d/text" }, { "file": "a", "to": "small" }, { "file": "big", "to": "big" },
      { "symlink": "small", "to": "link" }, { "artifact": "inner", "to": "inner.tar" }
      """)
    try box.write(#"{ "tarball": "inner.tar", "entries": [{ "file": "a", "to": "a" }] }"#, to: "layouts/inner.json")
    try box.sh(
      "head -c 3000000 /dev/urandom > src/big; for i in $(seq 300); do head -c 5000 /dev/urandom > src/f$i; done")
    try box.write(
      #"{ "tarball": "many.tgz", "entries": [{ "tree": "." }] }"#, to: "layouts/many.json")
    for _ in 0..<2 {
      let outcome = try box.kpack(
        words: Sandbox.packProject + options + ["--format", "json", "--entries", "--cache", "cache"])
      try #require(outcome.status == 0, "\(outcome.errors)")
      let rows = try outcome.output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      for archive in ["p.tar.gz", "many.tgz", "inner.tar"] {
        let told = rows.filter { $0["artifact"] as? String == archive }
        let listed = try box.listing(of: "out/\(archive)")
        #expect(told.map { $0["path"] as? String } == listed.map { $0["path"]?.text })
        #expect(told.map { $0["sha256"] as? String } == listed.map { $0["sha256"]?.text }, "\(archive)")
        #expect(told.allSatisfy { $0["rule"] is String })
      }
    }
  }

  @Test func `a plain tar is the tar that the gzipped one holds`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.write(#"{ "tarball": "plain.tar", "entries": [{ "tree": "." }] }"#, to: "layouts/plain.json")
    try box.sh("head -c 3000000 /dev/zero > src/big; head -c 2000000 /dev/urandom | gzip > src/packed.gz")
    for _ in 0..<2 {
      _ = try box.packed()
      try box.sh("gunzip -c out/p.tar.gz | cmp - out/plain.tar")
    }
  }
}
