// kpack images over the outputs of an earlier run, and kpack inspect on an image with words that terminals obey.

import Foundation
import Testing

@Suite struct ImageOutputTests {
  private static let buildFolder = "\(Sandbox.imagesFolder)/tool.dockerbuild"

  @Test func `an archive that the Dockerfile adds no more is gone`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    #expect(try box.names(in: Self.buildFolder) == ["Dockerfile", "layer.tar", "tool"])
    try box.sh("sed -i 's/\"entries\":\\[{\"text.*\\],/\"entries\":[],/' layouts/images.json")
    try box.expectImages()
    #expect(try box.names(in: Self.buildFolder) == ["Dockerfile", "tool"])
    #expect(try box.names(in: Sandbox.imagesFolder) == ["tool.dockerbuild", "tool.tar"])
  }

  @Test func `a folder for docker build that is a symlink is not written through`() throws {
    let box = try Sandbox.imaged()
    try box.sh("mkdir -p outside \"$1\" && ln -s \"$PWD/outside\" \"$2\"", Sandbox.imagesFolder, Self.buildFolder)
    let outcome = try box.kpack(words: Sandbox.makeTool)
    let message = "\(Self.buildFolder): a symlink, but outputs would be written below it"
    #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(message)\n"))
    #expect(try box.names(in: "outside") == [] && box.names(in: Sandbox.imagesFolder) == ["tool.dockerbuild"])
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
