// A plan into files: the same bytes whatever the threads, whole archives, all outputs or none.

@testable import Archive
@testable import Basics
@testable import Files
import Glibc
@testable import Plan
@testable import TestSupport
import Testing
@testable import Write

/// A tree with contents around every edge: of tar's blocks, of the blocks of deflate, of what stands alone.
private struct EdgeTree {
  let tree: TemporaryTree

  private static let sizes = [
    0, 1, 511, 512, 513, (512 << 10) - 1, 512 << 10, (512 << 10) + 1, (1 << 20) - 1, 1 << 20, 3 << 20,
  ]

  init() throws {
    tree = try TemporaryTree()
    for size in Self.sizes { try tree.write(bytes(size, seed: size), to: "t/\(size)") }
    // A gzip file of more than 1 MiB is stored as it is.
    try tree.write([0x1F, 0x8B, 8, 0] + bytes((1 << 20) + 77_777, seed: 5), to: "t/packed.gz")
    try tree.write(bytes((1 << 20) + 1, seed: 6), to: "big")
  }

  func plan(_ change: (inout ReleaseOptions) -> Void = { _ in }) throws -> Plan {
    let big = #"{"file": "big", "to": "big"}"#
    return try tree.plan(
      [
        "release": #"{"name": "a", "archive": {"root": "top"}}"#,
        "edges": tarball([#"{"tree": "t"}"#, big, #"{"file": "big", "to": "x/twice"}"#], name: "edges.tar.gz"),
        "outer": tarball(
          [#"{"artifact": "edges", "to": "in/edges.tar.gz"}"#, big, #"{"text": "é", "to": "text"}"#],
          name: "outer.tar.gz"),
        "store": tarball(
          [big, #"{"tree": "t", "exclude": ["3*"]}"#], head: #""archive": {"level": 1}"#, name: "store.tar.gz"),
      ], change)
  }

  /// Writes the plan into the folder `out` of the tree.
  func write(_ plan: Plan, to out: String, jobs: Int) throws -> [ArtifactResult] {
    let folder = try OutputFolder("\(tree.root)/\(out)")
    do {
      var options = WriteOptions(jobs: jobs)
      options.hashesTars = true
      return try written(plan, into: folder, options) { _ in }
    } catch {
      folder.abandon()
      throw error
    }
  }

  /// The digest of what a program prints.
  func digest(_ command: String) throws -> String {
    String(try tree.run("sh", "-c", "\(command) | sha256sum").prefix(64))
  }
}

/// Bytes that deflate to about half, the same for the same seed.
private func bytes(_ count: Int, seed: Int) -> [UInt8] {
  var state = UInt32(truncatingIfNeeded: seed) | 1
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: state >> 28) | 0x40)
    }
    initialized = count
  }
}

struct ReleaseWriterTests {
  @Test func `the bytes are the same for any number of threads, and gunzip gives the tar that is told`() throws {
    let edges = try EdgeTree()
    let plan = try edges.plan()
    let runs = try [1, 2, 7].map { try edges.write(plan, to: "out\($0)", jobs: $0) }
    for run in runs {
      #expect(run.map(\.artifact) == [0, 1, 2])
      #expect(run.map(\.digest) == runs[0].map(\.digest))
      #expect(run.map(\.tarDigest) == runs[0].map(\.tarDigest))
    }
    for result in runs[0] {
      let name = plan.artifacts[result.artifact].fileName
      for jobs in [1, 7] { #expect(try edges.digest("cat out\(jobs)/\(name)") == result.digest.description) }
      #expect(try edges.digest("gunzip -c out1/\(name)") == result.tarDigest?.description, "\(name)")
      #expect(try edges.tree.run("sh", "-c", "gunzip -c out1/\(name) | wc -c") == "\(result.tarSize)\n")
    }
    #expect(try edges.tree.run("ls", "-A", "out7") == "edges.tar.gz\nouter.tar.gz\nstore.tar.gz\n")
    // tar's own reader finds every content where it should be, and the inner archive is the outer one's byte for byte.
    try edges.tree.run("tar", "-xzf", "out1/edges.tar.gz")
    try edges.tree.run("tar", "-xzf", "out1/outer.tar.gz")
    try edges.tree.run(
      "sh", "-c", "for f in t/*; do cmp $f top/${f#t/} || exit 1; done; cmp big top/big; cmp big top/x/twice")
    try edges.tree.run("cmp", "out1/edges.tar.gz", "top/in/edges.tar.gz")
  }

  @Test func `an archive holds what the plan says`() throws {
    let edges = try EdgeTree()
    let plan = try edges.plan()
    _ = try edges.write(plan, to: "out", jobs: 2)
    for tarball in plan.tarballs {
      var lines: [String] = []
      try ArchiveListing.read(
        path: Array("\(edges.tree.root)/out/\(tarball.fileName)".utf8),
        record: { row in
          let size = row.path.hasSuffix("edges.tar.gz") ? "-" : "\(row.size ?? -1)"
          lines.append("\(row.type) \(row.mode) \(size) \(row.path)\(row.link)")
        }, warning: { Issue.record("\($0)") })
      #expect(lines == plan.lines(of: tarball))
    }
  }

  @Test(
    arguments: [
      (1 << 20, [0x1F, 0x8B], true), (1 << 20, [0x28, 0xB5, 0x2F, 0xFD], true), (1 << 20, [0x1F, 0x8C], false),
      ((1 << 20) - 1, [0x1F, 0x8B], false),
    ] as [(Int, [UInt8], Bool)])
  func `a content that is compressed already and large is stored as it is`(
    _ size: Int, _ magic: [UInt8], _ isStored: Bool
  ) throws {
    let tree = try TemporaryTree()
    try tree.write(magic + bytes(size - magic.count, seed: 5), to: "packed")
    let plan = try tree.plan(["release": plainRelease, "app": tarball([#"{"file": "packed", "to": "packed"}"#])])
    let folder = try OutputFolder("\(tree.root)/out")
    let archive = try #require(try written(plan, into: folder, WriteOptions(jobs: 1)) { _ in }.first)
    #expect((archive.size > size) == isStored)
    #expect(try tree.run("sh", "-c", "gunzip -c out/app.tgz | tar -xO packed | cmp - packed && echo same") == "same\n")
  }

  @Test(arguments: [0, 1, 9])
  func `every level gives the same tar`(_ level: Int) throws {
    let tree = try TemporaryTree()
    try tree.write(bytes(300_000, seed: 1), to: "t/a")
    try tree.write(bytes((1 << 20) + 5, seed: 2), to: "t/b")
    let plan = try tree.plan(["release": plainRelease, "app": tarball([#"{"tree": "t"}"#])]) { $0.level = level }
    let folder = try OutputFolder("\(tree.root)/out")
    let archive = try #require(try written(plan, into: folder, WriteOptions(jobs: 2)) { _ in }.first)
    // 2 headers, both contents padded, the end.
    #expect(archive.tarSize == 512 + 300_032 + 512 + (1 << 20) + 512 + 1024)
    #expect((archive.size > archive.tarSize) == (level == 0))
    #expect(try tree.run("sh", "-c", "gunzip -c out/app.tgz | tar -xO b | cmp - t/b && echo same") == "same\n")
  }

  @Test(arguments: ["small", "large"])
  func `a file that changes after the plan ends the run, with the out folder as it was`(_ name: String) throws {
    let tree = try TemporaryTree()
    try tree.write("older", to: "out/app.tgz")
    try tree.write(bytes(1000, seed: 1), to: "t/small")
    try tree.write(bytes(2 << 20, seed: 2), to: "t/large")
    let plan = try tree.plan([
      "release": plainRelease, "app": tarball([#"{"tree": "t"}"#]), "one": tarball([], name: "one.tgz"),
    ])
    let planned = Int64(name == "small" ? 1000 : 2 << 20)
    try tree.write(bytes(3 << 20, seed: 3), to: "t/\(name)")
    let folder = try OutputFolder("\(tree.root)/out")
    let changed = SourceChanged(path: Array("\(tree.root)/t/\(name)".utf8), planned: planned, found: 3 << 20)
    #expect(throws: changed) { try written(plan, into: folder, WriteOptions(jobs: 3)) { _ in } }
    folder.abandon()
    #expect(try tree.run("ls", "-A", "out") == "app.tgz\n")
    #expect(try tree.run("cat", "out/app.tgz") == "older")
  }

  @Test func `a file that becomes a FIFO or vanishes ends the run without a hang`() throws {
    let tree = try TemporaryTree()
    try tree.write("abc", to: "t/a")
    let plan = try tree.plan(["release": plainRelease, "app": tarball([#"{"tree": "t"}"#])])
    let path = Array("\(tree.root)/t/a".utf8)
    try tree.run("rm", "t/a")
    func write() throws {
      let folder = try OutputFolder("\(tree.root)/out")
      defer { folder.abandon() }
      _ = try written(plan, into: folder, WriteOptions(jobs: 1)) { _ in }
    }
    #expect(throws: SystemError(operation: "open", path: path, errno: ENOENT)) { try write() }
    try tree.makeNode("t/a", type: S_IFIFO)
    #expect(throws: SourceChanged(path: path, planned: 3, found: nil)) { try write() }
    #expect(access("\(tree.root)/out", F_OK) != 0)
  }

  @Test func `what is packed is told, byte for byte`() throws {
    let edges = try EdgeTree()
    let plan = try edges.plan()
    let folder = try OutputFolder("\(edges.tree.root)/out")
    nonisolated(unsafe) var (packed, began, finished) = (Int64(0), [Int](), [Int]())
    // Events of tarballs come from commits, one at a time.
    let results = try written(plan, into: folder, WriteOptions(jobs: 3)) { event in
      switch event {
      case .began(let artifact): began.append(artifact)
      case .packed(let count, _): packed += count
      case .finished(let result): finished.append(result.artifact)
      case .staging: Issue.record("a plan without a stage")
      }
    }
    #expect(packed == results.reduce(0) { $0 + $1.tarSize })
    #expect(began == [0, 1, 2] && finished == [0, 1, 2])
  }
}
