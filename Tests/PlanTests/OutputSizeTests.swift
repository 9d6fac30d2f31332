// How large the outputs of a plan can get.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct OutputSizeTests {
  private static let release = #"{"name": "a"}"#

  private static func holding(_ names: String..., as name: String) -> String {
    let places = names.enumerated().map { #"{"artifact": "\#($1)", "to": "\#($0).tgz"}"# }
    return tarball(places, name: "\(name).tgz")
  }

  @Test func `a tarball is counted at each of its places`() throws {
    let tree = try TemporaryTree()
    try tree.write([UInt8](repeating: 1, count: 2_000_000), to: "big")
    let plan = try tree.plan([
      "release": Self.release, "app": tarball([#"{"file": "big", "to": "big"}"#]),
      "b": Self.holding("app", "app", as: "b"), "c": Self.holding("b", "app", as: "c"),
    ])
    let places: [Int64] = [1, 2, 3]
    for (size, count) in zip(plan.largestSizes, places) {
      // With headers, and by a thousandth more at each level for the frames of stored blocks.
      #expect((count * 2_001_900..<count * 2_009_000).contains(size))
    }
    #expect(plan.largestSizes.count == 3)
  }

  @Test func `more than any disk has is no overflow`() throws {
    let tree = try TemporaryTree()
    try tree.write([UInt8](repeating: 1, count: 2_000_000), to: "big")
    var texts = [Self.release, tarball([#"{"file": "big", "to": "big"}"#], name: "n0.tgz")]
    for number in 1...60 { texts.append(Self.holding("n\(number - 1)", "n\(number - 1)", as: "n\(number)")) }
    let files = texts.enumerated().map { number, text in
      LayoutFile(path: "layouts/\(number == 0 ? "release" : "n\(number - 1)").json", bytes: Array(text.utf8))
    }
    let plan = try Planner.plan(try Planner.rules(files, from: "layouts"), tree.options(), names: [])
    #expect(plan.largestSizes.last == .max)
  }
}
