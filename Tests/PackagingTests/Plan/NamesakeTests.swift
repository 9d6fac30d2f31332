// Images of one name in two rules: which of them a name on the command line or in a tarball means.

import Image
import Testing

@testable import Packaging

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
    let set = try LayoutSet.of(layouts(first, second))
    let options = tree.options {
      $0.version = "v1"
      change(&$0)
    }
    return try Resolver.planImages(set, options, names: names)
  }

  private func layouts(_ first: String, _ second: String) -> KeyValuePairs<String, String> {
    let groups = [("g", first), ("h", second)].map { #""\#($0)": [{"binary": "tool", "base": "base", \#($1)}]"# }
    let images = #"{"registry": "example.org", \#(plainImages), "groups": {\#(groups.joined(separator: ", "))}}"#
    return ["release": imageRelease, "images": images]
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
}
