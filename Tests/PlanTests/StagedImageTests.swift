// Images that are taken from the stage folder as they stand: which archives are, and why others are not.

@testable import Basics
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct StagedImageTests {
  private let tree: TemporaryTree
  private let folder = "_output/release-stage/server"

  init() throws { tree = try TemporaryTree() }

  private func layouts(_ platform: Platform) -> KeyValuePairs<String, String> {
    [
      "release": #"{"name": "app"}"#,
      "images": #"{"bases": {"b": "busybox"}, "groups": {"all": [{"binary": "api", "base": "b"}]}}"#,
      "server": tarball([#"{"images": "all", "to": "bin"}"#], head: #""platforms": ["\#(platform)"]"#),
    ]
  }

  /// What is said of api.tar in the tarball for `platform` of the release v1; [] when it goes in as it stands.
  private func mistakes(
    _ bytes: [UInt8], for platform: Platform = .amd64, tag: String = "v1\n", version: String? = "v1"
  ) throws -> [String] {
    let place = "\(folder)/\(platform.os)-\(platform.architecture)/bin/api"
    try tree.stage(bytes, as: place, tag: tag)
    let mistakes = try tree.mistakes(layouts(platform)) { $0.version = version }
    let told = "data: layouts/server.json:2:1: entries[0]: bin/api.tar: staged image"
    let remedy = ": make it anew with `kpack images` or from bases"
    if mistakes.isEmpty {
      let plan = try tree.plan(layouts(platform)) { $0.version = version }
      let tarball = try #require(plan.tarballs.first)
      #expect(tarball.stagedImages == 1)
      #expect(plan.lines(of: tarball).contains("file 0644 \(bytes.count) bin/api.tar"))
    }
    return mistakes.map {
      $0.replacing("\(told) ROOT/\(place).tar", with: "PATH").replacing(remedy, with: "")
        .replacing(#/[0-9a-f]{64}/#, with: "HEX")
    }
  }

  @Test(arguments: StagedArchive.Form.allCases)
  func `an archive of any form is taken`(form: StagedArchive.Form) throws {
    #expect(try mistakes(StagedArchive(form: form).bytes) == [])
    // Nobody knows what the tag should be.
    #expect(try mistakes(StagedArchive(form: form, names: ["a/b:7"]).bytes, tag: "7", version: nil) == [])
  }

  @Test(arguments: [
    ["example.org/api:v1", "example.org/api:latest"], ["elsewhere:5000/a/b/c:v0", "x:v1"], ["v1"],
  ])
  func `one of the names has the tag, in whatever registry`(names: [String]) throws {
    // A tag alone is what only a layout tells.
    let forms = names == ["v1"] ? [.oci] : StagedArchive.Form.allCases
    for form in forms { #expect(try mistakes(StagedArchive(form: form, names: names).bytes) == []) }
  }

  @Test func `variants may differ, and other platforms may be there too`() throws {
    let (v6, v7) = (Self.armV6, Platform(os: "linux", architecture: "arm", variant: "v7"))
    for form in StagedArchive.Form.allCases {
      for platforms in [[v7], [v6], [.arm], [.amd64, v7], [v6, v7]] {
        #expect(try mistakes(StagedArchive(form: form, platforms: platforms).bytes, for: .arm) == [])
      }
    }
  }

  @Test func `a compressed archive and a symlink to one are taken`() throws {
    try tree.write(StagedArchive().bytes, to: "api.tar")
    try tree.run("gzip", "-9n", "api.tar")
    let place = "\(folder)/linux-amd64/bin/api"
    try tree.stage(StagedArchive(), as: place)
    try tree.run("mv", "api.tar.gz", "\(place).tar")
    #expect(try tree.mistakes(layouts(.amd64)) { $0.version = "v1" } == [])
    try tree.run("mv", "\(place).tar", "elsewhere")
    try tree.run("ln", "-s", "\(tree.root)/elsewhere", "\(place).tar")
    #expect(try tree.mistakes(layouts(.amd64)) { $0.version = "v1" } == [])
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let reasons: [String]

    init(_ label: String, _ bytes: [UInt8], _ reasons: String...) {
      (testDescription, self.bytes, self.reasons) = (label, bytes, reasons)
    }
  }

  private static let sound = StagedArchive().bytes

  private static let noArchives: [Fault] = [
    Fault("nothing", [], "PATH: expected a tar archive, found an empty file"),
    Fault("a word", Array("hello\n".utf8), "PATH: header at byte 0: the archive ends after 6 of 512 bytes"),
    Fault(
      "text", Array(String(repeating: "hello\n", count: 200).utf8), "PATH: expected a tar archive, found other bytes"),
    Fault(
      "zeros", [UInt8](repeating: 0, count: 1024),
      "PATH: expected the archive of an image, found neither manifest.json nor oci-layout"),
    Fault(
      "cut in a layer", Array(sound.prefix(700)),
      "PATH: a/layer.tar at byte 0: the archive ends after 188 of 1536 bytes of contents"),
    Fault(
      "cut behind a layer", Array(sound.prefix(2048)),
      "PATH: expected the archive of an image, found neither manifest.json nor oci-layout"),
  ]

  @Test(arguments: noArchives)
  func `what is no archive is refused, with what to do`(_ fault: Fault) throws {
    #expect(try mistakes(fault.bytes) == fault.reasons)
  }

  private static let armV6 = Platform(os: "linux", architecture: "arm", variant: "v6")
  private static let windows = Platform(os: "windows", architecture: "amd64")
  private static let wanted = "wanted is a name with the tag v1"

  private static let faults: [Fault] = [
    Fault(
      "another architecture", StagedArchive(platforms: [.arm64]).bytes,
      "PATH: is for linux/arm64, wanted is linux/amd64"),
    Fault(
      "another system", StagedArchive(platforms: [windows]).bytes, "PATH: is for windows/amd64, wanted is linux/amd64"),
    Fault(
      "other platforms", StagedArchive(form: .oci, platforms: [armV6, .arm64]).bytes,
      "PATH: is for linux/arm/v6, linux/arm64, wanted is linux/amd64"),
    Fault("another tag", StagedArchive(names: ["x/api:v0"]).bytes, "PATH: is named x/api:v0, \(wanted)"),
    Fault(
      "a longer tag", StagedArchive(names: ["x/api:v1.0", "v1:v10"]).bytes,
      "PATH: is named x/api:v1.0, v1:v10, \(wanted)"),
    Fault("no tag", StagedArchive(form: .oci, names: ["x/v1"]).bytes, "PATH: is named x/v1, \(wanted)"),
    Fault("no name", StagedArchive(names: []).bytes, "PATH: has no name, \(wanted)"),
    Fault("no name in a layout", StagedArchive(form: .oci, names: []).bytes, "PATH: has no name, \(wanted)"),
    Fault(
      "platform and tag", StagedArchive(form: .hybrid, platforms: [.arm64], names: ["x/api:v0"]).bytes,
      "PATH: is for linux/arm64, wanted is linux/amd64", "PATH: is named x/api:v0, \(wanted)"),
    Fault(
      "a missing layer", StagedArchive(missing: [StagedArchive.layerName]).bytes,
      "PATH: manifest.json: [0].Layers[0]: a/layer.tar: missing"),
    Fault(
      "no manifest.json", StagedArchive(missing: ["manifest.json"]).bytes,
      "PATH: expected the archive of an image, found neither manifest.json nor oci-layout"),
    Fault(
      "a config of another digest", StagedArchive(form: .oci, damage: ("linux", "LINUX")).bytes,
      "PATH: blobs/sha256/HEX: config: blobs/sha256/HEX: its bytes are sha256:HEX"),
    Fault(
      "no images", StagedArchive(platforms: []).bytes, "PATH: manifest.json: expected an image, found an empty array"),
    Fault("no images in a layout", StagedArchive(form: .oci, platforms: []).bytes, "PATH: holds no image"),
    Fault(
      "a missing layer in a layout", StagedArchive(form: .oci, missing: [StagedArchive.layerBlob]).bytes,
      "PATH: blobs/sha256/HEX: layers[0]: blobs/sha256/HEX: missing"),
    Fault(
      "a layer of another size", StagedArchive(form: .oci, trailing: 512).bytes,
      "PATH: blobs/sha256/HEX: layers[0]: blobs/sha256/HEX: expected 1536 bytes, found 2048"),
  ]

  @Test(arguments: faults)
  func `an image that the tarball does not say is refused, with what to do`(_ fault: Fault) throws {
    #expect(try mistakes(fault.bytes) == fault.reasons)
  }

  @Test func `what is no file is refused`() throws {
    let place = "\(folder)/linux-amd64/bin/api"
    try tree.write("v1\n", to: "\(place).docker_tag")
    try tree.makeFolder("\(place).tar")
    let message =
      "data: layouts/server.json:2:1: entries[0]: bin/api.tar: ROOT/\(place).tar: expected a file, found a folder"
    #expect(try tree.mistakes(layouts(.amd64)) { $0.version = "v1" } == [message])
  }

  @Test func `the version of the run decides where no tag does`() throws {
    let place = "\(folder)/linux-amd64/bin"
    try tree.write(StagedArchive().bytes, to: "\(place)/api.tar")
    let head = #""platforms": ["linux/amd64"]"#
    let rule = tarball([#"{"images": "all", "to": "bin", "optional": true}"#], head: head)
    let layouts: KeyValuePairs = [
      "release": #"{"name": "app"}"#,
      "images": #"{"bases": {"b": "busybox"}, "groups": {"all": [{"binary": "api", "base": "b"}]}}"#, "server": rule,
    ]
    #expect(try tree.mistakes(layouts) { $0.version = "v1" } == [])
    #expect(try tree.mistakes(layouts) == [])
    #expect(try tree.mistakes(layouts) { $0.version = "v2" }.count == 1)
  }

  @Test func `an image of an older version is told once, with its tag, and what else is wrong beside it`() throws {
    let place = "\(folder)/linux-amd64/bin/api"
    let told = "data: layouts/server.json:2:1: entries[0]: bin/api"
    func mistakes(_ archive: StagedArchive) throws -> [String] {
      try tree.stage(archive, as: place)
      return try tree.mistakes(layouts(.amd64)) { $0.version = "v2" }
    }
    let older = try mistakes(StagedArchive())
    #expect(
      older.count == 1 && older[0].hasPrefix("\(told).docker_tag: staged image ROOT/\(place).docker_tag: is tagged"))
    let other = try mistakes(StagedArchive(platforms: [.arm64]))
    #expect(other.count == 2 && other[0] == older[0] && other[1].contains("is for linux/arm64"), "\(other)")
  }
}
