// Command lines that make no sense: exit code 2, the mistake and where help is on standard error, nothing on standard
// output.

import Testing

/// A wrong command line, what is said of it, and whose help is named.
struct WrongLine: Sendable, CustomTestStringConvertible {
  let words: [String]
  let message: String
  var help = "kpack tarballs --help"

  var testDescription: String { words.joined(separator: " ") }
}

private let flagMessage = "--flag: expected NAME=VALUE with y, yes, true or 1 for on, n, no, false or 0 for off, found"

private let wrongLines: [WrongLine] = [
  WrongLine(words: [], message: "expected a command", help: "kpack --help"),
  WrongLine(words: [""], message: #"no command is named """#, help: "kpack --help"),
  WrongLine(
    words: ["tarbals"], message: #"no command is named "tarbals"; did you mean tarballs?"#, help: "kpack --help"),
  WrongLine(words: ["help", "nope"], message: #"no command is named "nope""#, help: "kpack --help"),
  WrongLine(words: ["--root", "x", "plan"], message: #"expected a command before "--root""#, help: "kpack --help"),
  WrongLine(words: ["tarballs", "--rot", "x"], message: #"unknown option "--rot"; did you mean --root?"#),
  WrongLine(words: ["tarballs", "--rot=x"], message: #"unknown option "--rot=x"; did you mean --root?"#),
  WrongLine(words: ["tarballs", "--Root", "x"], message: #"unknown option "--Root"; did you mean --root?"#),
  WrongLine(words: ["tarballs", "--ro", "x"], message: #"unknown option "--ro""#),
  WrongLine(words: ["tarballs", "-root", "x"], message: #"unknown option "-root"; did you mean --root?"#),
  WrongLine(words: ["tarballs", "---root", "x"], message: #"unknown option "---root"; did you mean --root?"#),
  WrongLine(words: ["tarballs", "-x"], message: #"unknown option "-x""#),
  WrongLine(words: ["tarballs", "--=x"], message: #"unknown option "--=x""#),
  WrongLine(
    words: ["tarballs", "--limit", "1"], message: "tarballs takes no --limit; list, inspect, base and layouts take it"),
  WrongLine(
    words: ["list", "--ldflags"], message: "list takes no --ldflags; version-vars takes it", help: "kpack list --help"),
  WrongLine(
    words: ["list", "--bases", "x", "--force", "--level", "9", "f"],
    message:
      "list takes no --bases; release, tarballs, packages, images, stage, plan, base, layouts, "
      + "init, doctor and version-vars take it",
    help: "kpack list --help"),
  WrongLine(
    words: ["inspect", "--level=9", "f"],
    message: "inspect takes no --level; release, tarballs, packages and stage take it",
    help: "kpack inspect --help"),
  WrongLine(
    words: ["list", "-j2", "f"],
    message: "list takes no -j; release, tarballs, packages, images, stage, plan, layouts, init, "
      + "doctor and version-vars take it",
    help: "kpack list --help"),
  WrongLine(
    words: ["plan", "--force"],
    message: "plan takes no --force; release, tarballs, packages, images, stage and layouts take it",
    help: "kpack plan --help"),
  WrongLine(
    words: ["cache", "info", "--no-cache"],
    message:
      "cache takes no --no-cache; release, tarballs, packages, images, stage, plan, layouts, init, "
      + "doctor and version-vars take it",
    help: "kpack cache --help"),
  WrongLine(
    words: ["list", "--limi", "1", "f"], message: #"unknown option "--limi"; did you mean --limit?"#,
    help: "kpack list --help"),
  WrongLine(
    words: ["layouts", "check", "--force"], message: "--force means nothing to `layouts check [DIR]`",
    help: "kpack layouts --help"),
  WrongLine(
    words: ["layouts", "export", "x", "--jobs", "1"], message: "--jobs means nothing to `layouts export DIR`",
    help: "kpack layouts --help"),
  WrongLine(
    words: ["tarballs", "--image-format", "OCI"],
    message: #"--image-format: expected one of hybrid, docker, oci, found "OCI""#),
  WrongLine(words: ["tarballs", "--root"], message: "--root needs a value: DIR"),
  WrongLine(words: ["tarballs", "-j"], message: "--jobs needs a value: N"),
  WrongLine(words: ["tarballs", "--root="], message: "--root: expected a folder, found nothing"),
  WrongLine(words: ["tarballs", "--out", ""], message: "--out: expected a folder, found nothing"),
  WrongLine(words: ["tarballs", "--quiet=1"], message: "--quiet takes no value"),
  WrongLine(words: ["tarballs", "--version="], message: "--version: expected a version, found nothing"),
  WrongLine(
    words: ["tarballs", "--jobs", "0"], message: #"--jobs: expected a whole number from 1 to 256, found "0""#),
  WrongLine(words: ["tarballs", "-j2x"], message: #"--jobs: expected a whole number from 1 to 256, found "2x""#),
  WrongLine(
    words: ["tarballs", "--jobs=257"], message: #"--jobs: expected a whole number from 1 to 256, found "257""#),
  WrongLine(words: ["tarballs", "--level=10"], message: #"--level: expected a whole number from 0 to 9, found "10""#),
  WrongLine(
    words: ["tarballs", "--level", "+1"], message: #"--level: expected a whole number from 0 to 9, found "+1""#),
  WrongLine(
    words: ["tarballs", "--epoch", "-1"],
    message: #"--epoch: expected a whole number from 0 to 8589934591, found "-1""#),
  WrongLine(
    words: ["tarballs", "--epoch", "99999999999999999999"],
    message: #"--epoch: expected a whole number from 0 to 8589934591, found "99999999999999999999""#),
  WrongLine(
    words: ["tarballs", "--epoch", "\u{661}"],
    message: "--epoch: expected a whole number from 0 to 8589934591, found \"\u{661}\""),
  WrongLine(
    words: ["tarballs", "--format", "mtree"], message: #"--format: expected one of text, json, found "mtree""#),
  WrongLine(
    words: ["plan", "--format", "xml"], message: #"--format: expected one of text, json, mtree, found "xml""#,
    help: "kpack plan --help"),
  WrongLine(
    words: ["tarballs", "--platform", "linux"],
    message: #"--platform: expected a platform such as linux/amd64, found "linux""#),
  WrongLine(
    words: ["tarballs", "--platform", "linux/arm/6"],
    message: #"--platform: expected a platform such as linux/amd64, found "linux/arm/6""#),
  WrongLine(
    words: ["images", "--arch", "arm64,arm/6"],
    message: #"--arch: expected a platform such as linux/amd64, found "linux/arm/6""#, help: "kpack images --help"),
  WrongLine(
    words: ["tarballs", "--platform", ","],
    message: #"--platform: expected platforms such as linux/amd64, found ",""#),
  WrongLine(words: ["tarballs", "--flag", "x"], message: #"\#(flagMessage) "x""#),
  WrongLine(words: ["tarballs", "--flag", "x=maybe"], message: #"\#(flagMessage) "x=maybe""#),
  WrongLine(words: ["list"], message: "expected one FILE, found 0", help: "kpack list --help"),
  WrongLine(words: ["list", "a", "b"], message: "expected one FILE, found 2", help: "kpack list --help"),
  WrongLine(words: ["list", "--", "a", "--x"], message: "expected one FILE, found 2", help: "kpack list --help"),
  WrongLine(
    words: ["list", "--limit", "x", "a"],
    message: #"--limit: expected a whole number from 0 to 9223372036854775807, found "x""#, help: "kpack list --help"),
  WrongLine(
    words: ["layouts"], message: "expected `export DIR`, `check [DIR]` or `from FILE...`", help: "kpack layouts --help"),
  WrongLine(
    words: ["layouts", "export"], message: "expected `export DIR`, `check [DIR]` or `from FILE...`",
    help: "kpack layouts --help"),
  WrongLine(
    words: ["layouts", "check", "a", "b"], message: "expected `export DIR`, `check [DIR]` or `from FILE...`",
    help: "kpack layouts --help"),
  WrongLine(words: ["version-vars", "x"], message: #"unexpected argument "x""#, help: "kpack version-vars --help"),
  WrongLine(
    words: ["tarballs", "--\u{1B}[31m"], message: #"unknown option "--\u001B[31m""#),
]

@Suite struct UsageTests {
  @Test(arguments: wrongLines) func `a wrong command line is refused`(line: WrongLine) throws {
    let outcome = try Sandbox().kpack(words: line.words)
    let errors = "kpack: error: \(line.message)\nusage: see `\(line.help)`\n"
    #expect(outcome == Outcome(status: 2, output: "", errors: errors))
  }

  @Test func `an argument that is not UTF-8 is refused`() throws {
    let outcome = try Sandbox().kpack(
      through: ["sh", "-c", #""$@" list "$(printf 'x\377')""#, "sh"])
    #expect(
      outcome
        == Outcome(status: 2, output: "", errors: "kpack: error: argument 2 is not UTF-8\nusage: see `kpack --help`\n"))
  }

  @Test func `behind two dashes nothing is an option`() throws {
    let outcome = try Sandbox().kpack("list", "--", "--help")
    #expect(
      outcome
        == Outcome(
          status: 4, output: "", errors: "kpack: error: --help: cannot open: No such file or directory\n"))
  }

  @Test(arguments: [["--version=v2"], ["--version", "v2"], ["--version", "v1", "--version=v2"]])
  func `a value stands behind an option or its equals sign, and the last counts`(words: [String]) throws {
    let box = try Sandbox.project(#"{ "text": "{version}", "to": "version" }"#)
    #expect(try box.kpack(words: Sandbox.packProject + words).status == 0)
    #expect(try box.sh("tar -xOzf out/p.tar.gz version") == "v2")
  }

  @Test(arguments: [["-j1"], ["-j", "1"], ["-j=1"], ["--jobs=1"]])
  func `a letter stands for an option`(words: [String]) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    #expect(try box.kpack(words: Sandbox.packProject + words).status == (words == ["-j=1"] ? 2 : 0))
  }

  @Test(arguments: ["tarballs", "plan", "images", "version-vars", "layouts check"])
  func `what reads a tree takes one set of options`(command: String) throws {
    let box = try Sandbox.imaged()
    try box.write(#"{"tarball":"p.tar.gz","entries":[{"text":"x","to":"x","when":"f"}]}"#, to: "layouts/p.json")
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64"]},"fast":["linux/amd64"],"#
        + #""flags":{"f":{"env":"F","default":"n"}}}"#, to: "layouts/release.json")
    let set = [
      "--root", ".", "--stage", "_output/release-stage", "--bin", "_output/dockerized/bin", "--out", "out",
      "--images", "images", "--dockerfiles", "dockerfiles", "--bases", "_output/bases", "--layouts", "layouts",
      "--platform", "linux/amd64", "--fast", "--flag", "f=y", "--version", "v1", "--epoch", "5", "--jobs", "1",
      "--cache", "cache", "--no-cache",
      "--format", "json", "-q", "-v", "--color", "--no-color",
    ]
    let outcome = try box.kpack(words: command.split(separator: " ").map(String.init) + set)
    #expect(outcome.status == 0, "\(outcome)")
  }

  @Test func `a value may hold an equals sign`() throws {
    let box = try Sandbox.project(#"{ "text": "{version}", "to": "version" }"#)
    #expect(try box.kpack(words: Sandbox.packProject + ["--version=a=b"]).status == 0)
    #expect(try box.sh("tar -xOzf out/p.tar.gz version") == "a=b")
  }
}
