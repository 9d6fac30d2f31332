// The rules `paths`, `text`, `directory` and `symlink`.

@testable import Archive
import Glibc
@testable import Plan
@testable import TestSupport
import Testing

struct SmallRuleTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  @Test func `paths keep their own relative paths`() throws {
    for path in ["hack/lib/a.sh", "hack/e2e.go", "other/x", "docs/y"] { try tree.write("1", to: path) }
    try tree.makeFolder("hack/lib/empty", mode: 0o700)
    try tree.change("hack/lib", mode: 0o750)
    try tree.link("link", to: "docs")
    #expect(
      try tree.entries(#"{"paths": ["hack/lib", "hack/e2e.go", "link"], "to": "x"}"#) == [
        "dir 0755 0 x", "dir 0755 0 x/hack", "file 0644 1 x/hack/e2e.go", "dir 0755 0 x/hack/lib",
        "file 0644 1 x/hack/lib/a.sh", "dir 0755 0 x/hack/lib/empty", "symlink 0777 0 x/link docs",
      ])
    #expect(
      try tree.entries(#"{"paths": ["{name}cs"]}"#, release: #"{"name": "do"}"#) == [
        "dir 0755 0 docs", "file 0644 1 docs/y",
      ])
  }

  @Test func `a path inside another one of the same rule comes once`() throws {
    try tree.write("1", to: "a/b")
    #expect(try tree.entries(#"{"paths": ["a", "a/b"]}"#) == ["dir 0755 0 a", "file 0644 1 a/b"])
  }

  @Test func `patterns look at the whole path`() throws {
    for path in ["a/x/1.go", "a/x/2.txt", "b/x/1.go", "a/y/3.go"] { try tree.write("1", to: path) }
    #expect(
      try tree.entries(#"{"paths": ["a", "b"], "include": ["a/x/*", "b/x/"], "exclude": ["*.txt"]}"#)
        == [
          "dir 0755 0 a", "dir 0755 0 a/x", "file 0644 1 a/x/1.go", "dir 0755 0 b", "dir 0755 0 b/x",
          "file 0644 1 b/x/1.go",
        ])
    #expect(
      try tree.entries(#"{"paths": ["a"], "exclude": ["a/x/"]}"#) == [
        "dir 0755 0 a", "dir 0755 0 a/y", "file 0644 1 a/y/3.go",
      ])
  }

  @Test func `include must select something of the rule as a whole, not of each path`() throws {
    for path in ["a/1.go", "b/2.txt", "c.go", "d.txt"] { try tree.write("1", to: path) }
    #expect(
      try tree.entries(#"{"paths": ["a", "b", "d.txt"], "include": ["*.go"]}"#) == [
        "dir 0755 0 a", "file 0644 1 a/1.go",
      ])
    #expect(try tree.entries(#"{"paths": ["b", "c.go"], "include": ["*.go"]}"#) == ["file 0644 1 c.go"])
    for paths in [#"["b", "d.txt"]"#, #"["d.txt"]"#] {
      let rule = #"{"paths": \#(paths), "include": ["*.go"]}"#
      #expect(try tree.mistakes(rule) == [#"usage: entries[0]: include: "*.go" selects nothing"#])
    }
  }

  @Test func `a missing path is refused with target and source, unless it is optional`() throws {
    try tree.write("1", to: "a")
    #expect(
      try tree.mistakes(#"{"paths": ["a", "no"], "to": "x"}"#)
        == ["system: entries[0]: x/no: source ROOT/no: cannot stat: No such file or directory"])
    #expect(try tree.entries(#"{"paths": ["no", "a"], "optional": true}"#) == ["file 0644 1 a"])
  }

  @Test func `a path that a release cannot hold is refused`() throws {
    try tree.makeNode("fifo", type: S_IFIFO)
    #expect(
      try tree.mistakes(#"{"paths": ["fifo"]}"#)
        == ["system: entries[0]: ROOT/fifo: a FIFO; a release holds files, folders and symlinks"])
  }

  @Test func `text has variables and braces`() throws {
    let rule = #"{"text": "{name} {version}\n{{x}", "to": "version"}"#
    let plan = try tree.plan(["release": plainRelease, "app": tarball([rule])]) { $0.version = "v1+2" }
    let tarball = try #require(plan.tarballs.first)
    #expect(plan.lines(of: tarball) == ["file 0644 12 version"])
    #expect(tarball.entries.body(at: 0).bytes(in: plan) == Array("app v1+2\n{x}".utf8))
  }

  @Test(arguments: [("v1.7.5-beta.0.12+ab", "v1.7.5-beta.0.12_ab"), ("v1+2+3", "v1_2_3")])
  func `a tag holds no plus`(_ version: String, _ tag: String) throws {
    let images = #"{"registry": "r/{name}", "tag": "{version}", "bases": {}, "groups": {}}"#
    let plan = try tree.plan([
      "release": plainRelease, "images": images,
      "app": tarball([#"{"text": "{registry}:{tag} {releaseRegistry}/{releaseTag}", "to": "a"}"#]),
    ]) {
      $0.version = version
      $0.environment["KUBE_DOCKER_REGISTRY"] = "reg"
      $0.environment["KUBE_DOCKER_IMAGE_TAG"] = "t"
    }
    let body = try #require(plan.tarballs.first).entries.body(at: 0)
    #expect(body.bytes(in: plan) == Array("r/app:\(tag) reg/t".utf8))
  }

  @Test func `a variable that nobody knows is refused with what sets it`() throws {
    #expect(
      try tree.mistakes(#"{"text": "{releaseRegistry}", "to": "a"}"#, #"{"text": "{releaseTag}", "to": "b"}"#) == [
        "usage: entries[0]: {releaseRegistry} is not known; set KUBE_DOCKER_REGISTRY",
        "usage: entries[1]: {releaseTag} is not known; set KUBE_DOCKER_IMAGE_TAG",
      ])
  }

  @Test func `a directory is made, with its mode`() throws {
    #expect(
      try tree.entries(#"{"directory": "a/b"}"#, #"{"directory": "a/c", "mode": "1777"}"#)
        == ["dir 0755 0 a", "dir 0755 0 a/b", "dir 1777 0 a/c"])
  }

  @Test func `a symlink has any target`() throws {
    #expect(
      try tree.entries(#"{"symlink": "../{name}", "to": "a/b"}"#, #"{"symlink": "/etc", "to": "c"}"#)
        == ["dir 0755 0 a", "symlink 0777 0 a/b ../app", "symlink 0777 0 c /etc"])
  }
}

extension TarEntryBody {
  /// The bytes of a source that a layout spells out; nil for any other.
  fileprivate func bytes(in plan: Plan) -> [UInt8]? {
    guard case .source(let id) = self, case .bytes(let bytes) = plan.sources[id] else { return nil }
    return bytes
  }
}
