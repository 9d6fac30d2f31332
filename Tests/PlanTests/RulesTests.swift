// The rules of a set of layouts: what refers to what, circles, all mistakes at once, what is never used.

import BuiltInLayouts
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct RulesTests {
  private let release = #"{"name": "a"}"#

  @Test func `all mistakes of all files are told at once`() {
    let mistakes = Rules.mistakes([
      "release": #"{"name": "a", "fats": []}"#,
      "one": "{\"tarball\": \"1.tgz\",\n \"entries\": [\n  {\"file\": \"a\"},\n  {\"file\": \"/b\", \"to\": \"..\"}]}",
      "two": "{", "three": #"{"tarball": "3.tgz", "entries": [{"artifact": "tow", "to": "x"}]}"#,
    ])
    #expect(
      mistakes == [
        #"layouts/release.json:1:15: fats: unknown key; did you mean "fast"?"#,
        #"layouts/one.json:3:3: entries[0]: missing key "to""#,
        #"layouts/one.json:4:12: entries[1].file: expected a relative path, not an absolute one, found "/b""#,
        #"layouts/one.json:4:24: entries[1].to: a '..' part in a path, found "..""#,
        #"layouts/three.json:1:47: entries[0].artifact: no layout is named "tow"; did you mean "two"?"#,
        "layouts/two.json:1:2: expected a key or '}', found the end of the document",
      ])
  }

  @Test func `a tarball that holds itself is refused with the chain`() {
    func holding(_ name: String) -> String {
      #"{"tarball": "t.tgz", "entries": [{"artifact": "\#(name)", "to": "x"}]}"#
    }
    #expect(
      Rules.mistakes(["release": release, "a": holding("a")])
        == ["layouts/a.json:1:34: entries[0]: a tarball cannot hold itself: a -> a"])
    #expect(
      Rules.mistakes([
        "release": release, "a": holding("b"), "b": holding("c"), "c": holding("d"), "d": holding("b"),
      ])
        == ["layouts/d.json:1:34: entries[0]: a tarball cannot hold itself: b -> c -> d -> b"])
  }

  @Test func `what is declared and never used is told where it is declared`() throws {
    let rules = try Rules.of([
      "release": #"{"name": "a", "platforms": {"p": [], "q": []}, "binaries": {"b": []}, "flags": {"f": {}, "g": {}}}"#,
      "app": #"{"tarball": "a.tgz", "platforms": "p", "when": "!f", "entries": []}"#,
    ])
    #expect(
      rules.unused.map(\.description) == [
        #"layouts/release.json:1:43: platforms.q: the list of platforms "q" is never used"#,
        #"layouts/release.json:1:66: binaries.b: the list of binaries "b" is never used"#,
        #"layouts/release.json:1:95: flags.g: the flag "g" is never used"#,
      ])
  }

  @Test(arguments: BuiltInSet.all.map(\.name))
  func `a set is right and uses all that it declares`(name: String) throws {
    #expect(try Rules.builtIn(try #require(BuiltInSet.named(name))).unused == [])
  }
}

struct HeldImageTests {
  private let release = #"{"name": "a", "platforms": {"p": ["linux/arm"]}}"#

  @Test(arguments: [#""g""#, #"["x"]"#, #"["{version}"]"#])
  func `an image is held by its group, by a name of the group, and by a name yet unknown`(_ list: String) {
    let images = #"{"bases": {"b": "c"}, "groups": {"g": [{"binary": "x", "base": "b"}]}}"#
    let app = #"{"tarball": "a.tgz", "platforms": ["linux/arm"], "entries": [{"images": \#(list)}]}"#
    #expect(Rules.mistakes(["release": release, "images": images, "app": app]) == [])
  }

  @Test func `an image that no tarball holds needs platforms`() {
    let images = """
      {"bases": {"b": "c"}, "groups": {
      "h": [{"name": "y", "base": "b"}],
      "g": [{"binary": "x", "base": "b"}, {"name": "z", "base": "b", "platforms": "p"}]}}
      """
    let app = #"{"tarball": "a.tgz", "platforms": ["linux/arm"], "entries": [{"images": ["y"]}]}"#
    let held = [#"layouts/images.json:3:7: groups.g[0]: image "x": no tarball holds it; give it "platforms""#]
    let other = [#"layouts/images.json:2:7: groups.h[0]: image "y": no tarball holds it; give it "platforms""#]
    #expect(Rules.mistakes(["release": release, "images": images, "app": app]) == held)
    #expect(Rules.mistakes(["release": release, "images": images]) == held + other)
  }
}

struct HyperkubeLayoutTests {
  @Test func `hyperkube stands at the root with its links, on all architectures by name`() throws {
    let rules = try Rules.builtIn()
    let layouts = rules.layouts
    let rule = try #require(layouts.images?.groups["hyperkube"]?.first)
    #expect(rule.to.text == "." && rule.outputs == [.images] && rule.platforms == .list("server"))
    #expect(rule.repository?.text == "{registry}/{name}-{arch}")
    #expect(rule.condition == Condition(flag: "hyperkube", isOn: true))
    #expect(rules.of(rule.entries).count == 16)
    #expect(rules.of(rule.entries).allSatisfy { ($0.verb as? SymlinkVerb)?.target.text == "/hyperkube" })
    #expect(layouts.release.flags["hyperkube"] == LayoutFlag(env: "KUBE_BUILD_HYPERKUBE"))
  }
}
