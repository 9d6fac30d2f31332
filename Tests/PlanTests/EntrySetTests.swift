// Sets of entries: what an entry with `set` brings in, what holds for it, and what is told of a wrong one.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

/// A release with these sets.
private func release(_ sets: String) -> String {
  """
  {"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm", "windows/amd64"]}, "flags": {"f": {}, "g": {}},
   "sets": {
  \(sets)}}
  """
}

struct EntrySetTests {
  @Test func `a set brings in its entries, below a folder where one is given`() throws {
    let tree = try TemporaryTree()
    try tree.write("1", to: "LICENSE")
    try tree.write("12", to: "docs/a/b.md")
    let sets = release(
      """
      "docs": [{"file": "LICENSE", "to": "LICENSE"}, {"tree": "docs"}, {"directory": "empty"}, {"set": "links", "to": "l"}],
      "links": [{"symlink": "../LICENSE", "to": "link"}]
      """)
    let wanted = ["dir 0755 0 a", "file 0644 2 a/b.md", "dir 0755 0 empty", "dir 0755 0 l"]
    #expect(
      try tree.entries(#"{"set": "docs"}"#, release: sets)
        == ["file 0644 1 LICENSE"] + wanted + ["symlink 0777 0 l/link ../LICENSE"])
    #expect(
      try tree.entries(#"{"set": "docs", "to": "share/{name}"}"#, release: sets) == [
        "dir 0755 0 share", "dir 0755 0 share/app", "file 0644 1 share/app/LICENSE", "dir 0755 0 share/app/a",
        "file 0644 2 share/app/a/b.md", "dir 0755 0 share/app/empty", "dir 0755 0 share/app/l",
        "symlink 0777 0 share/app/l/link ../LICENSE",
      ])
  }

  @Test func `platforms and flags of both hold, in a tarball of a platform`() throws {
    let tree = try TemporaryTree()
    let sets = release(
      #"""
      "s": [{"directory": "linux", "platforms": ["linux/*"]}, {"directory": "f", "when": "f"}, {"directory": "all"}]
      """#)
    let rules = #"{"set": "s", "platforms": ["*/amd64"], "when": "!g"}"#
    func folders(_ flags: [String: Bool]) throws -> [String: [String]] {
      let plan = try tree.plan(
        [
          "release": sets,
          "app": tarball([rules], head: #""platforms": "all""#, name: "{os}-{arch}.tgz", isOptional: true),
        ]
      ) { $0.flags = flags }
      return Dictionary(uniqueKeysWithValues: plan.tarballs.map { ($0.fileName, plan.lines(of: $0)) })
    }
    #expect(
      try folders([:]) == [
        "linux-amd64.tgz": ["dir 0755 0 all", "dir 0755 0 linux"], "linux-arm.tgz": [],
        "windows-amd64.tgz": ["dir 0755 0 all"],
      ])
    #expect(
      try folders(["f": true])["windows-amd64.tgz"] == ["dir 0755 0 all", "dir 0755 0 f"])
    #expect(try folders(["f": true, "g": true]).values.allSatisfy(\.isEmpty))
  }

  @Test func `the platforms of a set are made in a tarball without any, and those of its entries choose among them`()
    throws
  {
    let tree = try TemporaryTree()
    let sets = release(#""s": [{"directory": "{os}/{arch}", "platforms": ["linux/*"]}, {"directory": "{os}/all"}]"#)
    #expect(
      try tree.entries(#"{"set": "s", "platforms": "all"}"#, release: sets) == [
        "dir 0755 0 linux", "dir 0755 0 linux/all", "dir 0755 0 linux/amd64", "dir 0755 0 linux/arm",
        "dir 0755 0 windows", "dir 0755 0 windows/all",
      ])
  }

  @Test func `one set serves several places, each with its own variables, and overlay is that of all`() throws {
    let tree = try TemporaryTree()
    let sets = release(#""s": [{"text": "12", "to": "a"}]"#)
    let rules = [#"{"text": "1", "to": "a"}"#, #"{"set": "s", "overlay": true}"#, #"{"set": "s", "to": "b"}"#]
    #expect(
      try tree.entries(rules[0], rules[1], rules[2], release: sets)
        == ["file 0644 2 a", "dir 0755 0 b", "file 0644 2 b/a"])
    #expect(
      try tree.mistakes(rules[0], #"{"set": "s"}"#, release: sets) == [
        """
        usage: layouts/release.json:3:7: sets.s[0] (of entries[1]): a comes from two rules: entries[0] and \
        layouts/release.json:3:7: sets.s[0] (of entries[1]); the later may say "overlay": true to replace it, in app.tgz
        """
      ])
  }

  @Test func `images and bases take sets`() throws {
    let images = """
      {"bases": {"b": {"ref": "x", "entries": [{"set": "s"}]}}, "registry": "r",
       "groups": {"g": [{"name": "i", "base": "b", "platforms": "all", "entries": [{"set": "s", "to": "etc"}]}]}}
      """
    let rules = try Rules.of(["release": release(#""s": [{"text": "{arch}", "to": "a"}]"#), "images": images])
    let image = try #require(rules.images.first?.rule)
    #expect(rules.of(image.entries).compactMap(\.options.to?.text) == ["etc", "etc/a"])
    #expect(rules.of(rules.layouts.images?.bases["b"]?.entries ?? []).compactMap(\.options.to?.text) == ["a"])
  }

  @Test func `a mistake of a set is told once where it stands, and one of a use with the use`() {
    let sets = release(
      #"""
      "s": [{"file": "/x", "to": "a"}, {"text": "{os}", "to": "b"}, {"images": "g"}, {"directory": "c", "when": "h"}]
      """#)
    let images = """
      {"bases": {"b": "x"}, "groups": {"g": [{"name": "i", "base": "b", "platforms": "all",
      "entries": [{"set": "s"}]}]}}
      """
    let mistakes = Rules.mistakes([
      "release": sets, "images": images, "app": tarball([#"{"set": "s"}"#]), "two": tarball([#"{"set": "s"}"#]),
    ])
    #expect(
      mistakes == [
        #"layouts/release.json:3:16: sets.s[0].file: expected a relative path, not an absolute one, found "/x""#,
        #"layouts/release.json:3:43: sets.s[1].text: {os} is not known here: give the entry or its tarball "platforms" (of layouts/app.json:2:1: entries[0])"#,
        #"layouts/release.json:3:63: sets.s[2]: needs a platform: give the entry or its tarball "platforms" (of layouts/app.json:2:1: entries[0])"#,
        "layouts/release.json:3:74: sets.s[2].images: stands in tarballs alone; an image cannot hold it (of layouts/images.json:2:13: groups.g[0].entries[0])",
        #"layouts/release.json:3:107: sets.s[3].when: no flag is named "h""#,
      ])
  }

  @Test func `an unknown set, a circle of sets and what is no option of a set are refused`() {
    let sets = release(#""a": [{"set": "b"}], "b": [{"set": "c"}], "c": [{"set": "b"}], "d": 1"#)
    let uses = [
      #"{"set": "e"}"#, #"{"set": 1}"#, #"{"set": "a", "mode": "0755", "file": "x"}"#,
      #"{"set": "a", "optional": true}"#,
    ]
    #expect(
      Rules.mistakes(["release": sets, "app": tarball(uses)]) == [
        #"layouts/release.json:3:57: sets.c[0].set: a set cannot bring in itself: b -> c -> b"#,
        "layouts/release.json:3:69: sets.d: expected an array, found the number 1",
        #"layouts/app.json:2:9: entries[0].set: no set is named "e""#,
        "layouts/app.json:3:9: entries[1].set: expected a string, found the number 1",
        "layouts/app.json:4:1: entries[2]: expected one verb, found 2",
        "layouts/app.json:5:26: entries[3].optional: not an option of set",
      ])
  }

  @Test func `sets that bring in sets without end are refused`() {
    let sets = (0..<40).map { #""s\#($0)": [{"set": "s\#($0 + 1)"}, {"set": "s\#($0 + 1)"}]"# }
    let last = #""s40": [{"directory": "a"}]"#
    let mistakes = Rules.mistakes([
      "release": release((sets + [last]).joined(separator: ",\n")), "app": tarball([#"{"set": "s0"}"#]),
    ])
    #expect(mistakes.contains { $0.contains(": expected at most 100000 entries of sets in a release, found more") })
  }
}
