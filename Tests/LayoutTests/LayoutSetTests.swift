// Layouts as a set: what refers to what, circles, all mistakes at once, what is never used.

@testable import Basics
import BuiltInLayouts
@testable import JSON
@testable import Layout
@testable import TestSupport
import Testing

private let release = #"{"name": "a"}"#

struct LayoutSetTests {
  @Test func `a set without a release file is refused by its folder, and for all that is wrong beside it`() {
    #expect(
      LayoutSet.mistakes(["app": "{}"]) == [
        "layouts/release.json: missing; every set of layouts has one", #"layouts/app.json:1:1: missing key "entries""#,
        #"layouts/app.json:1:1: missing key "tarball""#,
      ])
  }

  @Test func `a release file that cannot be read is the only mistake about it`() {
    #expect(
      LayoutSet.mistakes([
        "release": "{", "app": #"{"tarball": "a.tgz", "entries": [{"binaries": "x", "platforms": "p"}]}"#,
      ])
        == ["layouts/release.json:1:2: expected a key or '}', found the end of the document"])
  }

  @Test func `all mistakes of all files are told at once`() {
    let mistakes = LayoutSet.mistakes([
      "release": #"{"name": "a", "fats": []}"#,
      "one": "{\"tarball\": \"1.tgz\",\n \"entries\": [\n  {\"file\": \"a\"},\n  {\"file\": \"/b\", \"to\": \"..\"}]}",
      "two": "{", "three": #"{"tarball": "3.tgz", "entries": [{"artifact": "tow", "to": "x"}]}"#,
    ])
    #expect(
      mistakes == [
        "layouts/two.json:1:2: expected a key or '}', found the end of the document",
        #"layouts/release.json:1:15: fats: unknown key; did you mean "fast"?"#,
        #"layouts/one.json:3:3: entries[0]: missing key "to""#,
        #"layouts/one.json:4:12: entries[1].file: expected a relative path, not an absolute one, found "/b""#,
        #"layouts/one.json:4:24: entries[1].to: a '..' part in a path, found "..""#,
        #"layouts/three.json:1:47: entries[0].artifact: no layout is named "tow"; did you mean "two"?"#,
      ])
  }

  @Test func `a tarball that holds itself is refused with the chain`() {
    func holding(_ name: String) -> String {
      #"{"tarball": "t.tgz", "entries": [{"artifact": "\#(name)", "to": "x"}]}"#
    }
    #expect(
      LayoutSet.mistakes(["release": release, "a": holding("a")])
        == ["layouts/a.json:1:34: entries[0]: a tarball cannot hold itself: a -> a"])
    #expect(
      LayoutSet.mistakes([
        "release": release, "a": holding("b"), "b": holding("c"), "c": holding("d"), "d": holding("b"),
      ])
        == ["layouts/d.json:1:34: entries[0]: a tarball cannot hold itself: b -> c -> d -> b"])
  }

  @Test func `what is declared and never used is a warning`() throws {
    let set = try LayoutSet.of([
      "release": #"{"name": "a", "platforms": {"p": [], "q": []}, "binaries": {"b": []}, "flags": {"f": {}, "g": {}}}"#,
      "app": #"{"tarball": "a.tgz", "platforms": "p", "when": "!f", "entries": []}"#,
    ])
    #expect(
      set.warnings == [
        #"layouts/release.json: the list of platforms "q" is never used"#,
        #"layouts/release.json: the list of binaries "b" is never used"#,
        #"layouts/release.json: the flag "g" is never used"#,
      ])
  }

  @Test func `a tarball's archive settings win one by one`() throws {
    let set = try LayoutSet.of([
      "release": #"{"name": "a", "archive": {"root": "r", "level": 9, "mtime": 5, "owner": "1:2", "mode": "source"}}"#,
      "app":
        #"{"$schema": "x", "tarball": "a.tgz", "archive": {"root": "", "level": 0, "exclude": ["*~"]}, "entries": []}"#,
    ])
    let settings = try #require(set.tarballs.first).settings
    #expect(settings.root.text.isEmpty && settings.level == 0 && settings.mtime == 5)
    #expect(settings.owner == .fixed(Owner(uid: 1, gid: 2)) && settings.mode == .mask(FileMode(bits: 0o7777)))
    #expect(settings.exclude == [try Glob("*~")])
  }

  @Test(arguments: [
    ("a.json", true), ("layout.schema.json", false), ("a.JSON", false), ("README.md", false), (".a.json", false),
    ("json", false),
  ])
  func `layouts are the files that end in json, but no schemas`(_ name: String, _ wanted: Bool) {
    #expect(LayoutFile.isLayout(name) == wanted)
  }

  @Test func `an image of no base is refused`() {
    let images = #"{"bases": {"busybox": "b"}, "groups": {"g": [{"binary": "x", "base": "busybx"}]}}"#
    #expect(
      LayoutSet.mistakes(["release": release, "images": images])
        == [#"layouts/images.json:1:70: groups.g[0].base: no base is named "busybx"; did you mean "busybox"?"#])
  }
}

struct BuiltInSetTests {
  @Test func `every folder of layouts is a set`() throws {
    let names = try Checkout.names(in: Checkout.path("layouts")).filter {
      !$0.contains(".json") && !$0.contains(".swift")
    }
    #expect(BuiltInSet.all.map(\.name) == names.sorted())
    #expect(BuiltInSet.all.count > 1 && BuiltInSet.standard.name == "kubernetes-1.7")
  }

  @Test(arguments: BuiltInSet.all.map(\.name))
  func `a set has the files of its folder, byte for byte, and the schema of all sets`(name: String) throws {
    let set = try #require(BuiltInSet.named(name))
    #expect(set.files.map(\.name) == (try Checkout.names(in: Checkout.path("layouts/\(name)"))).sorted())
    for file in set.files {
      let place = file.name == "layout.schema.json" ? file.name : "\(name)/\(file.name)"
      #expect(file.bytes == (try Checkout.read("layouts/\(place)")), "\(file.name)")
    }
    // An editor looks for the schema beside the file that names it.
    #expect(set.files.contains { $0.name == "layout.schema.json" })
  }

  @Test(arguments: BuiltInSet.all.map(\.name))
  func `a set is right and uses all that it declares`(name: String) throws {
    #expect(try LayoutSet.builtIn(try #require(BuiltInSet.named(name))).warnings == [])
  }

  @Test func `there is no set of another name`() { #expect(BuiltInSet.named("kubernetes") == nil) }

  @Test func `the schema is JSON`() throws {
    #expect(throws: Never.self) { try JSONReader.read(try Checkout.read("layouts/layout.schema.json")) }
  }
}
