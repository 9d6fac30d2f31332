// What is said of an image that is taken from the stage folder as it stands, and goes in all the same.

@testable import Basics
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Warnings of staged images` {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// The warnings of the plan in which `archives` go into the tarball for their platforms, as api.tar of each.
  private func warnings(_ archives: [(Platform, [UInt8])]) throws -> [String] {
    let platforms = archives.map { #""\#($0.0)""# }.joined(separator: ",")
    for (platform, bytes) in archives {
      try tree.stage(bytes, as: "_output/release-stage/server/\(platform.os)-\(platform.architecture)/bin/api")
    }
    let plan = try tree.plan([
      "release": #"{"name": "app"}"#,
      "images": #"{"bases": {"b": "busybox"}, "groups": {"all": [{"binary": "api", "base": "b"}]}}"#,
      "server": tarball(
        [#"{"images": "all", "to": "bin"}"#], head: #""platforms": [\#(platforms)]"#, name: "{arch}.tgz"),
    ]) { $0.version = "v1" }
    #expect(plan.tarballs.map(\.stagedImages) == archives.map { _ in 1 })
    return plan.warnings.map { $0.replacing(tree.root, with: "ROOT") }
  }

  private static let place = "bin/api.tar: staged image ROOT/_output/release-stage/server"

  @Test(arguments: StagedArchive.Form.allCases)
  func `an archive that ends behind its last content is told, and a whole one is not`(form: StagedArchive.Form) throws {
    let whole = StagedArchive(form: form).bytes
    #expect(try warnings([(.amd64, whole)]) == [])
    // The padding of the last file, whose last byte is no zero, and the end mark.
    let cut = Array(whole.reversed().drop { $0 == 0 }.reversed())
    // The end mark alone.
    let unmarked = Array(whole.dropLast(1024))
    for bytes in [cut, unmarked] {
      let told = try warnings([(.amd64, bytes)])
      #expect(told.count == 1)
      let warning = try #require(told.first)
      #expect(warning.hasPrefix("amd64.tgz: \(Self.place)/linux-amd64/bin/api.tar: "), "\(warning)")
    }
  }

  @Test func `each archive is told by itself`() throws {
    let cut = { (platform: Platform) in Array(StagedArchive(platforms: [platform]).bytes.dropLast(1024)) }
    let told = try warnings([(.amd64, cut(.amd64)), (.arm64, cut(.arm64))])
    #expect(told.count == 2)
    for (warning, platform) in zip(told, ["amd64", "arm64"]) {
      #expect(warning.hasPrefix("\(platform).tgz: \(Self.place)/linux-\(platform)/bin/api.tar: "), "\(warning)")
    }
  }
}
