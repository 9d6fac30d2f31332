// The projects that tests pack: a minimal one around the entries in question, and those of testdata.

import Foundation
import Testing

extension Sandbox {
  /// A folder with the project src (one file, "a") and layouts for one tarball, p.tar.gz, with `entries`.
  static func project(_ entries: String, settings: String = "") throws -> Sandbox {
    let box = try Sandbox()
    try box.write(#"{ "name": "p" }"#, to: "layouts/release.json")
    try box.write(#"{"tarball":"p.tar.gz",\#(settings)"entries":[\#(entries)]}"#, to: "layouts/p.json")
    try box.write("a\n", to: "src/a")
    return box
  }

  /// The command line that packs such a project into out.
  static let packProject = [
    "tarballs", "--quiet", "--root", "src", "--layouts", "layouts", "--out", "out", "--cache", "cache",
  ]

  /// Packs the project; its tarball's rows.
  func packed(_ arguments: String..., through prefix: [String] = []) throws -> [[String: Value]] {
    let outcome = try kpack(words: Self.packProject + arguments, through: prefix)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try listing(of: "out/p.tar.gz")
  }

  /// Expects that packing the project is refused with exactly these words, that an older output stays as it was, and
  /// that nothing else is left, not even the out folder where it was not there.
  func expectRefusal(
    _ status: Int32, _ message: String, _ arguments: String..., through prefix: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let refusal = Outcome(status: status, output: "", errors: "kpack: error: \(message)\n")
    let words = Self.packProject + arguments
    #expect(try kpack(words: words, through: prefix) == refusal, sourceLocation: location)
    #expect(!isThere("out"), sourceLocation: location)
    try write("older", to: "out/p.tar.gz")
    // Whoever runs it may write there.
    chmod("\(root)/out", 0o777)
    #expect(try kpack(words: words, through: prefix) == refusal, sourceLocation: location)
    #expect(try files(in: "out") == ["p.tar.gz": Data("older".utf8)], sourceLocation: location)
  }

  /// testdata/greeter.
  static func greeter() throws -> Sandbox {
    let box = try Sandbox()
    try box.copyProject("greeter")
    return box
  }

  /// The command line that packs the greeter for linux.
  static let packGreeter = [
    "tarballs", "--quiet", "--layouts", "layouts", "--version", "v1.2.3", "--platform", "linux/amd64",
  ]

  /// testdata/sample, a project in the shape of Kubernetes.
  static func sample() throws -> Sandbox {
    let box = try Sandbox()
    try box.copyProject("sample")
    return box
  }

  /// The command line that packs all of the sample.
  static let packSample = [
    "tarballs", "--quiet", "--stage", "_output/release-stage", "--version", "v1.7.4", "--platform",
    "linux/amd64,windows/amd64",
  ]
}
