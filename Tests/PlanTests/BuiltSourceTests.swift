// The rules whose sources are built: `binaries`, `images` and `artifact`.

@testable import Archive
import Glibc
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

struct BinariesRuleTests {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    for name in [
      "linux/amd64/tool", "linux/amd64/other", "linux/amd64/extra", "windows/amd64/tool.exe", "windows/amd64/other.exe",
    ] {
      try tree.write("1", to: "_output/dockerized/bin/\(name)")
      try tree.change("_output/dockerized/bin/\(name)", mode: 0o775)
    }
  }

  @Test func `binaries come from their platform's folder, with exe on windows`() throws {
    let rule = #"{"binaries": "tools", "to": "{os}-{arch}", "platforms": ["linux/amd64", "windows/amd64"]}"#
    #expect(
      try tree.entries(rule, release: platformRelease) == [
        "dir 0755 0 linux-amd64", "file 0755 1 linux-amd64/other", "file 0755 1 linux-amd64/tool",
        "dir 0755 0 windows-amd64",
        "file 0755 1 windows-amd64/other.exe", "file 0755 1 windows-amd64/tool.exe",
      ])
  }

  @Test func `several lists fill one folder, and names may be spelled out`() throws {
    let head = #""platforms": ["linux/amd64"]"#
    #expect(
      try tree.entries(
        #"{"binaries": "tools"}"#, #"{"binaries": ["ex{name}"]}"#,
        release: platformRelease.replacing("app", with: "tra"), head: head)
        == ["file 0755 1 extra", "file 0755 1 other", "file 0755 1 tool"])
    #expect(
      try tree.mistakes(#"{"binaries": "tools"}"#, #"{"binaries": ["tool"]}"#, release: platformRelease, head: head)
        == [
          #"usage: entries[1]: tool comes from two rules: entries[0] and entries[1]; the later may say "overlay": true to replace it, in app.tgz"#
        ])
  }

  @Test func `a missing binary is refused with target and source, unless it is optional`() throws {
    let head = #""platforms": ["windows/amd64"]"#
    #expect(
      try tree.mistakes(#"{"binaries": "more", "to": "bin"}"#, release: platformRelease, head: head)
        == [
          #"system: layouts/release.json:2:77: binaries.more[0]: no binary "extra" for windows/amd64: "#
            + "ROOT/_output/dockerized/bin/windows/amd64/extra.exe is missing"
        ])
    #expect(try tree.entries(#"{"binaries": "more", "optional": true}"#, release: platformRelease, head: head) == [])
  }
}

struct ImagesRuleTests {
  private let tree: TemporaryTree
  private let folder = "_output/release-stage/server/linux-amd64/top/bin"
  private let images = """
    {"bases": {"b": "busybox"}, "groups": {"all": [{"binary": "api", "base": "b"},
     {"binary": "x", "name": "proxy", "base": "b"}, {"binary": "debug", "base": "b", "when": "debug"}]}}
    """

  init() throws { tree = try TemporaryTree() }

  private func layouts(_ rule: String) -> KeyValuePairs<String, String> {
    [
      "release": #"{"name": "app", "flags": {"debug": {}}}"#, "images": images,
      "server": tarball([rule], head: #""archive": {"root": "top"}, "platforms": ["linux/amd64"]"#),
    ]
  }

  @Test func `images come from the stage folder as they stand`() throws {
    let archive = StagedArchive(names: ["example.org/any:12"])
    for name in ["api", "proxy"] { try tree.stage(archive, as: "\(folder)/\(name)") }
    let plan = try tree.plan(layouts(#"{"images": "all", "to": "bin"}"#))
    let tarball = try #require(plan.tarballs.first)
    #expect(
      plan.lines(of: tarball) == [
        "dir 0755 0 top", "dir 0755 0 top/bin", "file 0644 3 top/bin/api.docker_tag",
        "file 0644 \(archive.bytes.count) top/bin/api.tar", "file 0644 3 top/bin/proxy.docker_tag",
        "file 0644 \(archive.bytes.count) top/bin/proxy.tar",
      ])
    #expect(tarball.stagedImages == 2)
    #expect(try tree.plan(layouts(#"{"images": ["proxy"], "to": "bin"}"#)).tarballs.first?.stagedImages == 1)
  }

  @Test func `images come from the stage folder where the folder of bases is empty`() throws {
    try tree.stage(StagedArchive(), as: "\(folder)/proxy")
    try tree.makeFolder("_output/bases")
    #expect(try tree.plan(layouts(#"{"images": ["proxy"], "to": "bin"}"#)).tarballs.first?.stagedImages == 1)
  }

  /// What is said of api.docker_tag with this text, beside an archive of the tag that it says, or of the release's,
  /// where the release is of `version`.
  private func mistakes(_ tag: String, version: String?) throws -> [String] {
    let said = Reference.isTag(tag.trimmed) ? tag.trimmed : version ?? "v1"
    let archive = StagedArchive(names: ["example.org/api:\(said)"])
    try tree.stage(archive, as: "\(folder)/api", tag: tag)
    return try tree.mistakes(layouts(#"{"images": ["api"], "to": "bin"}"#)) { $0.version = version }.map {
      $0.replacing(
        "data: layouts/server.json:2:1: entries[0]: bin/api.docker_tag: staged image ROOT/\(folder)/", with: "")
    }
  }

  @Test(arguments: ["v1.2", "v1.2\n", "v1.2 \r\n\n"])
  func `a staged image of the release's tag is taken`(tag: String) throws {
    #expect(try mistakes(tag, version: "v1.2") == [])
    #expect(try mistakes(tag.replacing("2", with: "2_3"), version: "v1.2+3") == [])
  }

  @Test(arguments: ["v1.1", "v1.20\n", "V1.2\n", "v1.2+3"])
  func `a staged image of another tag is refused`(tag: String) throws {
    let isTag = !tag.contains("+")
    let reason =
      isTag
      ? "is tagged \(tag.trimmed), wanted is v1.2: make it anew with `kpack images` or from bases, or give the --version that it is of"
      : #"expected a tag such as v1.2, found "v1.2+3""#
    #expect(try mistakes(tag, version: "v1.2") == ["api.docker_tag: \(reason)"])
    // Nobody knows what it should be.
    if isTag { #expect(try mistakes(tag, version: nil) == []) }
  }

  @Test(arguments: [
    ("", "nothing"), (" \n\n", "nothing"), ("a b", #""a b""#), ("-a", #""-a""#), ("a\nb\n", #""a%0Ab""#),
    ("\u{E9}", "\"\u{E9}\""), (String(repeating: "a", count: 129), "\"\(String(repeating: "a", count: 100))\"..."),
    (String(repeating: "v", count: 1 << 20), "more than 4096 bytes"),
  ])
  func `a staged tag that is none is refused, whatever the version`(tag: String, found: String) throws {
    #expect(try mistakes(tag, version: nil) == ["api.docker_tag: expected a tag, found \(found)"])
    #expect(try mistakes(tag, version: "v1") == ["api.docker_tag: expected a tag such as v1, found \(found)"])
  }

  @Test func `a missing image is a fault of the data that names both places, before anything is written`() throws {
    let (stage, reason) = (
      "ROOT/\(folder)", "cannot find: No such file or directory, and ROOT/_output/bases holds no bases to make it from"
    )
    let place = "layouts/server.json:2:1: entries[0]"
    #expect(
      try tree.mistakes(layouts(#"{"images": ["api"], "to": "bin"}"#)) == [
        "data: \(place): bin/api.tar: staged image \(stage)/api.tar: \(reason)"
      ])
    #expect(access("\(tree.root)/_output", F_OK) != 0)
  }

  @Test func `an image of no group is refused`() throws {
    #expect(
      try tree.mistakes(layouts(#"{"images": ["apy"], "to": "bin"}"#))
        == [#"usage: layouts/server.json:2:1: entries[0]: no image is named "apy"; did you mean "api"?"#])
  }
}

struct ArtifactRuleTests {
  private let tree: TemporaryTree
  private let text = #"{"text": "", "to": "a"}"#
  private let all = #""platforms": "all""#

  init() throws { tree = try TemporaryTree() }

  @Test func `a tarball comes after those that it holds, whatever their names`() throws {
    let plan = try tree.plan([
      "release": plainRelease, "a": tarball([#"{"artifact": "b", "to": "x/b.tgz"}"#], name: "a.tgz"),
      "b": tarball([#"{"artifact": "c", "to": "c.tgz", "mode": "0600"}"#, text], name: "b.tgz"),
      "c": tarball([text], name: "c.tgz"),
    ])
    #expect(plan.fileNames == ["c.tgz", "b.tgz", "a.tgz"])
    #expect(plan.tarballs.map(\.needs) == [[], [0], [1]])
    #expect(plan.lines(of: plan.tarballs[1]) == ["file 0644 0 a", "file 0600 - c.tgz"])
    let outer = try #require(plan.tarballs.last)
    #expect(plan.record(of: outer, at: outer.entries.count - 1).source == "b.tgz")
  }

  @Test func `a tarball of platforms is held for the same platform`() throws {
    let plan = try tree.plan(
      [
        "release": platformRelease, "inner": tarball([text], head: all, name: "inner-{os}-{arch}.tgz"),
        "outer": tarball(
          [#"{"artifact": "inner", "to": "i"}"#], head: #""platforms": "some""#, name: "outer-{arch}.tgz"),
      ], names: ["outer"])
    #expect(plan.fileNames == ["inner-linux-arm.tgz", "outer-arm.tgz"])
  }

  @Test func `a tarball that is held is built too, but nothing else`() throws {
    let layouts: KeyValuePairs = [
      "release": plainRelease, "a": tarball([#"{"artifact": "b", "to": "b"}"#], name: "a.tgz"),
      "b": tarball([text], name: "b.tgz"), "c": tarball([text], name: "c.tgz"),
    ]
    #expect(try tree.plan(layouts, names: ["a"]).fileNames == ["b.tgz", "a.tgz"])
    #expect(try tree.plan(layouts, names: ["c", "b"]).fileNames == ["b.tgz", "c.tgz"])
    #expect(try tree.mistakes(layouts, names: ["d"]) == [#"usage: no layout is named "d""#])
  }

  @Test func `a tarball of platforms is held over the entry's platforms`() throws {
    let entry = #"{"artifact": "inner", "to": "{arch}", "platforms": "all"}"#
    let plan = try tree.plan([
      "release": platformRelease,
      "inner": tarball(
        [text], head: #""platforms": ["linux/amd64", "linux/arm", "windows/amd64"]"#, name: "i-{os}-{arch}.tgz"),
      "outer": tarball([entry.replacing("{arch}", with: "{os}/{arch}")], name: "outer.tgz"),
    ])
    #expect(plan.fileNames == ["i-linux-amd64.tgz", "i-linux-arm.tgz", "i-windows-amd64.tgz", "outer.tgz"])
    #expect(plan.tarballs.last?.needs == [0, 1, 2])
  }

  @Test func `a tarball that is not made for the platform cannot be held`() throws {
    let inner = tarball([text], head: #""platforms": "some""#, name: "inner.tgz")
    let entry = #"{"artifact": "inner", "to": "i"}"#
    #expect(
      try tree.mistakes(["release": platformRelease, "inner": inner, "app": tarball([entry])])
        == [#"usage: entries[0]: "inner" is made for platforms; give the entry "platforms" to say which"#])
    #expect(
      try tree.mistakes([
        "release": platformRelease, "inner": inner, "app": tarball([entry], head: all, name: "{os}{arch}.tgz"),
      ])
        == [#"usage: entries[0]: "inner" is not made for linux/amd64, windows/amd64"#])
  }

  @Test func `two tarballs of one name are refused`() throws {
    #expect(
      try tree.mistakes(["release": platformRelease, "a": tarball([], head: all, name: "x-{arch}.tgz")])
        == [
          #"usage: layouts/a.json:1:13: tarball: two tarballs have the name "x-amd64.tgz": a for linux/amd64 and a for windows/amd64"#
        ])
    #expect(
      try tree.mistakes(["release": platformRelease, "a": tarball([], name: ".kpack-{name}.tgz")])
        == [#"usage: layouts/a.json:1:13: tarball: expected a file name, found ".kpack-app.tgz""#])
  }
}

extension String {
  /// Without blanks and ends of lines behind it.
  fileprivate var trimmed: String { replacing(#/\s+$/#, with: "") }
}
