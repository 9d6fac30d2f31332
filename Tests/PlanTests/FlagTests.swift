// Flags: what turns rules and tarballs on and off.

@testable import Plan
@testable import TestSupport
import Testing

private let release = """
  {"name": "app", "flags": {"plain": {}, "on": {"default": "y"}, "env": {"env": "APP_ENV", "default": "y"},
   "with": {"onWith": ["APP_ONE", "APP_TWO"]}}}
  """

private let rules = ["plain", "on", "env", "with"].map { #"{"directory": "\#($0)", "when": "\#($0)"}"# }

struct FlagTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// The flags that are on.
  private func on(_ environment: [String: String] = [:], _ flags: [String: Bool] = [:]) throws -> Set<String> {
    let lines = try tree.entries(rules[0], rules[1], rules[2], rules[3], release: release) { options in
      options.environment.merge(environment) { $1 }
      options.flags = flags
    }
    return Set(lines.map { String($0.dropFirst("dir 0755 0 ".count)) })
  }

  @Test func `a flag is what its default says, and off without one`() throws { #expect(try on() == ["on", "env"]) }

  @Test(arguments: [
    ("y", true), ("yes", true), ("true", true), ("1", true), ("n", false), ("no", false), ("false", false),
    ("0", false), ("Y", true), ("YES", true), ("True", true), ("N", false), ("No", false), ("FALSE", false),
    ("", true),
  ])
  func `its environment variable sets a flag, unless it is empty`(_ value: String, _ isOn: Bool) throws {
    #expect(try on(["APP_ENV": value]).contains("env") == isOn)
  }

  @Test func `a value that is neither is refused`() throws {
    #expect(
      try tree.mistakes(rules[2], release: release) { $0.environment["APP_ENV"] = "of\u{1B}" }
        == ["usage: entries[0]: APP_ENV: expected y, yes, true or 1 for on, n, no, false or 0 for off, found of%1B"])
  }

  @Test(arguments: ["on", "Yy", "Y ", "\u{130}", "ye\u{17F}"])
  func `capitals are those of ASCII, and a word is whole`(_ value: String) {
    #expect(FlagValue.isOn(value) == nil)
  }

  @Test func `onWith turns a flag on when all its variables are set`() throws {
    #expect(try !on(["APP_ONE": "x"]).contains("with"))
    #expect(try !on(["APP_ONE": "x", "APP_TWO": ""]).contains("with"))
    #expect(try on(["APP_ONE": "x", "APP_TWO": "y"]).contains("with"))
  }

  @Test func `the command line wins`() throws {
    let flags = ["plain": true, "on": false, "env": false, "with": false]
    #expect(try on(["APP_ENV": "y", "APP_ONE": "x", "APP_TWO": "y"], flags) == ["plain"])
  }

  @Test func `a flag that no layout declares is refused`() throws {
    #expect(
      try tree.mistakes(rules[0], release: release) { $0.flags = ["plian": true] }
        == [#"usage: --flag: no flag is named "plian"; did you mean "plain"?"#])
  }

  @Test func `an exclamation mark asks for off`() throws {
    let rules = [#"{"directory": "a", "when": "!plain"}"#, #"{"directory": "b", "when": "!on"}"#]
    #expect(try tree.entries(rules[0], rules[1], release: release) == ["dir 0755 0 a"])
  }

  @Test func `a tarball that is off is left out, and may not be asked for or held`() throws {
    let off = tarball([], head: #""when": "plain""#, name: "off.tgz")
    #expect(try tree.plan(["release": release, "off": off, "other": tarball([])]).fileNames == ["app.tgz"])
    #expect(
      try tree.mistakes(["release": release, "off": off], names: ["off"])
        == [#"usage: layouts/off.json:1:1: "off" is turned off by the flag "plain""#])
    #expect(
      try tree.mistakes(["release": release, "off": off, "other": tarball([#"{"artifact": "off", "to": "a"}"#])])
        == [#"usage: layouts/other.json:2:1: entries[0]: "off" is turned off by the flag "plain""#])
  }

  @Test func `git-clean is on in a clean git tree alone`() throws {
    let rule = #"{"directory": "clean", "when": "git-clean"}"#
    #expect(try tree.entries(rule) == [])
    #expect(try tree.entries(rule) { $0.flags = ["git-clean": true] } == ["dir 0755 0 clean"])
    let repository = try TemporaryTree.committed()
    #expect(try repository.entries(rule) == ["dir 0755 0 clean"])
    try repository.write("changed", to: "a")
    #expect(try repository.entries(rule) == [])
  }

  @Test(arguments: [("clean", true), ("dirty", false), ("archive", false), ("", false)])
  func `git-clean is what the version file says of the tree`(_ state: String, _ isOn: Bool) throws {
    let rule = #"{"directory": "clean", "when": "git-clean"}"#
    let repository = try TemporaryTree.committed()
    let file = try TemporaryTree()
    try file.write("KUBE_GIT_COMMIT='c'\nKUBE_GIT_TREE_STATE='\(state)'\n", to: "version")
    // Whatever the tree is.
    for change in ["a", "changed"] {
      try repository.write(change, to: "a")
      let entries = try repository.entries(rule) { options in
        options.environment["KUBE_GIT_VERSION_FILE"] = "\(file.root)/version"
      }
      #expect(entries == (isOn ? ["dir 0755 0 clean"] : []))
    }
    let given = try repository.entries(rule) { $0.environment["KUBE_GIT_TREE_STATE"] = state }
    #expect(given == (isOn ? ["dir 0755 0 clean"] : []))
  }
}
