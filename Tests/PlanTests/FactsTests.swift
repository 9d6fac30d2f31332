// Facts as values: what is asked of the tree and of git, and what of failures that nobody uses.

@testable import Basics
@testable import Files
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct FactsTests {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// What a run of these rules asks for.
  private func asked(_ entries: String..., head: String = "", isDry: Bool = false) throws -> Set<Fact> {
    let rules = try Rules.of(["release": plainRelease, "app": tarball(entries, head: head)])
    var options = tree.options()
    (options.epoch, options.isDry) = (nil, isDry)
    let facts = Facts(rules.layouts, options)
    var finder = ScopeFinder(rules, facts)
    let scope = finder.scope(of: WantedArtifacts(tarballs: []))
    return finder.unasked.union(scope.facts(askedOf: facts, areImagesMade: false))
  }

  @Test func `only what the layouts in scope use is asked for`() throws {
    let text = #"{"text": "x", "to": "a"}"#
    #expect(try asked(text, head: #""archive": {"mtime": 1}"#) == [])
    #expect(try asked(text) == [.commitTime])
    #expect(try asked(#"{"text": "{version}", "to": "a"}"#) == [.commitTime, .version])
    #expect(try asked(#"{"text": "{version}", "to": "a", "platforms": []}"#) == [.commitTime])
    #expect(try asked(#"{"git": "HEAD"}"#) == [.commitTime, .repository])
    #expect(try asked(#"{"git": "HEAD"}"#, head: #""archive": {"mtime": 1}"#, isDry: true) == [])
    #expect(try asked(#"{"text": "x", "to": "a", "when": "git-clean"}"#) == [.commitTime, .gitClean])
    #expect(try asked(text, head: #""when": "git-clean""#) == [.commitTime, .gitClean])
    #expect(try asked(text, head: #""archive": {"root": "{version}"}"#) == [.commitTime, .version])
  }

  @Test func `a repository that cannot be read is no mistake of a run that has no use for it`() throws {
    try tree.write("gitdir: nowhere\n", to: ".git")
    let text = #"{"text": "x", "to": "a"}"#
    #expect(try tree.entries(text) == ["file 0644 1 a"])
    #expect(try tree.entries(#"{"text": "{version}", "to": "a"}"#) { $0.version = "v1" } == ["file 0644 2 a"])
    // Told once, whatever has a use for it.
    let layouts: KeyValuePairs = [
      "release": plainRelease, "app": tarball([text]), "two": tarball([text], name: "two.tgz"),
    ]
    #expect(try tree.mistakes(layouts) { $0.epoch = nil }.count == 1)
  }

  @Test func `what is known already is not looked up again`() throws {
    let options = tree.options { $0.version = "v1" }
    let rules = try Rules.of(["release": plainRelease])
    var facts = Facts(rules.layouts, options)
    facts.version = .success("v0")
    facts = FactFinder(options).adding([.version, .commitTime, .gitClean], to: facts)
    #expect(try facts.fill(try Template("{name}-{version}"), on: nil) == "app-v0")
    #expect(try facts.commitTime?.get() == .some(nil) && facts.isGitClean?.get() == false)
    // Looked for on the way, and not there.
    #expect(try facts.repository?.get() == nil)
  }

  @Test func `a fact that was not asked for is not made up`() throws {
    let facts = Facts(try Rules.of(["release": plainRelease]).layouts, tree.options { $0.epoch = nil })
    #expect(throws: UnaskedFact.self) { try facts.mtime(nil) }
    #expect(throws: UnaskedFact.self) { try facts.fill(try Template("{version}"), on: nil) }
    #expect(throws: UnaskedFact.self) { try facts.holds(Condition(flag: "git-clean", isOn: true)) }
    #expect(try facts.mtime(7) == 7 && facts.holds(nil))
  }
}
