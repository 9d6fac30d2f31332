// The end of a run: leftovers, and a record that would be too large.

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
    _ version: String, in tree: TemporaryTree, cleaning isCleaning: Bool = false
  ) throws -> Tidying {
    let options = tree.options { $0.version = version }
    let rules = try Rules.of(layouts)
    let plan = try Planner.plan(rules, options)
    let keeping = RecordKeeping(
      options.locations, OutputNames(rules.layouts), isNamed: false, isCleaning: isCleaning)
    let outputs = try OutputFolder(ReleaseWriter.folders(of: plan))
    let writer = ReleaseWriter(plan, WriteOptions(jobs: 1))
    _ = try writer.write(into: outputs) { _ in }
    return try writer.commit(outputs, keeping).tidying
  }

  private static let record = "_output/kpack-outputs.json"

  @Test func `a leftover is cleaned, and no longer in the record`() throws {
    let tree = try TemporaryTree()
    #expect(try Self.make("1", in: tree).leftovers.isEmpty)
    let leftovers = try Self.make("2", in: tree).leftovers
    #expect(leftovers.map(\.path) == [Array("\(tree.root)/_output/release-tars/app-1.tgz".utf8)])
    #expect(leftovers.map(\.fate) == [.recorded])
    #expect(try Self.make("2", in: tree, cleaning: true).leftovers.map(\.fate) == [.removed])
    #expect(try tree.run("ls", "_output/release-tars") == "app-2.tgz\n")
    #expect(try !tree.run("cat", Self.record).contains("app-1.tgz"))
  }

  @Test func `a record that would be larger than what is read knows only the files of the run`() throws {
    let tree = try TemporaryTree()
    _ = try Self.make("1", in: tree)
    // As large as a record may be.
    let text = try tree.run("cat", Self.record)
    let name = #""artifact":""#
    let rest = String(repeating: "a", count: RecordFile.largest - text.utf8.count)
    try tree.write(text.replacing(name, with: name + rest), to: Self.record)
    let tidying = try Self.make("2", in: tree)
    #expect(tidying.leftovers.map(\.fate) == [.recorded])
    #expect(tidying.recordWarning == .replaced(path: "\(tree.root)/\(Self.record)", .large))
    let record = try tree.run("cat", Self.record)
    #expect(record.contains("app-2.tgz") && !record.contains("app-1.tgz"))
    #expect(try Self.make("2", in: tree).recordWarning == nil)
  }
}
