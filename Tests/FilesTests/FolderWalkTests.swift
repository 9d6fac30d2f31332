// A walk sees everything below a folder once, by itself and not by what a link leads to.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct FolderWalkTests {
  /// A folder that a shell script filled, and a walk through it.
  private struct Sample {
    let tree: TemporaryTree
    var walk: FolderWalk { FolderWalk(of: Array(tree.root.utf8)) }

    init(_ script: String) throws {
      tree = try TemporaryTree()
      try tree.run("sh", "-e", "-c", script)
    }

    /// The path of a thing in the folder.
    func file(_ name: String) -> [UInt8] { Array("\(tree.root)/\(name)".utf8) }

    /// The paths that a walk through all gives.
    func paths() throws -> [String] {
      var paths: [String] = []
      try walk.all { paths.append(String(decoding: $0.path, as: UTF8.self)) }
      return paths
    }
  }

  @Test func `everything below the root is given, a folder before what is in it`() throws {
    let sample = try Sample("mkdir -p a/b/c d; touch a/1 a/b/2 a/b/c/3 d/4 z; mkfifo d/p")
    #expect(try sample.paths() == ["a", "d", "z", "d/4", "d/p", "a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3"])
  }

  @Test func `an item has its name, its path, its place, its status and its target`() throws {
    let sample = try Sample("mkdir d; printf 12345 > d/f; ln -s ../nowhere d/l")
    var found: [String] = []
    try sample.walk.all { item in
      #expect(item.place == sample.file(String(decoding: item.path, as: UTF8.self)))
      let target = item.status.isSymlink ? String(decoding: try item.target(), as: UTF8.self) : ""
      let name = String(decoding: item.name, as: UTF8.self)
      found.append("\(name) \(item.status.typeName) \(item.status.isFile ? item.status.identity.size : 0) \(target)")
    }
    #expect(found == ["d a folder 0 ", "f a file 5 ", "l a symlink 0 ../nowhere"])
  }

  @Test func `no link is followed but one to the root itself`() throws {
    let sample = try Sample("mkdir -p real/in; touch real/in/f; ln -s in real/link; ln -s real root")
    var paths: [String] = []
    try FolderWalk(of: sample.file("root")).all { paths.append(String(decoding: $0.path, as: UTF8.self)) }
    #expect(paths == ["in", "link", "in/f"])
    #expect(throws: SystemError(operation: "open", path: sample.file("real/link"), errno: ENOTDIR)) {
      _ = try FolderWalk(of: sample.file("real")).read(FolderWalk.Visit(Array("link".utf8))) { _ in }
    }
  }

  @Test(arguments: [999, 1000, 1001, 2500])
  func `a large folder is read in parts, and its folders after all of them`(_ count: Int) throws {
    let sample = try Sample("mkdir sub; touch sub/in; seq -f f%04g 1 \(count - 1) | xargs touch")
    var visit: FolderWalk.Visit? = FolderWalk.Visit()
    var sizes: [Int] = []
    while let next = visit {
      var size = 0
      visit = try sample.walk.read(next) { _ in size += 1 }
      sizes.append(size)
    }
    #expect(sizes == stride(from: 0, to: count, by: 1000).map { min(1000, count - $0) })
    let paths = try sample.paths()
    #expect(paths.count == count + 1)
    #expect(paths.last == "sub/in")
  }

  @Test func `names that are not wanted are not looked at, by folder`() throws {
    let sample = try Sample("mkdir a; touch a/skip a/take skip")
    let root = try FileStatus.of(Array(sample.tree.root.utf8)).key
    var names: [String] = []
    for path in ["", "a"] {
      _ = try sample.walk.read(
        FolderWalk.Visit(Array(path.utf8)), where: { name, folder in name != Array("skip".utf8) || folder.key == root }
      ) { names.append(String(decoding: $0.path, as: UTF8.self)) }
    }
    #expect(names == ["a", "skip", "a/take"])
  }

  @Test func `the first error of the caller ends a walk`() throws {
    struct Stop: Error {}
    let sample = try Sample("touch a b c")
    var count = 0
    #expect(throws: Stop.self) {
      try sample.walk.all { _ in
        count += 1
        if count == 2 { throw Stop() }
      }
    }
    #expect(count == 2)
  }

  @Test func `a folder that is gone is the system's error`() throws {
    let sample = try Sample("mkdir d")
    #expect(throws: SystemError(operation: "open", path: sample.file("d"), errno: ENOENT)) {
      try sample.walk.all { item in rmdir(String(decoding: item.place, as: UTF8.self)) }
    }
  }
}
