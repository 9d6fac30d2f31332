// Variables of the release: the version without its v, the commit, the time, and the environment.

@testable import Archive
@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct VariableTests {
  /// A tarball with one text file.
  private func layouts(_ text: String, release: String = plainRelease) -> KeyValuePairs<String, String> {
    ["release": release, "app": tarball([#"{"text": "\#(text)", "to": "x"}"#])]
  }

  /// What the template of a text is filled in to.
  private func filled(
    _ text: String, in tree: TemporaryTree, release: String = plainRelease,
    _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> String {
    let plan = try tree.plan(layouts(text, release: release), change)
    let tarball = try #require(plan.tarballs.first)
    guard case .source(let id) = tarball.entries.body(at: 0), case .bytes(let bytes) = plan.sources[id] else {
      return ""
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [("v1.2.3", "1.2.3"), ("1.2.3", "1.2.3"), ("v1.0.0-rc.1+b", "1.0.0-rc.1+b"), ("version", "ersion")])
  func `semver is the version without a leading v`(version: String, semver: String) throws {
    #expect(
      try filled("{version} {semver}", in: try TemporaryTree()) { $0.version = version } == "\(version) \(semver)")
  }

  @Test func `the commit is git's, or that of the environment`() throws {
    let tree = try TemporaryTree.committed()
    let head = try tree.head()
    #expect(try filled("{commit} {shortCommit}", in: tree) == "\(head) \(head.prefix(7))")
    #expect(try filled("{shortCommit}", in: tree) { $0.environment["KUBE_GIT_COMMIT"] = "0123456789" } == "0123456")
    let plain = try TemporaryTree()
    #expect(try filled("{commit}", in: plain) { $0.environment["KUBE_GIT_COMMIT"] = "abc" } == "abc")
    #expect(
      try plain.mistakes(layouts("{commit}{shortCommit}")) == [
        "usage: entries[0]: {commit} is not known: ROOT has no .git to ask; set KUBE_GIT_COMMIT"
      ])
    #expect(
      try plain.mistakes(layouts("{commit}")) { $0.environment["KUBE_GIT_COMMIT"] = "a b" } == [
        #"system: entries[0]: the commit "a b" is no name of a commit: expected letters and digits"#.replacing(
          "system", with: "usage")
      ])
    try plain.write("KUBE_GIT_VERSION='v1'\n", to: "version")
    #expect(
      try plain.mistakes(layouts("{commit}")) { $0.environment["KUBE_GIT_VERSION_FILE"] = "\(plain.root)/version" } == [
        "usage: entries[0]: {commit} is not known: ROOT/version has no KUBE_GIT_COMMIT"
      ])
  }

  @Test func `the date is that of the release`() throws {
    let tree = try TemporaryTree()
    #expect(try filled("{date}", in: tree) { $0.epoch = 1_502_928_000 } == "2017-08-17T00:00:00Z")
    let release = #"{"name": "app", "archive": {"mtime": 1}}"#
    #expect(try filled("{date}", in: tree, release: release) { $0.epoch = nil } == "1970-01-01T00:00:01Z")
  }

  @Test func `a variable of the environment is declared and set`() throws {
    let tree = try TemporaryTree()
    let release = #"{"name": "app", "environment": ["BUILD", "EMPTY"]}"#
    #expect(try filled("{env.BUILD}", in: tree, release: release) { $0.environment["BUILD"] = "17" } == "17")
    #expect(try filled("[{env.EMPTY}]", in: tree, release: release) { $0.environment["EMPTY"] = "" } == "[]")
    #expect(
      try tree.mistakes(layouts("{env.BUILD}", release: release)) == [
        "usage: entries[0]: {env.BUILD} is not known; set BUILD"
      ])
    #expect(
      try tree.mistakes(layouts("{env.BUILD}", release: release)) { $0.environment["BUILD"] = "a\nb" } == [
        "usage: entries[0]: BUILD: expected a value without control characters, found a%0Ab"
      ])
    #expect(
      Rules.mistakes(layouts("{env.BUILT}", release: release)) == [
        #"layouts/app.json:2:10: entries[0].text: {env.BUILT} is not known: "environment" of release.json names the "#
          + #"variables that layouts may use; did you mean "BUILD"?"#
      ])
    let root = #"{"name": "app", "archive": {"root": "{env.X}"}}"#
    #expect(
      try tree.mistakes(layouts("", release: root)) == [
        #"usage: layouts/release.json:1:37: archive.root: {env.X} is not known: "environment" of release.json does not "#
          + "name it"
      ])
  }

  @Test func `a registry that images.json does not set is named`() throws {
    let tree = try TemporaryTree()
    let images = #"{"bases": {"b": "b"}, "groups": {"g": [{"name": "x", "base": "b", "platforms": ["linux/arm"]}]}}"#
    let rules = try Rules.of(["release": plainRelease, "images": images])
    let error = #expect(throws: PlanErrors.self) { _ = try Planner.check(rules) }
    #expect(
      error?.diagnostics.map(\.description) == [
        #"layouts/images.json:1:1: {registry} is not known: images.json has no "registry""#
      ])
    #expect(
      try tree.mistakes([
        "release": plainRelease, "images": images, "app": tarball([#"{"text": "{registry}", "to": "x"}"#]),
      ]) == [#"usage: layouts/images.json:1:1: {registry} is not known: images.json has no "registry""#])
  }
}
