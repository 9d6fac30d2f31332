// What is told of a release that a variable of the environment limits to some platforms.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct PlatformCutTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// What is told of a run on `platforms`, which come from `origin`.
  private func told(
    _ platforms: [String], _ origin: PlatformsOrigin = .variable("V"), names: [String] = [], isFast: Bool = false,
    release: String = platformRelease
  ) throws -> String? {
    let layouts: KeyValuePairs = [
      "release": release, "app": tarball([], head: #""platforms": "all""#, name: "{os}-{arch}.tgz"),
      "test": tarball([#"{"directory": "{os}", "platforms": "all"}"#, #"{"directory": "x"}"#], name: "test.tgz"),
      "src": tarball([#"{"directory": "x"}"#], name: "src.tgz"),
    ]
    return try tree.plan(layouts, names: names) { options in
      options.platforms = platforms.compactMap { Platform($0) }
      (options.platformsOrigin, options.isFast) = (origin, isFast)
    }.platformCut.map(\.description)
  }

  @Test func `a variable that leaves out tarballs is told with their number`() throws {
    #expect(
      try told(["linux/amd64"]) == "only linux/amd64, as V says: 3 of 5 tarballs (test with fewer platforms)")
    #expect(
      try told(["linux/arm", "linux/amd64"])
        == "only linux/arm, linux/amd64, as V says: 4 of 5 tarballs (test with fewer platforms)")
    #expect(try told(["linux/arm"], names: ["app"]) == "only linux/arm, as V says: 1 of 3 tarballs")
  }

  @Test func `so is one that leaves out parts of a tarball alone`() throws {
    let told = try told(["linux/arm"], names: ["test"])
    #expect(told == "only linux/arm, as V says: 1 of 1 tarballs (test with fewer platforms)")
  }

  @Test func `one that leaves out nothing is not told, nor is an option`() throws {
    let all = ["windows/amd64", "linux/arm", "linux/amd64"]
    #expect(try told(all) == nil)
    #expect(try told(["linux/arm"], names: ["src"]) == nil)
    #expect(try told(["linux/amd64"], isFast: true) == nil)
    #expect(try told(["linux/amd64"], .option("--platform")) == nil)
  }

  @Test func `platforms that take the place of the lists count for what they leave of these`() throws {
    let release = platformRelease.replacing("\"fast\"", with: #""override": "replace", "fast""#)
    let wanted = ["linux/arm", "plan9/386", "plan9/arm"]
    let names = wanted.joined(separator: ", ")
    #expect(try told(wanted, names: ["app"], release: release) == "only \(names), as V says: 1 of 3 tarballs")
  }

  @Test func `mistakes in its platforms name the variable`() throws {
    let layouts: KeyValuePairs = [
      "release": platformRelease, "app": tarball([], head: #""platforms": "some""#, name: "{os}-{arch}.tgz"),
    ]
    func mistakes(_ platform: String) throws -> [String] {
      try tree.mistakes(layouts) { options in
        options.platforms = [platform].compactMap { Platform($0) }
        options.platformsOrigin = .variable("V")
      }
    }
    #expect(
      try mistakes("linux/am64")
        == ["usage: V: the platform linux/am64 is in no list of this run; did you mean linux/amd64?"])
    #expect(try mistakes("windows/amd64") == ["usage: V: no tarball is left to build on the platforms of this run"])
  }

  @Test func `images are counted too`() throws {
    for platform in [Platform.amd64, .arm64] {
      try tree.addBase("base", platform)
      try tree.addBinary("tool", platform)
    }
    let plan = try tree.planImages(image(platforms: "two")) { options in
      (options.platforms, options.platformsOrigin) = ([.arm64], .variable("V"))
    }
    #expect(plan.platformCut?.description == "only linux/arm64, as V says: 1 of 2 images")
  }
}
