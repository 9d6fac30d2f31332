// How an archive is written: its root, owners, modes and time.

@testable import Archive
import Glibc
@testable import Plan
@testable import TestSupport
import Testing

struct ArchiveSettingsTests {
  private let tree: TemporaryTree
  private let rules = [#"{"tree": "t"}"#, #"{"text": "", "to": "d/x"}"#, #"{"symlink": "x", "to": "l"}"#]

  init() throws {
    tree = try TemporaryTree()
    try tree.write("1", to: "t/f")
  }

  private func first(_ settings: String, _ change: (inout ReleaseOptions) -> Void = { _ in }) throws -> (
    Plan, Artifact
  ) {
    let plan = try tree.plan(
      ["release": plainRelease, "app": tarball(rules, head: #""archive": {\#(settings)}"#)], change)
    return (plan, try #require(plan.tarballs.first))
  }

  @Test(arguments: [
    ("", ["d/", "d/x", "f", "l"]), (".", ["./d/", "./d/x", "./f", "./l"]),
    ("top", ["top/", "top/d/", "top/d/x", "top/f", "top/l"]),
    ("{name}-{version}", ["app-v1/", "app-v1/d/", "app-v1/d/x", "app-v1/f", "app-v1/l"]),
  ])
  func `the root is a folder, a dot or nothing`(_ root: String, _ names: [String]) throws {
    let (_, tarball) = try first(#""root": "\#(root)""#) { $0.version = "v1" }
    #expect((0..<tarball.entries.count).map { String(decoding: tarball.entries.name(at: $0), as: UTF8.self) } == names)
  }

  @Test(arguments: [("top", ["top/"]), (".", []), ("", [])])
  func `a named root is there though nothing is in it`(_ root: String, _ names: [String]) throws {
    let layout = tarball(
      [#"{"tree": "none", "optional": true}"#], head: #""archive": {"root": "\#(root)"}, "optional": true"#)
    let planned = try #require(try tree.plan(["release": plainRelease, "app": layout]).tarballs.first)
    #expect((0..<planned.entries.count).map { String(decoding: planned.entries.name(at: $0), as: UTF8.self) } == names)
  }

  @Test(arguments: ["..", "../x", "/x", "v1/x", "v1/"])
  func `a root that a version makes anything but a folder's name is refused`(_ version: String) throws {
    #expect(
      try tree.mistakes(rules[1], head: #""archive": {"root": "{version}"}"#) { $0.version = version }
        == ["usage: layouts/app.json:1:44: archive.root: expected the name of one folder, found \"\(version)\""])
  }

  @Test func `owners are fixed, and 0 to 0 unless the layout says otherwise`() throws {
    func owners(_ settings: String) throws -> Set<[Int64]> {
      let (_, tarball) = try first(settings)
      return Set(
        (0..<tarball.entries.count).map {
          [tarball.entries.entry(at: $0, size: 0).uid, tarball.entries.entry(at: $0, size: 0).gid]
        })
    }
    #expect(try owners("") == [[0, 0]])
    #expect(try owners(#""owner": "1234:4321""#) == [[1234, 4321]])
    #expect(try owners(#""owner": "4294967295:0""#) == [[4_294_967_295, 0]])
  }

  @Test func `names of owners are those of 0 alone`() throws {
    let (_, tarball) = try first(#""owner": "0:7""#)
    let entry = tarball.entries.entry(at: 0, size: 0)
    #expect(entry.uname == Array("root".utf8) && entry.gname == [])
  }

  @Test func `the source's owner is kept where the layout says so`() throws {
    let (_, tarball) = try first(#""owner": "source""#)
    let owners = (0..<tarball.entries.count).map { tarball.entries.entry(at: $0, size: 0).uid }
    // Only "f" has a source.
    #expect(owners == [0, 0, Int64(getuid()), 0])
  }

  @Test(
    arguments: [
      ("0755", 0o4775, "0755"), ("0755", 0o600, "0600"), ("0755", 0o664, "0644"), ("source", 0o4775, "4775"),
      ("0700", 0o664, "0600"),
      ("0777", 0o1666, "0666"),
    ] as [(String, mode_t, String)])
  func `the mode is a mask on that of the source`(_ mask: String, _ mode: mode_t, _ wanted: String) throws {
    try tree.change("t/f", mode: mode)
    let (plan, tarball) = try first(#""mode": "\#(mask)""#)
    #expect(plan.lines(of: tarball)[2] == "file \(wanted) 1 f" && plan.warnings == [])
  }

  @Test(
    arguments: [
      (0o644, "0644"), (0o755, "0755"), (0o4775, "0755"), (0o664, "0644"), (0o444, "0644"), (0o111, "0755"),
      (0o655, "0644"), (0o750, "0755"), (0o640, "0644"), (0o600, "0644"), (0o700, "0755"), (0o000, "0644"),
    ] as [(mode_t, String)], ["", #""mode": "normal""#])
  func `of a mode is kept whether the owner may execute the file, whatever the umask of the checkout`(
    _ source: (mode: mode_t, wanted: String), _ setting: String
  ) throws {
    try tree.change("t/f", mode: source.mode)
    let (plan, tarball) = try first(setting)
    #expect(plan.lines(of: tarball)[2] == "file \(source.wanted) 1 f")
    let reason = "anybody can read in the archive, and not in the tree; archive.mode \"source\" keeps modes"
    #expect(plan.warnings == (source.mode & 0o004 == 0 ? ["app.tgz: f: \(reason)"] : []))
  }

  @Test func `folders are 0755, and one that others could not list is told of`() throws {
    try tree.makeFolder("t/d", mode: 0o700)
    try tree.makeFolder("t/e", mode: 0o2775)
    let (plan, tarball) = try first("")
    #expect(plan.lines(of: tarball).filter { $0.hasPrefix("dir") } == ["dir 0755 0 d", "dir 0755 0 e"])
    #expect(plan.warnings.map { $0.prefix(11) } == ["app.tgz: d:"])
  }

  @Test func `a mode of the rule is no surprise`() throws {
    try tree.change("t/f", mode: 0o600)
    let plan = try tree.plan(["release": plainRelease, "app": tarball([#"{"tree": "t", "mode": "0644"}"#])])
    #expect(plan.warnings == [])
  }

  @Test func `a mode of the rule is taken as it is`() throws {
    #expect(try tree.entries(#"{"file": "t/f", "to": "f", "mode": "4777"}"#) == ["file 4777 1 f"])
  }

  @Test func `the time is the command line's, else the layout's, else the commit's, else 0`() throws {
    let repository = try TemporaryTree.committed()
    func time(_ tree: TemporaryTree, _ head: String, epoch: Int64?) throws -> Int64? {
      try tree.plan(["release": plainRelease, "app": tarball([], head: head)]) { $0.epoch = epoch }.tarballs.first?
        .entries.mtime
    }
    let said = #""archive": {"mtime": 8589934591}"#
    #expect(try time(repository, said, epoch: 5) == 5)
    #expect(try time(repository, said, epoch: nil) == 8_589_934_591)
    #expect(try time(repository, "", epoch: nil) == 1_500_000_001)
    #expect(try time(tree, "", epoch: nil) == 0)
  }

  @Test func `the level is the command line's, else the layout's, else 6`() throws {
    #expect(try first("").1.level == 6)
    #expect(try first(#""level": 9"#).1.level == 9)
    #expect(try first(#""level": 9"#) { $0.level = 0 }.1.level == 0)
  }
}
