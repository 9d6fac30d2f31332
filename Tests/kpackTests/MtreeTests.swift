// kpack plan --format mtree: a description of an archive from which bsdtar makes the same one.

import Foundation
import Testing

@Suite(.enabled(if: Program.isThere("bsdtar"))) struct MtreeTests {
  /// The listing of the archive that bsdtar makes of a plan.
  private func bsdtar(_ words: [String], in box: Sandbox) throws -> [[String: Value]] {
    let outcome = try box.kpack(words: ["plan", "--format=mtree"] + words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("#mtree\n"))
    try box.write(outcome.output, to: "plan.mtree")
    try box.sh("bsdtar -cf mtree.tar @plan.mtree")
    return try box.listing(of: "mtree.tar")
  }

  @Test(arguments: [("salt", "kubernetes-salt"), ("manifests", "kubernetes-manifests"), ("src", "kubernetes-src")])
  func `bsdtar makes the same archive of the plan`(name: String, file: String) throws {
    let box = try Sandbox.sample()
    let words = [name] + Sandbox.packSample.dropFirst()
    try #require(try box.kpack(words: ["tarballs"] + words).status == 0)
    let ours = try box.listing(of: "_output/release-tars/\(file).tar.gz")
    #expect(try bsdtar(words, in: box) == ours)
  }

  @Test func `names that mtree has other ideas of come through`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh(
      #"cd src; for name in 'a b' '#c' 'd\e' 'f=g' 'h[i]*' 'ü' '-j' 'optional' '\101'; do echo x > "./$name"; done"#)
    let ours = try box.packed("--out", "out")
    #expect(ours.count == 10)
    #expect(try bsdtar(["p", "--root", "src", "--layouts", "layouts"], in: box) == ours)
  }

  @Test func `one tarball has one specification`() throws {
    let box = try Sandbox.project(#"{ "text": "x", "to": "t" }"#)
    let outcome = try box.kpack("plan", "--layouts", "layouts", "--format=mtree")
    let message = "--format mtree: expected one tarball, found 0; give one NAME, and --platform where it has several"
    let errors = "kpack: error: \(message)\nusage: see `kpack plan --help`\n"
    #expect(outcome == Outcome(status: 2, output: "", errors: errors))
  }

  @Test func `a text is told by its size and digest, with a warning`() throws {
    let box = try Sandbox.project(#"{ "text": "x", "to": "t" }"#)
    let outcome = try box.kpack("plan", "p", "--layouts", "layouts", "--format=mtree")
    let digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    let line = "t type=file mode=0644 uid=0 gid=0 time=0.0 uname=root gname=root size=1 sha256digest=\(digest)"
    let warning = "kpack: warning: p.tar.gz: 1 files have contents that mtree cannot point to\n"
    #expect(outcome == Outcome(status: 0, output: "#mtree\n\(line)\n", errors: warning))
  }
}
