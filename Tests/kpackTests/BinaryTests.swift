// Binaries that are shipped as they are: the file that comes out, and what is wrong with one.

import Foundation
import Testing

struct BinaryTests {
  private let box: Sandbox

  init() throws {
    box = try Sandbox()
    try box.write(
      #"{"name": "app", "platforms": {"all": ["linux/amd64", "windows/amd64"]}}"#, to: "layouts/release.json")
    try write(#"{"binary": "tool", "file": "tool-{version}-{os}-{arch}", "platforms": "all"}"#)
    try box.sh(
      """
      mkdir -p _output/dockerized/bin/linux/amd64 _output/dockerized/bin/windows/amd64
      cd _output/dockerized/bin && printf '#!/bin/sh\n' > linux/amd64/tool && printf '@rem' > windows/amd64/tool.exe
      chmod 700 linux/amd64/tool
      """)
  }

  private func write(_ layout: String) throws { try box.write(layout, to: "layouts/tool.json") }

  private func pack(_ words: String...) throws -> Outcome {
    try box.kpack(
      words: ["tarballs", "-q", "--layouts", "layouts", "--version", "1.0", "--epoch", "1500000000"] + words)
  }

  @Test func `a binary comes out as it is, with its mode and the time of the release`() throws {
    let first = try pack("--format", "json")
    #expect(first.status == 0)
    #expect(try first.rows().map { $0["artifact"]?.text } == ["tool-1.0-linux-amd64", "tool-1.0-windows-amd64.exe"])
    #expect(try first.rows().allSatisfy { $0["tarSha256"] == nil && $0["entries"] == 1 })
    #expect(
      try box.sh("cd _output/release-tars && stat -c '%a %Y %n' tool*") == """
        755 1500000000 tool-1.0-linux-amd64
        755 1500000000 tool-1.0-windows-amd64.exe

        """)
    try box.sh("cmp _output/release-tars/tool-1.0-linux-amd64 _output/dockerized/bin/linux/amd64/tool")
    // A second run leaves it alone; one whose mode was changed is made anew.
    let inode = try box.sh("stat -c %i _output/release-tars/tool-1.0-linux-amd64")
    #expect(try pack("--format", "json") == first)
    #expect(try box.sh("stat -c %i _output/release-tars/tool-1.0-linux-amd64") == inode)
    try box.sh("chmod 600 _output/release-tars/tool-1.0-linux-amd64")
    #expect(try pack("--format", "json") == first)
    #expect(try box.sh("stat -c %a _output/release-tars/tool-1.0-linux-amd64") == "755\n")
  }

  @Test func `names by platform, a mode of its own, and a tarball that holds it`() throws {
    try write(
      #"{"binary": "tool", "file": {"windows/*": "tool.EXE.exe", "*": "tool"}, "platforms": "all", "mode": "0555"}"#)
    try box.write(
      #"{"tarball": "all-{os}.zip", "platforms": "all", "entries": [{"artifact": "tool", "to": "tool"}]}"#,
      to: "layouts/all.json")
    #expect(try pack().status == 0)
    #expect(
      try box.sh("cd _output/release-tars && ls")
        == "all-linux.zip\nall-windows.zip\ntool\ntool.EXE.exe\n")
    #expect(try box.sh("stat -c %a _output/release-tars/tool") == "555\n")
    let rows = try box.kpack("list", "--format", "json", "_output/release-tars/all-windows.zip").rows()
    #expect(rows.map { $0["sha256"]?.text } == [String(try box.sh("printf @rem | sha256sum").prefix(64))])
  }

  @Test(arguments: [
    (
      #"{"binary": "a/b", "file": "x", "platforms": "all"}"#, #"1:12: binary: expected a name without '/', found "a/b""#
    ),
    (
      #"{"binary": "tool", "file": "a/x", "platforms": "all"}"#,
      #"1:28: file: expected a name without '/', found "a/x""#
    ),
    (#"{"binary": "tool", "file": "x"}"#, #"1:1: missing key "platforms""#),
    (#"{"binary": "tool", "platforms": "all"}"#, #"1:1: missing key "file""#),
    (
      #"{"binary": "tool", "file": "x-{os}", "platforms": "all", "entries": []}"#,
      #"1:58: entries: unknown key"#
    ),
  ])
  func `a wrong layout of a binary is refused`(_ layout: String, _ mistake: String) throws {
    try write(layout)
    let outcome = try pack()
    #expect(outcome.status == 2 && outcome.errors.contains("layouts/tool.json:\(mistake)"), "\(outcome.errors)")
  }

  @Test func `a binary for another platform is refused`() throws {
    try box.sh("cp /bin/sh _output/dockerized/bin/windows/amd64/tool.exe")
    let outcome = try pack()
    #expect(outcome.status == 3)
    #expect(
      outcome.errors.contains("tool.exe: expected a file for windows/amd64, found an ELF file"), "\(outcome.errors)")
    #expect(try box.sh("ls -A _output/release-tars 2>/dev/null || true") == "")
  }
}
