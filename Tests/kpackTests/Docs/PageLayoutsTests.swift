// The JSON of the pages: whole sets of layouts are checked as sets, parts of one within a small set.

import Foundation
@testable import JSON
import Testing

/// A set of layouts that pages spell out.
struct PageSet: CustomStringConvertible {
  let name: String
  var files: [String: String] = [:]
  /// Whether no file of it comes later.
  var isWhole = false
  /// Where its last file is.
  var place = ""

  var description: String { "\(name) as of \(place)" }
}

@Suite struct PageLayoutsTests {
  /// A set with all that parts refer to; the part takes the place of "%" in the file that its kind names.
  private static let around = [
    "release.json": """
    {"name":"p","platforms":{"all":["linux/amd64","darwin/arm64","windows/amd64"],"linux":["linux/amd64"]},
     "binaries":{"all":["hello"]},"flags":{"plugins":{}},
     "sets":{"docs":[{"file":"LICENSE","to":"LICENSE"}]}}
    """,
    "images.json": """
    {"registry":"r.example","bases":{"busybox":"busybox"},
     "groups":{"all":[{"name":"i","base":"busybox","platforms":["linux/amd64"]}]}}
    """,
    "src.json": #"{"tarball":"src.tar.gz","optional":true,"entries":[]}"#,
    // All that is declared must be used, whatever the part has a use for.
    "use.json": """
    {"tarball":"use-{os}-{arch}.tar.gz","platforms":"linux","when":"plugins",
     "entries":[{"binaries":"all"},{"set":"docs"},{"directory":"d","platforms":"all"}]}
    """,
  ]

  /// The kinds of parts: a file of the set, and what is around the part in it.
  private static let kinds = [
    "entries": ("t.json", #"{"tarball":"t-{os}-{arch}.tar.gz","platforms":"all","entries":%}"#),
    "entries of a tarball without platforms": ("t.json", #"{"tarball":"t.tar.gz","entries":%}"#),
    "image entries": (
      "images.json",
      #"{"registry":"r","bases":{"b":"b"},"groups":{"all":[{"name":"n","base":"b","platforms":"linux","entries":%}]}}"#
    ),
    "image entries of another base": (
      "images.json",
      #"{"registry":"r","bases":{"debian":"b"},"groups":{"all":[{"name":"n","base":"debian","platforms":"linux","entries":%}]}}"#
    ),
    "archive": ("t.json", #"{"tarball":"t.tar.gz","archive":%,"optional":true,"entries":[]}"#),
    "image": ("images.json", #"{"registry":"r.example","bases":{"busybox":"busybox"},"groups":{"all":[%]}}"#),
  ]

  /// What is no part of a layout, and only read.
  private static let others = ["result"]

  private static let examples = Pages.all.flatMap { page in
    page.blocks.filter { $0.language == "json" }.map { (place: "\(page.path):\($0.line)", block: $0) }
  }

  @Test(arguments: examples.map(\.place)) func `every example is JSON, and says what it is`(place: String) throws {
    let block = try #require(Self.examples.first { $0.place == place }).block
    #expect(throws: Never.self) { try JSONReader.read(Array(block.text.utf8)) }
    let isPart = block.comments.contains { Self.kinds[$0] != nil || Self.others.contains($0) }
    let isLayout = block.note("layout")?.wholeMatch(of: /[a-z]+\.json in [a-z]+/) != nil
    #expect(isPart || isLayout, "give it a comment: \(Self.kinds.keys.sorted()), \(Self.others)")
  }

  @Test(arguments: examples.filter { $0.block.note("layout") == nil }.map(\.place))
  func `every part of a layout has no mistake`(place: String) throws {
    let block = try #require(Self.examples.first { $0.place == place }).block
    guard let kind = block.comments.compactMap({ Self.kinds[$0] }).first else { return }
    var files = Self.around
    files[kind.0] = kind.1.replacing("%", with: block.text)
    let outcome = try Self.check(files)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(arguments: sets) func `every set of layouts has no mistake`(set: PageSet) throws {
    let outcome = try Self.check(set.files)
    // What a later file of the page has a use for may not be used yet.
    let mistakes = outcome.errors.split(separator: "\n").filter { set.isWhole || !$0.hasSuffix(" is never used") }
    #expect(mistakes == [])
    if set.isWhole { #expect(outcome.status == 0) }
  }

  @Test func `a wrong part would be found`() throws {
    var files = Self.around
    files["t.json"] = #"{"tarball":"t.tar.gz","entries":[{"tree":"x","text":"y"}]}"#
    #expect(try Self.check(files).status == 2)
  }

  @Test func `the reference names every key of the schema`() throws {
    let text = try String(contentsOfFile: "\(Pages.project)/docs/layouts-reference.md", encoding: .utf8)
    let schema = try Data(contentsOf: URL(fileURLWithPath: "\(Pages.project)/layouts/layout.schema.json"))
    let keys = Self.keys(try JSONReader.read(Array(schema)), isProperties: false)
    try #require(keys.count > 40)
    for key in keys { #expect(text.contains("`\(key)`") || text.contains("`\"\(key)\""), "\(key)") }
  }

  /// The sets of all pages: each with its last file, and as it stands before a file of it is replaced.
  private static let sets: [PageSet] = {
    var whole: [String: PageSet] = [:]
    var sets: [PageSet] = []
    for (place, block) in examples {
      let words = block.note("layout")?.split(separator: " ").map(String.init) ?? []
      guard words.count == 3 else { continue }
      var set = whole[words[2]] ?? PageSet(name: words[2])
      if let earlier = set.files[words[0]], earlier != block.text {
        set.isWhole = false
        sets.append(set)
      }
      (set.isWhole, set.place, set.files[words[0]]) = (true, place, block.text)
      whole[words[2]] = set
    }
    return sets + whole.values.sorted { $0.name < $1.name }
  }()

  private static func check(_ files: [String: String]) throws -> Outcome {
    let box = try Sandbox()
    for (name, text) in files { try box.write(text, to: "set/\(name)") }
    return try box.kpack("layouts", "check", "set")
  }

  /// The keys of all objects that a schema describes; `isProperties` where a key of `value` is one.
  private static func keys(_ value: JSONValue, isProperties: Bool) -> Set<String> {
    switch value.kind {
    case .object(let members):
      var keys: Set<String> = isProperties ? Set(members.map(\.key)) : []
      for member in members where isProperties || member.key != "examples" {
        keys.formUnion(Self.keys(member.value, isProperties: !isProperties && member.key == "properties"))
      }
      return keys
    case .array(let values): return values.reduce(into: []) { $0.formUnion(keys($1, isProperties: false)) }
    default: return []
    }
  }
}
