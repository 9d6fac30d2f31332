// A base that is sound for the platform that is wanted, beside something that nobody asked for: it serves, and what cannot
// be used is told with its reason by the commands that look at all of it.

import Foundation
import Testing

@Suite struct UnwantedImageTests {
  /// Something beside a sound image for linux/amd64, under the same name unless it has one of its own.
  struct Unwanted: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// The descriptor of it.
    let make: @Sendable (inout FieldLayout) -> String
    /// What is told of it by commands that look at it; nil for an image that is as good as the other.
    let reason: String?
    /// What else is listed.
    var listed: [String] = []
    /// Whether it stands in index.json itself, under no name or its own.
    var isApart = false
  }

  private static let foreign = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
  private static let amd64 = #""architecture":"amd64","os":"linux""#
  private static let arm64 = #""architecture":"arm64","os":"linux""#
  private static let windows = #""architecture":"amd64","os":"windows""#
  private static func unknown(_ more: String = "") -> String { FieldLayout.platform("unknown", "unknown", more) }

  static let all = [
    Unwanted(
      testDescription: "a foreign layer of Windows",
      make: { $0.image(windows, type: foreign, FieldLayout.platform("windows", "amd64")) },
      reason: "layers[0]: expected a layer that is distributed with its image"),
    Unwanted(
      testDescription: "a foreign layer of Docker's",
      make: {
        $0.image(
          windows, type: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
          FieldLayout.platform("windows", "amd64"))
      }, reason: "layers[0]: expected a layer that is distributed with its image"),
    Unwanted(
      testDescription: "a layer of a type that is not known",
      make: {
        $0.image(arm64, type: "application/vnd.oci.image.layer.v1.tar+lz4", FieldLayout.platform("linux", "arm64"))
      }, reason: "layers[0]: expected a plain, gzip or zstd layer"),
    Unwanted(
      testDescription: "another architecture in the config",
      make: { $0.image(amd64, FieldLayout.platform("linux", "arm64")) },
      reason: "for linux/arm64, but its config is for linux/amd64"),
    Unwanted(
      testDescription: "no architecture at all", make: { $0.image(#""os":"linux""#, FieldLayout.named("other")) },
      reason: "architecture: expected letters", isApart: true),
    Unwanted(
      testDescription: "an empty architecture",
      make: { $0.image(#""architecture":"","os":"""#, FieldLayout.named("other")) },
      reason: "os: expected letters", isApart: true),
    Unwanted(
      testDescription: "an architecture that only the descriptor tells",
      make: { $0.image("", FieldLayout.platform("linux", "arm64")) }, reason: nil, listed: ["linux/arm64"]),
    Unwanted(
      testDescription: "an attestation",
      make: {
        $0.image(
          #""architecture":"unknown","os":"unknown""#, type: "application/vnd.in-toto+json",
          unknown() + #","annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#)
      }, reason: "is a statement about an image"),
    Unwanted(
      testDescription: "an attestation that lost its mark",
      make: {
        $0.image(#""architecture":"unknown","os":"unknown""#, type: "application/vnd.in-toto+json", unknown())
      }, reason: "is a statement about an image"),
    Unwanted(
      testDescription: "a signature",
      make: {
        $0.image(#""architecture":"","os":"""#, type: "application/vnd.dev.cosign.simplesigning.v1+json")
      }, reason: "layers[0]: expected a plain, gzip or zstd layer", isApart: true),
    Unwanted(
      testDescription: "a chart",
      make: {
        $0.manifest(
          config: "{}", "application/vnd.cncf.helm.config.v1+json",
          layers: [([1], "application/vnd.cncf.helm.chart.content.v1.tar+gzip")], FieldLayout.named("chart:1"))
      }, reason: "config: expected the config of an image", isApart: true),
    Unwanted(
      testDescription: "an artifact without a config",
      make: {
        $0.manifest(
          config: "{}", "application/vnd.oci.empty.v1+json", layers: [([1], "text/plain")], FieldLayout.named("sbom"))
      }, reason: "config: expected the config of an image", isApart: true),
    Unwanted(
      testDescription: "a manifest of Docker's first kind",
      make: {
        $0.descriptor([123, 125], "application/vnd.docker.distribution.manifest.v1+prettyjws", unknownNamed)
      }, reason: "expected the manifest of an image", isApart: true),
    Unwanted(
      testDescription: "a digest of another algorithm",
      make: { _ in
        let digest = "sha512:\(String(repeating: "0", count: 128))"
        return #"{"mediaType":"\#(FieldLayout.manifestType)","digest":"\#(digest)","size":2}"#
      }, reason: "digest: expected \"sha256:\""),
    Unwanted(
      testDescription: "a config that is none",
      make: { $0.manifest(config: "{}", layers: [], FieldLayout.platform("linux", "arm64")) },
      reason: "rootfs: missing"),
    Unwanted(
      testDescription: "two versions of Windows",
      make: { layout in
        let images = ["10.0.17763.1", "10.0.20348.1"].map { version in
          layout.image(
            windows + #","os.version":"\#(version)""#,
            FieldLayout.platform("windows", "amd64", #""os.version":"\#(version)""#))
        }
        return images.joined(separator: ",")
      }, reason: nil, listed: ["windows(10.0.17763.1)/amd64", "windows(10.0.20348.1)/amd64"]),
  ]

  private static let unknownNamed = FieldLayout.named("old:1")

  /// A project on the base "base", whose store holds the sound image and `unwanted`.
  private func project(_ unwanted: Unwanted) throws -> Sandbox {
    let box = try Sandbox.imaged(base: nil)
    var layout = FieldLayout()
    let sound = layout.image(Self.amd64, FieldLayout.platform("linux", "amd64"))
    let other = unwanted.make(&layout)
    let index = layout.index(unwanted.isApart ? [sound] : [other, sound], FieldLayout.named("base"))
    try layout.write(unwanted.isApart ? [other, index] : [index], to: "_output/bases", in: box)
    return box
  }

  @Test(arguments: all)
  func `an image is made on the base that is wanted`(unwanted: Unwanted) throws {
    let box = try project(unwanted)
    let outcome = try box.kpack(words: Sandbox.makeTool)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
  }

  @Test(arguments: all)
  func `a base is added for the architecture that is asked for`(unwanted: Unwanted) throws {
    let box = try project(unwanted)
    let outcome = try box.kpack("base", "add", "base", "_output/bases", "--arch", "amd64", "--bases", "new")
    #expect(outcome.status == 0, "\(outcome)")
    let listed = try box.kpack("base", "list", "--bases", "new")
    #expect(listed.errors.isEmpty && listed.lines.count == 1, "\(listed)")
    #expect(listed.output.hasPrefix("base:latest  linux/amd64  "))
  }

  @Test(arguments: all)
  func `all platforms that can be used are added, and the rest is told`(unwanted: Unwanted) throws {
    // What stands beside the base is none of it.
    if unwanted.isApart { return }
    let box = try project(unwanted)
    let outcome = try box.kpack("base", "add", "base", "_output/bases", "--bases", "new")
    #expect(outcome.status == 0, "\(outcome)")
    expect(outcome.errors, toTellOf: unwanted)
    #expect(try box.platforms(in: "new").sorted() == (unwanted.listed + ["linux/amd64"]).sorted())
  }

  @Test(arguments: all)
  func `a list has what can be used, and tells the rest`(unwanted: Unwanted) throws {
    let box = try project(unwanted)
    let outcome = try box.kpack("base", "list", "--bases", "_output/bases")
    #expect(outcome.status == 0, "\(outcome)")
    expect(outcome.errors, toTellOf: unwanted)
    #expect(
      try box.platforms(in: "_output/bases", mayNote: true).sorted() == (unwanted.listed + ["linux/amd64"]).sorted())
  }

  @Test(arguments: all)
  func `a lock has what can be used, and tells the rest`(unwanted: Unwanted) throws {
    let box = try project(unwanted)
    let outcome = try box.kpack("base", "lock")
    #expect(outcome.status == 0, "\(outcome)")
    expect(outcome.errors, toTellOf: unwanted)
    let lock = String(decoding: try box.read("_output/bases/bases.lock.json"), as: UTF8.self)
    #expect(lock.split(separator: "\n").count == 3 + unwanted.listed.count, "\(lock)")
    let images = try box.kpack(words: Sandbox.makeTool)
    #expect(images.status == 0, "\(images)")
  }

  private func expect(_ errors: String, toTellOf unwanted: Unwanted, at location: SourceLocation = #_sourceLocation) {
    let told = errors.split(separator: "\n").filter { $0.hasPrefix("passed over") }
    #expect(told.count == (unwanted.reason == nil ? 0 : 1), "\(errors)", sourceLocation: location)
    if let reason = unwanted.reason { #expect(errors.contains(reason), "\(errors)", sourceLocation: location) }
  }

  // The sound twin of each refusal is the table above: there the same things stand beside what is wanted.
  @Test(arguments: all.filter { $0.reason != nil })
  func `what cannot be used is refused where it is all there is`(unwanted: Unwanted) throws {
    let box = try Sandbox.imaged(base: nil)
    var layout = FieldLayout()
    let item = unwanted.make(&layout)
    let index = layout.index([item], FieldLayout.named("base"))
    try layout.write([index], to: "only", in: box)
    let outcome = try box.kpack("base", "add", "base", "only", "--bases", "new")
    #expect(outcome.status == 3 && outcome.errors.contains(unwanted.reason ?? "?"), "\(outcome)")
    #expect(!box.isThere("new"))
  }

  @Test func `what is damaged is no reason to refuse a base for another platform`() throws {
    let box = try Sandbox.imaged(base: nil)
    var layout = FieldLayout()
    let sound = layout.image(Self.amd64, FieldLayout.platform("linux", "amd64"))
    let other = layout.image(Self.arm64, FieldLayout.platform("linux", "arm64"))
    let index = layout.index([other, sound], FieldLayout.named("base"))
    try layout.write([index], to: "_output/bases", in: box)
    let digest = try #require(other.firstRange(of: /[0-9a-f]{64}/).map { other[$0] })
    try box.write("{}", to: "_output/bases/blobs/sha256/\(digest)")
    #expect(try box.kpack(words: Sandbox.makeTool).status == 0)
    let listed = try box.kpack("base", "list", "--bases", "_output/bases")
    #expect(listed.status == 3 && listed.errors.contains(digest), "\(listed)")
  }
}
