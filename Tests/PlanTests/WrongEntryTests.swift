// Wrong entries, each with exactly what is told of it.

@testable import Plan
@testable import TestSupport
import Testing

struct WrongEntryTests {
  @Test(arguments: [
    WrongLayout("3", "expected an object, found the number 3"),
    WrongLayout(
      "{}", "expected one of binaries, images, file, tree, paths, text, directory, symlink, artifact, git, set"),
    WrongLayout(
      #"{"to": "a"}"#,
      "expected one of binaries, images, file, tree, paths, text, directory, symlink, artifact, git, set"),
    WrongLayout(#"{"file": "a", "tree": "b", "to": "c"}"#, "expected one verb, found 2"),
    WrongLayout(#"{"fiel": "a", "file": "b", "to": "c"}"#, #".fiel: unknown key; did you mean "file"?"#),
    WrongLayout(#"{"file": "a"}"#, #"missing key "to""#),
    WrongLayout(#"{"text": "a"}"#, #"missing key "to""#),
    WrongLayout(#"{"symlink": "a"}"#, #"missing key "to""#),
    WrongLayout(#"{"artifact": "src"}"#, #"missing key "to""#, #".artifact: no layout is named "src""#),
    WrongLayout(#"{"file": ["a"], "to": "b"}"#, ".file: expected a string, found an array"),
    WrongLayout(#"{"file": "../a", "to": "b"}"#, #".file: a '..' part in a path, found "../a""#),
    WrongLayout(#"{"file": "a", "to": "/b"}"#, #".to: expected a relative path, not an absolute one, found "/b""#),
    WrongLayout(#"{"file": "a", "to": ""}"#, #".to: expected a relative path that is not empty, found """#),
    WrongLayout(#"{"file": "a", "to": "."}"#, #".to: a '.' part in a path, found ".""#),
    WrongLayout(#"{"file": "a", "to": "b/."}"#, #".to: a '.' part in a path, found "b/.""#),
    WrongLayout(#"{"file": "a", "to": "b/"}"#, #".to: an empty part in a path ('//' or a '/' at the end), found "b/""#),
    WrongLayout(#"{"file": "a", "to": "b\u001bc"}"#, #".to: a control character in a path, found "b\u001Bc""#),
    WrongLayout(#"{"tree": "", "to": "b"}"#, #".tree: expected a relative path that is not empty, found """#),
    WrongLayout(#"{"tree": "./a"}"#, #".tree: a '.' part in a path, found "./a""#),
    WrongLayout(#"{"file": "a", "to": "b", "mode": 644}"#, ".mode: expected a string, found the number 644"),
    WrongLayout(
      #"{"file": "a", "to": "b", "mode": "08"}"#, #".mode: expected an octal string such as "0755", found "08""#),
    WrongLayout(
      #"{"file": "a", "to": "b", "mode": "10000"}"#, #".mode: expected an octal string such as "0755", found "10000""#),
    WrongLayout(
      #"{"file": "a", "to": "b", "mode": "-1"}"#, #".mode: expected an octal string such as "0755", found "-1""#),
    WrongLayout(
      #"{"file": "a", "to": "b", "mode": "source"}"#, #".mode: expected an octal string such as "0755", found "source""#
    ),
    WrongLayout(#"{"file": "a", "to": "b", "optional": "y"}"#, #".optional: expected true or false, found "y""#),
    WrongLayout(#"{"file": "a", "to": "b", "overlay": 1}"#, ".overlay: expected true or false, found the number 1"),
    WrongLayout(#"{"file": "a", "to": "b", "include": ["x"]}"#, ".include: not an option of file"),
    WrongLayout(
      #"{"binaries": ["x"], "platforms": ["linux/arm"], "exclude": ["x"]}"#, ".exclude: not an option of binaries"),
    WrongLayout(#"{"directory": "a", "to": "b"}"#, ".to: not an option of directory"),
    WrongLayout(#"{"symlink": "a", "to": "b", "mode": "0755"}"#, ".mode: not an option of symlink"),
    WrongLayout(
      #"{"images": "server", "platforms": "server", "owner": "1:1"}"#,
      #".images: no group of images is named "server""#,
      ".owner: not an option of images"),
    WrongLayout(#"{"tree": "a", "owner": "root"}"#, #".owner: expected two numbers such as "0:0", found "root""#),
    WrongLayout(#"{"tree": "a", "owner": "source"}"#, #".owner: expected two numbers such as "0:0", found "source""#),
    WrongLayout(
      #"{"tree": "a", "capabilities": ["cap_kill=ep"]}"#,
      ".capabilities: stands in images and packages alone; what unpacks a tarball leaves capabilities out"),
    WrongLayout(#"{"text": "a", "to": "b", "optional": true}"#, ".optional: not an option of text"),
    WrongLayout(#"{"git": "HEAD", "optional": true}"#, ".optional: not an option of git"),
    WrongLayout(
      #"{"file": "a", "to": "b", "unchecked": 1}"#, ".unchecked: expected true or false, found the number 1"),
    WrongLayout(#"{"symlink": "a", "to": "b", "unchecked": true}"#, ".unchecked: not an option of symlink"),
    WrongLayout(#"{"directory": "b", "unchecked": true}"#, ".unchecked: not an option of directory"),
    WrongLayout(#"{"tree": "a", "include": []}"#, ".include: an empty list selects nothing"),
    WrongLayout(#"{"tree": "a", "include": "*.go"}"#, #".include: expected an array, found "*.go""#),
    WrongLayout(
      #"{"tree": "a", "exclude": ["a["]}"#, #".exclude[0]: a pattern with '[' and no ']' after it, found "a[""#),
    WrongLayout(
      #"{"tree": "a", "exclude": ["a\\"]}"#, #".exclude[0]: a pattern that ends in a backslash, found "a\\""#),
    WrongLayout(
      #"{"text": "{vresion}", "to": "b"}"#,
      #".text: unknown variable "{vresion}" (did you mean {version}?), found "{vresion}""#),
    WrongLayout(#"{"text": "{", "to": "b"}"#, #".text: '{' without '}' after it (write '{{' for a brace), found "{""#),
    WrongLayout(
      #"{"text": "{os}{arch}", "to": "b"}"#,
      #".text: {arch} is not known here: give the entry or its tarball "platforms""#,
      #".text: {os} is not known here: give the entry or its tarball "platforms""#),
    WrongLayout(#"{"symlink": "", "to": "b"}"#, #".symlink: expected the target of a link, found """#),
    WrongLayout(#"{"git": "-x"}"#, #".git: expected a commit such as "HEAD", found "-x""#),
    WrongLayout(#"{"git": "-\u0301x"}"#, ".git: expected a commit such as \"HEAD\", found \"-\u{301}x\""),
    WrongLayout(
      #"{"binaries": "all"}"#, #"needs a platform: give the entry or its tarball "platforms""#,
      #".binaries: no list of binaries is named "all""#),
    WrongLayout(
      #"{"binaries": "tols", "platforms": "server"}"#,
      #".binaries: no list of binaries is named "tols"; did you mean "tools"?"#),
    WrongLayout(#"{"binaries": ["x"]}"#, #"needs a platform: give the entry or its tarball "platforms""#),
    WrongLayout(#"{"images": "server", "platforms": "server"}"#, #".images: no group of images is named "server""#),
    WrongLayout(#"{"artifact": "other", "to": "b"}"#, #".artifact: no layout is named "other""#),
    WrongLayout(#"{"artifact": "release", "to": "b"}"#, #".artifact: no layout is named "release""#),
    WrongLayout(
      #"{"file": "a", "to": "b", "platforms": ["linux/*"]}"#, ".platforms[0]: '*' names no platform to expand over"),
    WrongLayout(
      #"{"file": "a", "to": "b", "platforms": ["linux"]}"#,
      #".platforms[0]: expected a platform such as "linux/amd64", found "linux""#),
    WrongLayout(#"{"file": "a", "to": "b", "when": "clean"}"#, #".when: no flag is named "clean""#),
    WrongLayout(#"{"file": "a", "to": "b", "when": true}"#, ".when: expected a string, found true"),
  ])
  func `a wrong entry is refused`(_ layout: WrongLayout) {
    let start = #"{"tarball": "a.tgz", "entries": ["#
    let mistakes = Rules.mistakes(["release": release, "app": "\(start)\(layout.text)]}"])
    let places = mistakes.map { mistake in mistake.split(separator: ": entries[0]", maxSplits: 1) }
    #expect(places.allSatisfy { $0.count == 2 && $0[0].hasPrefix("layouts/app.json:1:") })
    #expect(places.map { $0[1].hasPrefix(": ") ? String($0[1].dropFirst(2)) : String($0[1]) } == layout.mistakes)
  }

  /// Each stands in an image, after `{"binary": "x", "base": "b", `.
  @Test(arguments: [
    WrongLayout(
      #""entries": [{"images": "g"}]"#,
      "2:24: groups.g[0].entries[0].images: stands in tarballs alone; an image cannot hold it"),
    WrongLayout(
      #""entries": [{"artifact": "app", "to": "x"}]"#,
      "2:26: groups.g[0].entries[0].artifact: stands in tarballs alone; an image cannot hold it"),
    WrongLayout(
      #""entries": [{"to": "x"}]"#,
      "2:13: groups.g[0].entries[0]: expected one of binaries, file, tree, paths, text, directory, symlink, git, set"),
    WrongLayout(
      #""entries": [{"text": "{md5}", "to": "x"}]"#,
      "2:22: groups.g[0].entries[0].text: {md5} is known in tags alone"),
    WrongLayout(
      #""entries": [{"git": "HEAD", "commitId": true}]"#,
      "2:41: groups.g[0].entries[0].commitId: stands in tarballs alone; a layer cannot hold it"),
  ])
  func `a wrong entry of an image is refused`(_ layout: WrongLayout) {
    let start = #"{"bases": {"b": "c"}, "groups": {"g": [{"binary": "x", "base": "b", "#
    let mistakes = Rules.mistakes(["release": release, "images": "\(start)\n\(layout.text)}]}}"])
    #expect(mistakes == layout.mistakes.map { "layouts/images.json:\($0)" })
  }

  @Test func `a wrong entry of a base is refused`() {
    let images = #"{"bases": {"b": {"ref": "x", "entries": [{"file": "x"}]}}, "groups": {}}"#
    #expect(
      Rules.mistakes(["release": release, "images": images])
        == [#"layouts/images.json:1:42: bases.b.entries[0]: missing key "to""#])
  }

  private let release =
    #"{"name": "a", "platforms": {"server": ["linux/amd64"]}, "binaries": {"tools": ["x"]}, "flags": {"flag": {}}}"#
}
