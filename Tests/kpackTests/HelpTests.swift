// What kpack says of itself.

import Foundation
import Testing

private let commands = ["tarballs", "images", "plan", "list", "inspect", "base", "layouts", "version-vars"]

private let commonOptions = [
  "--root DIR", "--stage DIR", "--bin DIR", "--out DIR", "--images DIR", "--bases DIR", "--layouts DIR",
  "--platform OS/ARCH,...", "--fast", "--flag NAME=y|n", "--version V", "--epoch N", "--level N", "-j, --jobs N",
  "--cache DIR", "--no-cache", "--force", "--format F", "-q, --quiet", "-v, --verbose", "--color", "--no-color",
  "-h, --help",
]

@Suite struct HelpTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  @Test(arguments: commands) func `a command's help names every option`(command: String) throws {
    let own = [
      "list": ["--limit BYTES"], "inspect": ["--limit BYTES"], "base": ["--limit BYTES"],
      "version-vars": ["--ldflags", "--package PATH"],
    ]
    let outcome = try box.kpack(command, "--help")
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    for option in commonOptions + own[command, default: []] {
      let isNamed = outcome.lines.contains { $0.trimmingPrefix { $0 == " " }.hasPrefix("\(option) ") }
      #expect(isNamed, "\(option)")
    }
    let named = outcome.lines.count { $0.hasPrefix("  ") && $0.split(separator: " ").contains { $0.hasPrefix("--") } }
    #expect(named >= commonOptions.count)
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
    #expect(outcome.output.contains("exit codes: 0 done; 2 usage or layout; 3 "))
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
