// That the layouts' schema and kpack take and refuse the same layouts: some thousands, made from the schema's own
// structure and broken in every way that is known, judged by Python's jsonschema and by kpack.

@testable import JSON
@testable import TestSupport
import Testing

/// A rule of layouts that a schema cannot express.
struct RuleBeyondSchemas: Sendable {
  let name: String
  /// A layout that breaks it and nothing else.
  let example: LayoutDocument
  /// Whether kpack's reason is this rule's.
  let isReason: @Sendable (String) -> Bool

  init(_ name: String, _ kind: LayoutDocument.Kind, _ text: String, _ isReason: @escaping @Sendable (String) -> Bool) {
    (self.name, example, self.isReason) = (name, LayoutDocument(kind: kind, text: text), isReason)
  }

  private static func entry(_ text: String) -> String { #"{"tarball": "a.tgz", "entries": [\#(text)]}"# }

  private static func capable(_ clauses: String) -> String {
    let list = clauses.split(separator: ";").map { #""\#($0)""# }.joined(separator: ",")
    return #"{"bases": {"b": "b"}, "groups": {"g": [{"binary": "x", "base": "b", "capabilities": [\#(list)]}]}}"#
  }

  static let all: [RuleBeyondSchemas] = [
    RuleBeyondSchemas("what is named is declared", .tarball, entry(#"{"directory": "d", "when": "nobody"}"#)) {
      $0.hasPrefix("no ") && $0.contains(" is named ")
    },
    RuleBeyondSchemas(
      "a fast run adds to lists that it changes", .release,
      #"{"name": "a", "platforms": {"q": "present"}, "fast": [], "fastWith": "#
        + #"[{"variable": "V", "prefix": "x", "platforms": {"q": ["linux/amd64"]}}]}"#
    ) { $0.hasSuffix(" is \"present\", which is the same in a fast run") },
    RuleBeyondSchemas("a brace is closed", .tarball, entry(#"{"directory": "{name"}"#)) {
      $0.hasPrefix("'{' without '}' after it")
    },
    RuleBeyondSchemas("there is such a variable", .tarball, entry(#"{"directory": "{nmae}"}"#)) {
      $0.hasPrefix("unknown variable ")
    },
    RuleBeyondSchemas("a variable is known where it stands", .tarball, entry(#"{"directory": "{os}"}"#)) {
      $0.hasPrefix("{") && ["} is known in ", "} is not known", "} cannot stand here"].contains(where: $0.contains)
    },
    RuleBeyondSchemas(
      "texts by platform need one", .tarball, entry(#"{"directory": {"windows/*": "a", "*": "b"}}"#)
    ) { $0.hasPrefix("texts by platform need one") },
    RuleBeyondSchemas(
      "a text by platform can be reached", .release,
      #"{"name": "a", "archive": {"root": {"linux/*": "a", "linux/arm": "b"}}}"#
    ) { $0.hasPrefix("is never used: ") },
    RuleBeyondSchemas(
      "a pattern with ! leaves out something, and not all", .tarball,
      entry(#"{"directory": "d", "platforms": ["linux/amd64", "!windows/amd64"]}"#)
        .replacing(#""entries""#, with: #""platforms": "p", "entries""#)
    ) { $0.hasPrefix("leaves out ") },
    RuleBeyondSchemas("{{binary} is no variable", .release, #"{"name": "a", "binaryPath": "{{binary}"}"#) {
      $0.hasPrefix("expected a path with {binary} in it")
    },
    RuleBeyondSchemas(
      "a variant is one of its architecture", .release, #"{"name": "a", "fast": ["linux/amd64/power9"]}"#
    ) { $0.hasPrefix("expected a platform such as ") && $0.contains("/power9") },
    RuleBeyondSchemas("names are of Go's words", .release, #"{"name": "a", "names": {"arch": {"x86_64": "x"}}}"#) {
      $0.hasPrefix("expected a") && $0.contains("did you mean")
    },
    RuleBeyondSchemas("a glob's set is closed", .tarball, entry(#"{"tree": ".", "exclude": ["[a"]}"#)) {
      $0.hasPrefix("a pattern with '[' and no ']' after it")
    },
    RuleBeyondSchemas("a backslash is before something", .tarball, entry(#"{"tree": ".", "exclude": ["a\\"]}"#)) {
      $0.hasPrefix("a pattern that ends in a backslash")
    },
    RuleBeyondSchemas(
      "null takes something out of a set that is extended", .release, #"{"name": "a", "flags": {"f": null}}"#
    ) { $0.hasSuffix(", found null") },
    RuleBeyondSchemas("what is extended is there", .release, #"{"extends": "../x"}"#) {
      $0.hasSuffix(": no such folder")
    },
    RuleBeyondSchemas(
      "what is not extended is given", .images, #"{"bases": {"base": "x"}}"#
    ) { ["missing key \"bases\"", "missing key \"groups\""].contains($0) },
    RuleBeyondSchemas(
      "no set brings in itself", .release, #"{"name": "a", "sets": {"s": [{"set": "s"}]}}"#
    ) { $0.hasPrefix("a set cannot bring in itself: ") },
    RuleBeyondSchemas(
      "a name is given to binaries of the entry", .tarball,
      entry(#"{"binaries": ["a"], "platforms": "p", "rename": {"b": "c"}}"#)
    ) { $0.hasPrefix("none of these binaries is named ") },
    RuleBeyondSchemas(
      "binaries get names of their own", .tarball, entry(#"{"binaries": ["a", "b"], "platforms": "p", "rename": "c"}"#)
    ) { $0.hasPrefix("gives all of these binaries one name; ") },
    RuleBeyondSchemas("no tarball holds itself", .tarball, entry(#"{"artifact": "app", "to": "a"}"#)) {
      $0.hasPrefix("a tarball cannot hold itself: ")
    },
    RuleBeyondSchemas(
      "no two images of a group have one name", .images,
      #"{"bases": {"b": "b"}, "groups": {"g": [{"name": "x", "base": "b"}, {"binary": "x", "base": "b"}]}}"#
    ) { $0.hasPrefix("another image of this group is named ") },
    RuleBeyondSchemas(
      "a variable is set once", .images,
      #"{"bases": {"b": "b"}, "groups": {"g": [{"name": "x", "base": "b", "env": ["A=1", "A=2"]}]}}"#
    ) { $0.hasSuffix(" is set twice") },
    RuleBeyondSchemas("a key stands once in an object", .release, #"{"name": "a", "name": "b"}"#) {
      $0.hasPrefix("expected each key once in an object")
    },
    RuleBeyondSchemas(
      "a path has at most 4095 bytes", .tarball,
      entry(#"{"directory": "\#(String(repeating: "abcdefg/", count: 512))a"}"#)
    ) { $0.hasPrefix("a path of more than 4095 bytes") },
    RuleBeyondSchemas(
      "a part of a path has at most 255 bytes", .tarball,
      entry(#"{"directory": "\#(String(repeating: "\u{E9}", count: 128))"}"#)
    ) { $0.hasPrefix("a part of more than 255 bytes in a path") },
    RuleBeyondSchemas(
      "a link's target has at most 4095 bytes", .tarball,
      entry(#"{"symlink": "\#(String(repeating: "a", count: 4096))", "to": "a"}"#)
    ) { $0.hasPrefix("expected the target of a link, found ") && $0.hasSuffix("\"...") },
    RuleBeyondSchemas("an owner fits 32 bits", .release, #"{"name": "a", "archive": {"owner": "0:4294967296"}}"#) {
      $0.hasPrefix("expected \"source\" or two numbers") && $0.wholeMatch(of: /.* found "[0-9]+:[0-9]{10,}"/) != nil
    },
    RuleBeyondSchemas("an owner of an entry fits 32 bits", .tarball, entry(#"{"tree": ".", "owner": "0:4294967296"}"#))
    {
      $0.hasPrefix("expected two numbers such as") && $0.wholeMatch(of: /.* found "[0-9]+:[0-9]{10,}"/) != nil
    },
    RuleBeyondSchemas("there is such a capability", .images, capable("cap_fly=ep")) {
      $0.wholeMatch(of: /expected the name of a capability such as .*, found "cap_[a-z_]+"/) != nil
    },
    RuleBeyondSchemas("an image or what is above it has a base", .images, #"{"groups": {"g": [{"name": "x"}]}}"#) {
      $0 == #"missing key "base""#
    },
    RuleBeyondSchemas("a file has one effective bit", .images, capable("cap_chown=ep;cap_kill=p")) {
      $0.hasPrefix("some capabilities are effective and others are not")
    },
    RuleBeyondSchemas("a file has no capability that is effective alone", .images, capable("cap_chown=e")) {
      $0.hasPrefix("a capability is effective that is neither")
    },
    RuleBeyondSchemas("capabilities give something", .images, capable("cap_chown=")) {
      $0.hasPrefix("gives no capability")
    },
    RuleBeyondSchemas("a whole number has digits alone", .release, #"{"name": "a", "archive": {"level": 6.0}}"#) {
      $0.hasPrefix("expected a whole number ") && $0.wholeMatch(of: /.* found the number [-0-9]+[.eE].*/) != nil
    },
  ]
}

struct SchemaAgreementTests {
  @Test(.enabled(if: SchemaJudge.isWanted, SchemaJudge.missing))
  func `the schema takes what kpack takes, and refuses what it refuses but for rules that are beyond it`() throws {
    let documents = try Self.documents()
    let judge = try #require(SchemaJudge.found, SchemaJudge.missing)
    // Not within #require, which would print all of them.
    guard let verdicts = judge.verdicts(documents.map { ("", $0.text) }) else {
      Issue.record("Python gave no verdicts")
      return
    }
    var taken = 0
    for (document, isValid) in zip(documents, verdicts) {
      let mistakes = document.mistakes
      if mistakes.isEmpty { taken += 1 }
      if isValid == mistakes.isEmpty { continue }
      let other = mistakes.filter { mistake in !RuleBeyondSchemas.all.contains { $0.isReason(mistake) } }
      if isValid && other.isEmpty { continue }
      Issue.record(
        "\(document.kind) \(document.text): the schema \(isValid ? "takes" : "refuses") it, kpack says: \(mistakes)")
    }
    // Many of both, or all of this says little.
    #expect(
      documents.count > 10_000 && taken > 3000 && documents.count - taken > 5000, "\(taken) of \(documents.count)")
  }

  @Test(.enabled(if: SchemaJudge.isWanted, SchemaJudge.missing))
  func `what is said to be beyond a schema passes it and is refused for just that`() throws {
    let judge = try #require(SchemaJudge.found, SchemaJudge.missing)
    let rules = RuleBeyondSchemas.all
    let verdicts = try #require(judge.verdicts(rules.map { ("", $0.example.text) }))
    for (rule, isValid) in zip(rules, verdicts) {
      let mistakes = rule.example.mistakes
      #expect(isValid && !mistakes.isEmpty && mistakes.allSatisfy(rule.isReason), "\(rule.name): \(mistakes)")
    }
  }

  /// What a file is, the schema tells by its keys and kpack by its name.
  @Test(.enabled(if: SchemaJudge.isWanted, SchemaJudge.missing))
  func `the schema does not know the names of files`() throws {
    let judge = try #require(SchemaJudge.found, SchemaJudge.missing)
    let release = LayoutDocument(kind: .tarball, text: #"{"name": "a"}"#)
    #expect(judge.verdicts([("", release.text)]) == [true])
    #expect(
      release.mistakes == [
        "missing key \"entries\"", "missing key \"tarball\"", "unknown key; did you mean \"names\"?",
      ])
  }

  @Test(.enabled(if: SchemaJudge.isWanted, SchemaJudge.missing))
  func `the schema takes its own examples and defaults`() throws {
    let judge = try #require(SchemaJudge.found, SchemaJudge.missing)
    let samples = Self.samples(try LayoutSchema.read(), "")
    #expect(samples.count > 60)
    let verdicts = try #require(judge.verdicts(samples))
    for (sample, isValid) in zip(samples, verdicts) { #expect(isValid, "\(sample.pointer): \(sample.text)") }
  }

  /// The examples and defaults below `schema`, each with the pointer to what it is one of.
  private static func samples(_ schema: JSONValue, _ pointer: String) -> [(pointer: String, text: String)] {
    let isListed = pointer.hasSuffix("/properties") || pointer.hasSuffix("/$defs")
    let own = isListed ? [] : (schema["examples"]?.elements ?? []) + (schema["default"].map { [$0] } ?? [])
    return own.map { (pointer, $0.literal.text) }
      + schema.members.filter { isListed || !["examples", "default"].contains($0.key) }.flatMap {
        samples($0.value, "\(pointer)/\($0.key)")
      }
      + schema.elements.enumerated().flatMap { samples($0.element, "\(pointer)/\($0.offset)") }
  }

  /// The layouts that are judged: the same in every run.
  private static func documents() throws -> [LayoutDocument] {
    let schema = try LayoutSchema.read()
    let mutations = LayoutMutations(keys: keys(schema))
    var dice = SplitMix(seed: 14)
    var documents = LayoutDocument.complete
    var seen: [LayoutDocument.Kind: Set<String>] = [:]
    for document in LayoutDocument.complete {
      let value = try JSONReader.read(Array(document.text.utf8)).literal
      documents += mutations.all(value, seen: &seen[document.kind, default: []]).map {
        LayoutDocument(kind: document.kind, text: $0.text)
      }
    }
    let grammar = SchemaGrammar(definitions: try #require(schema["$defs"]))
    for _ in 0..<300 {
      for kind in LayoutDocument.Kind.allCases {
        var value = grammar.value(of: kind.rawValue, &dice)
        documents.append(LayoutDocument(kind: kind, text: value.text))
        value = mutations.one(value, &dice)
        documents.append(LayoutDocument(kind: kind, text: value.text))
        documents.append(LayoutDocument(kind: kind, text: mutations.one(value, &dice).text))
      }
    }
    return documents
  }

  /// The keys of all objects that the schema knows.
  private static func keys(_ schema: JSONValue) -> [String] {
    let own = schema["properties"]?.members.map(\.key) ?? []
    let below = (schema.members.map(\.value) + schema.elements).flatMap(keys)
    return Set(own + below).sorted()
  }
}
