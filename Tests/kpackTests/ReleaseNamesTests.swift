// --release-names: the names of KUBE_DOCKER_REGISTRY and KUBE_DOCKER_IMAGE_TAG in the archives of the images folder, and
// nowhere else.

import Foundation
import Testing

@Suite struct ReleaseNamesTests {
  private static let own = "example.org/team/tool:v1.2.3"
  private static let released = "gcr.io/mine/tool-amd64:rel-7"
  private static let variables = ["KUBE_DOCKER_REGISTRY": "gcr.io/mine", "KUBE_DOCKER_IMAGE_TAG": "rel-7"]
  private static let staged = "_output/release-stage/server/linux-amd64/top/bin/tool.tar"
  private static let kept = "\(Sandbox.imagesFolder)/tool.tar"
  private static let packed = "_output/release-tars/server-linux-amd64.tar.gz"

  @Test func `the variables alone change no byte of any output`() throws {
    let box = try Sandbox.imaged()
    for command in ["tarballs", "images", "release"] {
      let plain = try box.outputs(of: [command])
      #expect(try box.outputs(of: [command], Self.variables) == plain)
      #expect(plain.contains(command == "images" ? "tool.tar" : "server-linux-amd64.tar.gz"))
    }
  }

  @Test(arguments: ["images", "release"])
  func `with the option the images folder has both names, and nothing else changes`(command: String) throws {
    let box = try Sandbox.imaged()
    // The lists of checksums in the images folder change with the archive there.
    func others(_ outputs: String) -> [Substring] {
      outputs.split(separator: "\n").filter {
        !$0.hasSuffix(Self.kept) && !($0.contains("/release-images/") && $0.hasSuffix("SUMS"))
      }
    }
    let plain = try box.outputs(of: [command], Self.variables)
    #expect(try box.names(in: [Self.kept, Self.staged]) == [[Self.own], [Self.own]])
    let named = try box.outputs(of: [command, "--release-names"], Self.variables)
    #expect(others(named) == others(plain) && named != plain)
    #expect(try box.names(in: [Self.kept, Self.staged]) == [[Self.own, Self.released], [Self.own]])
    try box.sh("cat \"$1/tool.docker_tag\" | grep -qx v1.2.3", "_output/release-stage/server/linux-amd64/top/bin")
    if command == "images" { return }
    try box.sh("tar -xOzf \"$1\" top/bin/tool.tar | cmp - \"$2\"", Self.packed, Self.staged)
  }

  @Test func `a row in JSON is an archive with its names and places`() throws {
    let box = try Sandbox.imaged()
    let outcome = try box.kpack(
      words: Sandbox.makeTool + ["--release-names", "--format=json"], environment: Self.variables)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let rows = try outcome.lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    let wanted = try [(Self.staged, [Self.own]), (Self.kept, [Self.own, Self.released])].map { path, names in
      let digest = try box.sh("sha256sum \"$1\"", path).prefix(64)
      return Row(
        image: "tool", references: names, path: path, paths: [path], bytesOut: try box.read(path).count,
        sha256: String(digest))
    }
    #expect(rows == wanted)
  }

  @Test func `an image of the images folder alone has one archive, and one that a tarball holds has its own name`()
    throws
  {
    let box = try Sandbox.imaged()
    try box.sh("sed -i 's/\"binary\":\"tool\",/&\"outputs\":[\"images\"],/' layouts/images.json")
    for command in ["images", "release"] {
      _ = try box.outputs(of: [command, "--release-names"], Self.variables)
      #expect(try box.names(in: [Self.kept]) == [[Self.own, Self.released]])
      #expect(!box.isThere(Self.staged))
    }
    try box.sh("tar -xOzf \"$1\" top/bin/tool.tar > tool.tar", Self.packed)
    #expect(try box.names(in: ["tool.tar"]) == [[Self.own]])
  }

  @Test func `with a cache both archives are left alone, and the option may come and go`() throws {
    let box = try Sandbox.imaged()
    let words = ["release", "--cache=cache"]
    let plain = try box.outputs(of: words)
    let named = try box.outputs(of: words + ["--release-names"], Self.variables)
    for (more, outputs) in [([], plain), (["--release-names"], named), ([], plain)] {
      for _ in 0..<2 {
        let outcome = try box.run(words + more, Self.variables)
        #expect(try box.outputs() == outputs, "\(outcome.errors)")
      }
      let outcome = try box.run(words + more, Self.variables)
      #expect(outcome.errors.hasSuffix(" s, unchanged\n"), "\(outcome.errors)")
    }
  }

  @Test(
    arguments: [
      ([:], "neither is"), (["KUBE_DOCKER_REGISTRY": "r"], "KUBE_DOCKER_IMAGE_TAG is not"),
      (["KUBE_DOCKER_REGISTRY": "", "KUBE_DOCKER_IMAGE_TAG": "t"], "KUBE_DOCKER_REGISTRY is not"),
    ] as [([String: String], String)])
  func `the option needs both variables`(environment: [String: String], missing: String) throws {
    let box = try Sandbox.imaged()
    for command in ["images", "release"] {
      let outcome = try box.kpack(words: [command, "--release-names"], environment: environment)
      let message = "--release-names: expected KUBE_DOCKER_REGISTRY and KUBE_DOCKER_IMAGE_TAG to be set, \(missing)"
      let errors = "kpack: error: \(message)\nusage: see `kpack \(command) --help`\n"
      #expect(outcome == Outcome(status: 2, output: "", errors: errors))
    }
  }

  @Test func `the built-in hyperkube is made when its flag is on, whatever else is set`() throws {
    let box = try Sandbox.sample()
    func images(_ words: [String], _ environment: [String: String]) throws -> String {
      try box.kpack(
        words: ["images", "hyperkube", "--version=v1.7.4", "--arch=amd64"] + words, environment: environment
      )
      .errors
    }
    let off = #""hyperkube" is turned off by the flag "hyperkube""#
    #expect(try images([], Self.variables).contains(off))
    #expect(try !images([], ["KUBE_BUILD_HYPERKUBE": "Y"]).contains(off))
    #expect(try !images(["--flag=hyperkube=y"], [:]).contains(off))
  }
}

/// What `kpack images` tells of an archive.
private struct Row: Equatable, Decodable {
  let image: String
  let references: [String]
  let path: String
  let paths: [String]
  let bytesOut: Int
  let sha256: String
}

extension Sandbox {
  /// Runs kpack on the layouts of the project; the run must end well.
  fileprivate func run(_ words: [String], _ environment: [String: String] = [:]) throws -> Outcome {
    let outcome = try kpack(words: words + ["--layouts", "layouts", "--version", "v1.2.3"], environment: environment)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }

  /// Digest and path of each output.
  fileprivate func outputs() throws -> String {
    try sh("find _output/release-* -type f -exec sha256sum {} + | sort -k 2")
  }

  /// The outputs of a run into folders of its own.
  fileprivate func outputs(of words: [String], _ environment: [String: String] = [:]) throws -> String {
    try sh("rm -rf _output/release-*")
    _ = try run(words, environment)
    return try outputs()
  }

  /// The names that `docker load` gives the image of each archive.
  fileprivate func names(in archives: [String]) throws -> [[String]] {
    struct Item: Decodable {
      let names: [String]
      enum CodingKeys: String, CodingKey { case names = "RepoTags" }
    }
    return try archives.flatMap { path in
      let manifest = try sh("tar -xOf \"$1\" manifest.json", path)
      return try JSONDecoder().decode([Item].self, from: Data(manifest.utf8)).map(\.names)
    }
  }
}
