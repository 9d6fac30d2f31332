// The plan of a release: all tarballs and images in one, each image once, the mistakes of both together.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct ReleasePlanTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary("tool")
    try tree.addBase("base")
  }

  /// A held image, one that stands alone, and two tarballs.
  private func rules(app: String = #"{"images": ["tool"], "to": "i"}"#) throws -> Rules {
    try Rules.of([
      "release": #"{"name": "app", "platforms": {"one": ["linux/amd64"]}, "binaries": {"b": ["tool"]}}"#,
      "images": """
      {"registry": "r", "bases": {"base": "base"}, "groups": {"g": [{"binary": "tool", "base": "base"},
       {"name": "alone", "base": "base", "platforms": "one"}]}}
      """,
      "app": tarball([app], head: #""platforms": "one""#), "docs": tarball([], name: "docs.tgz"),
    ])
  }

  private var options: ReleaseOptions { tree.options { $0.version = "v1" } }

  private func written(_ plan: Plan) -> [String] { plan.written.map { plan.artifacts[$0].title } }

  @Test func `what is made is what images and tarballs make, each once`() throws {
    let rules = try rules()
    let plan = try Planner.planRelease(rules, options)
    let parts = try [Planner.planImages(rules, options), Planner.plan(rules, options)]
    #expect(written(plan) == parts.flatMap { written($0) })
    #expect(
      written(plan) == ["image tool for linux/amd64", "image alone for linux/amd64", "app.tgz", "docs.tgz"])
    #expect(plan.artifacts.map(\.needs) == [[], [], [0], []])
  }

  @Test func `names choose tarballs and images`() throws {
    let rules = try rules()
    #expect(written(try Planner.planRelease(rules, options, names: ["docs", "alone"])).count == 2)
    // What it holds is made, and goes nowhere else.
    let plan = try Planner.planRelease(rules, options, names: ["app"])
    #expect(written(plan) == ["app.tgz"] && plan.artifacts.count == 2)
  }

  @Test func `mistakes of tarballs and of images are told together, each once`() throws {
    try tree.run("rm", "_output/dockerized/bin/linux/amd64/tool")
    let rules = try rules(app: #"{"images": ["tool"], "to": "i"}, {"file": "none", "to": "a"}"#)
    let errors = try #require(throws: PlanErrors.self) { try Planner.planRelease(rules, options) }
    let shown = errors.diagnostics.map { $0.message.replacing(tree.root, with: "ROOT") }
    #expect(
      shown.sorted() == [
        "a: source ROOT/none: cannot find: No such file or directory",
        #"no binary "tool" for linux/amd64: ROOT/_output/dockerized/bin/linux/amd64/tool is missing"#,
      ])
  }

  @Test func `a release of which nothing is left is a mistake`() throws {
    let rules = try Rules.of([
      "release": #"{"name": "app", "platforms": {"one": ["linux/amd64"], "two": ["linux/arm"]}}"#,
      "app": tarball([], head: #""platforms": "one""#),
      "other": tarball([], head: #""platforms": "two""#, name: "o.tgz"),
    ])
    var options = options
    options.platforms = [Platform(os: "linux", architecture: "arm")]
    #expect(try Planner.planRelease(rules, options).artifacts.map(\.fileName) == ["o.tgz"])
    options.platforms = []
    let errors = try #require(throws: PlanErrors.self) { try Planner.planRelease(rules, options) }
    #expect(
      errors.diagnostics.map(\.message) == ["no tarball and no image is left to build on the platforms of this run"])
  }
}
