// One cause, one message: what is missing, how many things it keeps back, and what would mend it; all else beside it.

@testable import Basics
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct SharedCauseTests {
  private let tree: TemporaryTree
  private let bin = "ROOT/_output/dockerized/bin"
  private let hint = "; the build puts binaries there, below OS/ARCH, and --bin names another folder"
  private let filling =
    "`kpack base add REF FILE`, `kpack base make REF` or `skopeo copy docker://REF oci:ROOT/_output/bases:REF`"

  private var remedy: String {
    "\(filling) adds one; or let the images' own build put NAME.tar and NAME.docker_tag there"
  }

  init() throws { tree = try TemporaryTree() }

  @Test func `a folder of binaries that is missing is told once`() throws {
    let rules = [#"{"binaries": "tools", "to": "{os}/{arch}", "platforms": "all"}"#, #"{"file": "no", "to": "a"}"#]
    let sources = "linux/amd64/tool, linux/amd64/other, linux/arm/tool and 3 more"
    #expect(
      try tree.mistakes(rules[0], rules[1], release: platformRelease) == [
        "system: \(bin): no such folder, where 6 sources are to be found: \(sources)\(hint)",
        "system: entries[1]: a: source ROOT/no: cannot find: No such file or directory",
      ])
  }

  @Test func `a list of what the missing folder holds is of the same cause`() throws {
    let release =
      #"{"name": "app", "platforms": {"here": "present", "one": ["linux/arm"]}, "binaries": {"all": ["x"]}}"#
    let rules = [
      #"{"binaries": "all", "to": "a", "platforms": "here"}"#, #"{"binaries": "all", "to": "b", "platforms": "one"}"#,
    ]
    #expect(
      try tree.mistakes(rules[0], rules[1], release: release) == [
        "system: \(bin): no such folder, where 1 source is to be found: linux/arm/x\(hint)"
      ])
    #expect(
      try tree.mistakes(rules[0], release: release) == ["system: \(bin): cannot open: No such file or directory"])
  }

  @Test func `a folder of the tree that is missing is told once, a file on its own`() throws {
    let rules = [
      #"{"file": "docs/a", "to": "a"}"#, #"{"tree": "docs/b/c", "to": "b"}"#, #"{"paths": ["docs/d", "docs/e"]}"#,
    ]
    #expect(
      try tree.mistakes(rules[0], rules[1], rules[2]) == [
        "system: ROOT/docs: no such folder, where 4 sources are to be found: a, b/c, d, e"
      ])
    #expect(
      try tree.mistakes(rules[0]) == [
        "system: entries[0]: a: source ROOT/docs/a: cannot find: No such file or directory"
      ])
    try tree.write("", to: "docs/b/c/x")
    #expect(try tree.mistakes(rules[0], rules[1], rules[2]).count == 3)
  }

  private let images = """
    {"bases": {"b": "b", "c": "c"}, "repository": "r/{name}", "groups": {"g": [{"binary": "tool", "base": "b"},
     {"binary": "other", "base": "b"}, {"name": "plain", "base": "c"}]}}
    """

  @Test func `images without bases and without a stage are told once`() throws {
    let app = tarball(
      [#"{"images": "g", "to": "i"}"#, #"{"file": "no", "to": "a"}"#], head: #""platforms": "all""#,
      name: "{os}-{arch}.tgz")
    let release = platformRelease.replacing(#", "windows/amd64""#, with: "")
    let needed = "tool for linux/amd64, other for linux/amd64, plain for linux/amd64 and 3 more"
    #expect(
      try tree.mistakes(["release": release, "images": images, "app": app]) { $0.version = "v1" } == [
        "data: ROOT/_output/bases: no bases to make images from, and 6 images are missing in "
          + "ROOT/_output/release-stage/app/linux-amd64/i and 1 more such folder: \(needed); \(remedy)",
        "system: entries[1]: a: source ROOT/no: cannot find: No such file or directory",
      ])
  }

  @Test func `images that a stage with others lacks are all named`() throws {
    for file in ["plain.tar", "plain.docker_tag"] {
      try tree.write("v1", to: "_output/release-stage/app/linux-amd64/i/\(file)")
    }
    let groups = (0..<5).map { #"{"name": "n\#($0)", "base": "c"}"# }.joined(separator: ", ")
    let images = images.replacing(
      #"{"name": "plain", "base": "c"}"#, with: "{\"name\": \"plain\", \"base\": \"c\"}, \(groups)")
    let app = tarball([#"{"images": "g", "to": "i"}"#], head: #""platforms": ["linux/amd64"]"#)
    let names = (["tool", "other"] + (0..<5).map { "n\($0)" }).map { "\($0) for linux/amd64" }.joined(separator: ", ")
    let mistakes = try tree.mistakes(["release": platformRelease, "images": images, "app": app]) { $0.version = "v1" }
    #expect(
      mistakes.first
        == "data: ROOT/_output/bases: no bases to make images from, and 7 images are missing in "
        + "ROOT/_output/release-stage/app/linux-amd64/i: \(names); \(remedy)")
  }

  @Test func `a run for images and tarballs tells once that there are no bases`() throws {
    for name in ["tool", "other"] { try tree.addBinary(name) }
    let app = tarball([#"{"images": "g", "to": "i"}"#], head: #""platforms": ["linux/amd64"]"#)
    let rules = try Rules.of(["release": platformRelease, "images": images, "app": app])
    let refusal =
      "\(tree.root)/_output/bases: no bases to make images from; "
      + "\(filling.replacing("ROOT", with: tree.root)) adds one"
    for plan in [{ try Planner.planRelease($0, $1) }, { try Planner.planImages($0, $1) }]
      as [(Rules, ReleaseOptions) throws -> Plan]
    {
      let options = tree.options { ($0.version, $0.platforms) = ("v1", [Platform(os: "linux", architecture: "amd64")]) }
      do {
        _ = try plan(rules, options)
        Issue.record("a plan without bases")
      } catch let errors as PlanErrors {
        #expect(errors.diagnostics.map(\.description) == [refusal])
      }
    }
  }

  @Test func `bases that are missing are told once, with all images that stand on them`() throws {
    for name in ["tool", "other"] { try tree.addBinary(name) }
    try tree.addBase("another")
    let app = tarball([#"{"images": "g", "to": "i"}"#], head: #""platforms": ["linux/amd64"]"#)
    let needed = "3 images: tool for linux/amd64, other for linux/amd64, plain for linux/amd64"
    #expect(
      try tree.mistakes(["release": platformRelease, "images": images, "app": app]) { $0.version = "v1" } == [
        "data: ROOT/_output/bases: no base b:latest, c:latest, needed for \(needed); "
          + "\(filling) adds one, `kpack base list` tells what is there"
      ])
  }

  @Test func `a version that nobody knows is told where it is needed first`() throws {
    let rules = [#"{"text": "{version}", "to": "a"}"#, #"{"text": "{version}", "to": "b"}"#]
    let mistakes = try tree.mistakes(rules[0], rules[1])
    #expect(mistakes.count == 1 && mistakes[0].hasPrefix("usage: entries[0]: {version} is not known"), "\(mistakes)")
  }

  @Test func `all that is wrong with a run is told at once`() throws {
    let layouts: KeyValuePairs = [
      "release": platformRelease,
      "app": tarball([#"{"file": "no", "to": "a"}"#, #"{"text": "{releaseTag}", "to": "b"}"#]),
      "two": tarball([], name: "app.tgz"),
    ]
    let mistakes = try tree.mistakes(layouts, names: ["app", "two", "tow"]) { options in
      options.flags = ["no": true, "nor": false]
      options.platforms = [Platform("plan9/386"), Platform("linux/amd46")].compactMap { $0 }
    }
    #expect(
      mistakes == [
        #"usage: --flag: no flag is named "no""#, #"usage: --flag: no flag is named "nor""#,
        "usage: the platform plan9/386 is in no list of this run",
        "usage: the platform linux/amd46 is in no list of this run; did you mean linux/amd64?",
        #"usage: no layout is named "tow"; did you mean "two"?"#,
        #"usage: layouts/two.json:1:13: tarball: two tarballs have the name "app.tgz": app and two"#,
        "system: layouts/app.json:2:1: entries[0]: a: source ROOT/no: cannot find: No such file or directory".replacing(
          "layouts/app.json:2:1: ", with: ""),
        "usage: entries[1]: {releaseTag} is not known; set KUBE_DOCKER_IMAGE_TAG",
      ])
  }
}
