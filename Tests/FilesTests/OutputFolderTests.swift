// All or nothing: outputs appear together, and whatever goes wrong leaves the folder as it was.

@testable import Basics
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct OutputFolderTests {
  /// Begins the output `name`, writes `text` into it and finishes it.
  private static func write(_ text: String, to name: String, in outputs: OutputFolder) throws {
    var file = try outputs.create(name)
    try file.write(Array(text.utf8))
    _ = try file.finish()
  }

  private static func text(_ name: String, in folder: borrowing TemporaryFolder) throws -> String {
    String(decoding: try folder.read(name), as: UTF8.self)
  }

  @Test func `outputs appear together at the commit, and older ones are replaced`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Array("old".utf8), to: "b")
    let outputs = try OutputFolder(folder.path)
    for name in ["a", "b"] { try Self.write("new \(name)", to: name, in: outputs) }
    #expect(try folder.names() == [".kpack-tmp-0", ".kpack-tmp-1", "b"])
    #expect(try Self.text("b", in: folder) == "old")
    try outputs.commit()
    #expect(try folder.names() == ["a", "b"])
    #expect(try Self.text("a", in: folder) == "new a")
    #expect(try Self.text("b", in: folder) == "new b")
  }

  @Test func `a file knows its digest, its size and its state`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    var file = try outputs.create("a")
    try file.write([1, 2, 3])
    try file.write([])
    try file.write([4])
    #expect(file.count == 4)
    let path = file.path
    let (digest, source) = try file.finish()
    #expect(digest == SHA256.digest(of: [1, 2, 3, 4]))
    #expect(String(decoding: source.path, as: UTF8.self) == path)
    #expect(try source.bytes(from: 1, count: 3) == [2, 3, 4])
  }

  @Test(arguments: [0, 1, 2]) func `a rename that fails puts all older outputs back`(failing: Int) throws {
    let folder = try TemporaryFolder()
    let names = ["a", "b", "c"]
    for name in names.dropLast() { _ = try folder.write(Array("old \(name)".utf8), to: name) }
    let outputs = try OutputFolder(folder.path)
    for name in names { try Self.write("new", to: name, in: outputs) }
    // A folder takes the place of one output while the run is under way.
    try Tool.run("sh", "-c", "rm -f \"$1\"; mkdir \"$1\"", "sh", "\(folder.path)/\(names[failing])")
    #expect(throws: SystemError(operation: "rename", path: folder.file(names[failing]), errno: EISDIR)) {
      try outputs.commit()
    }
    #expect(try folder.names() == (failing == 2 ? names : ["a", "b"]))
    for (number, name) in names.dropLast().enumerated() where number != failing {
      #expect(try Self.text(name, in: folder) == "old \(name)")
    }
  }

  @Test func `a failed commit leaves nothing to take back`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder("\(folder.path)/new")
    // Too long for a name.
    try Self.write("new", to: String(repeating: "n", count: 256), in: outputs)
    #expect(throws: SystemError.self) { try outputs.commit() }
    #expect(try folder.names() == [])
    #expect(!outputs.abandon())
  }

  @Test func `what is abandoned is gone, with the folders that were made for it`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([1], to: "kept")
    let outputs = try OutputFolder("\(folder.path)/x/y/z")
    try Self.write("new", to: "a", in: outputs)
    let unfinished = try outputs.create("b")
    #expect(outputs.abandon())
    #expect(!outputs.abandon())
    #expect(try folder.names() == ["kept"])
    _ = consume unfinished
  }

  @Test func `abandoning leaves what others put into the folder`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder("\(folder.path)/x/y")
    try Self.write("new", to: "a", in: outputs)
    _ = try folder.write([1], to: "x/y/theirs")
    #expect(outputs.abandon())
    #expect(try folder.names() == ["x"])
    #expect(try folder.read("x/y/theirs") == [1])
  }

  @Test func `what is committed stays: nothing can be taken back, begun or committed again`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    try Self.write("new", to: "a", in: outputs)
    try outputs.commit()
    #expect(!outputs.abandon())
    let ended = SystemError(operation: "write into", path: folder.path, errno: ECANCELED)
    #expect(throws: ended) { _ = try outputs.create("b") }
    #expect(throws: ended) { try outputs.commit() }
    #expect(try folder.names() == ["a"])
  }

  @Test func `what is abandoned cannot be committed or gone on with`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    try Self.write("new", to: "a", in: outputs)
    var hasEnded = false
    #expect(outputs.abandon { hasEnded = true })
    #expect(hasEnded)
    let ended = SystemError(operation: "write into", path: folder.path, errno: ECANCELED)
    #expect(throws: ended) { _ = try outputs.create("b") }
    #expect(throws: ended) { try outputs.commit() }
    #expect(try folder.names() == [])
  }

  @Test func `after a commit the end that came too late is not reached`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    try outputs.commit()
    #expect(!outputs.abandon { Issue.record("ended") })
  }

  @Test func `the other name of an older output keeps the older bytes`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Array("old".utf8), to: "a")
    try Tool.run("ln", "\(folder.path)/a", "\(folder.path)/linked")
    let outputs = try OutputFolder(folder.path)
    try Self.write("new", to: "a", in: outputs)
    try outputs.commit()
    #expect(try Self.text("a", in: folder) == "new")
    #expect(try Self.text("linked", in: folder) == "old")
  }

  @Test func `a link that stands at an output's place is replaced, not followed`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Array("old".utf8), to: "target")
    try Tool.run("ln", "-s", "target", "\(folder.path)/a")
    let outputs = try OutputFolder(folder.path)
    try outputs.checkPlace(of: "a")
    try Self.write("new", to: "a", in: outputs)
    try outputs.commit()
    #expect(try Self.text("a", in: folder) == "new")
    #expect(try Self.text("target", in: folder) == "old")
  }

  @Test func `a folder at an output's place is refused before the work`() throws {
    let folder = try TemporaryFolder()
    let outputs = try OutputFolder(folder.path)
    try Tool.run("mkdir", "\(folder.path)/a")
    #expect(throws: OutputError.isFolder(path: "\(folder.path)/a")) { try outputs.checkPlace(of: "a") }
    try outputs.checkPlace(of: "b")
  }

  @Test func `what an earlier run left goes at the commit, and comes back when that fails`() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b"] { _ = try folder.write(Array("old".utf8), to: name) }
    for fails in [true, false] {
      let outputs = try OutputFolder(folder.path)
      for name in ["a", "none", "none/below"] { try outputs.remove(name) }
      try Self.write("new", to: "b", in: outputs)
      if fails { try Tool.run("sh", "-c", "rm \"$1/b\"; mkdir \"$1/b\"", "sh", folder.path) }
      if fails { #expect(throws: SystemError.self) { try outputs.commit() } } else { try outputs.commit() }
      #expect(try folder.names() == (fails ? ["a", "b"] : ["b"]))
      if fails { try Tool.run("rmdir", "\(folder.path)/b") }
    }
    #expect(try Self.text("b", in: folder) == "new")
  }

  @Test func `a folder is not taken for what an earlier run left`() throws {
    let folder = try TemporaryFolder()
    try Tool.run("mkdir", "\(folder.path)/a")
    let outputs = try OutputFolder(folder.path)
    try outputs.remove("a")
    try outputs.commit()
    #expect(try folder.names() == ["a"])
  }

  @Test func `a symlink in the place of a folder of outputs is refused`() throws {
    let folder = try TemporaryFolder()
    try Tool.run("sh", "-c", "mkdir \"$1/real\" && ln -s real \"$1/link\"", "sh", folder.path)
    let outputs = try OutputFolder(folder.path)
    for name in ["real", "none"] { try outputs.checkFolder(name) }
    #expect(throws: OutputError.isLink(path: "\(folder.path)/link")) { try outputs.checkFolder("link") }
  }
}
