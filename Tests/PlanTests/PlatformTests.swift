// Which platforms a run is for: lists, what the binaries' folder holds, what the command line says.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct PlatformListTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  private func names(
    _ release: String = platformRelease, _ platforms: String = #""all""#, _ wanted: [String]? = nil,
    isFast: Bool = false
  ) throws -> [String] {
    let layouts: KeyValuePairs = [
      "release": release, "app": tarball([], head: "\"platforms\": \(platforms)", name: "{os}-{arch}.tgz"),
    ]
    return try tree.plan(layouts) { options in
      options.platforms = wanted?.compactMap { Platform($0) }
      options.isFast = isFast
    }.fileNames.map { String($0.dropLast(".tgz".count)) }
  }

  private func mistakes(_ release: String = platformRelease, _ wanted: [String]? = nil, isFast: Bool = false) throws
    -> [String]
  {
    let layouts: KeyValuePairs = [
      "release": release, "app": tarball([], head: #""platforms": "all""#, name: "{os}-{arch}.tgz"),
    ]
    return try tree.mistakes(layouts) { options in
      options.platforms = wanted?.compactMap { Platform($0) }
      options.isFast = isFast
    }
  }

  @Test func `a list makes one tarball for each of its platforms, once`() throws {
    #expect(try names() == ["linux-amd64", "linux-arm", "windows-amd64"])
    #expect(try names(platformRelease, #"["linux/arm", "linux/386", "linux/arm"]"#) == ["linux-386", "linux-arm"])
  }

  @Test func `the platforms of the command line narrow the lists`() throws {
    #expect(try names(platformRelease, #""all""#, ["linux/arm", "linux/amd64"]) == ["linux-amd64", "linux-arm"])
    #expect(try names(platformRelease, #"["linux/386", "linux/arm"]"#, ["linux/386"]) == ["linux-386"])
  }

  @Test func `a platform in no list is refused`() throws {
    #expect(
      try mistakes(platformRelease, ["linux/amd64", "linux/am64"])
        == ["usage: the platform linux/am64 is in no list of this run; did you mean linux/amd64?"])
    #expect(
      try mistakes(platformRelease, ["linux/arm/v6"])
        == ["usage: the platform linux/arm/v6 is in no list of this run; did you mean linux/arm?"])
    #expect(
      try mistakes(platformRelease, ["plan9/386"]) == ["usage: the platform plan9/386 is in no list of this run"])
  }

  @Test func `they take the place of the lists where the layouts say so`() throws {
    let release = platformRelease.replacing("\"fast\"", with: #""override": "replace", "fast""#)
    #expect(try names(release, #""all""#, ["plan9/386", "linux/arm"]) == ["linux-arm", "plan9-386"])
  }

  @Test func `of these a name that is neither Go's nor a list's is refused`() throws {
    let release = platformRelease.replacing("\"fast\"", with: #""override": "replace", "fast""#)
    #expect(
      try mistakes(release, ["linux/aarch64"])
        == ["usage: the platform linux/aarch64 is in no list of this run; did you mean linux/arm64?"])
    #expect(try mistakes(release, ["linux/chip"]) == ["usage: the platform linux/chip is in no list of this run"])
    let own = release.replacing("linux/arm", with: "linux/chip")
    #expect(try names(own, #""all""#, ["windows/chip", "linux/chip"]) == ["linux-chip", "windows-chip"])
    #expect(
      try names(own.replacing(#""override": "replace", "#, with: ""), #""all""#, ["linux/chip"]) == ["linux-chip"])
  }

  @Test func `a run that is left with nothing is refused`() throws {
    let layouts: KeyValuePairs = [
      "release": platformRelease, "app": tarball([], head: #""platforms": "some""#, name: "{os}-{arch}.tgz"),
    ]
    #expect(
      try tree.mistakes(layouts) { $0.platforms = [Platform(os: "windows", architecture: "amd64")] }
        == ["usage: no tarball is left to build on the platforms of this run"])
  }

  @Test func `a fast run is for the fast platforms`() throws {
    #expect(try names(isFast: true) == ["linux-amd64"])
    #expect(try names(platformRelease, #"["linux/arm"]"#, isFast: true) == ["linux-arm"])
    let slow = #"{"name": "a", "platforms": {"all": ["linux/arm"]}}"#
    #expect(
      try mistakes(slow, isFast: true) == [#"usage: a fast run is wanted, but release.json has no "fast" platforms"#])
  }

  /// More platforms of a fast run on a Mac.
  private static let mac =
    String(platformRelease.dropLast())
    + #", "fastWith": [{"variable": "HOST", "prefix": "darwin", "platforms": {"all": ["darwin/amd64", "linux/amd64"]}},"#
    + #" {"variable": "HOST", "prefix": "darwin2", "platforms": {"some": ["darwin/arm64"]}}]}"#

  @Test(
    arguments: [
      (nil, "all", ["linux-amd64"]), ("", "all", ["linux-amd64"]), ("linux-darwin", "all", ["linux-amd64"]),
      ("Darwin", "all", ["linux-amd64"]), ("darwin", "all", ["darwin-amd64", "linux-amd64"]),
      ("darwin16", "all", ["darwin-amd64", "linux-amd64"]), ("darwin16", "some", ["linux-amd64"]),
      ("darwin23", "some", ["darwin-arm64", "linux-amd64"]),
    ] as [(String?, String, [String])])
  func `a fast run adds platforms to lists when the environment asks for them`(
    value: String?, list: String, wanted: [String]
  ) throws {
    let layouts: KeyValuePairs = [
      "release": Self.mac, "app": tarball([], head: "\"platforms\": \"\(list)\"", name: "{os}-{arch}.tgz"),
    ]
    func names(isFast: Bool, _ platforms: [Platform]? = nil) throws -> [String] {
      try tree.plan(layouts) { options in
        options.environment["HOST"] = value
        (options.isFast, options.platforms) = (isFast, platforms)
      }.fileNames.map { String($0.dropLast(".tgz".count)) }
    }
    #expect(try names(isFast: true) == wanted)
    #expect(
      try names(isFast: false) == (list == "all" ? ["linux-amd64", "linux-arm", "windows-amd64"] : ["linux-arm"]))
    if wanted.contains("darwin-amd64") {
      #expect(try names(isFast: true, [Platform(os: "darwin", architecture: "amd64")]) == ["darwin-amd64"])
    }
  }

  @Test func `present is what the folder of binaries holds`() throws {
    let release = #"{"name": "a", "platforms": {"all": "present"}, "fast": ["linux/amd64"]}"#
    for path in ["linux/arm/x", "linux/amd64/x", "darwin/arm64/x", ".cache/a/x", "linux/.tmp/x", "linux/file", "file"] {
      try tree.write("", to: "_output/dockerized/bin/\(path)")
    }
    let all = ["darwin-arm64", "linux-amd64", "linux-arm"]
    #expect(try names(release) == all)
    #expect(try names(release, isFast: true) == all)
    #expect(try names(release, #""all""#, ["linux/arm"]) == ["linux-arm"])
  }

  @Test func `present needs binaries, with the names of platforms`() throws {
    let release = #"{"name": "a", "platforms": {"all": "present"}}"#
    let bin = "ROOT/_output/dockerized/bin"
    #expect(try mistakes(release) == ["system: \(bin): cannot open: No such file or directory"])
    try tree.write("", to: "_output/dockerized/bin/file")
    #expect(try mistakes(release) == ["system: \(bin): holds no OS/ARCH folder with binaries"])
    try tree.write("", to: "_output/dockerized/bin/linux/a b/x")
    #expect(try mistakes(release) == ["system: \(bin)/linux/a b: not the name of a platform"])
  }

  @Test func `an entry with platforms is expanded in a tarball without any`() throws {
    let rules = [
      #"{"directory": "{os}/{arch}", "platforms": "all"}"#,
      #"{"directory": "x-{arch}", "platforms": ["linux/386", "linux/arm"]}"#,
    ]
    #expect(
      try tree.entries(rules[0], rules[1], release: platformRelease).filter { $0.contains("/") || $0.contains("-") }
        == [
          "dir 0755 0 linux/amd64", "dir 0755 0 linux/arm", "dir 0755 0 windows/amd64", "dir 0755 0 x-386",
          "dir 0755 0 x-arm",
        ])
    #expect(
      try tree.entries(rules[0], rules[1], release: platformRelease) {
        $0.platforms = [Platform(os: "linux", architecture: "arm")]
      }
        == ["dir 0755 0 linux", "dir 0755 0 linux/arm", "dir 0755 0 x-arm"])
  }

  @Test func `an entry's platforms are a condition in a tarball with some`() throws {
    let rules = [
      #"{"directory": "unix", "platforms": ["linux/*", "darwin/*"]}"#,
      #"{"directory": "amd", "platforms": ["*/amd64"]}"#,
      #"{"directory": "arm", "platforms": "some"}"#, #"{"directory": "any", "platforms": ["*/*"]}"#,
    ]
    let plan = try tree.plan([
      "release": platformRelease, "app": tarball(rules, head: #""platforms": "all""#, name: "{os}-{arch}.tgz"),
    ])
    #expect(
      plan.tarballs.map { plan.lines(of: $0).map { String($0.dropFirst("dir 0755 0 ".count)) } }
        == [["amd", "any", "unix"], ["any", "arm", "unix"], ["amd", "any"]])
  }

  @Test func `a condition that no platform of the tarball meets is refused, whatever the run is for`() throws {
    let layouts: KeyValuePairs = [
      "release": platformRelease,
      "app": tarball(
        [#"{"directory": "none", "platforms": ["plan9/*"]}"#, #"{"directory": "arm", "platforms": ["linux/arm"]}"#],
        head: #""platforms": "all""#, name: "{os}-{arch}.tgz"),
    ]
    let mistake = "usage: entries[0]: none of its platforms is one of those that it is made for"
    #expect(try tree.mistakes(layouts) == [mistake])
    #expect(try tree.mistakes(layouts) { $0.platforms = [Platform(os: "linux", architecture: "amd64")] } == [mistake])
  }
}
