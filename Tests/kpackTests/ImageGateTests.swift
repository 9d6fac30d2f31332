// What an image cannot run, or no image is made for, is refused by every command that looks at images, with its exit
// code, and nothing is written.

import Foundation
import Testing

@Suite struct ImageGateTests {
  private static let commands = [["images"], ["tarballs"], ["plan"]]

  private static let rest = ["--quiet", "--layouts", "layouts", "--version", "v1"]

  /// The project of `Sandbox.imaged`, whose image has the entry `runner` too.
  private static func project() throws -> Sandbox {
    let box = try Sandbox.imaged()
    try box.sh(
      #"sed -i 's|"entries":\[|&{"file":"runner","to":"usr/bin/runner"},|' layouts/images.json"#)
    return box
  }

  @Test(
    arguments: commands,
    [
      (
        #"printf '\177ELF\002\001\001\0\0\0\0\0\0\0\0\0\002\0\267\0\001\0\0\0'; head -c 40 /dev/zero"#,
        "another machine"
      ),
      ("echo '#!/bin/zsh'", "its interpreter /bin/zsh is not in the image"),
      (#"printf '#!/bin/sh\r\n'"#, "a carriage return"),
    ])
  func `a file that cannot run in the image is exit 3, and its sound twin passes`(
    command: [String], runner: (text: String, reason: String)
  ) throws {
    let box = try Self.project()
    try box.sh("{ \(runner.text); } > runner; chmod 755 runner")
    let outcome = try box.kpack(words: command + Self.rest)
    #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
    let reason = runner.reason == "another machine" ? "found an ELF file for arm64" : runner.reason
    #expect(outcome.errors.contains("image tool for linux/amd64: usr/bin/runner: runner: "), "\(outcome.errors)")
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    #expect(!box.isThere("_output/release-stage") && !box.isThere("_output/release-tars"))
    try box.sh("echo '#!/bin/sh' > runner")
    let sound = try box.kpack(words: command + Self.rest)
    #expect(sound.status == 0 && sound.errors.isEmpty, "\(sound)")
  }

  @Test(arguments: commands) func `a binary without an execute bit is exit 3`(command: [String]) throws {
    let box = try Sandbox.imaged()
    try box.sh("chmod 644 _output/dockerized/bin/linux/amd64/tool")
    let outcome = try box.kpack(words: command + Self.rest)
    #expect(outcome.status == 3 && outcome.errors.contains("chmod a+x"), "\(outcome)")
  }

  @Test(arguments: commands + [["layouts", "check"]])
  func `an image for windows is exit 2`(command: [String]) throws {
    let box = try Sandbox.imaged()
    try box.sh("sed -i 's|linux/amd64|windows/amd64|' layouts/release.json")
    let words = command.first == "layouts" ? command + ["--layouts", "layouts"] : command + Self.rest
    let outcome = try box.kpack(words: words)
    #expect(outcome.status == 2, "\(outcome)")
    #expect(
      outcome.errors.contains("image tool for windows/amd64: images for windows are not made"), "\(outcome.errors)")
  }

  @Test func `a base that is made for arm tells its variant`() throws {
    let box = try Sandbox.imaged(base: nil)
    let outcome = try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "arm")
    #expect(outcome.status == 0 && outcome.errors.contains("base:latest for linux/arm/v7: sha256:"), "\(outcome)")
  }
}
