// The layer that an image puts on its base: what it holds, and how it fits what is there.

@testable import Archive
@testable import Basics
@testable import Files
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Layers of images` {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary()
  }

  /// The layer of the tool's image with these keys, on a base of these entries.
  private func layer(_ keys: String = "", on base: [TarEntry] = []) throws -> [String] {
    try tree.addBase("base", .amd64, base)
    return try tree.planImages(image(keys)).layer()
  }

  /// The mistakes of such a layer.
  private func mistakes(_ keys: String = "", on base: [TarEntry] = []) throws -> [String] {
    try tree.addBase("base", .amd64, base)
    return try tree.imageMistakes(image(keys))
  }

  private static let usrLocalBin = ["dir 0755 0:0 usr", "dir 0755 0:0 usr/local", "dir 0755 0:0 usr/local/bin"]
  private static let tool = "file 0755 0:0 usr/local/bin/tool"

  @Test func `the executable stands in usr local bin, or where the image says`() throws {
    #expect(try layer() == Self.usrLocalBin + [Self.tool])
    #expect(try layer(#""to": ".""#) == ["file 0755 0:0 tool"])
    #expect(
      try layer(#""to": "opt/{name}""#) == ["dir 0755 0:0 opt", "dir 0755 0:0 opt/tool", "file 0755 0:0 opt/tool/tool"])
  }

  @Test func `an image of no executable holds its entries`() throws {
    try tree.addBase()
    let image = #"{"name": "files", "base": "base", "platforms": "one", "entries": [{"text": "", "to": "a"}]}"#
    #expect(try tree.planImages(image).layer() == ["file 0644 0:0 a"])
  }

  @Test func `folders of the base keep mode and owner, others are the root's`() throws {
    let base: [TarEntry] = [
      .folder("usr", mode: 0o711), .folder("usr/local", mode: 0o2775, uid: 1, gid: 50), .folder("srv", mode: 0o1777),
    ]
    #expect(
      try layer(#""entries": [{"text": "", "to": "srv/a/b"}]"#, on: base) == [
        "dir 1777 0:0 srv", "dir 0755 0:0 srv/a", "file 0644 0:0 srv/a/b", "dir 0711 0:0 usr",
        "dir 2775 1:50 usr/local", "dir 0755 0:0 usr/local/bin", Self.tool,
      ])
  }

  @Test func `an owner is that of all that a rule brings, and not of folders of the base but for directory`() throws {
    let entries =
      #""to": ".", "entries": [{"directory": "var", "owner": "7:8"}, {"directory": "srv"}, {"directory": "srv", "owner": "9:9"}, "#
      + #"{"tree": "conf", "to": "etc", "owner": "1:2"}, {"text": "x", "to": "a/b", "owner": "5:6"}, "#
      + #"{"symlink": "x", "to": "l", "owner": "3:4"}]"#
    try tree.write("x", to: "conf/new/file")
    #expect(
      try layer(entries, on: [.folder("etc", mode: 0o700, uid: 50), .folder("var", mode: 0o1777, uid: 50)]) == [
        "dir 0755 0:0 a", "file 0644 5:6 a/b", "dir 0700 50:0 etc", "dir 0755 1:2 etc/new",
        "file 0644 1:2 etc/new/file",
        "symlink 0777 3:4 l x", "dir 0755 9:9 srv", "file 0755 0:0 tool", "dir 1777 7:8 var",
      ])
  }

  @Test func `capabilities are those of the rule, and the binary's are those of the image`() throws {
    try tree.write("x", to: "conf/file")
    try tree.addBase()
    let entries = #"[{"tree": "conf", "capabilities": ["cap_kill=ep"]}, {"text": "", "to": "plain"}]"#
    let plan = try tree.planImages(image(#""to": ".", "capabilities": ["cap_chown=p"], "entries": \#(entries)"#))
    let layer = plan.images[0].layer
    #expect(
      (0..<layer.count).map {
        "\(escapedName(layer.name(at: $0))) \(Capabilities(bytes: layer.capabilities(at: $0))?.text ?? "")"
      }
        == ["file cap_kill=ep", "plain ", "tool cap_chown=p"])
    // Builders take no capabilities from a file beside the Dockerfile.
    #expect(plan.images[0].executable == nil)
    #expect(plan.images[0].dockerfile.text.contains("ADD layer.tar /\n"))
  }

  @Test func `a folder that a rule names is as the rule says`() throws {
    let entries = #""to": ".", "entries": [{"directory": "tmp", "mode": "1777"}]"#
    #expect(
      try layer(entries, on: [.folder("tmp", mode: 0o700, uid: 7)]) == ["dir 1777 0:0 tmp", "file 0755 0:0 tool"])
    try tree.write("1", to: "t/a")
    let rules = [#"{"tree": "t", "to": "tmp"}"#, #"{"directory": "tmp", "mode": "0700"}"#]
    for rules in [rules, rules.reversed()] {
      let keys = #""to": ".", "entries": [\#(rules.joined(separator: ", "))]"#
      #expect(try layer(keys, on: [.folder("tmp", mode: 0o1777)]).first == "dir 0700 0:0 tmp")
    }
  }

  @Test(
    arguments: [
      ("lib/x", ["dir 0755 0:0 usr", "dir 0750 0:0 usr/lib", "file 0644 0:0 usr/lib/x"]),
      ("abs/x", ["dir 0755 0:0 usr", "dir 0750 0:0 usr/lib", "file 0644 0:0 usr/lib/x"]),
      ("chain/x", ["dir 0755 0:0 usr", "dir 0750 0:0 usr/lib", "file 0644 0:0 usr/lib/x"]),
      (
        "lib/new/x",
        ["dir 0755 0:0 usr", "dir 0750 0:0 usr/lib", "dir 0755 0:0 usr/lib/new", "file 0644 0:0 usr/lib/new/x"]
      ),
      ("up/x", ["file 0644 0:0 x"]),
      ("dangling/x", ["dir 0755 0:0 none", "file 0644 0:0 none/x"]),
      // The last part is replaced, as a builder does it.
      ("lib", ["file 0644 0:0 lib"]),
    ])
  func `links of the base are followed and never replaced by folders`(path: String, entries: [String]) throws {
    let base: [TarEntry] = [
      .folder("usr/lib", mode: 0o750), .link("lib", to: "usr/lib"), .link("abs", to: "/usr/lib"),
      .link("chain", to: "abs"), .link("up", to: ".."), .link("dangling", to: "none"),
    ]
    let keys = #""to": ".", "entries": [{"text": "", "to": "\#(path)"}]"#
    #expect(try layer(keys, on: base).filter { !$0.hasSuffix(" tool") } == entries)
  }

  @Test func `a folder at the place of a link is the one that it leads to`() throws {
    let base: [TarEntry] = [.folder("run", mode: 0o711), .link("var/run", to: "/run")]
    #expect(
      try layer(#""to": ".", "entries": [{"directory": "var/run", "mode": "0700"}]"#, on: base)
        == ["dir 0700 0:0 run", "file 0755 0:0 tool"])
  }

  @Test func `what stands behind a link has the contents of its source`() throws {
    try tree.addBase(
      "base", .amd64, [.link("bin", to: "usr/bin"), .link("srv", to: "data"), .link("data/in", to: "/x")])
    try tree.write("1", to: "t/in/a")
    let keys = #""to": "bin", "entries": [{"file": "t/in/a", "to": "srv/f"}, {"tree": "t", "to": "srv"}]"#
    let plan = try tree.planImages(image(keys))
    #expect(
      try plan.layer() == [
        "dir 0755 0:0 data", "file 0644 0:0 data/f", "dir 0755 0:0 usr", "dir 0755 0:0 usr/bin",
        "file 0755 0:0 usr/bin/tool", "dir 0755 0:0 x", "file 0644 0:0 x/a",
      ])
    let layer = plan.images[0].layer
    let sources = (0..<layer.count).compactMap { layer.sourceFile(at: $0)?.path }
    #expect(
      sources.map { String(decoding: $0, as: UTF8.self).replacing(tree.root, with: "ROOT") }
        == ["ROOT/t/in/a", "ROOT/_output/dockerized/bin/linux/amd64/tool", "ROOT/t/in/a"])
    _ = try plan.images[0].rope(in: SourceStore(plan.sources)).digest()
  }

  @Test func `the executable is found behind a link too`() throws {
    try tree.addBase("base", .amd64, [.link("bin", to: "usr/bin")])
    let executable = try #require(try tree.planImages(image(#""to": "bin""#)).images[0].executable)
    #expect(executable.name == "tool" && executable.path == Array("usr/bin/tool".utf8))
    #expect(executable.mode == FileMode(bits: 0o755))
  }

  @Test(
    arguments: [
      ("/srv/app", ["dir 0755 0:0 srv", "dir 0755 0:0 srv/app"]), ("/{name}", ["dir 0755 0:0 tool-image"]),
      ("/there", []), ("/there/new", ["dir 0700 3:4 there", "dir 0755 0:0 there/new"]),
      ("/link", []), ("/link/new", ["dir 0700 3:4 there", "dir 0755 0:0 there/new"]), ("/", []),
    ])
  func `the working folder is made where the base has none`(folder: String, entries: [String]) throws {
    let base: [TarEntry] = [.folder("there", mode: 0o700, uid: 3, gid: 4), .link("link", to: "there")]
    let keys = #""name": "tool-image", "to": ".", "workdir": "\#(folder)""#
    #expect(try layer(keys, on: base).filter { !$0.hasSuffix(" tool") } == entries)
  }

  /// What the layer holds beside the executable, whose Dockerfile adds an archive or not, of an image with a new
  /// working folder for `user` on a base of `baseUser`.
  private func workingFolder(user: String?, baseUser: String?) throws -> (entries: [String], isInArchive: Bool) {
    var settings = ImageSettings()
    settings.user = baseUser
    try tree.addBase("base", .amd64, [.folder("srv", uid: 5, gid: 6)], settings: settings)
    let user = user.map { #", "user": "\#($0)""# } ?? ""
    let plan = try tree.planImages(image(#""to": ".", "workdir": "/srv/a/b"\#(user)"#))
    return (try plan.layer().filter { !$0.hasSuffix(" tool") }, plan.images[0].dockerfile.hasArchive)
  }

  // BuildKit has the owners by number; a name stands in the image's passwd alone.
  @Test(
    arguments: [
      (nil, nil, "0:0", false), ("0", nil, "0:0", false), ("root", "0:0", "0:0", false), ("nobody", nil, "0:0", false),
      ("1000", nil, "1000:1000", true), ("1000:2000", nil, "1000:2000", true), ("1000:staff", nil, "1000:0", true),
      (nil, "65532", "65532:65532", true), ("1", "65532", "1:1", true), ("0", "65532", "0:0", true),
      (nil, "nonroot", "0:0", true), ("4294967296", nil, "0:0", false), ("+1", nil, "0:0", false),
    ] as [(String?, String?, String, Bool)])
  func `the working folder belongs to the image's user`(
    user: String?, baseUser: String?, owner: String, isInArchive: Bool
  ) throws {
    let made = try workingFolder(user: user, baseUser: baseUser)
    #expect(made.entries == ["dir 0755 5:6 srv", "dir 0755 \(owner) srv/a", "dir 0755 \(owner) srv/a/b"])
    // WORKDIR makes no folder that is there; where builders differ in its owner, the archive brings it.
    #expect(made.isInArchive == isInArchive)
  }

  @Test func `folders that others bring keep their owners`() throws {
    let keys = #""to": ".", "workdir": "/srv/a/b", "user": "7", "entries": [{"text": "", "to": "srv/a/x"}]"#
    #expect(
      try layer(keys) == [
        "dir 0755 0:0 srv", "dir 0755 0:0 srv/a", "dir 0755 7:7 srv/a/b", "file 0644 0:0 srv/a/x",
        "file 0755 0:0 tool",
      ])
  }

  @Test func `the working folder may be one of the entries`() throws {
    let keys = #""to": ".", "workdir": "/srv", "entries": [{"directory": "srv", "mode": "0700"}]"#
    #expect(try layer(keys) == ["dir 0700 0:0 srv", "file 0755 0:0 tool"])
  }

  @Test func `a tree takes in none of the run's own folders`() throws {
    try tree.write("1", to: "a")
    #expect(
      try layer(#""to": ".", "entries": [{"tree": ".", "to": "src", "mode": "0644"}]"#)
        == ["dir 0755 0:0 src", "file 0644 0:0 src/a", "file 0755 0:0 tool"])
  }

  // MARK: Entries of the base

  private static let held =
    #""bases": {"base": {"ref": "base", "entries": [{"text": "hosts: files\n", "to": "etc/nsswitch.conf"}]}}"#

  @Test func `what a base brings goes into every image on it, filled in for each`() throws {
    try tree.addBase()
    try tree.addBinary("other")
    let keys = #""bases": {"base": {"ref": "base", "entries": [{"text": "{name}", "to": "{name}"}]}}"#
    let plan = try tree.planImages(image(#""to": "bin""#), image(#""to": "bin""#, binary: "other"), keys: keys)
    #expect(try plan.layer(0) == ["dir 0755 0:0 bin", "file 0755 0:0 bin/tool", "file 0644 0:0 tool"])
    #expect(try plan.layer(1) == ["dir 0755 0:0 bin", "file 0755 0:0 bin/other", "file 0644 0:0 other"])
  }

  @Test func `an entry of the image over one of its base must say so`() throws {
    try tree.addBase()
    func tool(_ overlay: String) -> String {
      image(#""to": ".", "entries": [{"symlink": "x", "to": "etc/nsswitch.conf"\#(overlay)}]"#)
    }
    #expect(
      try tree.imageMistakes(tool(""), keys: Self.held) == [
        "usage: groups.main[0].entries[0]: etc/nsswitch.conf comes from two rules: bases.base.entries[0] and "
          + #"groups.main[0].entries[0]; the later may say "overlay": true to replace it, in image tool for linux/amd64"#
      ])
    #expect(
      try tree.planImages(tool(#", "overlay": true"#), keys: Self.held).layer()
        == ["dir 0755 0:0 etc", "symlink 0777 0:0 etc/nsswitch.conf x", "file 0755 0:0 tool"])
  }

  // MARK: What is refused

  @Test func `an entry at the place of the executable is refused`() throws {
    #expect(
      try mistakes(#""entries": [{"text": "", "to": "usr/local/bin/tool"}]"#) == [
        "usage: groups.main[0].entries[0]: usr/local/bin/tool comes from two rules: groups.main[0] and "
          + #"groups.main[0].entries[0]; the later may say "overlay": true to replace it, in image tool for linux/amd64"#
      ])
  }

  @Test func `two names that a link of the base makes one are refused`() throws {
    let keys = #""to": ".", "entries": [{"text": "", "to": "lib/a"}, {"text": "", "to": "usr/lib/a"}]"#
    #expect(
      try mistakes(keys, on: [.folder("usr/lib"), .link("lib", to: "usr/lib")]) == [
        "usage: groups.main[0].entries[1]: usr/lib/a comes from two rules: groups.main[0].entries[0] and "
          + #"groups.main[0].entries[1]; the later may say "overlay": true to replace it, in image tool for linux/amd64"#
      ])
  }

  @Test(arguments: [("a/.wh.b", "a/.wh.b"), (".wh..wh..opq", ".wh..wh..opq")])
  func `names that remove files of the base are refused`(path: String, shown: String) throws {
    #expect(
      try mistakes(#""entries": [{"text": "", "to": "\#(path)"}]"#)
        == [
          "usage: groups.main[0].entries[0]: image tool: \(shown): names that begin with \".wh.\" remove files in a layer"
        ])
  }

  @Test(
    arguments: [
      (#"{"directory": "etc/passwd"}"#, ".entries[0]", "etc/passwd: is a file in the base, and a folder here"),
      (#"{"text": "", "to": "etc/passwd/x"}"#, "", "etc/passwd: is a file in the base, and a folder here"),
      (#"{"text": "", "to": "etc"}"#, ".entries[0]", "etc: is a folder in the base, and a file here"),
      (#"{"symlink": "x", "to": "etc"}"#, ".entries[0]", "etc: is a folder in the base, and a file here"),
    ])
  func `what is a folder on one side and none on the other is refused`(
    entry: String, place: String, reason: String
  ) throws {
    #expect(
      try mistakes(#""to": ".", "entries": [\#(entry)]"#, on: [.folder("etc"), .file("etc/passwd")])
        == ["usage: groups.main[0]\(place): image tool: \(reason)"])
  }

  @Test func `a file over one of the base is fine`() throws {
    let keys = #""to": ".", "entries": [{"text": "", "to": "etc/passwd"}]"#
    #expect(
      try layer(keys, on: [.folder("etc", mode: 0o711), .file("etc/passwd")])
        == ["dir 0711 0:0 etc", "file 0644 0:0 etc/passwd", "file 0755 0:0 tool"])
  }

  @Test(arguments: [
    ("/etc/passwd", "a file"), ("/etc/passwd/x", "a file"), ("/link", "a file"), ("/loop", "a loop of links"),
    ("/loop/x", "a loop of links"),
  ])
  func `a working folder that is a file in the base, or behind a loop, is refused`(
    folder: String, obstacle: String
  ) throws {
    let base: [TarEntry] = [
      .folder("etc"), .file("etc/passwd"), .link("link", to: "etc/passwd"), .link("loop", to: "loop"),
    ]
    #expect(
      try mistakes(#""workdir": "\#(folder)""#, on: base)
        == [
          "usage: groups.main[0]: image tool: the workdir \"\(folder)\" can be no folder: "
            + "\(obstacle) is in its way"
        ])
  }

  @Test func `an executable that was not built is refused`() throws {
    try tree.addBase()
    #expect(
      try tree.imageMistakes(image(binary: "other")) == [
        #"system: layouts/release.json:2:31: binaries.all[1]: no binary "other" for linux/amd64: "#
          + "ROOT/_output/dockerized/bin/linux/amd64/other is missing"
      ])
  }
}
