// The jobs of a release, in order: where blocks are cut, what is spliced, what waits for what.

@testable import Archive
@testable import Files
@testable import Plan
@testable import TestSupport
import Testing
@testable import Threads
@testable import Write

struct BlockScheduleTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.write([UInt8](repeating: 0x40, count: (1 << 20) + 100), to: "big")
    try tree.write([0x1F, 0x8B] + [UInt8](repeating: 0x40, count: 1 << 20), to: "packed")
    try tree.write([UInt8](repeating: 0x40, count: 600_000), to: "small")
  }

  @Test func `a content is cut by itself and spliced where it stands again`() throws {
    let rules = ["a", "b"].map { #"{"file": "big", "to": "\#($0)"}"# }
    #expect(
      try jobs(["release": plainRelease, "one": tarball(rules), "two": tarball([rules[1]], name: "two.tgz")]) == [
        "begin 0", "run 0..<512", "first 0..<524288", "deflated 524288..<1048576", "last 1048576..<1048676",
        // The padding of "a" and the header of "b", then the padding of "b" and the end.
        "run 1049188..<1050112", "splice", "run 2098788..<2100224", "end 0",
        "begin 1", "run 0..<512", "splice", "run 1049188..<1050624", "end 1",
      ])
  }

  @Test func `small files flow with their headers, in blocks of 512 KiB`() throws {
    #expect(
      try jobs([
        "release": plainRelease, "one": tarball([#"{"file": "small", "to": "a"}"#, #"{"text": "x", "to": "b"}"#]),
      ]) == [
        "begin 0", "run 0..<524288", "run 524288..<602624", "end 0",
      ])
  }

  @Test func `what is compressed already is stored, in whole stored blocks, and never spliced`() throws {
    let rules = ["a", "b"].map { #"{"file": "packed", "to": "\#($0)"}"# }
    let stored = [
      "first 0..<262140", "stored 262140..<524280", "stored 524280..<786420", "stored 786420..<1048560",
      "last 1048560..<1048578",
    ]
    #expect(
      try jobs(["release": plainRelease, "one": tarball(rules)])
        == ["begin 0", "run 0..<512"] + stored + ["run 1049090..<1050112"] + stored + [
          "run 2098690..<2100224", "end 0",
        ])
  }

  @Test func `one content at two levels is deflated twice`() throws {
    let rule = #"{"file": "big", "to": "a"}"#
    let jobs = try jobs([
      "release": plainRelease, "one": tarball([rule]),
      "two": tarball([rule], head: #""archive": {"level": 9}"#, name: "two.tgz"),
      "zoo": tarball([rule], name: "zoo.tgz"),
    ])
    #expect(jobs.count { $0 == "first 0..<524288" } == 2 && jobs.count { $0 == "splice" } == 1)
  }

  @Test func `a tarball waits for those that it holds`() throws {
    let plan = try tree.plan([
      "release": plainRelease, "inner": tarball([], name: "inner.tgz"),
      "outer": tarball([#"{"artifact": "inner", "to": "i"}"#], name: "outer.tgz"),
    ])
    let store = SourceStore(plan.sources)
    let schedule = Self.schedule(plan, store)
    #expect(
      try [0, 0, 0, 0, 0].map { _ in described(try schedule.next()) } == [
        "begin 0", "run 0..<1024", "end 0", "later", "later",
      ])
    let path = Array("\(tree.root)/big".utf8)
    store.finish(artifact: 0, as: SourceFile(path: path, identity: try FileStatus.of(path).identity))
    #expect(
      try [0, 0, 0].map { _ in described(try schedule.next()) } == ["begin 1", "run 0..<512", "first 0..<262140"])
  }

  @Test func `entries of a zip are packed each alone, and large sources are those of the tarballs`() throws {
    let rules = [
      #"{"file": "big", "to": "big"}"#, #"{"file": "packed", "to": "packed"}"#, #"{"file": "small", "to": "x/a"}"#,
      #"{"file": "small", "to": "x/b"}"#, #"{"symlink": "a", "to": "x/c"}"#, #"{"text": "x", "to": "y"}"#,
    ]
    let stored = ["first 0..<524288", "stored 524288..<1048576", "last 1048576..<1048578"]
    #expect(
      try jobs([
        "release": plainRelease, "one": tarball([rules[0]]), "two": tarball(rules, name: "two.zip"),
        "zoo": tarball(Array(rules[2...3]), name: "zoo.zip"),
      ]) == [
        "begin 0", "run 0..<512", "first 0..<524288", "deflated 524288..<1048576", "last 1048576..<1048676",
        "run 1049188..<1050624", "end 0",
        "begin 1", "begin member, deflated, 1048676 bytes, one source", "splice", "end member",
        "begin member, stored, 1048578 bytes, one source",
      ] + stored + [
        "end member", "members 2, 3", "members 4 again", "members 5, 6", "end 1",
        "begin 2", "members 0, 1 again", "members 2 again", "end 2",
      ])
  }

  @Test func `a zip that comes first gives its sources to the tarballs`() throws {
    let rule = #"{"file": "big", "to": "a"}"#
    #expect(
      try jobs(["release": plainRelease, "one": tarball([rule], name: "one.zip"), "two": tarball([rule])]) == [
        "begin 0", "begin member, deflated, 1048676 bytes, one source", "first 0..<524288",
        "deflated 524288..<1048576", "last 1048576..<1048676", "end member", "end 0",
        "begin 1", "run 0..<512", "splice", "run 1049188..<1050624", "end 1",
      ])
  }

  @Test func `a zip of level 0 stores all`() throws {
    let zip = tarball([#"{"file": "big", "to": "a"}"#], head: #""archive": {"level": 0}"#, name: "one.zip")
    #expect(
      try jobs(["release": plainRelease, "one": zip]).prefix(2) == [
        "begin 0", "begin member, stored, 1048676 bytes, one source",
      ])
  }

  @Test func `small entries are packed in groups`() throws {
    try tree.run("sh", "-c", "mkdir t; for n in $(seq 1000 1300); do : > t/$n; done")
    #expect(
      try jobs(["release": plainRelease, "one": tarball([#"{"tree": "t"}"#], name: "one.zip")])
        .map { $0.split(separator: ",").count } == [1, 256, 45, 1])
  }

  /// All jobs of `layouts`, in order.
  private func jobs(_ layouts: KeyValuePairs<String, String>) throws -> [String] {
    let plan = try tree.plan(layouts)
    let schedule = Self.schedule(plan, SourceStore(plan.sources))
    var jobs: [String] = []
    while case .job(let job) = try schedule.next() { jobs.append(described(.job(job))) }
    return jobs
  }

  private static func schedule(_ plan: Plan, _ store: SourceStore) -> BlockSchedule {
    BlockSchedule(Array(plan.artifacts.indices), of: plan.artifacts, CodecTable(of: plan.artifacts), store: store)
  }

  private func described(_ next: NextJob<BlockJob>) -> String {
    switch next {
    case .later: "later"
    case .end: "end"
    case .job(.whole(let artifact)): "whole \(artifact)"
    case .job(.begin(let artifact)): "begin \(artifact)"
    case .job(.run(_, let range, _)): "run \(range)"
    case .job(.source(_, let range, _, true, _)): "first \(range)"
    case .job(.source(_, let range, _, _, true)): "last \(range)"
    case .job(.source(_, let range, .kept, _, _)): "stored \(range)"
    case .job(.source(_, let range, .encoded, _, _)): "deflated \(range)"
    case .job(.splice): "splice"
    case .job(.cached): "cached"
    case .job(.members(_, let members, _)):
      "members " + members.map { "\($0.index)\($0.isRepeated ? " again" : "")" }.joined(separator: ", ")
    case .job(.beginMember(let method, let size, let isOneSource)):
      "begin member, \(method), \(size) bytes\(isOneSource ? ", one source" : "")"
    case .job(.endMember): "end member"
    case .job(.end(let artifact)): "end \(artifact)"
    }
  }
}
