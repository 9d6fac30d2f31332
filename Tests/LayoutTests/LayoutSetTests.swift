// Layouts as a set: what stands in for what is missing, which files are layouts, what is compiled in.

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

  @Test func `there is no set of another name`() { #expect(BuiltInSet.named("kubernetes") == nil) }

  @Test func `the schema is JSON`() throws {
    #expect(throws: Never.self) { try JSONReader.read(try Checkout.read("layouts/layout.schema.json")) }
  }
}
