// Where built binaries stand: "binaryPath", folders of variants, and which platforms are present.

@testable import Archive
@testable import Basics
@testable import Image
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct BinaryPathTests {
  private let tree: TemporaryTree
  private let bin = "_output/dockerized/bin"

  init() throws { tree = try TemporaryTree() }

  private func layouts(_ path: String?, _ platforms: String = #""present""#, more: String = "")
    -> KeyValuePairs<String, String>
  {
    let binaryPath = path.map { #", "binaryPath": \#($0)"# } ?? ""
    return [
      "release":
        #"{"name": "app", "platforms": {"p": \#(platforms)}, "binaries": {"all": ["tool"]}\#(binaryPath)\#(more)}"#,
      "app": tarball([#"{"binaries": "all"}"#], head: #""platforms": "p""#, name: "{os}-{arch}{variant}.tgz"),
    ]
  }

  /// The tarballs, and for each where its binary comes from.
  private func sources(_ layouts: KeyValuePairs<String, String>, _ wanted: String...) throws -> [String] {
    let plan = try tree.plan(layouts) { options in
      options.version = "v1"
      if !wanted.isEmpty { options.platforms = wanted.compactMap { Platform($0) } }
    }
    return plan.tarballs.map { tarball in
      let row = plan.record(of: tarball, at: 0)
      return "\(tarball.fileName) \(row.source ?? "")".replacing("\(tree.root)/\(bin)/", with: "")
    }
  }

  @Test func `variants have folders of their own`() throws {
    for folder in ["linux/armv6", "linux/armv7", "linux/arm", "linux/amd64"] {
      try tree.write("", to: "\(bin)/\(folder)/tool")
    }
    let all = [
      "linux-amd64.tgz linux/amd64/tool", "linux-arm.tgz linux/arm/tool", "linux-armv6.tgz linux/armv6/tool",
      "linux-armv7.tgz linux/armv7/tool",
    ]
    #expect(try sources(layouts(nil)) == all)
    #expect(try sources(layouts(nil), "linux/arm/v6") == [all[2]])
    // One without a variant stands for all of them.
    #expect(try sources(layouts(nil), "linux/arm") == Array(all.dropFirst()))
    let listed = layouts(nil, #"["linux/arm/v6", "linux/arm/v7"]"#)
    #expect(try sources(listed) == Array(all.dropFirst(2)))
    #expect(
      try tree.mistakes(listed) { $0.platforms = [Platform(os: "linux", architecture: "arm", variant: "v5")] } == [
        "usage: the platform linux/arm/v5 is in no list of this run; did you mean linux/arm/v6?"
      ])
  }

  @Test func `binaries stand where the release says, and present is what is there`() throws {
    for name in [
      "tool_linux_amd64", "tool_linux_armv6", "tool_windows_amd64.exe", "other_linux_386", "tool_linux_chip",
    ] {
      try tree.write("", to: "\(bin)/\(name)")
    }
    let path = #""{binary}_{os}_{arch}{variant}""#
    let all = [
      "linux-amd64.tgz tool_linux_amd64", "linux-armv6.tgz tool_linux_armv6",
      "windows-amd64.tgz tool_windows_amd64.exe",
    ]
    #expect(try sources(layouts(path)) == all)
    #expect(try sources(layouts(path, #"["linux/arm/v6"]"#)) == [all[1]])
    try tree.write("", to: "\(bin)/x86_64/Windows/v1/tool.exe")
    let names = #", "names": {"os": {"windows": "Windows"}, "arch": {"amd64": "x86_64"}}"#
    #expect(
      try sources(layouts(#""{archName}/{osName}/{version}/{binary}.exe""#, more: names)) == [
        "windows-amd64.tgz x86_64/Windows/v1/tool.exe"
      ])
    #expect(
      try sources(layouts(#"{"*/amd64": "{binary}_{os}_amd64"}"#)) == [all[0], all[2]])
  }

  @Test func `what is present must be told by the path`() throws {
    try tree.write("", to: "\(bin)/tool_amd64")
    #expect(
      try tree.mistakes(layouts(#""{binary}_{arch}""#)) == [
        "usage: ROOT/\(bin)/tool_amd64 may be for aix/amd64 or android/amd64: "
          + #"what is "present" needs a "binaryPath" with both {os} and {arch} in it"#
      ])
    #expect(
      try tree.mistakes(layouts(#""{binary}_{os}_{arch}""#)) == [
        #"system: ROOT/\#(bin): no platform is "present": no binary where "binaryPath" has it"#
      ])
  }

  @Test(arguments: [
    (#""{os}/{arch}""#, #"binaryPath: expected a path with {binary} in it, found "{os}/{arch}""#),
    (#""../{binary}""#, #"binaryPath: a '..' part in a path, found "../{binary}""#),
    (#""{binary}-{tag}""#, "binaryPath: {tag} cannot stand here"),
    (#""{binary}-{md5}""#, "binaryPath: {md5} is known in images alone"),
    (#"{"linux/*": "a"}"#, #"binaryPath["linux/*"]: expected a path with {binary} in it, found "a""#),
  ])
  func `a wrong path is refused`(path: String, mistake: String) {
    let found = LayoutSet.mistakes(["release": #"{"name": "x", "binaryPath": \#(path)}"#]).map {
      $0.replacing(#/layouts/release\.json:\d+:\d+: /#, with: "")
    }
    #expect(found == [mistake])
  }

  @Test func `images of variants have folders of their own, in the stage too`() throws {
    for variant in ["v6", "v7"] {
      let platform = Platform(os: "linux", architecture: "arm", variant: variant)
      try tree.addBinary("tool", platform)
      try tree.addBase("base-\(variant)", platform)
    }
    let images =
      #"{"bases": {"base": "base-{variant}"}, "repository": "r/{name}-{arch}{variant}", "tag": "t", "groups": "#
      + #"{"g": [{"binary": "tool", "base": "base"}]}}"#
    let release = #"{"name": "app", "platforms": {"p": ["linux/arm/v6", "linux/arm/v7"]}}"#
    let app = tarball([#"{"images": "g"}"#], head: #""platforms": "p""#, name: "{arch}{variant}.tgz")
    let rules = try Rules.of(["release": release, "images": images, "app": app])
    let plan = try Planner.planRelease(rules, tree.options())
    #expect(plan.images.map { "\($0.builder.platform)" } == ["linux/arm/v6", "linux/arm/v7"])
    #expect(plan.images.map { $0.references[0].familiar } == ["r/tool-armv6:t", "r/tool-armv7:t"])
    let output = "\(tree.root)/_output/"
    let places = plan.artifacts.filter { $0.image != nil }.flatMap(\.places).map { $0.path.replacing(output, with: "") }
    #expect(
      places == [
        "release-stage/app/linux-armv6/tool.tar", "release-images/armv6/tool.tar",
        "release-stage/app/linux-armv7/tool.tar", "release-images/armv7/tool.tar",
      ])
    #expect(Platform.isStageName("linux-armv6") && Platform.isStageName("linux-arm64"))
    #expect(!Platform.isStageName("linux-armx") && !Platform.isStageName("armv6"))
  }
}
