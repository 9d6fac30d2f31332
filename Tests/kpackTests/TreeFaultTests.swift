// Source trees that a release cannot be made of: exit code 4, what and where it is, nothing left behind.

import Foundation
import Testing

private let wholeTree = #"{ "tree": "." }"#

@Suite struct TreeFaultTests {
  @Test(arguments: [
    (#"{"file":"x","to":"y"}"#, "true", "y: source src/x: cannot find: No such file or directory"),
    (#"{"file":"x","to":"y"}"#, "ln -s gone src/x", "y: source src/x: cannot find: No such file or directory"),
    (#"{"file":"x","to":"y"}"#, "ln -s x src/x", "y: source src/x: cannot find: Too many levels of symbolic links"),
    (#"{"file":"x","to":"y"}"#, "mkdir src/x", "y: src/x: expected a file, found a folder"),
    (#"{"file":"x","to":"y"}"#, "mkfifo src/x", "y: src/x: expected a file, found a FIFO"),
    (#"{"file":"x","to":"y"}"#, "ln -s /etc/passwd src/x", "y: src/x: leads out of the source tree to /etc/passwd"),
    (#"{"paths":["x"]}"#, "true", "x: source src/x: cannot stat: No such file or directory"),
    (#"{"tree":"x"}"#, "true", "src/x: cannot stat: No such file or directory"),
    (#"{"tree":"a"}"#, "true", "src/a: expected a folder, found a file"),
    (#"{"tree":"x"}"#, "ln -s y src/x; ln -s x src/y", "src/x: cannot stat: Too many levels of symbolic links"),
    (#"{"tree":"x"}"#, "ln -s /etc src/x", "src/x: leads out of the source tree to /etc"),
    (wholeTree, "mkfifo src/x", "src/x: a FIFO; a release holds files, folders and symlinks"),
    (wholeTree, #"touch "src/$(printf 'x\ny')""#, "src/x%0Ay: the name has a control character in it"),
    (wholeTree, #"touch "src/$(printf 'x\033[31m')""#, "src/x%1B[31m: the name has a control character in it"),
    (wholeTree, #"mkdir "src/$(printf 'x\177')""#, "src/x%7F: the name has a control character in it"),
    (wholeTree, #"touch "src/$(printf 'x\377')""#, "src/x%FF: the name is not UTF-8"),
    (wholeTree, #"ln -s "$(printf '\355\240\200')" src/x"#, "src/x: its target %ED%A0%80 is not UTF-8"),
  ])
  func `what a release cannot hold is told by name`(entries: String, making: String, message: String) throws {
    let box = try Sandbox.project(entries)
    try box.sh(making)
    try box.expectRefusal(4, "layouts/p.json:1:34: entries[0]: \(message)")
  }

  @Test func `a socket is told by name`() throws {
    let box = try Sandbox.project(wholeTree)
    try #require(mknod("\(box.root)/src/x", S_IFSOCK | 0o600, 0) == 0)
    try box.expectRefusal(
      4, "layouts/p.json:1:34: entries[0]: src/x: a socket; a release holds files, folders and symlinks")
  }

  @Test func `a source tree that is not there is told with its option`() throws {
    let box = try Sandbox.project(wholeTree)
    try box.sh("rm -r src")
    try box.expectRefusal(2, "--root: src: expected a folder, found nothing")
  }

  @Test(.enabled(if: geteuid() == 0)) func `a device is told by name`() throws {
    let box = try Sandbox.project(wholeTree)
    try box.sh("mknod src/x c 1 3")
    try box.expectRefusal(
      4, "layouts/p.json:1:34: entries[0]: src/x: a device; a release holds files, folders and symlinks")
  }

  @Test(
    .enabled(if: Program.unprivileged != nil),
    arguments: [
      ("chmod 000 src/a", "src/a: cannot open: Permission denied"),
      ("mkdir src/d; chmod 000 src/d", "layouts/p.json:1:34: entries[0]: src/d: cannot open: Permission denied"),
      (
        "mkdir src/d; touch src/d/f; chmod 744 src/d",
        "layouts/p.json:1:34: entries[0]: src/d: cannot read: Permission denied"
      ),
    ]) func `what may not be read is told by name`(making: String, message: String) throws
  {
    let box = try Sandbox.project(wholeTree)
    chmod(box.root, 0o777)
    try box.sh(making)
    try box.expectRefusal(4, message, through: Program.unprivileged ?? [])
  }

  @Test func `a tree keeps symlinks as they are, wherever they lead`() throws {
    let box = try Sandbox.project(wholeTree)
    try box.sh("cd src; ln -s gone dangling; ln -s /etc/passwd out; ln -s loop loop; ln -s ../.. up")
    try #require(try box.kpack(words: Sandbox.packProject).status == 0)
    let rows = try box.kpack("list", "--quiet", "--format=json", "out/p.tar.gz").rows()
    let links = rows.filter { $0["type"] == "symlink" }.map { $0["link"]?.text }
    #expect(links == ["gone", "loop", "/etc/passwd", "../.."])
  }

  @Test func `a file by name is followed through links within the tree`() throws {
    let box = try Sandbox.project(#"{"file":"x","to":"y"}"#)
    try box.sh("ln -s y src/x; ln -s ./a src/y")
    let rows = try box.packed()
    #expect(rows.map { $0["type"] } == ["file"] && rows.map { $0["size"] } == [2])
  }

  @Test func `all mistakes are told, and what decides the exit code is never cut off`() throws {
    let box = try Sandbox.project(#"{"tree":"."},{"text":"{version}","to":"v"}"#)
    try box.sh("for i in $(seq 1 80); do mkfifo src/$i; done")
    let outcome = try box.kpack(words: Sandbox.packProject)
    let lines = outcome.errors.split(separator: "\n")
    #expect(outcome.status == 2 && lines.count == 51)
    #expect(lines.contains { $0.contains("{version} is not known") })
    #expect(lines.last == "kpack: error: ... and 31 more of the kind")
  }
}
