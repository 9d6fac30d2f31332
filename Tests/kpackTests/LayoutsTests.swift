// kpack layouts: the built-in layouts written out, and sets of layouts checked.

import Foundation
import Testing

@Suite struct LayoutsTests {
  /// The built-in sets and their files.
  private static let sets = [
    "kubernetes-1.7": [
      "client.json", "final.json", "images.json", "layout.schema.json", "manifests.json", "node.json", "release.json",
      "salt.json", "server.json", "src.json", "test.json",
    ],
    "kubernetes-1.31": [
      "final.json", "images.json", "layout.schema.json", "manifests.json", "release.json", "salt.json", "src.json",
      "test-portable.json", "test.json",
    ],
    "kpack": ["kpack.json", "layout.schema.json", "release.json"],
  ]
  private static let names = sets["kubernetes-1.7"] ?? []

  private let box: Sandbox

  init() throws { box = try Sandbox() }

  @Test(
    arguments: [
      ([], "kubernetes-1.7"), (["--set", "kubernetes-1.7"], "kubernetes-1.7"), (["--set=kpack"], "kpack"),
      (["--set", "kubernetes-1.31"], "kubernetes-1.31"),
    ] as [([String], String)])
  func `the exported files are those of the set`(words: [String], set: String) throws {
    let names = try #require(Self.sets[set])
    let listing = names.map { "new/dir/\($0)\n" }.joined()
    let outcome = try box.kpack(words: ["layouts", "export", "new/dir"] + words)
    #expect(outcome == Outcome(status: 0, output: listing, errors: ""))
    #expect(try box.names(in: "new/dir") == names)
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../layouts/\(set)")
    for (name, bytes) in try box.files(in: "new/dir") {
      #expect(try Data(contentsOf: source.appendingPathComponent(name)) == bytes, "\(name)")
    }
    #expect(try box.kpack("layouts", "check", "new/dir").status == 0)
  }

  @Test(arguments: [("kubernets-1.7", "; did you mean kubernetes-1.7?"), ("other", ""), ("", "")])
  func `an unknown set is told with those that there are`(name: String, hint: String) throws {
    let message = "--set: expected one of kpack, kubernetes-1.31, kubernetes-1.7, found \"\(name)\"\(hint)"
    let errors = "kpack: error: \(message)\nusage: see `kpack layouts --help`\n"
    let outcome = try box.kpack("layouts", "export", "--set", name, "new")
    #expect(outcome == Outcome(status: 2, output: "", errors: errors))
    #expect(try box.names(in: "") == [])
  }

  @Test(arguments: [[], ["mine"]])
  func `a set is named for export only`(arguments: [String]) throws {
    let message = "--set means nothing to `layouts check [DIR]`"
    let errors = "kpack: error: \(message)\nusage: see `kpack layouts --help`\n"
    let words = ["layouts", "check", "--set", "kpack"] + arguments
    #expect(try box.kpack(words: words) == Outcome(status: 2, output: "", errors: errors))
  }

  @Test func `the exported layouts make the same tarballs as the built-in ones`() throws {
    let sample = try Sandbox.sample()
    try sample.kpack("layouts", "export", "../layouts")
    let words = Sandbox.packSample + ["--format=json"]
    let builtIn = try sample.kpack(words: words)
    try #require(builtIn.status == 0)
    #expect(try sample.kpack(words: words + ["--layouts", "../layouts"]) == builtIn)
  }

  @Test func `files that are there are overwritten with force only`() throws {
    try box.write("mine", to: "mine/node.json")
    let refused = try box.kpack("layouts", "export", "mine")
    let message = #""mine/node.json" is there already; --force overwrites it"#
    #expect(
      refused
        == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\nusage: see `kpack layouts --help`\n"))
    #expect(try box.files(in: "mine") == ["node.json": Data("mine".utf8)])
    let forced = try box.kpack("layouts", "export", "mine", "--force", "--format=json")
    #expect(forced.status == 0 && forced.errors.isEmpty)
    #expect(try forced.rows() == Self.names.map { ["path": .text("mine/\($0)")] })
    #expect(try box.read("mine/node.json") != Data("mine".utf8))
  }

  @Test func `a folder in a file's place is told before anything is written`() throws {
    try box.sh("mkdir -p mine/node.json")
    let outcome = try box.kpack("layouts", "export", "mine", "--force")
    let errors = "kpack: error: mine/node.json: a folder stands where the output would be written\n"
    #expect(outcome == Outcome(status: 4, output: "", errors: errors))
    #expect(try box.names(in: "mine") == ["node.json"])
  }

  @Test(
    arguments: [
      ("touch file", "file/dir", "file/dir: cannot open: Not a directory"),
      ("touch file", "file", "file: cannot open: Not a directory"),
      ("ln -s gone link", "link/dir", nil),
    ] as [(String, String, String?)])
  func `a place that cannot be a folder is told`(making: String, place: String, message: String?) throws {
    try box.sh(making)
    let outcome = try box.kpack("layouts", "export", place)
    #expect(outcome.status == 4 && outcome.output.isEmpty)
    if let message { #expect(outcome.errors == "kpack: error: \(message)\n") }
  }

  @Test(arguments: [["layouts", "check"], ["layouts", "check", "--root", "nowhere"]])
  func `the built-in layouts have no mistakes`(words: [String]) throws {
    let text = """
      built-in/kubernetes-1.7: no mistakes in release kubernetes with tarballs client, final, manifests, node, salt, \
      server, src, test

      """
    #expect(try box.kpack(words: words) == Outcome(status: 0, output: text, errors: ""))
  }

  @Test(arguments: [["mine"], ["--layouts", "mine"], ["mine", "--layouts", "nowhere"]])
  func `a set is named as an argument or by the option`(words: [String]) throws {
    try box.write(#"{ "name": "p" }"#, to: "mine/release.json")
    try box.write(#"{ "tarball": "p.tar.gz", "optional": true, "entries": [] }"#, to: "mine/p.json")
    let outcome = try box.kpack(words: ["layouts", "check", "--format=json"] + words)
    #expect(outcome == Outcome(status: 0, output: "{\"layouts\":\"mine\",\"tarballs\":[\"p\"]}\n", errors: ""))
  }
}
