// Leftovers: what stands in the folders of a run, belongs to its layouts and was not written by it is named, in every
// run.

import Foundation
import Testing

@Suite struct LeftoverTests {
  private static let tars = "_output/release-tars"

  private static func leftover(_ path: String) -> String { "\(path): a leftover, not of this run" }

  @Test(arguments: [[], ["greeter"], ["--platform", "linux/amd64"], ["--no-cache"], ["--fast"]])
  func `tarballs of other versions and platforms are named, whatever is made`(words: [String]) throws {
    let box = try Sandbox.greeter()
    try box.make("tarballs")
    let outcome = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", "v2"] + words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let names = ["darwin-arm64", "linux-amd64", "windows-amd64"].map { "\(Self.tars)/greeter-v1-\($0).tar.gz" }
    let hint = "leftovers: kpack made 3 of 3; --clean removes those that nobody changed"
    #expect(outcome.warnings == names.map(Self.leftover) + [hint])
    #expect(try names.allSatisfy { try box.read($0).count > 0 })
  }

  @Test func `files of others are named, by the ends of archives and packages in any case`() throws {
    let box = try Sandbox.greeter()
    let named = [
      "A.TAR.GZ", "b.tgz", "c.tar", "d.tar.zst", "e.tar.xz", "f.tar.bz2", "g.zip", "h.deb", "i.Rpm", "j%.tar.gz",
    ]
    for name in named + ["notes.txt", "k.tar.gz.sha256", ".tar.gz", "tar"] {
      try box.write("x", to: "\(Self.tars)/\(name)")
    }
    try box.sh("cd \"$1\" && mkdir m.tar && mkfifo n.tar && ln -s nowhere o.tar", Self.tars)
    let outcome = try box.make("tarballs")
    let wanted = named.map { $0.replacing("%", with: "%25") } + ["o.tar"]
    #expect(outcome.warnings == wanted.map { Self.leftover("\(Self.tars)/\($0)") })
    #expect(try box.make("tarballs", "--quiet").errors == "")
  }

  /// A project with the layouts client and server, and others that hold nothing of them.
  private func manyLayouts() throws -> Sandbox {
    let box = try Sandbox()
    try box.write(#"{"name":"k"}"#, to: "layouts/release.json")
    for (name, file) in [("client", "{name}-client-{version}.tgz"), ("server", "{name}-server-{version}.tgz")] {
      try box.write(#"{"tarball":"\#(file)","entries":[{"text":"x","to":"x"}]}"#, to: "layouts/\(name).json")
    }
    try box.write(
      #"{"tarball":"{name}-{version}.tgz","entries":[{"artifact":"client","to":"c"}]}"#, to: "layouts/src.json")
    return box
  }

  @Test(arguments: [
    (["client"], ["k-client-v0.tgz"]), (["server"], ["k-server-v0.tgz"]),
    // It writes the tarball that it holds too.
    (["src"], ["k-client-v0.tgz", "k-v0.tgz"]),
    ([], ["k-client-v0.tgz", "k-server-v0.tgz", "k-v0.tgz", "other.tgz"]),
  ])
  func `a run of some layouts names only what has their names`(layouts: [String], names: [String]) throws {
    let box = try manyLayouts()
    for name in ["k-client-v0.tgz", "k-server-v0.tgz", "k-v0.tgz", "other.tgz"] {
      try box.write("x", to: "\(Self.tars)/\(name)")
    }
    let outcome = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", "v1"] + layouts)
    #expect(outcome.warnings == names.map { Self.leftover("\(Self.tars)/\($0)") })
  }

  @Test func `what the record has of a layout belongs to it, whatever its name`() throws {
    let box = try manyLayouts()
    try box.make("tarballs", "client", "server")
    try box.sh("sed -i 's/-client-/-c-/' layouts/client.json; sed -i 's/-server-/-client-/' layouts/server.json")
    // k-client-v1.tgz of the client is replaced by the server's; k-server-v1.tgz stays the server's.
    let server = try box.make("tarballs", "server")
    #expect(server.warnings.first == Self.leftover("\(Self.tars)/k-server-v1.tgz") && server.warnings.count == 2)
    #expect(try box.make("tarballs", "client").warnings == [])
  }

  @Test func `archives of images are named on all platforms, in the images folder and in the stage`() throws {
    let box = try Sandbox.twoPlatforms()
    #expect(try box.make("images").warnings == [])
    try box.write("x", to: "_output/release-images/loose.tar")
    try box.write("x", to: "_output/release-images/s390x/tool.tar")
    try box.write("x", to: "_output/release-images/s390x/deep/tool.tar")
    try box.write("x", to: "_output/release-stage/server/linux-arm/top/bin/more.tar")
    try box.write("x", to: "_output/release-stage/server/linux-arm/top/bin/more.tar.gz")
    try box.write("x", to: "elsewhere/linked.tar")
    try box.sh("ln -s ../../elsewhere _output/release-images/linked")
    let wanted = [
      "release-images/loose.tar", "release-images/arm/tool.tar", "release-images/s390x/tool.tar",
      "release-stage/server/linux-arm/top/bin/more.tar", "release-stage/server/linux-arm/top/bin/tool.tar",
    ].map { Self.leftover("_output/\($0)") }
    let hint = "leftovers: kpack made 2 of 5; --clean removes those that nobody changed"
    #expect(try box.make("images", "--arch", "amd64").warnings == wanted + [hint])
    let named = try box.make("images", "tool", "--arch", "amd64").warnings
    #expect(named.dropLast() == wanted.filter { $0.contains("tool.tar") })
  }

  @Test func `a run of tarballs does not look at images, and one of images not at tarballs`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("release")
    // With the two lists of checksums in the folder of the leftover.
    #expect(try box.make("tarballs", "--platform", "linux/amd64").warnings.count == 4)
    #expect(try box.make("images", "--arch", "amd64").warnings.count == 5)
    #expect(try box.make("release", "--platform", "linux/amd64").warnings.count == 6)
    // In one folder for both, the record tells which is which.
    let both = "_output/both"
    try box.make("tarballs", "--out", both, "--images", both)
    #expect(try box.make("images", "--out", both, "--images", both).warnings == [])
  }

  @Test func `what cannot be listed is no error`() throws {
    guard let unprivileged = Program.unprivileged else { return }
    let box = try Sandbox.twoPlatforms()
    try box.make("images", "--arch", "amd64")
    try box.sh("mkdir _output/release-images/arm; chmod -R a+rwX .; chmod 0 _output/release-images/arm")
    #expect(try box.make("images", "--arch", "amd64", through: unprivileged).warnings == [])
  }
}
