// Sets that extend others: what they take over, replace and take out, and where a mistake of either is told.

import BuiltInLayouts
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

/// Sets in folders, as texts by name.
private struct Sets {
  private let folders: [String: [String: String]]

  init(_ folders: [String: [String: String]]) { self.folders = folders }

  private func files(_ place: String) -> [LayoutFile]? {
    folders[place]?.sorted { $0.key < $1.key }.map {
      LayoutFile(path: "\(place)/\($0.key).json", bytes: Array($0.value.utf8))
    }
  }

  private var finder: SetFinder {
    let builtIn = folders.keys.filter { $0.hasPrefix("built-in/") }.map { place in
      (String(place.dropFirst("built-in/".count)), SetFiles(place, files(place) ?? []))
    }
    return SetFinder(builtIn: Dictionary(builtIn) { first, _ in first }) { place throws(LayoutErrors) in
      if let files = files(place) { return files }
      throw LayoutErrors(errors: [LayoutError(file: place, reason: "cannot open: No such file or directory")])
    }
  }

  /// The rules of the set in the folder "own".
  func rules() throws(LayoutErrors) -> Rules {
    try Planner.rules(files("own") ?? [], from: "own", extending: finder)
  }

  var mistakes: [String] {
    do throws(LayoutErrors) {
      _ = try rules()
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }
}

private let base = [
  "release": """
  {"name": "a", "platforms": {"p": ["linux/arm"], "q": ["linux/amd64"]}, "fast": ["linux/arm"],
   "binaries": {"b": ["one"], "c": ["two"]}, "archive": {"root": "r", "level": 9}, "flags": {"f": {}},
   "sets": {"s": [{"text": "base", "to": "s"}]}}
  """,
  "images": """
  {"registry": "r", "bases": {"x": {"amd64": "x", "*": "y"}, "z": "z"}, "repository": {"amd64": "n", "*": "m"},
   "groups": {"g": [{"name": "i", "base": "x", "platforms": "p"}], "h": [{"name": "j", "base": "z", "platforms": "q"}]}}
  """,
  "app": #"{"tarball": "app-{arch}.tgz", "platforms": "p", "entries": [{"binaries": "b"}, {"set": "s"}]}"#,
  "two": #"{"tarball": "two-{arch}.tgz", "platforms": "q", "entries": [{"binaries": "c"}], "when": "f"}"#,
]

struct ExtendedSetTests {
  private func extending(_ own: [String: String]) -> Sets { Sets(["built-in/base": base, "own": own]) }

  @Test func `a set that says nothing is the one that it extends`() throws {
    let rules = try extending(["release": #"{"extends": "base"}"#]).rules()
    #expect(rules.layouts.tarballs.map(\.name) == ["app", "two"])
    #expect(rules.layouts.release.name == "a" && rules.layouts.release.archive.level == 9)
    #expect(rules.layouts.images?.groups.keys.sorted() == ["g", "h"])
    #expect(rules.layouts.tarballs.first?.origin.file == "built-in/base/app.json")
    #expect(rules.unused == [])
  }

  @Test func `objects are joined key by key, null takes a key out, and all else is replaced`() throws {
    let rules = try extending([
      "release": """
      {"extends": "base", "name": "b", "platforms": {"q": null, "n": ["linux/386"]}, "binaries": {"b": ["three"], "c": null},
       "archive": {"level": 1}, "fast": null, "flags": {"f": null}, "sets": {"s": [{"text": "own", "to": "t"}]}}
      """,
      "images": """
      {"bases": {"x": {"*": "w"}, "z": null}, "repository": {"*": "o"}, "groups": {"h": null}}
      """,
      "two": #"{"tarball": "two.tgz", "entries": [{"directory": "d", "platforms": "n"}]}"#,
    ]).rules()
    let release = rules.layouts.release
    #expect(release.name == "b" && release.fast == nil && release.flags.isEmpty)
    #expect(release.platforms.keys.sorted() == ["n", "p"])
    #expect(release.binaries == ["b": ["three"]])
    #expect(release.archive.level == 1 && release.archive.root.text == "r")
    let images = try #require(rules.layouts.images)
    #expect(images.bases.keys.sorted() == ["x"] && images.groups.keys.sorted() == ["g"])
    #expect(rules.layouts.tarballs.map { $0.origin.file } == ["built-in/base/app.json", "own/two.json"])
    let texts = rules.of(rules.layouts.tarballs[0].entries).compactMap { ($0.verb as? TextVerb)?.text.text }
    #expect(texts == ["own"])
  }

  @Test func `null in the place of a layout takes it out`() throws {
    let rules = try extending([
      "release": #"{"extends": "base"}"#, "two": "null", "images": "null",
    ]).rules()
    #expect(rules.layouts.tarballs.map(\.name) == ["app"] && rules.layouts.images == nil)
  }

  @Test func `null that takes nothing out is refused`() {
    #expect(
      extending([
        "release": #"{"extends": "base", "flags": {"g": null}, "platfroms": null, "binaries": {"bb": null}}"#,
        "images": #"{"bases": {"xx": null}}"#, "tow": "null",
      ]).mistakes
        == [
          #"own/release.json:1:36: flags.g: null takes a key out, and the extended set has no "g" here; did you mean "f"?"#,
          #"own/release.json:1:56: platfroms: null takes a key out, and the extended set has no "platfroms" here; did you mean "platforms"?"#,
          #"own/release.json:1:81: binaries.bb: null takes a key out, and the extended set has no "bb" here; did you mean "b"?"#,
          #"own/images.json:1:18: bases.xx: null takes a key out, and the extended set has no "xx" here; did you mean "x"?"#,
          "own/tow.json:1:1: null takes a layout out, and the extended set has no tow.json",
        ].map { $0.replacing(#"; did you mean "f"?"#, with: "") })
  }

  @Test func `a mistake is told in the file that it stands in`() {
    var wrong = base
    wrong["app"] = #"{"tarball": "app.tgz", "entries": [{"file": "/x", "to": "y"}]}"#
    wrong["release"] = base["release"]?.replacing(#""level": 9"#, with: #""level": 99"#).replacing(
      #"{"name""#, with: #"{"flagz": {}, "name""#)
    let sets = Sets([
      "built-in/base": wrong, "own": ["release": #"{"extends": "base", "binaries": {"b": "x"}, "nope": 1}"#],
    ])
    #expect(
      sets.mistakes.map { String($0.prefix { $0 != ";" }) } == [
        #"own/release.json:1:39: binaries.b: expected an array, found "x""#, "own/release.json:1:45: nope: unknown key",
        "built-in/base/release.json:1:2: flagz: unknown key",
        "built-in/base/release.json:2:78: archive.level: expected a whole number from 0 to 9, found the number 99",
        #"built-in/base/app.json:1:45: entries[0].file: expected a relative path, not an absolute one, found "/x""#,
      ])
  }

  @Test func `what the set itself declares must be used, what it inherits need not`() throws {
    let rules = try extending([
      "release": #"{"extends": "base", "binaries": {"d": ["x"]}, "sets": {"t": []}}"#, "two": "null", "images": "null",
    ]).rules()
    #expect(
      rules.unused.map(\.description) == [
        #"own/release.json:1:39: binaries.d: the list of binaries "d" is never used"#,
        #"own/release.json:1:61: sets.t: the set "t" is never used"#,
      ])
  }

  @Test func `a folder is named from the set that extends it, and sets stand behind one another`() throws {
    let sets = Sets([
      "built-in/base": base, "own": ["release": #"{"extends": "../others/mine", "name": "c"}"#],
      "others/mine": ["release": #"{"extends": "base", "binaries": {"b": ["mine"]}}"#, "two": "null"],
    ])
    let rules = try sets.rules()
    #expect(rules.layouts.release.name == "c" && rules.layouts.release.binaries["b"] == ["mine"])
    #expect(rules.layouts.tarballs.map(\.name) == ["app"])
  }

  @Test(arguments: [
    (
      #""bas""#,
      #"1:13: extends: no built-in set is named "bas"; did you mean "base"?; own/bas: cannot open: No such file or directory"#
    ),
    (#""../gone""#, "1:13: extends: gone: cannot open: No such file or directory"),
    (#""""#, #"1:13: extends: no built-in set is named """#),
    ("1", "1:13: extends: expected a string, found the number 1"),
    (#""../own""#, "1:13: extends: a set cannot extend itself: own -> own"),
    ("null", "1:13: extends: expected a string, found null"),
  ])
  func `a set that cannot be extended is refused, and nothing else`(_ text: String, _ mistake: String) {
    #expect(extending(["release": "{\"extends\": \(text)}"]).mistakes == ["own/release.json:\(mistake)"])
  }

  @Test func `sets that extend one another in a circle are refused`() {
    let sets = Sets([
      "own": ["release": #"{"extends": "../b"}"#], "b": ["release": #"{"extends": "../c"}"#],
      "c": ["release": #"{"extends": "../b"}"#],
    ])
    #expect(sets.mistakes == ["c/release.json:1:13: extends: a set cannot extend itself: b -> c -> b"])
  }
}

struct OlderKubernetesTests {
  /// The rules of a set of testdata/sets.
  private func rules(_ name: String) throws -> Rules {
    let folder = "testdata/sets/\(name)"
    let files = try Checkout.names(in: Checkout.path(folder)).map {
      LayoutFile(path: "\(name)/\($0)", bytes: try Checkout.read("\(folder)/\($0)"))
    }
    return try Planner.rules(files, from: name, extending: .builtIn)
  }

  @Test func `v1.6 differs from v1.7 by lists, a manifest and the tags of its images`() throws {
    let (rules, newer) = (try rules("kubernetes-1.6"), try Rules.builtIn())
    #expect(rules.unused == [])
    let (binaries, others) = (rules.layouts.release.binaries, newer.layouts.release.binaries)
    #expect(Set(others["server"] ?? []).subtracting(binaries["server"] ?? []) == ["apiextensions-apiserver"])
    #expect(Set(binaries["test"] ?? []).subtracting(others["test"] ?? []) == ["src"])
    #expect(binaries["node"] == others["node"] && binaries["client"] == others["client"])
    let images = try #require(rules.layouts.images)
    #expect(
      images.tag.text == "{md5}" && images.groups["server"]?.map(\.name).contains("cloud-controller-manager") == false)
    #expect(rules.sourcePaths.contains("cluster/saltbase/salt/fluentd-gcp/fluentd-gcp.yaml"))
    #expect(rules.layouts.tarballs.map(\.name) == newer.layouts.tarballs.map(\.name))
    #expect(try Planner.check(rules) == [])
  }

  @Test func `v1.8 differs from v1.7 by one test, a flag and what platforms of the environment do`() throws {
    let (rules, newer) = (try rules("kubernetes-1.8"), try Rules.builtIn())
    #expect(rules.unused == [])
    let (release, other) = (rules.layouts.release, newer.layouts.release)
    #expect(Set(other.binaries["test"] ?? []).subtracting(release.binaries["test"] ?? []) == ["mungedocs"])
    #expect(release.replacesPlatforms && !other.replacesPlatforms)
    #expect(release.flags["hyperkube"]?.onWith == ["KUBE_DOCKER_IMAGE_TAG", "KUBE_DOCKER_REGISTRY"])
    #expect(try Planner.check(rules) == [])
  }
}
