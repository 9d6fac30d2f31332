// The end of a run: leftovers, and folders that the run keeps as wholes.

@testable import Files
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing
@testable import Write

struct RecordKeepingTests {
  private static let layouts: KeyValuePairs = [
    "release": plainRelease,
    "app": #"{"tarball": "app-{version}.tgz", "entries": [{"text": "x", "to": "x"}]}"#,
  ]

  /// Makes version `version` in the tree; its leftovers.
  private static func make(
    _ version: String, in tree: TemporaryTree, cleaning isCleaning: Bool = false, keeping kept: [String] = []
  ) throws -> [FoundLeftover] {
    let options = tree.options { $0.version = version }
    let rules = try Rules.of(layouts)
    let plan = try Planner.plan(rules, options)
    var keeping = RecordKeeping(
      options.locations, OutputNames(rules.layouts), isNamed: false, isCleaning: isCleaning)
    keeping.keptFolders = kept.map { "\(tree.root)/\($0)" }
    let outputs = try OutputFolder(ReleaseWriter.folders(of: plan))
    let writer = ReleaseWriter(plan, WriteOptions(jobs: 1))
    _ = try writer.write(into: outputs) { _ in }
    return try writer.commit(outputs, keeping).tidying.leftovers
  }

  @Test func `a leftover is cleaned, unless the run keeps the folder that it is in`() throws {
    let tree = try TemporaryTree()
    #expect(try Self.make("1", in: tree) == [])
    let path = Array("\(tree.root)/_output/release-tars/app-1.tgz".utf8)
    #expect(try Self.make("2", in: tree) == [FoundLeftover(path: path, fate: .recorded)])
    #expect(try Self.make("2", in: tree, cleaning: true, keeping: ["_output/release-tars"]) == [])
    let others = ["_output/release-tar", "missing/folder"]
    #expect(try Self.make("2", in: tree, cleaning: true, keeping: others).map(\.fate) == [.removed])
    #expect(try tree.run("ls", "_output/release-tars") == "app-2.tgz\n")
    #expect(try !tree.run("cat", "_output/kpack-outputs.json").contains("app-1.tgz"))
  }
}
