// Outputs that are whole folders: filled beside their place, and swapped with the older one at the commit.

@testable import Basics
@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct NewFolderTests {
  /// The bytes of a relative path.
  private static func bytes(_ path: String) -> [UInt8] { Array(path.utf8) }

  /// The planned file at `path`.
  private static func file(_ path: String) throws -> SourceFile {
    SourceFile(path: bytes(path), identity: try FileStatus.of(bytes(path)).identity)
  }

  /// A folder with the older `out/tree/old` and the source `src`.
  private static func root() throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    try Tool.run("sh", "-c", "mkdir -p \(root.path)/out/tree/d && echo old > \(root.path)/out/tree/d/old")
    _ = try root.write(bytes("source"), to: "src")
    return root
  }

  /// Begins `out/tree` anew, with a folder, a link to the source, a copy of it, a text and a symlink.
  private static func fill(_ outputs: OutputFolder, _ root: borrowing TemporaryFolder) throws -> NewFolder {
    let folder = try outputs.createFolder("tree", in: 0)
    let source = try file("\(root.path)/src")
    try folder.makeFolder(at: bytes("bin"), mode: 0o755)
    folder.link(source, to: bytes("bin/linked"), isOwn: false)
    try folder.copy(source, to: bytes("bin/copied"), mode: 0o600)
    try folder.makeFile(at: bytes("text"), mode: 0o644) { file in
      try [UInt8]("text".utf8).withUnsafeBytes { try file.write($0) }
    }
    try folder.makeSymlink(at: bytes("link"), to: bytes("bin/linked"))
    return folder
  }

  /// What is below `path`: each with its mode, a symlink with its target.
  private static func listing(_ path: String) throws -> [String] {
    var lines: [String] = []
    try FolderWalk(of: bytes(path)).all { item in
      let name = String(decoding: item.path, as: UTF8.self)
      let target = item.status.isSymlink ? String(decoding: try item.target(), as: UTF8.self) : nil
      lines.append("\(name) \(target ?? String(item.status.mode, radix: 8))")
    }
    return lines.sorted()
  }

  private static func names(in path: String) throws -> [String] {
    let folder = try FileHandle(opening: bytes(path), O_RDONLY | O_DIRECTORY)
    return try FolderListing.names(of: folder).map { String(decoding: $0, as: UTF8.self) }
  }

  private static let older = ["d 755", "d/old 644"]

  @Test func `a new folder takes the place of the older one, and of all that was in it`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    let folder = try Self.fill(outputs, root)
    #expect(try Self.listing("\(root.path)/out/tree") == Self.older)
    try outputs.commit()
    #expect(folder.copiedLinks == 0)
    #expect(
      try Self.listing("\(root.path)/out/tree")
        == ["bin 755", "bin/copied 600", "bin/linked 644", "link bin/linked", "text 644"])
    let (source, linked) = try (Self.file("\(root.path)/src"), Self.file("\(root.path)/out/tree/bin/linked"))
    #expect(source.identity == linked.identity)
    #expect(try Self.names(in: "\(root.path)/out") == ["tree"])
  }

  @Test func `a folder that is abandoned leaves the older one`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    let folder = try Self.fill(outputs, root)
    #expect(outputs.abandon())
    #expect(try Self.listing("\(root.path)/out") == ["tree 755", "tree/d 755", "tree/d/old 644"])
    #expect(throws: SystemError.self) { try folder.makeFolder(at: Self.bytes("late"), mode: 0o755) }
  }

  @Test func `a later output that fails puts the older folder back`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    _ = try Self.fill(outputs, root)
    try outputs.write(Self.bytes("x"), as: "file")
    // Made behind its back, in the place of the output that comes after the folder.
    try Tool.run("mkdir", "-p", "\(root.path)/out/file/x")
    #expect(throws: SystemError.self) { try outputs.commit() }
    #expect(try Self.listing("\(root.path)/out/tree") == Self.older)
    #expect(try Self.names(in: "\(root.path)/out") == ["file", "tree"])
  }

  @Test func `a source that changed since the plan ends the commit`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    _ = try Self.fill(outputs, root)
    _ = try root.write(Self.bytes("longer than before"), to: "src")
    let error = SourceChanged(path: root.file("src"), planned: 6, found: 18)
    #expect(throws: error) { try outputs.commit() }
    #expect(try Self.listing("\(root.path)/out/tree") == Self.older)
    #expect(try Self.names(in: "\(root.path)/out") == ["tree"])
  }

  @Test func `a change of mode shows in a file that is linked`() throws {
    let root = try Self.root()
    try Tool.run("ln", "\(root.path)/src", "\(root.path)/link")
    let source = try Self.file("\(root.path)/src")
    #expect(try source.digest() == SHA256.digest(of: Self.bytes("source")))
    try Tool.run("chmod", "755", "\(root.path)/src")
    #expect(throws: SourceChanged.self) { try source.digest() }
  }

  @Test func `what is prepared can still be abandoned, and folders are free for others after the commit`() throws {
    let root = try Self.root()
    do {
      let outputs = try OutputFolder("\(root.path)/out")
      _ = try Self.fill(outputs, root)
      try outputs.prepare()
      #expect(outputs.abandon())
      #expect(try Self.listing("\(root.path)/out/tree") == Self.older)
      #expect(try Self.names(in: "\(root.path)/out") == ["tree"])
    }
    let outputs = try OutputFolder("\(root.path)/out")
    let folder = try Self.fill(outputs, root)
    try outputs.prepare()
    try outputs.commit()
    #expect(folder.isSteady(try Self.file("\(root.path)/src")) && outputs.remaining == [])
    // `outputs` is still there, and holds nothing any more.
    let next = try OutputFolder(["\(root.path)/out", "\(root.path)/out/tree"])
    #expect(next.abandon())
    withExtendedLifetime(outputs) {}
  }

  @Test func `a source that another run links and unlinks meanwhile is the same`() throws {
    let root = try Self.root()
    let source = try Self.file("\(root.path)/src")
    func read() throws {
      try withUnsafeTemporaryAllocation(byteCount: 6, alignment: 1) {
        try source.read(from: 0, into: UnsafeMutableRawBufferPointer($0))
      }
    }
    try Tool.run("ln", "\(root.path)/src", "\(root.path)/link")
    try read()
    try Tool.run("touch", "\(root.path)/src")
    #expect(throws: SourceChanged.self) { try read() }
    // Of a file without other links, a change of the inode alone may be any change.
    let other = try Self.file(String(decoding: try root.write(Self.bytes("source"), to: "other"), as: UTF8.self))
    try Tool.run("chmod", "600", "\(root.path)/other")
    #expect(throws: SourceChanged.self) {
      try withUnsafeTemporaryAllocation(byteCount: 6, alignment: 1) {
        try other.read(from: 0, into: UnsafeMutableRawBufferPointer($0))
      }
    }
  }

  @Test func `one file can have many links, and folders modes that forbid to write`() throws {
    let root = try Self.root()
    do {
      let outputs = try OutputFolder("\(root.path)/out")
      let folder = try outputs.createFolder("tree", in: 0)
      let source = try Self.file("\(root.path)/src")
      try folder.makeFolder(at: Self.bytes("a"), mode: 0o555)
      for name in ["a/1", "a/2", "3"] { folder.link(source, to: Self.bytes(name), isOwn: false) }
      try outputs.commit()
    }
    #expect(
      try Self.listing("\(root.path)/out/tree")
        == ["3 644", "a 555", "a/1 644", "a/2 644"])
    #expect(try Self.file("\(root.path)/src").identity == Self.file("\(root.path)/out/tree/a/2").identity)
    // And such a folder can be replaced again.
    let next = try OutputFolder("\(root.path)/out")
    _ = try next.createFolder("tree", in: 0)
    try next.commit()
    #expect(try Self.listing("\(root.path)/out") == ["tree 755"])
  }

  @Test(arguments: [
    ("ln -s elsewhere out/tree", OutputError.isLink(path: "")), ("touch out/tree", OutputError.isNoFolder(path: "")),
  ])
  func `what is no folder is not replaced`(setup: String, error: OutputError) throws {
    let root = try TemporaryFolder()
    try Tool.run("sh", "-c", "cd \(root.path) && mkdir out && \(setup)")
    let outputs = try OutputFolder("\(root.path)/out")
    let found = #expect(throws: OutputError.self) { _ = try outputs.createFolder("tree", in: 0) }
    switch (found, error) {
    case (.isLink(let path), .isLink), (.isNoFolder(let path), .isNoFolder): #expect(path == "\(root.path)/out/tree")
    default: Issue.record("\(String(describing: found))")
    }
    #expect(outputs.abandon())
  }

  @Test func `a folder that another run writes into is not replaced`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    do {
      let other = try OutputFolder("\(root.path)/out/tree")
      #expect(throws: OutputError.self) { _ = try outputs.createFolder("tree", in: 0) }
      #expect(other.abandon())
    }
    _ = try outputs.createFolder("tree", in: 0)
    #expect(throws: OutputError.self) { _ = try OutputFolder("\(root.path)/out/tree") }
    #expect(outputs.abandon())
  }

  @Test func `what a killed run left of a folder goes with the next run`() throws {
    let root = try Self.root()
    let left = "mkdir -p .kpack-tmp-3/a/b && touch .kpack-tmp-3/a/b/c && chmod 0 .kpack-tmp-3/a"
    try Tool.run("sh", "-c", "cd \(root.path)/out && \(left)")
    let outputs = try OutputFolder("\(root.path)/out")
    #expect(try Self.names(in: "\(root.path)/out") == ["tree"])
    #expect(outputs.abandon())
  }

  @Test func `a file without a name of its own is there for links alone`() throws {
    let root = try Self.root()
    let outputs = try OutputFolder("\(root.path)/out")
    let folder = try outputs.createFolder("tree", in: 0)
    var scratch = try outputs.createScratch("tree/held", in: 0)
    try scratch.write(Self.bytes("held"))
    folder.link(try scratch.finish().file, to: Self.bytes("held"), isOwn: true)
    try outputs.commit()
    #expect(try Self.names(in: "\(root.path)/out") == ["tree"])
    #expect(try Self.names(in: "\(root.path)/out/tree") == ["held"])
  }
}
