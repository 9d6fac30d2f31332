// What is wrong with layouts whatever a tree holds: found without one, in the words in which planning tells it.

@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

/// A release with lists, flags and a present list.
private let release = """
  {"name": "app", "platforms": {"all": ["linux/amd64", "linux/arm"], "some": ["linux/arm"], "here": "present"},
   "fast": ["linux/amd64"], "binaries": {"tools": ["tool", "other"]}, "flags": {"f": {}, "g": {}}}
  """
private let all = #""platforms": "all""#
private let twice = #"; the later may say "overlay": true to replace it"#

/// Layouts beside release.json, and what is told of them.
struct CheckedLayouts: Sendable, CustomTestStringConvertible {
  let layouts: [(name: String, text: String)]
  let mistakes: [String]
  var testDescription: String { "\(mistakes)" }

  /// A tarball with these rules.
  static func rules(_ rules: String..., head: String = "", mistakes: String...) -> CheckedLayouts {
    CheckedLayouts(layouts: [("app", tarball(rules, head: head))], mistakes: mistakes)
  }

  /// These images, in a group of one tarball for linux/amd64 that holds it.
  static func images(_ images: String..., keys: String = #""bases": {"base": "base"}"#, mistakes: String...)
    -> CheckedLayouts
  {
    let text =
      "{\"registry\": \"example.org\", \(keys), \"groups\": {\"main\": [\n\(images.joined(separator: ",\n"))]}}"
    let app = tarball([#"{"images": "main", "to": "i"}"#], head: #""platforms": ["linux/amd64"]"#)
    return CheckedLayouts(layouts: [("app", app), ("images", text)], mistakes: mistakes)
  }
}

private let wrongLayouts: [CheckedLayouts] = [
  .rules(
    #"{"text": "x", "to": "a"}"#, #"{"symlink": "x", "to": "a"}"#,
    mistakes: "entries[1]: a comes from two rules: entries[0] and entries[1]\(twice), in app.tgz"),
  .rules(
    #"{"file": "x", "to": "a"}"#, #"{"file": "y", "to": "a"}"#, #"{"directory": "a/b"}"#,
    mistakes: "entries[1]: a comes from two rules: entries[0] and entries[1]\(twice), in app.tgz",
    "entries[2]: a is a folder for one rule and a file for another: entries[0] and entries[2], in app.tgz"),
  .rules(
    #"{"binaries": "tools", "to": "b"}"#, #"{"binaries": ["tool"], "to": "b"}"#, head: all,
    mistakes:
      #"layouts/app.json:1:13: tarball: two tarballs have the name "app.tgz": app for linux/amd64 and app for linux/arm"#,
    "entries[1]: b/tool comes from two rules: entries[0] and entries[1]\(twice), in app.tgz"),
  .rules(
    #"{"binaries": ["x"], "to": "a", "platforms": "all"}"#, #"{"text": "{arch}", "to": "b", "platforms": "all"}"#,
    mistakes: #"entries[0]: a/x comes twice from entries[0]; {os} and {arch} in "to" tell platforms apart, in app.tgz"#,
    #"entries[1]: b comes twice from entries[1]; {os} and {arch} in "to" tell platforms apart, in app.tgz"#),
  .rules(
    #"{"file": "x", "to": "b", "platforms": "all"}"#, #"{"text": "{arch}", "to": "b", "platforms": "all"}"#,
    mistakes: "entries[1]: b comes from two rules: entries[0] and entries[1]\(twice), in app.tgz"),
  .rules(
    #"{"text": "x", "to": "a", "platforms": ["plan9/*"]}"#, head: #""platforms": ["linux/arm"]"#,
    mistakes: "entries[0]: none of its platforms is one of those that it is made for"),
  .images(
    #"{"binary": "tool", "base": "base", "entries": [{"text": "x", "to": "a", "platforms": ["windows/*"]}]}"#,
    mistakes: "groups.main[0].entries[0]: none of its platforms is one of those that it is made for"),
  .images(
    #"{"binary": "tool", "base": "base"}"#,
    keys: #""bases": {"base": {"ref": "base", "entries": [{"text": "x", "to": "a", "platforms": ["!linux/*"]}]}}"#,
    mistakes: "bases.base.entries[0]: none of its platforms is one of those that it is made for"),
  CheckedLayouts(
    layouts: [("app", tarball([])), ("two", tarball([]))],
    mistakes: [#"layouts/two.json:1:13: tarball: two tarballs have the name "app.tgz": app and two"#]),
  CheckedLayouts(
    layouts: [
      ("app", tarball([#"{"artifact": "in", "to": "i"}"#])),
      ("in", tarball([], head: all, name: "in-{arch}.tgz")),
    ], mistakes: [#"entries[0]: "in" is made for platforms; give the entry "platforms" to say which"#]),
  CheckedLayouts(
    layouts: [
      ("app", tarball([#"{"artifact": "in", "to": "i"}"#], head: all, name: "app-{arch}.tgz")),
      ("in", tarball([], head: #""platforms": "some""#, name: "in.tgz")),
    ], mistakes: [#"entries[0]: "in" is not made for linux/amd64"#]),
  CheckedLayouts(
    layouts: [
      ("app", tarball([#"{"artifact": "in", "to": "i"}"#])), ("in", tarball([], head: #""when": "f""#, name: "in.tgz")),
    ], mistakes: [#"entries[0]: "in" is turned off by the flag "f""#]),
  CheckedLayouts(
    layouts: [
      ("app", tarball([#"{"images": ["tol", "tool", "x"], "to": "i"}"#], head: #""platforms": "some""#)),
      ("images", #"{"bases": {"b": "b"}, "groups": {"g": [{"binary": "tool", "base": "b", "repository": "r"}]}}"#),
    ],
    mistakes: [
      #"entries[0]: no image is named "tol"; did you mean "tool"?"#, #"entries[0]: no image is named "x""#,
    ]),
  .images(
    #"{"binary": "tool", "base": "base", "repository": "UPPER"}"#,
    mistakes: #"groups.main[0]: expected the name of an image such as "busybox:1.36", found "UPPER:_""#),
  .images(
    #"{"binary": "tool", "base": "base", "tag": "a b"}"#,
    mistakes: #"groups.main[0]: "tool": expected a tag, found "a b""#),
  .images(
    #"{"binary": "tool", "base": "base", "tag": "-x"}"#, keys: #""bases": {"base": {"arm": "B"}}"#,
    mistakes: #"bases.base: the base "base" has no image for linux/amd64"#,
    #"groups.main[0]: "tool": expected a tag, found "-x""#),
  .images(
    #"{"binary": "tool", "base": "base"}"#, #"{"name": "other", "base": "base", "file": "tool.tar"}"#,
    mistakes:
      #"entries[0]: i/tool.tar comes twice from entries[0]; {os} and {arch} in "to" tell platforms apart, in app.tgz"#,
    "two images have the output _output/release-stage/app/linux-amd64/i/tool.tar: groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"
  ),
  .images(
    #"{"binary": "tool", "base": "base"}"#, #"{"name": "other", "base": "base", "repository": "{registry}/tool"}"#,
    mistakes:
      "two images are named example.org/tool:_: groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"),
  .images(
    #"{"binary": "tool", "base": "base", "entries": [{"text": "x", "to": "usr/local/bin/tool"}]}"#,
    mistakes:
      "groups.main[0].entries[0]: usr/local/bin/tool comes from two rules: groups.main[0] and groups.main[0].entries[0]\(twice), in image tool for linux/amd64"
  ),
  .images(
    #"{"binary": "tool", "base": "base", "entries": [{"text": "x", "to": "srv"}], "workdir": "/srv"}"#,
    mistakes:
      #"groups.main[0]: image tool: the workdir "/srv" can be no folder: a file is in its way"#),
  .images(
    #"{"binary": "tool", "base": "base", "outputs": ["stage"], "platforms": ["linux/arm"]}"#,
    mistakes: #"groups.main[0]: image tool for linux/arm: no tarball holds it, and "outputs" says the stage alone"#),
]

struct LayoutCheckTests {
  @Test func `what another flag or a fast run would be refused for is a warning`() throws {
    let text = #"{"text": "x", "to": "a", "platforms": ["linux/amd64", "linux/arm"]"#
    let layouts = [
      ("release", #"{"name": "app", "fast": ["linux/arm64"], "flags": {"f": {}, "g": {"default": "y"}}}"#),
      ("app", tarball([#"{"text": "x", "to": "a", "when": "f"}"#, #"{"text": "x", "to": "a", "when": "g"}"#])),
      ("two", tarball([text + "}"], head: #""when": "!g", "platforms": ["linux/arm"]"#, name: "app.tgz")),
    ]
    let files = layouts.map { LayoutFile(path: "layouts/\($0.0).json", bytes: Array($0.1.utf8)) }
    let warnings = try Planner.check(try Planner.rules(files, from: "layouts"))
    #expect(warnings.map { String($0.prefix(16)) } == ["with --flag f=y:", "with --flag g=n:"])
  }

  @Test func `a name that is the same on all platforms of the folder of binaries is refused`() throws {
    let release = #"{"name": "app", "platforms": {"here": "present"}}"#
    let app = tarball([#"{"text": "x", "to": "a"}"#], head: #""platforms": "here""#)
    let rules = try Rules.of(["release": release, "app": app])
    do throws(PlanErrors) {
      _ = try Planner.check(rules)
      Issue.record("no mistake")
    } catch {
      #expect(
        error.diagnostics.map(\.description) == [
          "layouts/app.json:1:13: tarball: the name is the same on every platform; {os} and {arch} in it tell them apart"
        ])
    }
  }

  /// A release whose fast run on a Mac has one platform more in the list "some".
  private static let mac =
    #"{"name": "app", "platforms": {"some": ["linux/amd64"]}, "fast": ["linux/amd64"], "fastWith": "#
    + #"[{"variable": "HOST", "prefix": "darwin", "platforms": {"some": ["darwin/arm64"]}}]}"#

  @Test func `what a fast run with a variable would be refused for is a warning`() throws {
    let rules = [#"{"text": "x", "to": "{os}", "platforms": "some"}"#, #"{"text": "x", "to": "darwin"}"#]
    let files = [("release", Self.mac), ("app", tarball(rules))].map {
      LayoutFile(path: "layouts/\($0.0).json", bytes: Array($0.1.utf8))
    }
    let warnings = try Planner.check(try Planner.rules(files, from: "layouts"))
    #expect(warnings.count == 1 && warnings[0].hasPrefix("with --fast and HOST=darwin: "), "\(warnings)")
  }

  @Test func `a condition that only a fast run meets is met`() throws {
    for (platforms, isMet) in [("darwin/*", true), ("darwin/amd64", false)] {
      let rule = #"{"directory": "a", "platforms": ["\#(platforms)"]}"#
      let files = [
        ("release", Self.mac), ("app", tarball([rule], head: #""platforms": "some""#, name: "{os}.tgz")),
      ].map { LayoutFile(path: "layouts/\($0.0).json", bytes: Array($0.1.utf8)) }
      let rules = try Planner.rules(files, from: "layouts")
      if isMet {
        #expect(try Planner.check(rules) == [])
      } else {
        #expect(throws: PlanErrors.self) { try Planner.check(rules) }
      }
    }
  }

  private func mistakes(_ layouts: [(name: String, text: String)]) throws -> [String] {
    let files = ([("release", release)] + layouts).map {
      LayoutFile(path: "layouts/\($0.0).json", bytes: Array($0.1.utf8))
    }
    let set = try Planner.rules(files, from: "layouts")
    do throws(PlanErrors) {
      _ = try Planner.check(set)
      return []
    } catch {
      #expect(error.diagnostics.allSatisfy { $0.fault == .usage })
      return error.diagnostics.map {
        $0.description.replacing(#/layouts/[a-z]+\.json:\d+:\d+: (?=entries|groups|bases)/#, with: "")
      }
    }
  }

  @Test(arguments: wrongLayouts)
  func `what no tree can mend is told without one`(_ checked: CheckedLayouts) throws {
    #expect(try mistakes(checked.layouts) == checked.mistakes)
  }

  @Test(
    arguments: [
      .rules(#"{"text": "x", "to": "a"}"#, #"{"symlink": "x", "to": "a", "overlay": true}"#),
      .rules(#"{"text": "x", "to": "a", "when": "f"}"#, #"{"text": "x", "to": "a", "when": "!f"}"#),
      .rules(#"{"file": "x", "to": "a", "optional": true}"#, #"{"file": "y", "to": "a", "optional": true}"#),
      .rules(#"{"tree": "."}"#, #"{"paths": ["x"]}"#, #"{"git": "HEAD", "to": "{version}"}"#),
      .rules(#"{"text": "x", "to": "{os}-{arch}", "platforms": "all"}"#),
      .rules(#"{"binaries": "tools", "platforms": "here", "to": "{os}/{arch}"}"#),
      .rules(#"{"text": "{releaseRegistry} {releaseTag} {version}", "to": "a", "when": "git-clean"}"#),
      .images(#"{"binary": "tool", "base": "base", "tag": "{md5}"}"#),
    ] as [CheckedLayouts])
  func `what a tree may go with is no mistake`(_ checked: CheckedLayouts) throws {
    #expect(try mistakes(checked.layouts) == [])
  }
}
