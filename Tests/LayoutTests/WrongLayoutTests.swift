// Wrong files of releases and tarballs, each with exactly what is told of it.

@testable import JSON
@testable import Layout
@testable import TestSupport
import Testing

struct WrongReleaseTests {
  @Test(arguments: [
    WrongLayout("[]", "1:1: expected an object, found an array"),
    WrongLayout("{}", #"1:1: missing key "name""#),
    WrongLayout("{\n \"name\": 1}", "2:10: name: expected a string, found the number 1"),
    WrongLayout(#"{"name": ""}"#, #"1:10: name: expected a relative path that is not empty, found """#),
    WrongLayout(#"{"name": "a", "$comment": 1}"#, "1:27: $comment: expected a string, found the number 1"),
    WrongLayout(#"{"name": "a", "Name": "b"}"#, #"1:15: Name: unknown key; did you mean "name"?"#),
    WrongLayout(
      #"{"name": "a", "name": "b"}"#, "1:15: name: expected each key once in an object, found this one twice"),
    WrongLayout(
      #"{"name": "a", "extra\u202e": 1}"#,
      #"1:15: ["extra\u202E"]: unknown key; the keys here are "#
        + ReleaseLayout.keys.dropFirst().map { "\"\($0)\"" }.joined(separator: ", ")),
    WrongLayout(#"{"name": "a""#, "1:13: expected ',' or '}', found the end of the document"),
    WrongLayout(
      #"{"name": "a", "platforms": {"s": "all"}}"#,
      #"1:34: platforms.s: expected "present" or an array of platforms, found "all""#),
    WrongLayout(
      #"{"name": "a", "platforms": {"s": ["linux", "linux/*"]}}"#,
      #"1:35: platforms.s[0]: expected a platform such as "linux/amd64", found "linux""#,
      #"1:44: platforms.s[1]: expected a platform such as "linux/amd64", found "linux/*""#),
    WrongLayout(#"{"name": "a", "platforms": []}"#, "1:28: platforms: expected an object, found an array"),
    WrongLayout(
      #"{"name": "a", "fastWith": {}}"#,
      #"1:27: fastWith: is for fast runs, and there are no "fast" platforms"#,
      "1:27: fastWith: expected an array, found an object"),
    WrongLayout(
      #"{"name": "a", "fast": [], "fastWith": [{}, 1]}"#,
      #"1:40: fastWith[0]: missing key "variable""#, #"1:40: fastWith[0]: missing key "prefix""#,
      #"1:40: fastWith[0]: missing key "platforms""#, "1:44: fastWith[1]: expected an object, found the number 1"),
    WrongLayout(
      #"{"name": "a", "fast": [], "fastWith": [{"variable": "", "prefix": "", "platforms": {}, "suffix": "x"}]}"#,
      #"1:53: fastWith[0].variable: expected the name of an environment variable, found """#,
      "1:67: fastWith[0].prefix: expected the beginning of a value, found nothing",
      "1:84: fastWith[0].platforms: expected platforms by the name of a list, found none",
      #"1:88: fastWith[0].suffix: unknown key; the keys here are "variable", "prefix", "platforms""#),
    WrongLayout(
      #"{"name": "a", "platforms": {"test": ["linux/arm"], "here": "present"}, "fast": ["linux/amd64"], "fastWith": "#
        + #"[{"variable": "V", "prefix": "x", "platforms": "#
        + #"{"tset": ["linux/arm"], "here": ["linux/arm"], "test": [], "a/b": ["linux/arm"]}},"#
        + #" {"variable": "V", "prefix": "x", "platforms": {"test": ["linux", "linux/*", 1]}}]}"#,
      #"1:165: fastWith[0].platforms.tset: no list of platforms is named "tset"; did you mean "test"?"#,
      #"1:188: fastWith[0].platforms.here: the list "here" is "present", which is the same in a fast run"#,
      "1:211: fastWith[0].platforms.test: expected platforms, found none",
      #"1:222: fastWith[0].platforms["a/b"]: expected a name of letters, digits, '.', '_' and '-', found "a/b""#,
      #"1:295: fastWith[1].platforms.test[0]: expected a platform such as "linux/amd64", found "linux""#,
      #"1:304: fastWith[1].platforms.test[1]: expected a platform such as "linux/amd64", found "linux/*""#,
      "1:315: fastWith[1].platforms.test[2]: expected a string, found the number 1"),
    WrongLayout(
      #"{"name": "a", "platforms": {"s": "linux/arm"}}"#,
      #"1:34: platforms.s: expected "present" or an array of platforms, found "linux/arm"; "#
        + #"an array names platforms: ["linux/arm"]"#),
    WrongLayout(
      #"{"name": "a", "override": "both"}"#, #"1:27: override: expected "intersect" or "replace", found "both""#),
    WrongLayout(
      #"{"name": "a", "binaries": {"b": ["x/y", "..", 3]}}"#,
      #"1:34: binaries.b[0]: expected a name without '/', found "x/y""#,
      #"1:41: binaries.b[1]: a '..' part in a path, found "..""#,
      "1:47: binaries.b[2]: expected a string, found the number 3"),
    WrongLayout(
      #"{"name": "a", "flags": {"f": {"default": "on"}}}"#, #"1:42: flags.f.default: expected "y" or "n", found "on""#),
    WrongLayout(
      #"{"name": "a", "flags": {"f": {"env": "", "onWith": ["A=", "B"]}}}"#,
      #"1:38: flags.f.env: expected the name of an environment variable, found """#,
      #"1:53: flags.f.onWith[0]: expected the name of an environment variable, found "A=""#),
    WrongLayout(
      #"{"name": "a", "checksums": true}"#,
      "1:28: checksums: expected an array of checksum files, or false for none, found true"),
    WrongLayout(
      #"{"name": "a", "checksums": []}"#,
      "1:28: checksums: expected an array of checksum files, or false for none, found an empty array"),
    WrongLayout(
      #"{"name": "a", "checksums": [1, {}, {"file": "a", "beside": ".b"}, {"flie": "a"}]}"#,
      "1:29: checksums[0]: expected an object, found the number 1",
      #"1:32: checksums[1]: expected one of "file" and "beside", found neither"#,
      #"1:36: checksums[2]: expected one of "file" and "beside", found both"#,
      #"1:67: checksums[3]: expected one of "file" and "beside", found neither"#,
      #"1:68: checksums[3].flie: unknown key; did you mean "file"?"#),
    WrongLayout(
      #"{"name": "a", "checksums": [{"file": "a/b"}, {"file": "{os}"}, {"file": "S", "algorithm": "md5"}]}"#,
      #"1:38: checksums[0].file: expected a file name, without '/', found "a/b""#,
      "1:55: checksums[1].file: {os} cannot stand here",
      #"1:91: checksums[2].algorithm: expected "sha256" or "sha512", found "md5""#),
    WrongLayout(
      #"{"name": "a", "checksums": [{"beside": ""}, {"beside": "{file}.sha256"}, {"beside": "/x"}]}"#,
      #"1:40: checksums[0].beside: expected the end of a file name such as ".sha256", without variables, found """#,
      #"1:56: checksums[1].beside: expected the end of a file name such as ".sha256", without variables, found "#
        + #""{file}.sha256""#,
      #"1:85: checksums[2].beside: expected the end of a file name such as ".sha256", without variables, found "/x""#),
    WrongLayout(#"{"name": "a", "flags": {"git-clean": {}}}"#, "1:38: flags.git-clean: the flag git-clean is built in"),
    WrongLayout(
      #"{"name": "a", "flags": {"f": {"onwith": []}}}"#, #"1:31: flags.f.onwith: unknown key; did you mean "onWith"?"#),
  ])
  func `a wrong release file is refused`(_ layout: WrongLayout) {
    #expect(LayoutSet.mistakes(["release": layout.text]) == layout.mistakes.map { "layouts/release.json:\($0)" })
  }

  @Test(arguments: [
    WrongLayout(#"{"root": ".."}"#, #"1:35: archive.root: a '..' part in a path, found "..""#),
    WrongLayout(
      #"{"root": "a/b"}"#, #"1:35: archive.root: expected the name of one folder, without '/', found "a/b""#),
    WrongLayout(
      #"{"root": "/a"}"#, #"1:35: archive.root: expected a relative path, not an absolute one, found "/a""#),
    WrongLayout(
      #"{"root": "{verson}"}"#,
      #"1:35: archive.root: unknown variable "{verson}" (did you mean {version}?), found "{verson}""#),
    WrongLayout(
      #"{"owner": "root"}"#, #"1:36: archive.owner: expected "source" or two numbers such as "0:0", found "root""#),
    WrongLayout(
      #"{"owner": "0:4294967296"}"#,
      #"1:36: archive.owner: expected "source" or two numbers such as "0:0", found "0:4294967296""#),
    WrongLayout(
      #"{"owner": "-0:0"}"#, #"1:36: archive.owner: expected "source" or two numbers such as "0:0", found "-0:0""#),
    WrongLayout(#"{"owner": 0}"#, "1:36: archive.owner: expected a string, found the number 0"),
    WrongLayout(
      #"{"exclude": ["a/b", "["]}"#,
      #"1:39: archive.exclude[0]: expected a pattern for base names, without '/', found "a/b""#,
      #"1:46: archive.exclude[1]: a pattern with '[' and no ']' after it, found "[""#),
    WrongLayout(#"{"exclude": "*~"}"#, #"1:38: archive.exclude: expected an array, found "*~""#),
    WrongLayout(#"{"mode": 644}"#, "1:35: archive.mode: expected a string, found the number 644"),
    WrongLayout(
      #"{"mode": "rwx"}"#,
      #"1:35: archive.mode: expected "normal", "source" or an octal string such as "0755", found "rwx""#),
    WrongLayout(
      #"{"mtime": -1}"#, "1:36: archive.mtime: expected a whole number from 0 to 8589934591, found the number -1"),
    WrongLayout(
      #"{"mtime": 9223372036854775808}"#,
      "1:36: archive.mtime: expected a whole number from 0 to 8589934591, found the number 9223372036854775808"),
    WrongLayout(
      #"{"mtime": 8589934592}"#,
      "1:36: archive.mtime: expected a whole number from 0 to 8589934591, found the number 8589934592"),
    WrongLayout(
      #"{"mtime": 1.5}"#, "1:36: archive.mtime: expected a whole number from 0 to 8589934591, found the number 1.5"),
    WrongLayout(
      #"{"mtime": "yesterday"}"#,
      #"1:36: archive.mtime: expected a whole number from 0 to 8589934591, found "yesterday""#),
    WrongLayout(#"{"level": 10}"#, "1:36: archive.level: expected a whole number from 0 to 9, found the number 10"),
    WrongLayout(#"{"levle": 6}"#, #"1:27: archive.levle: unknown key; did you mean "level"?"#),
  ])
  func `wrong archive settings are refused`(_ layout: WrongLayout) {
    let text = #"{"name": "a", "archive": \#(layout.text)}"#
    #expect(LayoutSet.mistakes(["release": text]) == layout.mistakes.map { "layouts/release.json:\($0)" })
  }
}

struct WrongTarballTests {
  @Test(arguments: [
    WrongLayout("{}", #"1:1: missing key "entries""#, #"1:1: missing key "tarball""#),
    WrongLayout(#"{"tarball": "a.tgz", "entries": {}}"#, "1:33: entries: expected an array, found an object"),
    WrongLayout(#"{"tarball": "a/b", "entries": []}"#, "1:13: tarball: expected a file name, without '/'"),
    WrongLayout(#"{"tarball": "..", "entries": []}"#, #"1:13: tarball: a '..' part in a path, found "..""#),
    WrongLayout(
      #"{"tarball": "a-{os}.tgz", "entries": []}"#,
      #"1:13: tarball: {os} is not known here: give the entry or its tarball "platforms""#),
    WrongLayout(#"{"tarball": "a/b.zip", "entries": []}"#, "1:13: tarball: expected a file name, without '/'"),
    WrongLayout(#"{"tarball": "a-{md5}.tgz", "entries": []}"#, "1:13: tarball: {md5} is known in images alone"),
    WrongLayout(
      #"{"tarball": "a-{tag}.tgz", "entries": []}"#, "1:13: tarball: {tag} is not known without an images.json"),
    WrongLayout(
      #"{"tarball": "a.tgz", "platforms": "sever", "entries": []}"#,
      #"1:35: platforms: no list of platforms is named "sever"; did you mean "server"?"#),
    WrongLayout(
      #"{"tarball": "a.tgz", "platforms": "linux/amd64", "entries": []}"#,
      #"1:35: platforms: expected the name of a list of platforms, found "linux/amd64"; "#
        + #"an array names platforms: ["linux/amd64"]"#),
    WrongLayout(
      #"{"tarball": "a.tgz", "platforms": "server", "entries": [{"text": "", "to": "a", "platforms": "!windows/*"}]}"#,
      #"1:94: entries[0].platforms: expected the name of a list of platforms, found "!windows/*"; "#
        + #"an array names platforms: ["!windows/*"]"#),
    WrongLayout(
      #"{"tarball": "a.tgz", "stage": true, "entries": []}"#,
      "1:31: stage: expected the name of a folder, or false, found true"),
    WrongLayout(
      #"{"tarball": "a.tgz", "stage": "a/b", "entries": []}"#, #"1:31: stage: expected a name without '/', found "a/b""#
    ),
    WrongLayout(
      #"{"tarball": "a.tgz", "stage": "..", "entries": []}"#, #"1:31: stage: a '..' part in a path, found "..""#),
    WrongLayout(
      #"{"tarball": "a.tgz", "stage": "a b", "entries": []}"#,
      #"1:31: stage: expected a name of letters, digits, '_', '-' and within it '.', found "a b""#),
    WrongLayout(
      #"{"tarball": "a.tgz", "stage": ".kpack-tmp-0", "entries": []}"#,
      #"1:31: stage: expected a name of letters, digits, '_', '-' and within it '.', found ".kpack-tmp-0""#),
    WrongLayout(
      #"{"tarball": "a.tgz", "platforms": ["*/*"], "entries": []}"#,
      #"1:36: platforms[0]: expected a platform such as "linux/amd64", found "*/*""#),
    WrongLayout(
      #"{"tarball": "a.tgz", "when": "falg", "entries": []}"#,
      #"1:30: when: no flag is named "falg"; did you mean "flag"?"#
    ),
    WrongLayout(#"{"tarball": "a.tgz", "when": "!", "entries": []}"#, #"1:30: when: no flag is named """#),
    WrongLayout(
      #"{"tarball": "a.tgz", "archive": {"level": "6"}, "entries": []}"#,
      #"1:43: archive.level: expected a whole number from 0 to 9, found "6""#),
  ])
  func `a wrong tarball is refused`(_ layout: WrongLayout) {
    #expect(
      LayoutSet.mistakes(["release": release, "app": layout.text]) == layout.mistakes.map { "layouts/app.json:\($0)" })
  }

  @Test(arguments: [
    "x", "x.Zip", ".zip", ".tar", "xtar", "x.tar.xz", "x.tar.bz2", "x.tar.zst", "x.deb", "x.tar.gz.asc", "x.TGZ",
    "x.Tar.Gz",
    "x.gz",
    "xtgz", "x.tar.gz ", ".tar.gz", ".tgz", "x.tar.{version}", "{name}-{version}", "{name}", "x.tar{name}.gz",
    "x.tgz{{",
    "x.tar.g\u{200B}z", "x.tgz\u{301}", "tar.gz",
  ])
  func `a name whose end is no format is refused`(_ name: String) throws {
    let shown = try JSONReader.read(Array("\"\(name)\"".utf8)).kind.described
    #expect(
      LayoutSet.mistakes(["release": release, "app": #"{"tarball": "\#(name)", "entries": []}"#]) == [
        #"layouts/app.json:1:13: tarball: expected a file name that ends in ".tar.gz", ".tgz", ".tar" or ".zip", found \#(shown)"#
      ])
  }

  @Test(arguments: [
    "x.tar.gz", "x.tgz", "{name}.tar.gz", "{version}.tgz", "x.zip.tgz", "{{.tgz", "x.tar.tar.gz", "..tgz", "x .tar.gz",
    "x.tar", "{name}.tar", "x.zip.tar", "x.zip", "{name}.tar.zip",
  ])
  func `a name whose end is a format is taken`(_ name: String) {
    #expect(LayoutSet.mistakes(["release": release, "app": #"{"tarball": "\#(name)", "entries": []}"#]) == [])
  }

  @Test(arguments: [
    WrongLayout("3", "expected an object, found the number 3"),
    WrongLayout(#"{"overlay": 1}"#, ".overlay: expected true or false, found the number 1"),
    WrongLayout(#"{"platforms": ["linux/*"]}"#, ".platforms[0]: '*' names no platform to expand over"),
    WrongLayout(
      #"{"platforms": ["linux"]}"#, #".platforms[0]: expected a platform such as "linux/amd64", found "linux""#),
    WrongLayout(#"{"when": "clean"}"#, #".when: no flag is named "clean""#),
    WrongLayout(#"{"when": true}"#, ".when: expected a string, found true"),
    // What entries with a verb may have beside is their verb's business.
    WrongLayout(#"{"fiel": "a"}"#),
  ])
  func `what all entries may say is looked at whatever their verb`(_ layout: WrongLayout) {
    let text = #"{"tarball": "a.tgz", "entries": [\#(layout.text)]}"#
    let mistakes = LayoutSet.mistakes(["release": release, "app": text])
    let places = mistakes.map { mistake in mistake.split(separator: ": entries[0]", maxSplits: 1) }
    #expect(places.allSatisfy { $0.count == 2 && $0[0].hasPrefix("layouts/app.json:1:") })
    #expect(places.map { $0[1].hasPrefix(": ") ? String($0[1].dropFirst(2)) : String($0[1]) } == layout.mistakes)
  }

  private let release =
    #"{"name": "a", "platforms": {"server": ["linux/amd64"]}, "binaries": {"tools": ["x"]}, "flags": {"flag": {}}}"#
}
