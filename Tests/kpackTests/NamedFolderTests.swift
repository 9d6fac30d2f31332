// Folders that options name and that are not there: exit code 2 from what looks into them, and nothing from the rest.

import Foundation
import Testing

@Suite struct NamedFolderTests {
  private static let common = ["--layouts", "layouts", "--version", "v1.2.3", "--platform", "linux/amd64"]

  /// A project with a tarball that holds a binary and an image, a base, and the image staged too.
  private static func project() throws -> Sandbox {
    let box = try Sandbox.imaged()
    try box.write(
      #"{"tarball":"server-{os}-{arch}.tar.gz","platforms":"server","entries":[{"binaries":"server","optional":true},{"images":"server","to":"bin"}]}"#,
      to: "layouts/server.json")
    try box.expectImages()
    return box
  }

  private static let wrong: [(option: String, commands: [String])] = [
    ("--bases", ["tarballs", "plan", "images"]), ("--bin", ["tarballs", "plan", "images"]),
    ("--root", ["tarballs", "plan", "images", "version-vars"]),
    ("--layouts", ["tarballs", "plan", "images", "layouts check"]),
  ]

  @Test(arguments: wrong)
  func `a folder that is missing, or a file, is told with its option`(option: String, commands: [String]) throws {
    let box = try Self.project()
    try box.write("x", to: "file")
    try box.sh("ln -s nowhere gone && ln -s loop loop")
    let wrong = [
      ("nowhere", "nothing"), ("file/x", "nothing"), ("gone", "nothing"), ("file", "a file"),
      ("loop", "a loop of links"),
    ]
    // The system itself tells of a loop on the way to an image's binary.
    for (path, found) in wrong where path != "loop" || option != "--bin" {
      for command in commands {
        let words = command.split(separator: " ").map(String.init) + Self.common + [option, path]
        let message = "kpack: error: \(option): \(path): expected a folder, found \(found)\n"
        #expect(try box.kpack(words: words) == Outcome(status: 2, output: "", errors: message), "\(command)")
      }
    }
    #expect(!box.isThere("_output/release-tars") && !box.isThere("nowhere"))
  }

  @Test func `a folder without a store is no folder of bases, though images are staged`() throws {
    let box = try Self.project()
    try box.sh("mkdir empty other; echo x > other/x; mkdir cut; echo '{}' > cut/index.json")
    for command in ["tarballs", "plan", "images"] {
      for (path, found) in [("empty", "an empty one"), ("other", "neither oci-layout nor index.json in it")] {
        let message = "kpack: error: --bases: \(path): expected a folder of bases, found \(found)\n"
        let outcome = try box.kpack(words: [command] + Self.common + ["--bases", path])
        #expect(outcome == Outcome(status: 2, output: "", errors: message), "\(command)")
      }
      #expect(try box.kpack(words: [command] + Self.common + ["--bases", "cut"]).status == 3)
    }
    // Where nobody names a folder of bases, those that are staged are taken.
    try box.sh("mv _output/bases kept")
    let outcome = try box.kpack(words: ["tarballs"] + Self.common)
    #expect(outcome.status == 0 && outcome.output.contains("1 images as they stand"), "\(outcome)")
    #expect(try box.kpack(words: ["tarballs"] + Self.common + ["--bases", "kept"]).status == 0)
  }

  @Test func `a staged image of another version is refused`() throws {
    let box = try Self.project()
    try box.sh("mv _output/bases kept")
    let outcome = try box.kpack("tarballs", "--layouts", "layouts", "--version", "v1.2.4")
    let place =
      "layouts/server.json:1:110: entries[1]: bin/tool.docker_tag: staged image "
      + "_output/release-stage/server/linux-amd64/top/bin/tool.docker_tag"
    let reason =
      "is tagged v1.2.3, wanted is v1.2.4: make it anew with `kpack images` or from bases, or give the "
      + "--version that it is of"
    #expect(outcome == Outcome(status: 3, output: "", errors: "kpack: error: \(place): \(reason)\n"))
  }

  @Test func `a name of the output folder that has none is told where it is looked into`() throws {
    let box = try Self.project()
    let outcome = try box.kpack(words: ["tarballs"] + Self.common, environment: ["OUT_DIR": "nowhere"])
    let message = "kpack: error: OUT_DIR: nowhere: expected a folder, found nothing\n"
    #expect(outcome == Outcome(status: 2, output: "", errors: message))
    let text = try Sandbox.project(#"{ "text": "x", "to": "x" }"#)
    let made = try text.kpack("tarballs", "--layouts", "layouts", environment: ["OUT_DIR": "new"])
    #expect(made.status == 0 && text.isThere("new/release-tars/p.tar.gz"), "\(made)")
  }

  @Test(arguments: [
    "layouts check", "version-vars", "tarballs", "plan",
  ])
  func `what has no use for a folder does not ask for it`(command: String) throws {
    let box = try Sandbox.project(#"{ "text": "x", "to": "x" }"#)
    _ = try box.packed()
    var words = command.split(separator: " ").map(String.init) + ["--layouts", "layouts"]
    for option in ["--bin", "--bases", "--stage", "--out", "--images", "--dockerfiles", "--cache"] {
      words += [option, "none/x"]
    }
    let outcome = try box.kpack(words: words)
    #expect(outcome.status == 0, "\(outcome)")
  }
}
