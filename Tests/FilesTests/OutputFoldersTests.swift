// Several folders of outputs: they appear together in all of them, or none is touched.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct OutputFoldersTests {
  /// Begins the output `name`, writes `text` into it and finishes it.
  @discardableResult
  private static func write(
    _ text: String, to name: String, in folder: Int, of outputs: OutputFolder
  ) throws -> SourceFile {
    var file = try outputs.create(name, in: folder)
    try file.write(Array(text.utf8))
    return try file.finish().file
  }

  /// All paths below the folder, sorted, folders with a slash behind.
  private static func tree(_ folder: borrowing TemporaryFolder) throws -> [String] {
    try tree(folder.path, below: "")
  }

  private static func tree(_ root: String, below path: String) throws -> [String] {
    let handle = try FileHandle(opening: Array("\(root)/\(path)".utf8), O_RDONLY | O_DIRECTORY)
    return try FolderListing.names(of: handle).flatMap { name in
      let item = path + String(decoding: name, as: UTF8.self)
      let inner = try? FileHandle(opening: Array("\(root)/\(item)".utf8), O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      // What cannot be opened as a folder is none.
      return inner == nil ? [item] : ["\(item)/"] + (try tree(root, below: "\(item)/"))
    }
  }

  @Test func `outputs of several folders appear together`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y/z"])
    try Self.write("one", to: "a", in: 0, of: outputs)
    try Self.write("two", to: "a", in: 1, of: outputs)
    #expect(try Self.tree(root) == ["x/", "x/.kpack-tmp-0", "y/", "y/z/", "y/z/.kpack-tmp-1"])
    try outputs.commit()
    #expect(try Self.tree(root) == ["x/", "x/a", "y/", "y/z/", "y/z/a"])
    #expect(try root.read("x/a") == Array("one".utf8))
    #expect(try root.read("y/z/a") == Array("two".utf8))
  }

  @Test func `a second output of one name is refused, by whatever way`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/x/../x", "\(root.path)/z"])
    let file = try Self.write("one", to: "a/b", in: 0, of: outputs)
    let error = SystemError(operation: "write twice", path: "\(root.path)/x/a/b", errno: EEXIST)
    #expect(throws: error) { try Self.write("two", to: "a/b", in: 1, of: outputs) }
    #expect(throws: error) { try outputs.link(file, as: "a/b", in: 0) }
    try Self.write("other", to: "a/b", in: 2, of: outputs)
    #expect(outputs.abandon())
  }

  @Test func `two ways to one folder count once`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y", "\(root.path)/y/../x"])
    try Self.write("one", to: "a", in: 0, of: outputs)
    try Self.write("two", to: "b", in: 1, of: outputs)
    try Self.write("three", to: "c", in: 2, of: outputs)
    try outputs.commit()
    #expect(try Self.tree(root) == ["x/", "x/a", "x/c", "y/", "y/b"])
  }

  @Test func `when one folder is refused the others are not made`() throws {
    let root = try TemporaryFolder()
    let other = try OutputFolder("\(root.path)/held")
    #expect(throws: OutputError.self) {
      _ = try OutputFolder(["\(root.path)/x/y", "\(root.path)/x", "\(root.path)/held"])
    }
    #expect(try Self.tree(root) == ["held/"])
    #expect(other.abandon())
  }

  @Test func `every one of the folders is locked`() throws {
    let root = try TemporaryFolder()
    let paths = ["x", "y"].map { "\(root.path)/\($0)" }
    let outputs = try OutputFolder(paths)
    for path in paths { #expect(throws: OutputError.self) { _ = try OutputFolder(path) } }
    #expect(outputs.abandon())
    #expect(try Self.tree(root) == [])
  }

  @Test func `a folder that joins late takes part in all that follows`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder("\(root.path)/x")
    try Self.write("one", to: "a", in: 0, of: outputs)
    let late = try outputs.join("\(root.path)/y/z")
    #expect(throws: OutputError.self) { _ = try OutputFolder("\(root.path)/y/z") }
    try Self.write("two", to: "b", in: late, of: outputs)
    #expect(try outputs.join("\(root.path)/x") == late + 1)
    try Self.write("three", to: "c", in: late + 1, of: outputs)
    try outputs.commit(last: "b")
    #expect(try Self.tree(root) == ["x/", "x/a", "x/c", "y/", "y/z/", "y/z/b"])
    #expect(throws: SystemError(operation: "write into", path: "\(root.path)/x", errno: ECANCELED)) {
      try outputs.join("\(root.path)/w")
    }
  }

  @Test func `nothing is left of a folder that joined when the run is abandoned`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder("\(root.path)/x")
    try Self.write("two", to: "b", in: try outputs.join("\(root.path)/y/z"), of: outputs)
    #expect(outputs.abandon())
    #expect(try Self.tree(root) == [])
  }

  @Test func `a file that is removed in a folder that joined is back when the commit fails`() throws {
    let root = try TemporaryFolder()
    try Tool.run("mkdir", "\(root.path)/y")
    _ = try root.write(Array("old".utf8), to: "y/b")
    let outputs = try OutputFolder("\(root.path)/x")
    try Self.write("one", to: "a", in: 0, of: outputs)
    try outputs.remove("b", in: try outputs.join("\(root.path)/y"))
    try Self.write("one", to: "last", in: 0, of: outputs)
    try Tool.run("mkdir", "\(root.path)/x/last")
    #expect(throws: SystemError.self) { try outputs.commit(last: "last") }
    #expect(try Self.tree(root) == ["x/", "x/last/", "y/", "y/b"])
  }

  @Test func `a folder that another run holds is tried as often as is said`() throws {
    let root = try TemporaryFolder()
    var other: OutputFolder? = try OutputFolder("\(root.path)/y")
    let outputs = try OutputFolder("\(root.path)/x")
    #expect(throws: OutputError.self) { try outputs.join("\(root.path)/y", tries: 2) }
    other?.abandon()
    other = nil
    #expect(try outputs.join("\(root.path)/y", tries: 2) == 1)
    #expect(outputs.abandon())
  }

  @Test func `what killed runs left is removed from every folder`() throws {
    let root = try TemporaryFolder()
    try Tool.run("mkdir", "\(root.path)/x", "\(root.path)/y")
    for name in ["x/.kpack-tmp-0", "x/kept", "y/.kpack-old-1"] { _ = try root.write([1], to: name) }
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y"])
    #expect(try Self.tree(root) == ["x/", "x/kept", "y/"])
    #expect(outputs.abandon())
  }

  @Test func `a rename that fails in the second folder takes back the first`() throws {
    let root = try TemporaryFolder()
    try Tool.run("mkdir", "\(root.path)/x")
    _ = try root.write(Array("old".utf8), to: "x/a")
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y"])
    try Self.write("new", to: "a", in: 0, of: outputs)
    try Self.write("new", to: "m/n/b", in: 0, of: outputs)
    try Self.write("new", to: "c", in: 1, of: outputs)
    try Tool.run("mkdir", "\(root.path)/y/c")
    #expect(throws: SystemError(operation: "rename", path: root.file("y/c"), errno: EISDIR)) { try outputs.commit() }
    #expect(try Self.tree(root) == ["x/", "x/a", "y/", "y/c/"])
    #expect(try root.read("x/a") == Array("old".utf8))
  }

  @Test func `folders that a name leads through are made at the commit`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder("\(root.path)/out")
    try Self.write("one", to: "m/n/a", in: 0, of: outputs)
    try Self.write("two", to: "m/b", in: 0, of: outputs)
    #expect(try Self.tree(root) == ["out/", "out/.kpack-tmp-0", "out/.kpack-tmp-1"])
    try outputs.commit()
    #expect(try Self.tree(root) == ["out/", "out/m/", "out/m/b", "out/m/n/", "out/m/n/a"])
  }

  @Test func `nothing is left of names in folders when the run is abandoned`() throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/x/y"])
    let written = try Self.write("one", to: "m/n/a", in: 1, of: outputs)
    try outputs.link(written, as: "m/b", in: 0)
    try outputs.copy(written, as: "m/c", in: 0, mode: 0o755)
    #expect(outputs.abandon())
    #expect(try Self.tree(root) == [])
  }

  @Test func `folders that were there stay when the commit fails`() throws {
    let root = try TemporaryFolder()
    try Tool.run("mkdir", "\(root.path)/m")
    let outputs = try OutputFolder(root.path)
    try Self.write("new", to: "m/n/a", in: 0, of: outputs)
    try Self.write("new", to: "b", in: 0, of: outputs)
    try Tool.run("mkdir", "\(root.path)/b")
    #expect(throws: SystemError(operation: "rename", path: root.file("b"), errno: EISDIR)) { try outputs.commit() }
    #expect(try Self.tree(root) == ["b/", "m/"])
  }

  @Test(arguments: ["..", "../a", "a/../b", "a/.."]) func `a name never leads up`(name: String) throws {
    let root = try TemporaryFolder()
    let outputs = try OutputFolder("\(root.path)/out")
    #expect(throws: SystemError(operation: "write", path: root.file("out/\(name)"), errno: EINVAL)) {
      _ = try outputs.create(name)
    }
    #expect(outputs.abandon())
  }

  @Test func `a place that cannot be used is refused before the work`() throws {
    let root = try TemporaryFolder()
    try Tool.run("mkdir", "-p", "\(root.path)/y/m")
    _ = try root.write([1], to: "y/file")
    let outputs = try OutputFolder(["\(root.path)/x", "\(root.path)/y"])
    try outputs.checkPlace(of: "m", in: 0)
    try outputs.checkPlace(of: "m/n/a", in: 1)
    #expect(throws: OutputError.isFolder(path: "\(root.path)/y/m")) { try outputs.checkPlace(of: "m", in: 1) }
    #expect(throws: OutputError.isNoFolder(path: "\(root.path)/y/file")) {
      try outputs.checkPlace(of: "file/n/a", in: 1)
    }
  }
}
