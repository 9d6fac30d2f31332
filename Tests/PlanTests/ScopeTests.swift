// Scopes as values: which tarballs and images on which platforms, in which order.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct ScopeTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  private static let layouts: KeyValuePairs = [
    "release": #"{"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm"]}, "flags": {"f": {}}}"#,
    "images": #"""
    {"bases": {"b": "x"}, "groups": {"g": [{"name": "one", "base": "b"},
     {"name": "two", "base": "b", "when": "f", "platforms": ["linux/arm"]}]}}
    """#,
    "a": tarball(
      [#"{"artifact": "c", "to": "c"}"#, #"{"images": "g"}"#], head: #""platforms": "all""#, name: "a-{arch}.tgz"),
    "b": tarball([], name: "b.tgz"), "c": tarball([], name: "c.tgz"),
  ]

  private func scope(
    _ wanted: WantedArtifacts, _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> (Scope, [String]) {
    let rules = try Rules.of(Self.layouts)
    var finder = ScopeFinder(rules, Facts(rules.layouts, tree.options(change)))
    let scope = finder.scope(of: wanted)
    return (scope, finder.said.mistakes.map(\.message))
  }

  private func shown(_ images: [ScopedImage]) -> [String] { images.map { "\($0.key.name) \($0.key.platform)" } }

  @Test func `tarballs stand behind those that they hold`() throws {
    let (scope, mistakes) = try scope(WantedArtifacts(tarballs: []))
    #expect(scope.tarballs.map { "\($0.key)" } == ["b", "c", "a for linux/amd64", "a for linux/arm"])
    #expect(shown(scope.heldImages) == ["one linux/amd64", "one linux/arm"])
    #expect(mistakes == [] && scope.images.isEmpty)
  }

  @Test func `a name brings what its tarball holds and nothing else`() throws {
    let (scope, mistakes) = try scope(WantedArtifacts(tarballs: ["a"])) {
      $0.platforms = [Platform(os: "linux", architecture: "arm")]
    }
    #expect(scope.tarballs.map { "\($0.key)" } == ["c", "a for linux/arm"] && mistakes == [])
    #expect(shown(scope.heldImages) == ["one linux/arm"])
  }

  @Test func `images are made where tarballs hold them, or where they say themselves`() throws {
    #expect(shown(try scope(WantedArtifacts(images: [])).0.images) == ["one linux/amd64", "one linux/arm"])
    let (scope, mistakes) = try scope(WantedArtifacts(images: ["two"])) { $0.flags = ["f": true] }
    #expect(shown(scope.images) == ["two linux/arm"] && mistakes == [])
    #expect(try self.scope(WantedArtifacts(images: ["two"])).1 == [#""two" is turned off by the flag "f""#])
  }

  @Test func `names of a release are a tarball's, an image's or a mistake`() throws {
    let rules = try Rules.of(Self.layouts)
    let both = WantedArtifacts(ofAll: ["b", "one", "on"], in: rules)
    #expect(both.tarballs == ["b"] && both.images == ["one"] && both.unknown == ["on"])
    #expect(try scope(both).1 == [#"no layout and no image is named "on"; did you mean "one"?"#])
    let all = WantedArtifacts(ofAll: [], in: rules)
    #expect(all.tarballs == [] && all.images == [])
    #expect(WantedArtifacts(ofAll: ["b"], in: rules).images == nil)
  }
}
