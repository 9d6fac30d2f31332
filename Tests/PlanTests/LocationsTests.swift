// Where the folders of a run are, from what the command line and OUT_DIR say.

@testable import Plan
import Testing

/// What is given and what follows: root, stage and the folder that the others stand in.
private struct LocationsCase: Sendable, CustomTestStringConvertible {
  let root: String?
  let stage: String?
  let outputName: String?
  let wanted: [String]
  var testDescription: String { "--root \(root ?? "-") --stage \(stage ?? "-") OUT_DIR=\(outputName ?? "-")" }

  init(root: String? = nil, stage: String? = nil, outputName: String? = nil, _ wanted: String...) {
    (self.root, self.stage, self.outputName, self.wanted) = (root, stage, outputName, wanted)
  }
}

struct LocationsTests {
  @Test(arguments: [
    LocationsCase(".", "_output/release-stage", "_output/"),
    LocationsCase(outputName: "", ".", "_output/release-stage", "_output/"),
    LocationsCase(outputName: "out", ".", "out/release-stage", "out/"),
    LocationsCase(root: "/src", "/src", "/src/_output/release-stage", "/src/_output/"),
    LocationsCase(root: "/src", outputName: "out", "/src", "/src/out/release-stage", "/src/out/"),
    LocationsCase(root: "/", "/", "/_output/release-stage", "/_output/"),
    LocationsCase(stage: "_output/release-stage", ".", "_output/release-stage", "_output/"),
    LocationsCase(stage: "./_output/release-stage", ".", "./_output/release-stage", "_output/"),
    LocationsCase(stage: "/src/_output/release-stage", "/src", "/src/_output/release-stage", "/src/_output/"),
    LocationsCase(stage: "/src//_output/./release-stage", "/src", "/src//_output/./release-stage", "/src/_output/"),
    LocationsCase(stage: "/_output/release-stage", "/", "/_output/release-stage", "/_output/"),
    LocationsCase(stage: "../a/_output/release-stage", "../a", "../a/_output/release-stage", "../a/_output/"),
    LocationsCase(stage: "a/out/release-stage", outputName: "out", "a", "a/out/release-stage", "a/out/"),
    LocationsCase(stage: "a/_output/release-stage", outputName: "out", "a", "a/_output/release-stage", "a/_output/"),
    LocationsCase(stage: "a/x/y/release-stage", outputName: "x/y", "a", "a/x/y/release-stage", "a/x/y/"),
    LocationsCase(stage: "stage", ".", "stage", ""),
    LocationsCase(stage: "/tmp/stage", ".", "/tmp/stage", "/tmp/"),
    LocationsCase(stage: "/stage", ".", "/stage", "/"),
    LocationsCase(stage: "my_output/release-stage", ".", "my_output/release-stage", "my_output/"),
    LocationsCase(root: "/src", stage: "/b/_output/release-stage", "/src", "/b/_output/release-stage", "/b/_output/"),
    LocationsCase(stage: "..", ".", "..", "../../"),
    LocationsCase(stage: ".", ".", ".", "../"),
  ])
  private func `the folders follow from the stage`(_ test: LocationsCase) {
    var given = Locations.Given()
    (given.root, given.stage) = (test.root, test.stage)
    let locations = Locations(given, outputName: test.outputName)
    #expect([locations.root, locations.stage] == Array(test.wanted.prefix(2)))
    let others = [
      "dockerized/bin", "release-tars", "release-images", "release-dockerfiles", "release-oci", "bases", "kpack-cache",
    ].map { test.wanted[2] + $0 }
    #expect(locations.besideStage == others)
    #expect(Set(locations.own + [locations.cache]) == Set(others + [locations.stage]))
  }

  @Test func `a folder that is given stands where it is given`() {
    var given = Locations.Given()
    given.stage = "/src/_output/release-stage"
    (given.bin, given.out, given.images, given.dockerfiles) = ("/b", "o", "i", "d")
    (given.oci, given.bases, given.cache) = ("/x", "../s", "c/c")
    let locations = Locations(given, outputName: nil)
    #expect(locations.root == "/src")
    #expect(locations.besideStage == ["/b", "o", "i", "d", "/x", "../s", "c/c"])
  }
}

extension Locations {
  /// The folders that are beside the stage folder unless they are given.
  fileprivate var besideStage: [String] { [bin, out, images, dockerfiles, oci, bases, cache] }
}
