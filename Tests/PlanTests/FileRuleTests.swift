// The rule `file`: one file, a symlink followed as cp does, but never out of the tree.

import Glibc
@testable import Plan
@testable import TestSupport
import Testing

struct FileRuleTests {
  @Test func `a file goes where the rule says, with its folders`() throws {
    let tree = try TemporaryTree()
    try tree.write("abc", to: "a/b.txt")
    #expect(
      try tree.entries(#"{"file": "a/b.txt", "to": "x/y/c"}"#) == [
        "dir 0755 0 x", "dir 0755 0 x/y", "file 0644 3 x/y/c",
      ])
  }

  @Test func `a symlink is followed inside the tree`() throws {
    let tree = try TemporaryTree()
    try tree.write("abc", to: "a/real")
    try tree.link("relative", to: "a/real")
    try tree.link("absolute", to: "\(tree.root)/a/real")
    try tree.link("chain", to: "absolute")
    try tree.link("folder", to: "a")
    for path in ["relative", "absolute", "chain", "folder/real"] {
      #expect(try tree.entries(#"{"file": "\#(path)", "to": "c"}"#) == ["file 0644 3 c"])
    }
  }

  @Test func `a symlink out of the tree is refused`() throws {
    let outside = try TemporaryTree()
    try outside.write("secret", to: "file")
    let tree = try TemporaryTree()
    try tree.link("link", to: "\(outside.root)/file")
    try tree.link("folder", to: outside.root)
    #expect(
      try tree.mistakes(#"{"file": "link", "to": "c"}"#, #"{"file": "folder/file", "to": "d"}"#) == [
        "system: entries[0]: c: ROOT/link: leads out of the source tree to \(outside.root)/file",
        "system: entries[1]: d: ROOT/folder/file: leads out of the source tree to \(outside.root)/file",
      ])
  }

  @Test func `a folder that only begins like the tree is outside of it`() throws {
    let tree = try TemporaryTree()
    let twin = "\(tree.root)-twin"
    try #require(mkdir(twin, 0o755) == 0)
    defer { rmdir(twin) }
    try tree.link("link", to: twin)
    #expect(
      try tree.mistakes(#"{"file": "link", "to": "c"}"#)
        == ["system: entries[0]: c: ROOT/link: leads out of the source tree to ROOT-twin"])
  }

  @Test func `what is missing, dangling or a loop is named with its target and source`() throws {
    let tree = try TemporaryTree()
    try tree.link("dangling", to: "nowhere")
    try tree.link("loop", to: "loop")
    #expect(
      try tree.mistakes(
        #"{"file": "missing", "to": "a"}"#, #"{"file": "dangling", "to": "b"}"#, #"{"file": "loop", "to": "c"}"#) == [
          "system: entries[0]: a: source ROOT/missing: cannot find: No such file or directory",
          "system: entries[1]: b: source ROOT/dangling: cannot find: No such file or directory",
          "system: entries[2]: c: source ROOT/loop: cannot find: Too many levels of symbolic links",
        ])
  }

  @Test func `an optional file may be missing, but not wrong`() throws {
    let tree = try TemporaryTree()
    try tree.link("loop", to: "loop")
    #expect(try tree.entries(#"{"file": "missing", "to": "a/b", "optional": true}"#) == [])
    #expect(
      try tree.mistakes(#"{"file": "loop", "to": "c", "optional": true}"#)
        == ["system: entries[0]: c: source ROOT/loop: cannot find: Too many levels of symbolic links"])
  }

  @Test(arguments: [(S_IFIFO, "a FIFO"), (S_IFSOCK, "a socket"), (S_IFDIR, "a folder")])
  func `what is no file is refused without opening it`(_ type: mode_t, _ name: String) throws {
    let tree = try TemporaryTree()
    if type == S_IFDIR { try tree.makeFolder("odd") } else { try tree.makeNode("odd", type: type) }
    #expect(
      try tree.mistakes(#"{"file": "odd", "to": "c"}"#)
        == ["system: entries[0]: c: ROOT/odd: expected a file, found \(name)"])
  }

  @Test func `variables stand in both paths, and what they fill in to is checked`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "notes-v1")
    let rule = #"{"file": "notes-{version}", "to": "{name}/{version}"}"#
    #expect(try tree.entries(rule) { $0.version = "v1" } == ["dir 0755 0 app", "file 0644 1 app/v1"])
    #expect(
      try tree.mistakes(rule)
        == [
          "usage: entries[0]: {version} is not known: ROOT has no .git to ask; "
            + "give --version V or set KUBE_GIT_VERSION"
        ])
    #expect(
      try tree.mistakes(#"{"text": "", "to": "{version}"}"#) { $0.version = ".." }
        == [#"usage: entries[0]: a '..' part in a path, found "..""#])
  }

  @Test func `cruft is left out under its own new name`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "a~")
    #expect(
      try tree.entries(
        #"{"file": "a~", "to": "b"}"#, #"{"file": "a~", "to": "c~"}"#, head: #""archive": {"exclude": ["*~"]}"#)
        == ["file 0644 1 b"])
  }
}
