// The rule `tree`: everything below a folder, or what patterns select of it.

import Glibc
@testable import Plan
@testable import TestSupport
import Testing

struct TreeRuleTests {
  @Test func `symlinks, empty folders and hidden files are kept as they are`() throws {
    let outside = try TemporaryTree()
    let tree = try TemporaryTree()
    try tree.write("1", to: "t/.hidden/a")
    try tree.makeFolder("t/empty")
    try tree.link("t/out", to: outside.root)
    try tree.link("t/dangling", to: "no where")
    try tree.link("t/loop", to: "loop")
    #expect(
      try tree.entries(#"{"tree": "t", "to": "x"}"#) == [
        "dir 0755 0 x", "dir 0755 0 x/.hidden", "file 0644 1 x/.hidden/a", "symlink 0777 0 x/dangling no where",
        "dir 0755 0 x/empty", "symlink 0777 0 x/loop loop", "symlink 0777 0 x/out \(outside.root)",
      ])
  }

  @Test func `include makes only the folders that its files need`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "t/a/b/one.yaml")
    try tree.write("2", to: "t/a/two.txt")
    try tree.write("3", to: "t/c/three.txt")
    try tree.makeFolder("t/d.yaml")
    try tree.link("t/link.yaml", to: "a")
    try tree.change("t/a/b", mode: 0o700)
    #expect(
      try tree.entries(#"{"tree": "t", "to": "x", "include": ["*.yaml"]}"#) == [
        "dir 0755 0 x", "dir 0755 0 x/a", "dir 0755 0 x/a/b", "file 0644 1 x/a/b/one.yaml",
        "symlink 0777 0 x/link.yaml a",
      ])
  }

  @Test func `include takes folders with all below them`() throws {
    let tree = try TemporaryTree()
    for path in ["t/a/deep/1", "t/b/a/2", "t/3", "t/a/skip~"] { try tree.write("1", to: path) }
    #expect(
      try tree.entries(#"{"tree": "t", "include": ["/a/"], "exclude": ["*~"]}"#)
        == ["dir 0755 0 a", "dir 0755 0 a/deep", "file 0644 1 a/deep/1"])
    #expect(
      try tree.entries(#"{"tree": "t", "include": ["**/a/"], "exclude": ["deep/", "a/deep/", "skip*"]}"#)
        == ["dir 0755 0 b", "dir 0755 0 b/a", "file 0644 1 b/a/2"])
  }

  @Test func `exclude takes out subtrees, paths and base names, but keeps the folders they empty`() throws {
    let tree = try TemporaryTree()
    for path in ["t/sub/1", "t/keep/sub/2", "t/keep/x.log", "t/logs/x.log", "t/a/b.txt", "t/a/c.txt"] {
      try tree.write("1", to: path)
    }
    #expect(
      try tree.entries(#"{"tree": "t", "exclude": ["/sub/", "*.log", "a/b.txt"]}"#) == [
        "dir 0755 0 a", "file 0644 1 a/c.txt", "dir 0755 0 keep", "dir 0755 0 keep/sub", "file 0644 1 keep/sub/2",
        "dir 0755 0 logs",
      ])
  }

  @Test func `cruft is files and symlinks by base name, never folders`() throws {
    let tree = try TemporaryTree()
    for path in ["t/a~", "t/dir~/b", "t/dir~/#c#", "t/#half", "t/.DS_Store", "t/x/.DSfoo"] {
      try tree.write("1", to: path)
    }
    try tree.link("t/link~", to: "a")
    let head = ##""archive": {"exclude": ["*~", "#*#", ".DS*"]}"##
    #expect(
      try tree.entries(#"{"tree": "t"}"#, head: head)
        == ["file 0644 1 #half", "dir 0755 0 dir~", "file 0644 1 dir~/b", "dir 0755 0 x"])
    #expect(try tree.entries(#"{"tree": "t", "exclude": ["*"]}"#) == ["dir 0755 0 dir~", "dir 0755 0 x"])
  }

  @Test func `mode is that of the files, not of the folders`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "t/a/b")
    #expect(try tree.entries(#"{"tree": "t", "mode": "0500"}"#) == ["dir 0755 0 a", "file 0500 1 a/b"])
  }

  @Test func `an include that selects nothing is refused unless it is optional`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "t/a")
    try tree.makeFolder("t/b.yaml")
    #expect(
      try tree.mistakes(#"{"tree": "t", "include": ["*.yaml", "x/"]}"#)
        == [#"usage: entries[0]: include: "*.yaml", "x/" selects nothing"#])
    #expect(try tree.entries(#"{"tree": "t", "to": "x", "include": ["*.yaml"], "optional": true}"#) == [])
    #expect(try tree.entries(#"{"tree": "t", "include": ["*.yaml", "a"]}"#) == ["file 0644 1 a"])
  }

  @Test func `a tree that is missing, no folder or outside is refused`() throws {
    let outside = try TemporaryTree()
    let tree = try TemporaryTree()
    try tree.write("1", to: "file")
    try tree.link("out", to: outside.root)
    #expect(
      try tree.mistakes(#"{"tree": "missing"}"#, #"{"tree": "file"}"#, #"{"tree": "out"}"#) == [
        "system: entries[0]: ROOT/missing: cannot stat: No such file or directory",
        "system: entries[1]: ROOT/file: expected a folder, found a file",
        "system: entries[2]: ROOT/out: leads out of the source tree to \(outside.root)",
      ])
    #expect(try tree.entries(#"{"tree": "missing", "optional": true}"#) == [])
  }

  @Test func `what a release cannot hold is told by name and type, all of it`() throws {
    let tree = try TemporaryTree()
    try tree.makeFolder("t")
    try tree.makeNode("t/fifo", type: S_IFIFO)
    try tree.makeNode("t/socket", type: S_IFSOCK)
    try tree.write("1", to: "t/new\nline")
    try tree.write("1", to: "t/esc\u{1B}[2J/a")
    try tree.link("t/link", to: "to\u{7F}")
    // write(_:to:) takes text alone.
    try #require(symlink("a", Array("\(tree.root)/t/".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]) == 0)
    let wanted = "a release holds files, folders and symlinks"
    #expect(
      Set(try tree.mistakes(#"{"tree": "t"}"#)) == [
        "system: entries[0]: ROOT/t/fifo: a FIFO; \(wanted)", "system: entries[0]: ROOT/t/socket: a socket; \(wanted)",
        "system: entries[0]: ROOT/t/new%0Aline: the name has a control character in it",
        "system: entries[0]: ROOT/t/esc%1B[2J: the name has a control character in it",
        "system: entries[0]: ROOT/t/link: its target to%7F has a control character in it",
        "system: entries[0]: ROOT/t/%FF: the name is not UTF-8",
      ])
    #expect(try tree.entries(#"{"tree": "t", "exclude": ["*", "*/"]}"#) == [])
  }

  @Test func `a tree never takes in the run's own folders and outputs`() throws {
    let tree = try TemporaryTree()
    let own = [
      "release-stage/a", "dockerized/bin/linux/amd64/b", "release-tars/c", "release-images/d",
      "release-dockerfiles/e", "bases/f", "kpack-cache/g",
    ]
    try tree.write("1", to: "a")
    for path in own { try tree.write("1", to: "_output/\(path)") }
    #expect(try tree.entries(#"{"tree": "."}"#) == ["file 0644 1 a"])
    try tree.write("1", to: "_output/other")
    #expect(
      try tree.entries(#"{"tree": "."}"#) == ["dir 0755 0 _output", "file 0644 1 _output/other", "file 0644 1 a"])
  }

  @Test func `an out folder inside the tree is left out, also where it is the tree itself`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "a")
    try tree.write("1", to: "out/b")
    try tree.write("1", to: "app.tgz")
    func out(_ path: String) throws -> [String] {
      var given = Locations.Given()
      (given.root, given.out) = (tree.root, path)
      return try tree.entries(#"{"tree": "."}"#) { $0.locations = Locations(given, outputName: nil) }
    }
    #expect(try out("\(tree.root)/out") == ["file 0644 1 a", "file 0644 1 app.tgz"])
    #expect(try out(tree.root) == ["file 0644 1 a", "dir 0755 0 out", "file 0644 1 out/b"])
  }

  @Test func `the plan is the same whatever order the files were made in`() throws {
    let names = (0..<60).map { "t/\($0 % 7)/\($0 * 37 % 101)" } + ["t/0.x", "t/0-x/y", "t/é", "t/e\u{301}"]
    let rules = [#"{"tree": "t", "exclude": ["1?"]}"#, #"{"tree": "t", "to": "again", "include": ["*1*"]}"#]
    let plans = try [names, names.reversed(), names.shuffled()].map { names in
      let tree = try TemporaryTree()
      for name in names { try tree.write(name, to: name) }
      return try tree.entries(rules[0], rules[1])
    }
    #expect(plans[0] == plans[1] && plans[0] == plans[2] && plans[0].count > 60)
  }

  @Test(arguments: [2, 3, 16])
  func `the plan, and what is told about it, is the same on any number of threads`(jobs: Int) throws {
    let tree = try TemporaryTree()
    for number in 0..<200 {
      // Folders of all depths from 1 to 9, some with many files, some with folders alone.
      let parts = (0...number % 9).map { "d\(number * 31 % ($0 + 3))" }
      try tree.write("\(number)", to: "t/\(parts.joined(separator: "/"))/f\(number)")
    }
    for number in 0..<2500 { try tree.write("1", to: "t/large/f\(number)") }
    // Stands and falls with the run's own folder in it.
    try tree.write("1", to: "_output/release-tars/own")
    let rule = #"{"tree": "."}"#
    let entries = try tree.entries(rule)
    #expect(entries.filter { $0.hasPrefix("file") }.count == 2700)
    #expect(try tree.entries(rule) { $0.jobs = jobs } == entries)
    for path in ["t/d0/fifo", "t/d1/fifo", "t/large/f0fifo", "t/large/fifo", "t/fifo"] {
      try tree.makeNode(path, type: S_IFIFO)
    }
    let mistakes = try tree.mistakes(rule)
    #expect(mistakes.count == 5)
    #expect(try tree.mistakes(rule) { $0.jobs = jobs } == mistakes)
  }
}
