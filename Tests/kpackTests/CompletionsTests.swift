// What the shells complete: bash by its own function, fish by its own command, zsh by its syntax and what it names.

import Foundation
import Testing

/// A command line up to the cursor, its last word the one to be completed, and what can stand there.
struct Completion: Sendable, CustomTestStringConvertible {
  let words: [String]
  let found: [String]

  init(_ words: String..., found: [String]) {
    self.words = words
    self.found = found
  }

  var testDescription: String { words.joined(separator: " ") }
}

private let completions: [Completion] = [
  Completion("ta", found: ["tarballs"]),
  Completion("--v", found: ["--version"]),
  Completion("help", "lay", found: ["layouts"]),
  Completion("tarballs", "--ro", found: ["--root"]),
  Completion("tarballs", "--root", "", found: ["a folder", "other"]),
  Completion("tarballs", "--root", "=", "a", found: ["a folder"]),
  Completion("tarballs", "--format", "", found: ["json", "text"]),
  Completion("tarballs", "--format", "=", found: ["json", "text"]),
  Completion("tarballs", "--format", "=", "j", found: ["json"]),
  Completion("plan", "--format", "m", found: ["mtree"]),
  Completion("tarballs", "--jobs", "", found: []),
  Completion("images", "--image-format", "", found: ["docker", "hybrid", "oci"]),
  Completion("list", "", found: ["a folder", "file", "other"]),
  Completion("list", "--limit", "1", "fi", found: ["file"]),
  Completion("list", "--lev", found: []),
  Completion("layouts", "", found: ["check", "export", "from"]),
  Completion("layouts", "--force", "e", found: ["export"]),
  Completion("layouts", "--flag", "a", "=", "y", "e", found: ["export"]),
  Completion("layouts", "export", "", found: ["a folder", "other"]),
  Completion("layouts", "export", "--fo", found: ["--force", "--format"]),
  Completion("layouts", "check", "--fo", found: ["--format"]),
  Completion("base", "", found: ["add", "list", "lock", "make", "remove"]),
  Completion("base", "add", "x", "fi", found: ["file"]),
  Completion("base", "make", "--from", "fi", found: ["file"]),
  Completion("base", "--bases", "other", "make", "x", "--root", found: ["--root"]),
  Completion("base", "add", "--root", found: ["--root", "--rootfs"]),
  Completion("completions", "", found: ["bash", "fish", "zsh"]),
  Completion("nope", "", found: []),
]

@Suite struct CompletionsTests {
  private let box: Sandbox

  init() throws { box = try Sandbox() }

  private func script(_ shell: String) throws -> String {
    let outcome = try box.kpack("completions", shell)
    try #require(outcome.status == 0 && outcome.errors.isEmpty)
    return outcome.output
  }

  /// What bash answers, sorted.
  private func bash(_ words: [String]) throws -> [String] {
    try box.write(try script("bash"), to: "kpack.bash")
    try box.sh("bash -n kpack.bash; mkdir -p 'in/a folder' in/other; touch in/file")
    let call = """
      . ../kpack.bash; COMP_WORDS=(kpack "$@"); COMP_CWORD=$#; _kpack
      for word in ${COMPREPLY[@]+"${COMPREPLY[@]}"}; do echo "$word"; done
      """
    let outcome = try Program.start(
      ["bash", "-uc", call, "bash"] + words, in: "\(box.root)/in", streams: "\(box.root)/bash"
    ).wait()
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.lines.map { String($0) }.sorted()
  }

  @Test(.enabled(if: Program.isThere("bash")), arguments: completions)
  func `bash completes what can stand there`(completion: Completion) throws {
    #expect(try bash(completion.words) == completion.found)
  }

  /// All commands that help names, each with the options that its own help names.
  private func optionsOfAll() throws -> [(command: String, options: [String])] {
    let overview = try box.kpack("--help").output
    let list = try #require(overview.firstMatch(of: /commands:\n((?:  .*\n)+)/)).1
    let commands = list.matches(of: #/(?m)^  ([a-z-]+) /#).map { String($0.1) }
    try #require(commands.count >= 10)
    return try commands.map { command in
      let help = try box.kpack(command, "--help").output
      let options = help.matches(of: /\n  (?:    |-[a-z], )--([a-z-]+)/).map { String($0.1) }
      try #require(options.count >= 6)
      return (command, options)
    }
  }

  @Test(.enabled(if: Program.isThere("bash"))) func `bash knows every command and option`() throws {
    let all = try optionsOfAll()
    #expect(try bash([""]) == (all.map(\.command) + ["help"]).sorted())
    for (command, options) in all {
      #expect(try bash([command, "--"]) == options.map { "--\($0)" }.sorted(), "\(command)")
    }
  }

  @Test func `zsh knows every command and option`() throws {
    let script = try script("zsh")
    try box.write(script, to: "_kpack")
    if Program.isThere("zsh") { try box.sh("zsh -n _kpack") }
    #expect(script.hasPrefix("#compdef kpack\n"))
    for (command, options) in try optionsOfAll() {
      #expect(script.contains("    '\(command):"), "\(command)")
      let start = try #require(script.firstRange(of: "\n  \(command))\n"))
      let end = try #require(script[start.upperBound...].firstRange(of: "\n    ;;\n"))
      let named = script[start.upperBound..<end.lowerBound].matches(of: /'\*--([a-z-]+)(?:=|\[)/).map { String($0.1) }
      #expect(named == options, "\(command)")
    }
  }

  @Test func `fish knows every command and option`() throws {
    let script = try script("fish")
    try box.write(script, to: "kpack.fish")
    if Program.isThere("fish") { try box.sh("HOME=$PWD fish -n kpack.fish") }
    for (command, options) in try optionsOfAll() {
      #expect(script.contains("\ncomplete -c kpack -n __kpack_wants_command -a \(command) -d '"), "\(command)")
      let named = script.split(separator: "\n").filter { $0.contains("'__kpack_runs \(command)' -l ") }
        .compactMap { $0.firstMatch(of: #/ -l ([a-z-]+)/#).map { String($0.1) } }
      #expect(named == options, "\(command)")
    }
  }

  @Test(
    .enabled(if: Program.isThere("fish")),
    arguments: [
      ("kpack ta", ["tarballs"]), ("kpack layouts ", ["check", "export", "from"]), ("kpack plan --format m", ["mtree"]),
      ("kpack list fi", ["file"]), ("kpack layouts export ot", ["other/"]), ("kpack base list --li", ["--limit"]),
      ("kpack list --lev", []),
    ] as [(String, [String])])
  func `fish completes what can stand there`(line: String, found: [String]) throws {
    try box.write(try script("fish"), to: "kpack.fish")
    let text = try box.sh(
      "mkdir other; touch file; HOME=$PWD fish -c 'source kpack.fish; complete -C $argv[1]' \"$1\"", line)
    #expect(text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) } == found)
  }

  @Test(arguments: [([], "none"), (["tcsh"], #""tcsh""#), (["bash", "zsh"], #""bash zsh""#)] as [([String], String)])
  func `a shell that is none of these is refused`(words: [String], found: String) throws {
    let message = "expected one SHELL, bash, zsh or fish, found \(found)\nusage: see `kpack completions --help`"
    #expect(try box.kpack(words: ["completions"] + words) == .refused(2, message))
  }
}
