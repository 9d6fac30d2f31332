// kpack images over the outputs of an earlier run, and kpack inspect on an image with words that terminals obey.

import Foundation
import Testing

@Suite struct ImageOutputTests {
  private static let buildFolder = "\(Sandbox.dockerfilesFolder)/tool"

  @Test func `an archive that the Dockerfile adds no more is gone`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    #expect(try box.names(in: Self.buildFolder) == ["Dockerfile", "layer.tar", "tool"])
    try box.sh("sed -i 's/\"entries\":\\[{\"text.*\\],/\"entries\":[],/' layouts/images.json")
    try box.expectImages()
    #expect(try box.names(in: Self.buildFolder) == ["Dockerfile", "tool"])
  }

  @Test func `a folder for docker build that is a symlink is not written through`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir -p outside \"$1\" && ln -s \"$PWD/outside\" \"$2\"", Sandbox.dockerfilesFolder, Self.buildFolder)
    let outcome = try box.kpack(words: Sandbox.makeTool)
    let message = "\(Self.buildFolder): a symlink, but outputs would be written below it"
    #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    #expect(try box.names(in: "outside") == [] && box.names(in: Sandbox.dockerfilesFolder) == ["tool"])
    #expect(!box.isThere("_output/release-images"))
  }

  @Test func `the images folder holds archives and nothing else, wherever the Dockerfiles are to go`() throws {
    let box = try Sandbox.imaged()
    for (words, folder) in [([], "_output/release-dockerfiles"), (["--dockerfiles", "x/y/"], "x/y")] {
      try #require(try box.kpack(words: Sandbox.makeTool + words).status == 0)
      #expect(try box.sh("cd _output/release-images; find . -type f") == "./amd64/tool.tar\n")
      let files = try box.sh("cd \"$1\"; find . -type f | LC_ALL=C sort", folder)
      #expect(files == "./amd64/tool/Dockerfile\n./amd64/tool/layer.tar\n./amd64/tool/tool\n")
    }
  }

  @Test func `folders that an older kpack left beside the archives are named, and stay`() throws {
    let box = try Sandbox.imaged()
    let former = ["amd64/tool.dockerbuild", "arm/other.dockerbuild"]
    let images = "_output/release-images"
    for path in former { try box.write("FROM base\n", to: "\(images)/\(path)/Dockerfile") }
    // Neither is one of them.
    try box.write("", to: "\(images)/amd64/file.dockerbuild")
    try box.write("", to: "\(images)/amd64/.dockerbuild/x")
    let words = Sandbox.makeTool.filter { $0 != "--quiet" }
    func warnings(_ words: [String]) throws -> [String] {
      let outcome = try box.kpack(words: words)
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.warnings.filter { !$0.hasPrefix("layouts/") }
    }
    func warning(_ paths: String, _ verb: String, _ them: String) -> String {
      "\(images): \(paths) \(verb) of an older kpack, now in _output/release-dockerfiles; "
        + "scripts that publish \(images) would take \(them): remove \(them)"
    }
    let both = warning("\(former[0]), \(former[1])", "are", "them")
    #expect(try warnings(words) == [both])
    #expect(try warnings(["release"] + words.dropFirst().prefix(4)) == [both])
    #expect(former.allSatisfy { box.isThere("\(images)/\($0)/Dockerfile") })
    // This run writes no images there.
    #expect(try warnings(["tarballs"] + words.dropFirst().prefix(4)) == [])
    try box.sh("rm -r \"$1\"", "\(images)/\(former[0])")
    #expect(try warnings(words) == [warning(former[1], "is", "it")])
  }

  @Test func `nothing that inspect prints is obeyed by a terminal`() throws {
    let box = try Sandbox.imaged(base: nil)
    let bad = "a\u{9B}31m\u{202E}\u{1B}"
    let words = ["--rootfs", "rootfs", "--arch", "amd64", "--cmd", bad, "--env", "X=\(bad)"]
    let added = try box.kpack(words: ["base", "add", "base"] + words)
    try #require(added.status == 0, "\(added)")
    let text = try box.kpack("inspect", "_output/bases")
    #expect(text.lines.contains { $0.hasSuffix(#" ["a\u009B31m\u202E\u001B"]"#) }, "\(text)")
    #expect(text.lines.contains { $0.hasSuffix(" X=a%C2%9B31m%E2%80%AE%1B") }, "\(text)")
    let json = try box.kpack("inspect", "--format", "json", "_output/bases")
    for outcome in [text, json] {
      #expect(outcome.status == 0 && !outcome.output.unicodeScalars.contains { ["\u{9B}", "\u{202E}"].contains($0) })
    }
  }
}
