// images.json: every key it takes, what stands in for keys that are not there, and what is used by it.

import Basics
@testable import Layout
@testable import TestSupport
import Testing

private let release =
  #"{"name": "a", "platforms": {"p": ["linux/arm"]}, "binaries": {"b": ["x"]}, "flags": {"f": {}, "g": {}}}"#

struct ImagesLayoutTests {
  @Test func `every key is accepted`() throws {
    let image = """
      {"binary": "x", "name": "y", "to": "opt/{name}", "base": "plain",
       "repository": {"arm": "r/{arch}", "*": "r/{tag}"},
       "tag": "{version}-{md5}", "file": "{name}-{arch}.tar", "outputs": ["images"],
       "entries": [{"binaries": "b", "when": "f"}, {"symlink": "/x", "to": "y", "platforms": ["*/arm"]}],
       "env": {"A": "{os}", "B": ""}, "cmd": ["-v", "{registry}"], "entrypoint": [], "workdir": "/var/{name}",
       "user": "1:1",       "labels": {"l": "{releaseTag}"}, "platforms": "p", "when": "!g"}
      """
    let images = """
      {"$schema": "s", "registry": "r", "repository": "{registry}/x", "tag": "{version}-{arch}",
       "bases": {"plain": "b:{arch}",
       "mapped": {"arm": "c", "*": "d"}, "held": {"ref": "e", "entries": [{"text": "", "to": "etc/{name}"}]}},
       "groups": {"main": [\(image), {"name": "m", "base": "mapped"}, {"name": "h", "base": "held"}]}}
      """
    let set = try LayoutSet.of([
      "release": release, "images": images,
      "app": #"{"tarball": "a-{arch}.tgz", "platforms": "p", "entries": ["#
        + #"{"images": "main"}]}"#,
    ])
    // The list is an entry's.
    #expect(set.unused(usedNames: ["list of binaries b"]) == [])
    let layout = try #require(set.images)
    #expect(layout.registry?.text == "r" && layout.tag.text == "{version}-{arch}")
    #expect(layout.repository.text == "{registry}/x")
    #expect(layout.bases["mapped"]?.reference.choice(on: Platform(os: "linux", architecture: "arm"))?.text == "c")
    #expect(layout.bases["mapped"]?.reference.choice(on: Platform(os: "linux", architecture: "s390x"))?.text == "d")
    #expect(layout.bases["held"]?.entries.map(\.origin.path) == ["bases.held.entries[0]"])
    #expect(layout.bases["mapped"]?.reference.origin?.path == "bases.mapped")
    let rule = try #require(layout.groups["main"]?.first)
    #expect(rule.name == "y" && rule.binary == "x" && rule.base == "plain" && rule.to.text == "opt/{name}")
    #expect(rule.repository?.text == "r/{arch}" && rule.tag?.text == "{version}-{md5}")
    #expect(rule.file?.text == "{name}-{arch}.tar")
    #expect(rule.outputs == [.images] && rule.entries.count == 2)
    #expect(rule.env.map { "\($0.name)=\($0.value.text)" } == ["A={os}", "B="])
    #expect(rule.cmd?.map(\.text) == ["-v", "{registry}"] && rule.entrypoint == [])
    #expect(rule.workdir?.text == "/var/{name}" && rule.user?.text == "1:1")
    #expect(rule.labels.map { "\($0.name)=\($0.value.text)" } == ["l={releaseTag}"])
    #expect(rule.platforms == .list("p") && rule.condition == Condition(flag: "g", isOn: false))
    #expect(rule.origin.path == "groups.main[0]")
  }

  @Test(arguments: [("x.tar", "x.docker_tag"), ("a.b.tar", "a.b.docker_tag")])
  func `the file of the tag stands beside the archive`(archive: String, tag: String) {
    #expect(ImageRule.tagFileName(of: archive) == tag)
  }

  @Test func `what is not said is as documented`() throws {
    let images = #"{"bases": {"b": "c"}, "groups": {"g": [{"binary": "x", "base": "b", "platforms": ["linux/arm"]}]}}"#
    let layout = try #require(try LayoutSet.of(["release": release, "images": images]).images)
    #expect(layout.registry == nil)
    #expect(layout.tag == (try Template("{version}")))
    #expect(layout.repository == (try Template("{registry}/{name}")))
    let rule = try #require(layout.groups["g"]?.first)
    #expect(rule.name == "x" && rule.to.text == "usr/local/bin" && rule.outputs == [.stage, .images])
    #expect(rule.file == nil)
    #expect(rule.repository == nil && rule.tag == nil && rule.entries.isEmpty && rule.condition == nil)
    #expect(rule.env.isEmpty && rule.labels.isEmpty && rule.cmd == nil && rule.entrypoint == nil)
    #expect(rule.workdir == nil && rule.user == nil)
  }

  @Test func `a platform that nothing names has no template`() throws {
    let images = #"{"bases": {"b": {"arm": "c"}}, "groups": {}}"#
    let layout = try #require(try LayoutSet.of(["release": release, "images": images]).images)
    let reference = try #require(layout.bases["b"]?.reference)
    #expect(reference.choice(on: Platform(os: "linux", architecture: "amd64")) == nil)
    #expect(reference.choice(on: Platform(os: "linux", architecture: "arm", variant: "v6"))?.text == "c")
    #expect(reference.choice(on: nil) == nil)
  }

  @Test func `variables may be an array, the binary's folder the root, the working folder too`() throws {
    let image = #"{"binary": "x", "base": "b", "to": ".", "workdir": "/", "env": ["A=1=2", "B="], "platforms": "p"}"#
    let images = #"{"bases": {"b": "c"}, "groups": {"g": [\#(image)]}}"#
    let layout = try #require(try LayoutSet.of(["release": release, "images": images]).images)
    let rule = try #require(layout.groups["g"]?.first)
    #expect(rule.env.map(\.name) == ["A", "B"] && rule.env.map(\.value.text) == ["1=2", ""])
    #expect(rule.to.text == "." && rule.workdir?.text == "/")
  }

  @Test func `a base that no image stands on is a warning`() throws {
    let set = try LayoutSet.of(["release": #"{"name": "a"}"#, "images": #"{"bases": {"b": "c"}, "groups": {}}"#])
    #expect(set.unused(usedNames: []).map(\.reason) == [#"the base "b" is never used"#])
  }

  @Test func `two groups may have an image of one name`() throws {
    let image = #"{"binary": "x", "base": "b", "platforms": "p"}"#
    let images = #"{"bases": {"b": "c"}, "groups": {"g": [\#(image)], "h": [\#(image)]}}"#
    #expect(LayoutSet.mistakes(["release": release, "images": images]) == [])
  }
}
