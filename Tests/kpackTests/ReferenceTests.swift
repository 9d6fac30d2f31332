// The pages of reference and the man pages that `kpack reference` writes from what --help prints.

import Foundation
import Testing

@Suite struct ReferenceTests {
  private let box: Sandbox

  init() throws {
    box = try Sandbox()
    try #require(try box.kpack("reference", "docs") == Outcome(status: 0, output: "", errors: ""))
  }

  private static let commands = [
    "base", "cache", "completions", "doctor", "images", "init", "inspect", "layouts", "list", "packages", "plan",
    "release", "stage", "tarballs", "version-vars",
  ]

  @Test func `each command has a page and a man page, and no others are written`() throws {
    #expect(try box.names(in: "docs/reference") == ["README.md"] + Self.commands.map { "\($0).md" })
    #expect(try box.names(in: "docs/man").sorted() == (["kpack.1"] + Self.commands.map { "kpack-\($0).1" }).sorted())
  }

  @Test(arguments: commands) func `the pages say of a command what its help says`(command: String) throws {
    let help = try box.kpack(command, "--help").output
    let page = String(decoding: try box.read("docs/reference/\(command).md"), as: UTF8.self)
    let man = String(decoding: try box.read("docs/man/kpack-\(command).1"), as: UTF8.self)
      .replacing("\\-", with: "-").replacing("\\(aq", with: "'").replacing("\\(ti", with: "~").replacing(
        "\\fB", with: ""
      ).replacing("\\fR", with: "")
      .replacing("\\fI", with: "")
    // The names of the options with their arguments, and the examples.
    let named = help.matches(of: /\n  (?:    |-[a-z], )(--[^\n]*?)(?=  |\n)/).map { String($0.1) }
    let examples = try #require(help.split(separator: "examples:\n").last).split(separator: "\n").map {
      $0.dropFirst(2)
    }
    try #require(named.count >= 6 && !examples.isEmpty)
    for option in named {
      #expect(page.contains("`\(option)`: "), "\(option)")
      #expect(man.contains("\(option)\n"), "\(option)")
    }
    for example in examples { #expect(page.contains(example) && man.contains(example), "\(example)") }
    let first = String(decoding: try box.read("docs/reference/README.md"), as: UTF8.self)
    #expect(first.contains("(\(command).md)"))
  }

  @Test func `the first page names the variables and the exit codes`() throws {
    let help = try box.kpack("--help").output
    let page = String(decoding: try box.read("docs/reference/README.md"), as: UTF8.self)
    let man = String(decoding: try box.read("docs/man/kpack.1"), as: UTF8.self)
    let variables = help.matches(of: #/(?m)^  ([A-Z]+(?:_[A-Z]+)*) /#).map { String($0.1) }
    try #require(variables.count >= 12 && variables.contains("KPACK_CACHE"))
    for variable in variables { #expect(page.contains("- `\(variable)`: ") && man.contains("\\fB\(variable)\\fR")) }
    for code in ["0", "2", "3", "4", "128+N"] { #expect(page.contains("- `\(code)`: ")) }
  }

  @Test func `the man pages are sound`() throws {
    for name in try box.names(in: "docs/man") {
      if Program.isThere("groff") {
        let outcome = try Program.start(
          ["groff", "-wall", "-man", "-Tutf8", name], in: "\(box.root)/docs/man", streams: "\(box.root)/groff"
        ).wait()
        #expect(outcome.status == 0 && outcome.errors.isEmpty && outcome.output.contains("kpack"), "\(outcome.errors)")
      }
      if Program.isThere("mandoc") {
        // That they have no date is meant: equal sources make equal pages.
        let told = try box.sh("mandoc -Tlint -Wwarning docs/man/$1 | grep -v 'missing date' || true", name)
        #expect(told == "")
      }
    }
  }

  @Test func `pages in the tree are those that are written`() throws {
    let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../docs")
    for folder in ["reference", "man"] {
      let names = try FileManager.default.contentsOfDirectory(atPath: docs.appendingPathComponent(folder).path)
      var committed: [String: Data] = [:]
      for name in names { committed[name] = try Data(contentsOf: docs.appendingPathComponent("\(folder)/\(name)")) }
      #expect(try box.files(in: "docs/\(folder)") == committed, "run make docs")
    }
  }

  @Test func `help is silent of what makes the pages`() throws {
    #expect(try !box.kpack("--help").output.contains("\n  reference "))
    #expect(try box.kpack("referenc") == .refused(2, "no command is named \"referenc\"\nusage: see `kpack --help`"))
  }
}
