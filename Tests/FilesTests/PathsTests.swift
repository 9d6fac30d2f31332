// Where paths lead, as realpath(3) has it, and what is above them.

@testable import Files
import Glibc
@testable import TestSupport
import Testing

struct PathsTests {
  @Test(arguments: [
    "", "/", "//", ".", "..", "a", "a/", "a/.", "a/..", "a/../a/b", "a//b", "a/./b/", "f", "f/", "f/.", "f/..", "f/x",
    "none",
    "none/", "none/..", "a/none", "to-a", "to-a/", "to-a/b", "to-a/../f", "absolute", "absolute/..", "up", "up/a",
    "loop", "loop/x", "dangling", "chain", "chain/b", "closed/x", "/..", "/../etc", "/usr/../etc/",
  ])
  func `a path is resolved as by the C library`(path: String) throws {
    let folder = try TemporaryFolder()
    try Tool.run(
      "sh", "-e", "-c",
      """
      cd "$1"; mkdir -p a/b; echo > f; ln -s a to-a; ln -s "$1/a" absolute; ln -s a/.. up; ln -s loop loop
      ln -s none dangling; ln -s to-a/ chain; ln -s f/ closed
      """, "sh", folder.path)
    let whole = path.isEmpty || path.utf8.first == UInt8(ascii: "/") ? path : "\(folder.path)/\(path)"
    let found = Result { () throws(SystemError) in try Paths.resolved(Array(whole.utf8)) }
    guard let real = realpath(whole, nil) else {
      #expect(found == .failure(SystemError(operation: "find", path: whole, errno: errno)))
      return
    }
    defer { free(real) }
    #expect(found == .success(Array(String(cString: real).utf8)))
  }

  @Test func `a path that is not absolute begins in the current folder`() throws {
    let current = try #require(realpath(".", nil))
    defer { free(current) }
    for path in [".", "./", "none/..", ""] {
      let found = Result { () throws(SystemError) in try Paths.resolved(Array(path.utf8)) }
      let isThere = path == "." || path == "./"
      #expect(
        found
          == (isThere
            ? .success(Array(String(cString: current).utf8))
            : .failure(SystemError(operation: "find", path: path, errno: ENOENT))))
    }
  }

  @Test(
    arguments: [
      ("a/b", "a"), ("a/b/", "a/b"), ("a//b", "a/"), ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), (".", "."),
      ("", "."), ("a/\u{301}b", "a"),
    ])
  func `a path has the folder above it by its text`(_ path: String, _ parent: String) {
    #expect(Paths.parent(of: path) == parent)
  }
}
