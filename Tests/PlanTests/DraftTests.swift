// Drafts as values: what a verb adds to one, alone.

@testable import Archive
@testable import Basics
@testable import Files
@testable import Git
@testable import Image
@testable import JSON
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

struct DraftTests {
  private let tree: TemporaryTree
  private let facts: Facts

  init() throws {
    tree = try TemporaryTree()
    facts = Facts(
      try Rules.of(["release": #"{"name": "app", "binaries": {"tools": ["one"]}}"#]).layouts, tree.options())
  }

  private var context: DraftContext {
    DraftContext(facts: facts, own: OwnPlaces(), git: GitArchives(near: tree.root), images: .success(nil))
  }

  private func draft(_ style: EntryStyle = EntryStyle(mtime: 0), base: FileTable? = nil) -> Draft {
    Draft("app", style, base: base)
  }

  /// A place of a rule with these options.
  private func place(
    in draft: inout Draft, to: String? = nil, platform: Platform? = nil, held: HeldArtifacts = HeldArtifacts()
  ) throws -> RulePlace {
    let field = LayoutField(
      value: try JSONReader.read(Array("{}".utf8)), file: "layouts/app.json", path: "entries[0]", notes: LayoutNotes())
    let number = draft.number(of: EntryOrigin(origin: field.origin))
    return RulePlace(
      origin: field.origin, number: number, options: RuleOptions(to: try to.map { try Template($0) }),
      subject: TemplateSubject(platform: platform), facts: facts, held: held)
  }

  /// The verb of an entry.
  private func verb(_ entry: String) throws -> any Verb {
    let rules = try Rules.of([
      "release": #"{"name": "app", "platforms": {"p": ["linux/arm"]}, "binaries": {"tools": ["one"]}}"#,
      "app": tarball([entry], head: #""platforms": "p""#), "src": tarball([], name: "src.tgz"),
    ])
    let layout = try #require(rules.layouts.tarball("app"))
    return try #require(rules.of(layout.entries).first).verb
  }

  private func names(_ draft: Draft) -> [String] {
    var draft = draft
    let entries = draft.finish(as: "app.tgz")
    return (0..<entries.count).map { String(decoding: entries.name(at: $0), as: UTF8.self) }
  }

  @Test func `a text is a source by value, and its parents are entries`() throws {
    var draft = draft(EntryStyle(root: "top", mtime: 5))
    let place = try place(in: &draft, to: "a/b")
    try verb(#"{"text": "{name}!", "to": "a/b"}"#).add(to: &draft, at: place, in: context)
    #expect(draft.sources == [.bytes(Array("app!".utf8))])
    #expect(names(draft) == ["top/", "top/a/", "top/a/b"])
    #expect(draft.said.mistakes.isEmpty)
  }

  @Test func `a file that cannot be packed is a mistake in the draft alone`() throws {
    var draft = draft()
    let place = try place(in: &draft, to: "a")
    let before = draft
    try verb(#"{"file": "none", "to": "a"}"#).add(to: &draft, at: place, in: context)
    #expect(draft.said.mistakes.map(\.fault) == [.system] && before.said.mistakes.isEmpty)
    #expect(names(draft) == [])
  }

  @Test func `one big file at two places is one source, a small one none`() throws {
    try tree.write([UInt8](repeating: 1, count: Int(Rope.sourceThreshold)), to: "big")
    try tree.write("x", to: "small")
    var draft = draft()
    for (source, to) in [("big", "a"), ("big", "b"), ("small", "c")] {
      let place = try place(in: &draft, to: to)
      try verb(#"{"file": "\#(source)", "to": "x"}"#).add(to: &draft, at: place, in: context)
    }
    #expect(draft.sources.count == 1 && names(draft) == ["a", "b", "c"])
  }

  @Test func `what an artifact holds is named by its key, and once`() throws {
    var draft = draft()
    let key = TarballKey(layout: "src", platform: nil)
    var held = HeldArtifacts()
    held.tarballs = [key]
    for to in ["a", "b"] {
      let place = try place(in: &draft, to: to, held: held)
      try verb(#"{"artifact": "src", "to": "x"}"#).add(to: &draft, at: place, in: context)
    }
    #expect(draft.sources == [.tarball(key), .tarball(key)] && draft.held.tarballs == [key])
  }

  @Test func `an image brings its archive and its tag, and what its making said`() throws {
    let key = ImageKey(group: "g", name: "x", platform: Platform(os: "linux", architecture: "arm"))
    var said = Diagnostics()
    said.warn("w")
    let image = HeldImage(fileName: "x.tar", tagFileName: "x.docker_tag", tagText: Array("v1\n".utf8))
    var context = context
    context.images = .success([key: HeldImageResult(image: .success(image), said: said)])
    var held = HeldArtifacts()
    held.images = [key]
    var draft = draft()
    let place = try place(in: &draft, to: "i", platform: key.platform, held: held)
    let field = LayoutField(
      value: try JSONReader.read(Array(#"{"images": ["x"]}"#.utf8)), file: "f", path: "", notes: LayoutNotes())
    let object = try #require(field.anyObject)
    let names = LayoutNames(release: nil, layouts: [], hasImages: true)
    let entry = VerbEntry(
      field: try #require(object["images"]), object: object,
      templates: TemplateDecoder(names: names, hasPlatform: true))
    let verb = try #require(ImagesVerb(entry))
    try verb.add(to: &draft, at: place, in: context)
    #expect(draft.sources == [.image(key), .bytes(Array("v1\n".utf8))] && draft.held.images == [key])
    #expect(self.names(draft) == ["i/", "i/x.docker_tag", "i/x.tar"] && draft.said.warnings == ["w"])
  }

  @Test func `a layer goes behind the links of its base`() throws {
    var layer = TarEntryList(mtime: 0)
    let isAdded = layer.append(name: Array("etc".utf8), kind: .symlink, mode: 0o777, owner: .root, linkname: [0x78])
    try #require(isAdded)
    var draft = draft(base: FileTable().covered(by: layer))
    let place = try place(in: &draft, to: "etc/a")
    try verb(#"{"text": "", "to": "etc/a"}"#).add(to: &draft, at: place, in: context)
    #expect(draft.isLayer && names(draft) == ["x/", "x/a"])
  }
}
