// Wrong layouts of packages, each with exactly what is told of it.

@testable import Layout
@testable import TestSupport
import Testing

struct WrongPackageTests {
  private static let files = #""deb": "{name}.deb", "rpm": "{name}.rpm", "entries": []"#

  @Test(arguments: [
    WrongLayout(
      #"{"package": {}, "entries": []}"#,
      #"1:13: package: expected "deb" or "rpm" beside it, the name of the file to make"#),
    WrongLayout(#"{"deb": "a.deb", "entries": []}"#, #"1:1: missing key "package""#),
    WrongLayout(
      #"{"package": {}, "deb": "a.deb", "entries": []}"#,
      #"1:13: package: missing key "maintainer": a deb needs it"#,
      #"1:13: package: missing key "description": a deb needs it"#, #"1:13: package: missing key "name""#),
    WrongLayout(
      #"{"package": {"name": "a", "description": "d"}, "rpm": "a.rpm", "entries": []}"#,
      #"1:13: package: missing key "license": a rpm needs it"#),
    WrongLayout(
      #"{"package": {"name": "Ab", "description": "d", "maintainer": "m"}, "deb": "a.deb", "entries": []}"#,
      #"1:22: package.name: expected a name of two or more small letters, digits, '+', '-' and '.' that begins with a"#
        + #" letter or digit, found "Ab""#),
    WrongLayout(
      #"{"package": {"name": "a b", "description": "d", "license": "l"}, "rpm": "a.rpm", "entries": []}"#,
      #"1:22: package.name: expected a name of letters, digits, '+', '-', '.' and '_' that begins with a letter or"#
        + #" digit, found "a b""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "d", "maintainer": "m"}, "deb": "a.dbe", "entries": []}"#,
      #"1:75: deb: expected a file name that ends in ".deb", found "a.dbe""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "d", "maintainer": "m"}, "deb": ".deb", "entries": []}"#,
      #"1:75: deb: expected a file name that ends in ".deb", found ".deb""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "d", "maintainer": "m", "rpm": {}}, "deb": "a.deb", "entries": []}"#,
      #"1:74: package.rpm: the layout makes no rpm: it has no "rpm""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "", "maintainer": "m"}, "deb": "a.deb", "tarball": "a.tgz", "entries": []}"#,
      #"1:43: package.description: expected a string that is not empty"#,
      #"1:83: tarball: unknown key; the keys here are "package", "deb", "rpm", "platforms", "when", "archive", "entries""#
    ),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "d", "maintainer": "m"}, "deb": "a.deb", "archive": {"root": "x"}, "entries": []}"#,
      #"1:104: archive.root: a package has names from the root on, and owners by "owner""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "d", "maintainer": "m", "epoch": -1, "scripts": {"post": "a"}, "config": ["["], "ghost": ["a"]}, "deb": "a.deb", "entries": []}"#,
      #"1:76: package.epoch: expected a whole number from 0 to 2147483647, found the number -1"#,
      #"1:92: package.scripts.post: unknown key; the keys here are "preInstall", "postInstall", "preRemove", "postRemove""#,
      #"1:117: package.config[0]: a pattern with '[' and no ']' after it, found "[""#,
      #"1:133: package.ghost[0]: expected an absolute path, found "a""#),
    WrongLayout(
      #"{"package": {"name": "ab", "description": "{release} {md5}", "maintainer": "m", "version": "{release}"}, "deb": "a.deb", "entries": []}"#,
      #"1:43: package.description: {md5} is known in images alone"#,
      #"1:92: package.version: {release} is known in packages alone"#),
  ]) func `a wrong layout of packages is refused`(_ layout: WrongLayout) {
    let release = #"{"name": "x"}"#
    let found = LayoutSet.mistakes(["release": release, "app": layout.text])
    #expect(found == layout.mistakes.map { "layouts/app.json:\($0)" })
  }

  @Test func `a mistake for both formats is told once`() {
    let text =
      #"{"package": {"name": "ab", "summary": 1, "description": "d", "maintainer": "m", "license": "l"}, \#(Self.files)}"#
    #expect(
      LayoutSet.mistakes(["release": #"{"name": "x"}"#, "app": text]) == [
        "layouts/app.json:1:39: package.summary: expected a string, found the number 1"
      ])
  }
}
