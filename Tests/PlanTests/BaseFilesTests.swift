// Files that the layer of an image takes from another base: links followed there, whiteouts respected, modes kept.

@testable import Archive
@testable import Basics
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Files of another base` {
  private let tree: TemporaryTree
  private static let keys = #""bases": {"base": "base", "other": "other"}"#

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary()
    try tree.addBase()
    var capable = TarEntry.file("usr/bin/ping", mode: 0o4755)
    capable.capabilities = [1, 0, 0, 2]
    try tree.addBase(
      "other", .amd64,
      [
        .folder("usr", mode: 0o711, uid: 5), .folder("usr/bin", mode: 0o750, uid: 6, gid: 7), capable,
        .link("usr/bin/p", to: "/usr/bin/ping"), .link("bin", to: "usr/bin"), .file("etc/motd"),
        .link("loop", to: "loop"),
      ])
  }

  private func layer(_ entry: String) throws -> [String] {
    try tree.planImages(image(#""to": ".", "entries": [\#(entry)]"#), keys: Self.keys).layer()
      .filter { !$0.hasSuffix(" tool") }
  }

  private func mistakes(_ entry: String) throws -> [String] {
    try tree.imageMistakes(image(#""entries": [\#(entry)]"#), keys: Self.keys)
  }

  @Test func `a file has the mode, the owner and the capabilities that it has there`() throws {
    let entry = #"{"file": "bin/p", "from": "other", "to": "ping"}"#
    #expect(try layer(entry) == ["file 4755 0:0 ping"])
    let plan = try tree.planImages(image(#""to": ".", "entries": [\#(entry)]"#), keys: Self.keys)
    #expect(plan.images[0].layer.capabilities(at: 0) == [1, 0, 0, 2])
    #expect(
      try layer(
        #"{"file": "bin/p", "from": "other", "to": "ping", "mode": "0700", "owner": "1:2", "capabilities": []}"#)
        == ["file 0700 1:2 ping"])
  }

  @Test func `a tree has all that is below a folder, symlinks as they are`() throws {
    #expect(
      try layer(#"{"tree": "bin", "from": "other", "to": "opt"}"#) == [
        "dir 0750 6:7 opt", "symlink 0777 0:0 opt/p /usr/bin/ping", "file 4755 0:0 opt/ping",
      ])
    #expect(
      try layer(#"{"tree": ".", "from": "other", "include": ["etc/*"]}"#) == [
        "dir 0755 0:0 etc", "file 0644 0:0 etc/motd",
      ])
  }

  @Test func `what is not there is a mistake of the data, unless it is optional`() throws {
    #expect(
      try mistakes(#"{"file": "nothing", "from": "other", "to": "x"}"#) == [
        "data: groups.main[0].entries[0]: nothing of the base other:latest: is not there"
      ])
    #expect(try layer(#"{"file": "nothing", "from": "other", "to": "x", "optional": true}"#) == [])
    #expect(
      try mistakes(#"{"file": "loop", "from": "other", "to": "x"}"#) == [
        "data: groups.main[0].entries[0]: loop of the base other:latest: is behind a loop of links"
      ])
    #expect(
      try mistakes(#"{"file": "usr", "from": "other", "to": "x"}"#) == [
        "data: groups.main[0].entries[0]: usr of the base other:latest: expected a file, found a dir"
      ])
  }

  @Test func `the bytes are those of the upper layer, and a whiteout hides a file`() throws {
    var table = FileTable()
    var stack = LayerStack(Unpacking(near: tree.root))
    func read(_ name: String, _ entries: [(TarEntry, String)]) throws {
      var rope = Rope(in: SourceStore(SourceTable()))
      for (entry, text) in entries { rope.append(entry, .bytes(Array(text.utf8))) }
      rope.appendEnd()
      var bytes = [UInt8](repeating: 0, count: Int(rope.count))
      try bytes.withUnsafeMutableBytes { try rope.read(from: 0, into: $0) }
      try tree.write(bytes, to: name)
      let blob = try Blob.file(at: "\(tree.root)/\(name)")
      var reader = try LayerReader(blob, at: FieldPlace(place: name, field: ""))
      _ = try reader.read(into: &stack)
    }
    try read("1.tar", [(.file("a"), "lower"), (.file("b"), "gone")])
    try read("2.tar", [(.file("a"), "upper!"), (.file(".wh.b"), "")])
    table = stack.files
    #expect(table[Array("b".utf8)] == nil)
    #expect(table[Array("a".utf8)]?.contents == .init(layer: 1, offset: 512, count: 6))
    #expect(table.contents(of: []).map { String(decoding: $0.path, as: UTF8.self) } == ["a"])
  }
}
