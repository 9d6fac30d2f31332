// What kpack says of itself.

import Foundation
import Testing

private let commands = [
  "tarballs", "images", "plan", "list", "inspect", "base", "layouts", "cache", "version-vars",
  "completions", "doctor",
]

private let folders = [
  "--root DIR", "--stage DIR", "--bin DIR", "--out DIR", "--images DIR", "--dockerfiles DIR", "--oci DIR",
  "--bases DIR",
]

private let tree =
  folders + [
    "--layouts DIR", "--platform OS/ARCH,...", "--fast", "--flag NAME=y|n", "--version V", "--epoch N",
    "-j, --jobs N", "--cache DIR", "--no-cache",
  ]

private let output = ["--format F", "-q, --quiet", "-v, --verbose", "--color", "--no-color", "-h, --help"]

/// Each command with all the options that it takes, in the order of its help.
private let options: [(command: String, options: [String])] = [
  (
    "release",
    [
      "--with-stage", "--level N", "--image-format F", "--release-names", "--entries", "--force", "--clean",
      "--cache-limit BYTES",
    ] + tree
  ),
  (
    "tarballs",
    ["--with-stage", "--level N", "--image-format F", "--entries", "--force", "--clean", "--cache-limit BYTES"] + tree
  ),
  (
    "images",
    [
      "--arch A,...", "--with-stage", "--image-format F", "--release-names", "--force", "--clean",
      "--cache-limit BYTES",
    ] + tree
  ),
  ("stage", ["--level N", "--image-format F", "--force", "--clean", "--cache-limit BYTES"] + tree),
  ("plan", tree),
  ("list", ["--limit BYTES"]),
  ("inspect", ["--limit BYTES"]),
  (
    "base",
    [
      "--name NAME", "--rootfs PATH", "--from PATH", "--arch A", "--cmd WORD", "--env NAME=VALUE", "--epoch N",
      "--limit BYTES", "--wanted", "--layouts DIR", "--platform OS/ARCH,...", "--fast", "--flag NAME=y|n",
      "--version V",
    ] + folders
  ),
  ("layouts", ["--set NAME", "--force", "--limit BYTES"] + tree), ("init", tree),
  ("cache", ["--cache-limit BYTES", "--cache DIR", "--root DIR", "--stage DIR"]),
  ("doctor", ["--with-stage"] + tree),
  ("version-vars", ["--ldflags", "--package PATH"] + tree),
  ("completions", []),
]

@Suite struct HelpTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  @Test(arguments: options)
  func `a command's help names the options that it takes, its own first and those of all last`(
    command: String, options: [String]
  ) throws {
    let outcome = try box.kpack(command, "--help")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let named = outcome.output.matches(of: /\n  (?:    )?((?:-[a-z], )?--[^\n]*?)(?=  |\n)/).map { String($0.1) }
    #expect(named == options + output)
  }

  @Test(arguments: [
    ("KUBE_BUILD_PLATFORMS", "--platform"), ("KUBE_FASTBUILD=true", "--fast"), ("KUBE_GIT_VERSION_FILE", "--version"),
    ("KUBE_GIT_VERSION]", "--version"), ("SOURCE_DATE_EPOCH", "--epoch"), ("NO_COLOR", "--no-color"),
    ("OUT_DIR", "--stage"),
  ])
  func `help says which variable feeds which option`(variable: String, option: String) throws {
    // From the option's own line to the next option's.
    let lines = try box.kpack("tarballs", "--help").lines
    let start = try #require(lines.firstIndex { $0.contains("    \(option)") })
    let end = lines[(start + 1)...].firstIndex { $0.contains("  --") || $0.isEmpty } ?? lines.endIndex
    let text = lines[start..<end].map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " ")
    #expect(text.contains(variable))
  }

  @Test(arguments: commands) func `no line of a command's help is wider than a wide terminal`(command: String) throws {
    let widest = try box.kpack(command, "--help").lines.map(\.count).max() ?? 0
    #expect(widest <= 120)
  }

  @Test(arguments: commands) func `a command's help has examples that begin with its name`(command: String) throws {
    let lines = try box.kpack(command, "--help").lines
    let examples = try #require(lines.split(separator: "examples:").last)
    #expect(examples.count >= 1)
    #expect(examples.contains { $0.contains("kpack \(command)") })
  }

  @Test func `the overview names every command and every exit code`() throws {
    let outcome = try box.kpack("--help")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    for command in commands { #expect(outcome.output.contains("\n  \(command) ")) }
    #expect(
      outcome.output.contains(
        "exit codes: 0 done; 1 `kpack doctor` found what would make a run fail; 2 usage or layout; 3 "))
  }

  @Test func `the overview names every variable that the sources read`() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Sources")
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var read: Set<Substring> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      // By one of the ways to read a variable, or by its name alone, which kpack's own begin with. To set a variable of
      // another program is no reading.
      read.formUnion(
        text.matches(
          of: /(?:environmentValue\(|environment\(|environment\[|getenv\(|name == )"([A-Z][A-Z0-9_]+)"(?!\] = )/
        )
        .map(\.1))
      read.formUnion(text.matches(of: /"((?:KUBE|KPACK)_[A-Z0-9_]+)"/).map(\.1))
    }
    #expect(read.isSuperset(of: ["TMPDIR", "GIT_EXEC_PATH", "KUBE_DOCKER_REGISTRY", "KUBE_GIT_MAJOR"]))
    let help = try box.kpack("--help").output
    for variable in read { #expect(help.contains("\n  \(variable) "), "\(variable)") }
  }

  @Test(arguments: [["help"], ["-h"]]) func `help is asked for in three ways`(words: [String]) throws {
    #expect(try box.kpack(words: words) == box.kpack("--help"))
  }

  @Test(arguments: commands) func `a command's help is asked for in four ways`(command: String) throws {
    let help = try box.kpack(command, "--help")
    for words in [["help", command], [command, "-h"], [command, "name", "--help"]] {
      #expect(try box.kpack(words: words) == help)
    }
  }

  @Test func `the version is that of kpack and that of zlib`() throws {
    let outcome = try box.kpack("--version")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    #expect(outcome.output.wholeMatch(of: /kpack \d+\.\d+\.\d+\nzlib \d+\.\d+[\d.]*\n/) != nil)
  }
}
