// Values by platform, conditions with "!", and what platforms are called.

@testable import Archive
@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct PlatformValueTests {
  private let tree: TemporaryTree
  private let release =
    #"{"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm/v6", "linux/arm/v7", "windows/amd64"]}}"#

  init() throws { tree = try TemporaryTree() }

  /// The tarballs of a layout for all platforms, each with its entries' names.
  private func tarballs(_ name: String, _ entries: [String], head: String = "", release: String? = nil) throws
    -> [String]
  {
    let app = tarball(entries, head: #""platforms": "all""# + head, name: "NAME").replacing(#""NAME""#, with: name)
    let plan = try tree.plan(["release": release ?? self.release, "app": app]) { $0.version = "v1.0" }
    return plan.tarballs.map { tarball in
      let lines = plan.lines(of: tarball).map { $0.split(separator: " ").dropFirst(3).joined(separator: " ") }
      return "\(tarball.fileName): \(lines.joined(separator: ", "))"
    }
  }

  @Test func `the first pattern that matches gives the value, and "*" what is left`() throws {
    let found = try tarballs(
      #"{"*": "a-{arch}{variant}.tar.gz", "windows/*": "a-win.zip", "arm/v6": "a-six.tgz"}"#,
      [
        #"{"text": {"linux/arm": "arm", "*": "other"}, "to": {"windows/*": "x.txt", "*": "x"}}"#,
        #"{"symlink": {"windows/*": "..\\x", "*": "../x"}, "to": "link", "platforms": ["!linux/arm/v7"]}"#,
      ], head: #", "archive": {"root": {"windows/amd64": "win", "linux/*": "."}}"#)
    #expect(
      found == [
        "a-amd64.tar.gz: ./link ../x, ./x", "a-six.tgz: ./link ../x, ./x", "a-armv7.tar.gz: ./x",
        #"a-win.zip: win, win/link ..\x, win/x.txt"#,
      ])
  }

  @Test func `a platform without a value is named, with all others like it`() throws {
    let app = tarball(
      [#"{"text": "x", "to": {"linux/amd64": "a"}}"#], head: #""platforms": "all""#, name: "{os}-{arch}{variant}.tgz")
    #expect(
      try tree.mistakes(["release": release, "app": app]) == [
        "usage: layouts/app.json:2:21: entries[0].to: no text for linux/arm/v6, linux/arm/v7, windows/amd64"
      ])
    let root = app.replacing(#""entries""#, with: #""archive": {"root": {"linux/*": "r"}}, "entries""#)
      .replacing(#"{"linux/amd64": "a"}"#, with: #""a""#)
    #expect(
      try tree.mistakes(["release": release, "app": root]) == [
        "usage: layouts/app.json:1:81: archive.root: no text for windows/amd64"
      ])
  }

  @Test func `a root by platform of all tarballs needs platforms`() throws {
    let release = #"{"name": "app", "archive": {"root": {"*": "r"}}}"#
    #expect(
      try tree.mistakes(#"{"text": "x", "to": "a"}"#, release: release) == [
        "usage: layouts/release.json:1:37: archive.root: the texts are by platform, and there is no platform here"
      ])
  }

  @Test(arguments: [
    (
      #"{"text": "x", "to": {"*": "a"}}"#,
      #"[0].to: texts by platform need one: give the entry or its tarball "platforms""#
    ),
    (#"{"text": "x", "to": {}, "platforms": ["linux/arm"]}"#, "[0].to: expected at least one platform"),
    (
      #"{"text": "x", "to": {"windows": "a", "*": "b"}, "platforms": ["linux/arm"]}"#,
      #"[0].to.windows: expected a platform such as "linux/amd64", "linux/*" or "*", found "windows"; "#
        + #"did you mean "windows/*"?"#
    ),
    (
      #"{"text": "x", "to": {"!linux/arm": "a"}, "platforms": ["linux/arm"]}"#,
      #"[0].to["!linux/arm"]: expected a platform such as "linux/amd64", "linux/*" or "*", found "!linux/arm""#
    ),
    (
      #"{"text": "x", "to": {"linux/*": "a", "linux/arm/v6": "b"}, "platforms": ["linux/arm"]}"#,
      #"[0].to["linux/arm/v6"]: is never used: "linux/*", which stands before it, matches the same platforms"#
    ),
    (
      #"{"text": "x", "to": {"linux/*": {"*": "a"}}, "platforms": ["linux/arm"]}"#,
      #"[0].to["linux/*"]: expected a string, found an object"#
    ),
    (
      #"{"text": "x", "to": {"linux/*": "../a", "*": "b"}, "platforms": ["linux/arm"]}"#,
      #"[0].to["linux/*"]: a '..' part in a path, found "../a""#
    ),
  ])
  func `a wrong value by platform is refused where it stands`(entry: String, mistake: String) throws {
    let found = Rules.mistakes(["release": plainRelease, "app": tarball([entry])]).map {
      $0.replacing(#/layouts/app\.json:\d+:\d+: /#, with: "")
    }
    #expect(found == ["entries\(mistake)"])
  }

  @Test(arguments: [
    (#""linux/*", "!linux/arm""#, ["linux/amd64"]), (#""!linux/arm""#, ["linux/amd64", "windows/amd64"]),
    (#""!linux/arm/v6", "!windows/*""#, ["linux/amd64", "linux/arm/v7"]), (#""linux/arm/v6""#, ["linux/arm/v6"]),
    (#""*/arm", "!linux/arm/v6""#, ["linux/arm/v7"]),
  ])
  func `a condition with "!" leaves out`(patterns: String, platforms: [String]) throws {
    let app = tarball(
      [#"{"text": "x", "to": "a", "platforms": [\#(patterns)]}"#], head: #""platforms": "all", "optional": true"#,
      name: "{os}-{arch}{variant}.tgz")
    let plan = try tree.plan(["release": release, "app": app])
    #expect(plan.tarballs.filter { $0.entries.count > 0 }.compactMap { $0.platform?.description } == platforms)
  }

  @Test(arguments: [
    (#""linux/amd64", "!windows/*""#, "[1]: leaves out nothing: the others do not select such a platform"),
    (#""linux/arm", "!linux/*""#, #"[1]: leaves out all of "linux/arm""#),
    (#""!*/*""#, "[0]: leaves out every platform"),
    (#""!""#, #"[0]: expected a platform such as "linux/amd64", found "!""#),
    (#""!!linux/arm""#, #"[0]: expected a platform such as "linux/amd64", found "!!linux/arm""#),
    (#""!all""#, #"[0]: expected a platform such as "linux/amd64", found "!all""#),
  ])
  func `a condition with "!" that makes no sense is refused`(patterns: String, mistake: String) throws {
    let app = tarball([#"{"text": "x", "to": "a", "platforms": [\#(patterns)]}"#], head: #""platforms": "all""#)
    let found = Rules.mistakes(["release": release, "app": app]).map {
      $0.replacing(#/layouts/app\.json:\d+:\d+: /#, with: "")
    }
    #expect(found == ["entries[0].platforms\(mistake)"])
  }

  @Test func `without platforms of the tarball, "!" is nothing to expand over`() throws {
    let found = Rules.mistakes([
      "release": plainRelease, "app": tarball([#"{"text": "x", "to": "a", "platforms": ["!linux/arm"]}"#]),
    ])
    #expect(found == ["layouts/app.json:2:40: entries[0].platforms[0]: '!' names no platform to expand over"])
  }

  @Test func `systems and architectures are called what the release says, or the tarball`() throws {
    let named = release.replacing(
      #""name": "app""#,
      with: #""name": "app", "names": {"os": {"windows": "Windows"}, "arch": {"amd64": "x86_64", "arm/v6": "armel"}}"#)
    #expect(
      try tarballs(#""{osName}_{archName}.tgz""#, [#"{"text": "", "to": "{os}-{arch}"}"#], release: named) == [
        "linux_x86_64.tgz: linux-amd64", "linux_armel.tgz: linux-arm", "linux_armv7.tgz: linux-arm",
        "Windows_x86_64.tgz: windows-amd64",
      ])
    let own = #", "names": {"os": {"linux": "Linux"}, "arch": {"amd64": "64bit", "arm": "ARM"}}"#
    #expect(
      try tarballs(#""{osName}_{archName}.tgz""#, [], head: own, release: named) == [
        "Linux_64bit.tgz: ", "Linux_armel.tgz: ", "Linux_ARMv7.tgz: ", "Windows_64bit.tgz: ",
      ])
  }

  @Test(arguments: [
    (
      #"{"os": {"macos": "x"}}"#,
      #"names.os.macos: expected a system such as "darwin", found "macos"; did you mean "darwin"?"#
    ),
    (
      #"{"arch": {"x86_64": "x"}}"#,
      #"names.arch.x86_64: expected an architecture such as "amd64" or "arm/v6", found "x86_64"; did you mean "amd64"?"#
    ),
    (
      #"{"arch": {"armv6": "x"}}"#,
      #"names.arch.armv6: expected an architecture such as "amd64" or "arm/v6", found "armv6"; did you mean "arm/v6"?"#
    ),
    (#"{"arch": {"arm/v6": "a/b"}}"#, #"names.arch["arm/v6"]: expected a name without '/', found "a/b""#),
    (#"{"variant": {}}"#, "names.variant: unknown key; the keys here are \"os\", \"arch\""),
  ])
  func `wrong words are refused`(names: String, mistake: String) {
    let found = LayoutSet.mistakes(["release": #"{"name": "x", "names": \#(names)}"#]).map {
      $0.replacing(#/layouts/release\.json:\d+:\d+: /#, with: "")
    }
    #expect(found == [mistake])
  }

  @Test func `executables are for the variant that a rule names`() throws {
    try tree.write(Executables.arm(architectureTag: 10), to: "bin/armv6/x")
    try tree.write(Executables.arm(architectureTag: 10), to: "bin/armv7/x")
    try tree.change("bin/armv6/x", mode: 0o755)
    try tree.change("bin/armv7/x", mode: 0o755)
    let app = tarball(
      [#"{"file": "bin/{arch}{variant}/x", "to": "x"}"#], head: #""platforms": ["linux/arm/v6", "linux/arm/v7"]"#,
      name: "{arch}{variant}.tgz")
    #expect(
      try tree.mistakes(["release": plainRelease, "app": app]) == [
        "data: entries[0]: x: ROOT/bin/armv6/x: expected a file for linux/arm/v6, found an ELF file for arm/v7"
      ])
  }

  @Test func `a file that a pattern chooses is for the pattern's platform`() throws {
    try tree.write(Executables.arm64, to: "prebuilt/x")
    try tree.change("prebuilt/x", mode: 0o755)
    let app = tarball(
      [#"{"file": {"linux/amd64": "prebuilt/x"}, "to": "x"}"#], head: #""platforms": ["linux/amd64"]"#)
    #expect(
      try tree.mistakes(["release": plainRelease, "app": app]) == [
        "data: entries[0]: x: ROOT/prebuilt/x: expected a file for linux/amd64, found an ELF file for arm64"
      ])
  }
}
