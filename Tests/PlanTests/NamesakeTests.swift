// Images of one name in two rules: which of them a name on the command line or in a tarball means.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Images of one name` {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    for platform in [Platform.amd64, .arm64] {
      try tree.addBase("base", platform)
      try tree.addBinary("tool", platform)
    }
  }

  /// The plan of two groups of one image each, with these keys.
  private func plan(
    _ first: String, _ second: String, names: [String] = [], _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> Plan {
    let (release, images) = layouts(first, second)
    let set = try Rules.of(["release": release, "images": images])
    let options = tree.options {
      $0.version = "v1"
      change(&$0)
    }
    return try Planner.planImages(set, options, names: names)
  }

  /// The texts of release.json and images.json.
  private func layouts(_ first: String, _ second: String) -> (release: String, images: String) {
    let groups = [("g", first), ("h", second)].map { #""\#($0)": [{"binary": "tool", "base": "base", \#($1)}]"# }
    let images = #"{"registry": "example.org", \#(plainImages), "groups": {\#(groups.joined(separator: ", "))}}"#
    return (imageRelease, images)
  }

  private static let amd64 = #""platforms": ["linux/amd64"]"#
  private static let arm64 = #""platforms": ["linux/arm64"]"#

  @Test func `a name means the rules that are on`() throws {
    let off = #""when": "extra", \#(Self.arm64)"#
    #expect(try plan(Self.amd64, off, names: ["tool"]).images.map(\.platform) == [.amd64])
    #expect(try plan(off, Self.amd64, names: ["tool"]).images.map(\.platform) == [.amd64])
    let all = try plan(Self.amd64, off, names: ["tool"]) { $0.flags = ["extra": true] }
    #expect(all.images.map(\.platform) == [.amd64, .arm64])
    #expect(throws: PlanErrors.self) { _ = try plan(off, off, names: ["tool"]) }
  }

  @Test func `a tarball that names an image of two rules holds that of its platform`() throws {
    let (release, images) = layouts(Self.amd64, Self.arm64)
    let names = #"{"images": ["tool"]}"#
    let head = #""platforms": "two""#
    let plan = try tree.plan([
      "release": release, "images": images, "app": tarball([names], head: head, name: "{arch}.tgz"),
    ]) {
      $0.version = "v1"
    }
    #expect(plan.tarballs.map { plan.lines(of: $0).count } == [2, 2])
    #expect(plan.images.map(\.origin.path) == ["groups.g[0]", "groups.h[0]"])
  }
}
