// Mistakes are told once, where they are: at the name in release.json, not at each rule and platform that uses it.

@testable import Basics
@testable import Image
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct ToldOnceTests {
  private let tree: TemporaryTree
  private let bin = "ROOT/_output/dockerized/bin"

  init() throws { tree = try TemporaryTree() }

  private func built(_ paths: String...) throws {
    for path in paths { try tree.write("", to: "_output/dockerized/bin/\(path)") }
  }

  @Test func `a wrong name of a binary is told at its list, for all platforms and tarballs`() throws {
    try built("linux/amd64/tool", "linux/arm/tool")
    let release =
      #"{"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm"]}, "binaries": {"all": ["tool", "toool"]}}"#
    let layouts: KeyValuePairs = [
      "release": release, "app": tarball([#"{"binaries": "all"}"#], head: #""platforms": "all""#, name: "{arch}.tgz"),
      "other": tarball([#"{"binaries": "all"}"#], head: #""platforms": "all""#, name: "o-{arch}.tgz"),
    ]
    let found = try tree.mistakes(layouts)
    #expect(
      found == [
        #"system: layouts/release.json:1:98: binaries.all[1]: no binary "toool" for linux/amd64, linux/arm: "#
          + #"\#(bin)/linux/amd64/toool is missing; did you mean "tool"?"#
      ])
  }

  @Test func `a wrong name in a rule is told at the rule, once`() throws {
    try built("linux/amd64/tool", "linux/arm/tool")
    let app = tarball(
      [#"{"binaries": ["other"]}"#], head: #""platforms": ["linux/amd64", "linux/arm"]"#, name: "{arch}.tgz")
    let found = try tree.mistakes(["release": plainRelease, "app": app])
    #expect(
      found == [
        #"system: entries[0]: no binary "other" for linux/amd64, linux/arm: \#(bin)/linux/amd64/other is missing"#
      ])
  }

  @Test func `a wrong name of a platform is told at its list`() throws {
    try built("linux/amd64/tool")
    let release =
      #"{"name": "app", "platforms": {"all": ["linux/amd64", "linux/amd46"]}, "binaries": {"all": ["tool"]}}"#
    let app = tarball([#"{"binaries": "all"}"#], head: #""platforms": "all""#, name: "{arch}.tgz")
    let found = try tree.mistakes(["release": release, "app": app, "more": app.replacing("{arch}", with: "m-{arch}")])
    #expect(
      found == [
        "system: layouts/release.json:1:54: platforms.all[1]: \(bin)/linux/amd46: no such folder, where 1 source is to "
          + #"be found: tool; did you mean "linux/amd64"?"#
      ])
  }

  @Test(arguments: [
    (#"{"file": "LICENSE*", "to": "a"}"#, "a: source ROOT/LICENSE*: cannot find: No such file or directory"),
    (#"{"tree": "docs/[a-z]"}"#, "ROOT/docs/[a-z]: cannot stat: No such file or directory"),
  ])
  func `a pattern where none is taken is told what takes patterns`(entry: String, mistake: String) throws {
    try tree.write("", to: "docs/a")
    let hint = "; `paths` takes patterns, and so does `include`"
    #expect(try tree.mistakes(entry) == ["system: entries[0]: \(mistake)\(hint)"])
  }

  @Test func `a missing executable under a tag of its digest is named`() throws {
    try tree.addBase()
    try built("linux/amd64/other")
    let found = try tree.imageMistakes(image(#""tag": "{md5}""#, binary: "extra"), image(#""tag": "{md5}""#))
    #expect(
      found == [
        #"system: groups.main[0]: {md5} is not known: source \#(bin)/linux/amd64/extra: cannot find: No such file or directory"#,
        #"system: layouts/release.json:2:23: binaries.all[0]: no binary "tool" for linux/amd64: "#
          + "\(bin)/linux/amd64/tool is missing",
      ])
  }

  @Test func `a plan to read needs no bases, and what a set needs is told`() throws {
    try built("linux/amd64/tool", "linux/armv6/tool")
    let images =
      #"{"registry": "r", "bases": {"b": {"arm/v6": "six", "*": "debian:{semver}"}, "c": "busybox"}, "groups": {"g": "#
      + #"[{"binary": "tool", "base": "b"}, {"name": "x", "base": "c", "platforms": ["linux/amd64"]}]}}"#
    let app = tarball(
      [#"{"images": "g"}"#], head: #""platforms": ["linux/amd64", "linux/arm/v6"]"#, name: "{arch}.tgz")
    let rules = try Rules.of(["release": plainRelease, "images": images, "app": app])
    let options = tree.options { $0.version = "v12" }
    let plan = try Planner.planToTell(rules, options, names: [])
    #expect(
      plan.tarballs.map { plan.lines(of: $0) } == [
        [
          "file 0644 4 tool.docker_tag", "file 0644 - tool.tar", "file 0644 4 x.docker_tag", "file 0644 - x.tar",
        ], ["file 0644 4 tool.docker_tag", "file 0644 - tool.tar"],
      ])
    let warning =
      "ROOT/_output/bases: bases are missing, so images are here without them and have no size; "
      + "`kpack base list --wanted` tells which are needed"
    #expect(plan.warnings.last?.replacing(tree.root, with: "ROOT") == warning)
    #expect(throws: PlanErrors.self) { _ = try Planner.plan(rules, options) }
    let wanted = try Planner.wantedBases(rules, options).map { base in
      "\(base.reference.familiar) \(base.platform) \(base.images.joined(separator: ","))"
    }
    #expect(wanted == ["busybox:latest linux/amd64 x", "debian:12 linux/amd64 tool", "six:latest linux/arm/v6 tool"])
    // One of them is there: the others are still assumed.
    try tree.addBase("debian:12")
    let more = try Planner.planToTell(rules, options, names: [])
    #expect(more.tarballs.map { more.lines(of: $0).count { $0.contains(" - ") } } == [1, 1])
  }
}
