// The listings of the sample releases: what the layouts make of testdata/, entry by entry, to be read in a diff.
// RECORD_GOLDEN=1 in the environment writes them anew.

@testable import Basics
import Glibc
@testable import Layout
@testable import Plan
@testable import TestSupport
import Testing

/// A release of testdata/ and the folder of its listings, testdata/golden/NAME.
private struct Sample: Sendable, CustomTestStringConvertible {
  let name: String
  let layouts: @Sendable () throws -> Rules
  var testDescription: String { name }

  static let all = [
    Sample(name: "sample") { try Rules.builtIn() },
    Sample(name: "greeter") {
      let names = ["greeter", "release"].map { "testdata/greeter/layouts/\($0).json" }
      return try Planner.rules(try names.map { LayoutFile(path: $0, bytes: try Checkout.read($0)) }, from: "layouts")
    },
  ]

  /// The folder of the listings.
  var folder: String { Checkout.path("testdata/golden/\(name)") }

  /// The listings by file name, of a copy of the tree whose modes do not depend on how it was checked out.
  func listings() throws -> [String: String] {
    let tree = try TemporaryTree()
    try tree.run("cp", "-RP", Checkout.path("testdata/\(name)"), "tree")
    try tree.run("chmod", "-R", "u=rwX,go=rX", "tree")
    var given = Locations.Given()
    given.root = "\(tree.root)/tree"
    let options = tree.options {
      $0.locations = Locations(given, outputName: nil)
      $0.platforms = [Platform(os: "linux", architecture: "amd64"), Platform(os: "windows", architecture: "amd64")]
      $0.version = "v1.7.4"
    }
    let plan = try Planner.plan(try layouts(), options)
    #expect(plan.warnings == [])
    return Dictionary(
      uniqueKeysWithValues: plan.tarballs.map { tarball in
        ("\(tarball.fileName.replacing(".tar.gz", with: "")).txt", plan.lines(of: tarball).map { "\($0)\n" }.joined())
      })
  }
}

private let isRecording = getenv("RECORD_GOLDEN").map { String(cString: $0) } == "1"

@Test(arguments: Sample.all)
private func `the layouts make the recorded release of a sample tree`(_ sample: Sample) throws {
  let listings = try sample.listings()
  if isRecording { try record(listings, in: sample.folder) }
  #expect(try namesOfFiles(in: sample.folder) == Set(listings.keys))
  for (name, listing) in listings.sorted(by: { $0.key < $1.key }) {
    let recorded = try String(decoding: Checkout.read("testdata/golden/\(sample.name)/\(name)"), as: UTF8.self)
    #expect(lines(listing).difference(from: lines(recorded)).map(described) == [], "\(name)")
  }
}

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

private func described(_ change: CollectionDifference<Substring>.Change) -> String {
  switch change {
  case .insert(_, let line, _): "+ \(line)"
  case .remove(_, let line, _): "- \(line)"
  }
}

private func record(_ listings: [String: String], in folder: String) throws {
  mkdir(Checkout.path("testdata/golden"), 0o755)
  mkdir(folder, 0o755)
  for name in try namesOfFiles(in: folder).subtracting(listings.keys) { unlink("\(folder)/\(name)") }
  for (name, listing) in listings {
    let file = try #require(fopen("\(folder)/\(name)", "we"))
    #expect(fputs(listing, file) >= 0 && fclose(file) == 0)
  }
}

private func namesOfFiles(in folder: String) throws -> Set<String> {
  Set(try Checkout.names(in: folder).filter { $0.hasSuffix(".txt") })
}
