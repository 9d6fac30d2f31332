// Checksum files: coreutils takes them, they appear with the artifacts or not at all, and none that is no longer true
// stays in silence.

import Foundation
import Testing

@Suite struct ChecksumTests {
  private static let tars = "_output/release-tars"

  /// The project of two platforms with `checksums` in its release.json.
  private func project(_ checksums: String? = nil) throws -> Sandbox {
    let box = try Sandbox.twoPlatforms()
    if let checksums {
      try box.write(
        """
        {"name":"p","platforms":{"server":["linux/amd64","linux/arm"]},"archive":{"root":"top"},"checksums":\(checksums)}
        """, to: "layouts/release.json")
    }
    return box
  }

  private static let archives = ["server-linux-amd64.tar.gz", "server-linux-arm.tar.gz"]

  @Test func `a release has lists that coreutils checks, one pair for each folder`() throws {
    let box = try project()
    let outcome = try box.make("release")
    #expect(outcome.warnings == [])
    for folder in [Self.tars, "_output/release-images/amd64", "_output/release-images/arm"] {
      try box.sh("cd \"$1\" && sha256sum --strict -c SHA256SUMS && sha512sum --strict -c SHA512SUMS", folder)
      let files = try box.names(in: folder).filter { !$0.hasPrefix("SHA") }.joined(separator: " ")
      let wanted = try box.sh("cd \"$1\" && sha256sum \(files) && sha512sum \(files)", folder)
      #expect(try box.sh("cd \"$1\" && cat SHA256SUMS SHA512SUMS", folder) == wanted && !files.isEmpty)
    }
    // None in the stage or beside Dockerfiles.
    #expect(try box.paths(below: "_output").count { $0.hasSuffix("SUMS") } == 6)
  }

  @Test func `a release says what it wrote, as text and as JSON, and leaves all alone the next time`() throws {
    let box = try project()
    let first = try box.make("release")
    let line = first.lines.first { $0.hasPrefix("\(Self.tars)/SHA256SUMS ") }
    let digest = try box.sh("sha256sum < \(Self.tars)/SHA256SUMS").prefix(64)
    let size = try box.read("\(Self.tars)/SHA256SUMS").count
    #expect(line?.split(separator: " ").dropFirst() == ["2", "\(size)", digest])
    let states = "find _output -name 'SHA*SUMS' -exec stat -c '%n %i %Z' {} + | sort"
    let before = try box.sh(states)
    let second = try box.make("release")
    #expect(second.output == first.output && second.errors.hasSuffix(" s, unchanged\n"))
    #expect(try box.sh(states) == before)
    let json = try box.make("release", "--format", "json").output.split(separator: "\n")
    let row = """
      {"artifact":"SHA256SUMS","path":"\(Self.tars)/SHA256SUMS","algorithm":"sha256",\
      "files":["server-linux-amd64.tar.gz","server-linux-arm.tar.gz"],"bytesOut":\(size),"sha256":"\(digest)"}
      """
    #expect(json.contains { $0 == row } && json.count { $0.contains(#""algorithm":"#) } == 6)
    try box.make("release", "--force")
    #expect(try box.sh(states) != before)
  }

  @Test(arguments: [["--no-cache"], []]) func `a list that somebody changed is written again`(words: [String]) throws {
    let box = try project()
    try box.make("release")
    let right = try box.tree()
    try box.sh(
      "cd \(Self.tars) && tr 0-9 a-j < SHA256SUMS > x && mv x SHA256SUMS && rm SHA512SUMS && ln -s x SHA512SUMS")
    let outcome = try box.kpack(words: ["release", "--layouts", "layouts", "--version", "v1"] + words)
    #expect(outcome.status == 0)
    #expect(try box.tree() == right)
  }

  @Test(arguments: ["1", "3"]) func `the bytes do not depend on threads or on the cache`(jobs: String) throws {
    let box = try project()
    try box.make("release")
    let lists = "cat $(find _output -name 'SHA*SUMS' | sort)"
    let first = try box.sh(lists)
    try box.make("release", "--jobs", jobs, "--no-cache", "--force")
    #expect(try box.sh(lists) == first)
    // With the SHA-512 of the first run from the cache.
    try box.make("release", "--jobs", jobs, "--force")
    #expect(try box.sh(lists) == first)
  }

  @Test func `layouts name a list, or files beside each, or none`() throws {
    let named = try project(#"[{"file":"{name}_{version}_sums.txt"},{"beside":".sha512","algorithm":"sha512"}]"#)
    try named.make("release")
    #expect(
      try named.names(in: Self.tars)
        == ["p_v1_sums.txt"] + Self.archives.flatMap { [$0, "\($0).sha512"] })
    try named.sh("cd \(Self.tars) && sha256sum --strict -c p_v1_sums.txt && sha512sum --strict -c *.sha512")
    #expect(
      try named.names(in: "_output/release-images/arm") == ["p_v1_sums.txt", "tool.tar", "tool.tar.sha512"])
    let none = try project("false")
    try none.make("release")
    #expect(try none.names(in: Self.tars) == Self.archives)
  }

  @Test func `a run of a part writes no list, and the files beside what it writes`() throws {
    let box = try project(#"[{"file":"SUMS"},{"beside":".sha256"}]"#)
    try box.make("tarballs", "server", "--platform", "linux/arm")
    let part = ["server-linux-arm.tar.gz", "server-linux-arm.tar.gz.sha256"]
    #expect(try box.names(in: Self.tars) == part)
    try box.make("release", "server", "--platform", "linux/arm")
    #expect(try box.names(in: Self.tars) == part)
    try box.make("images", "--arch", "arm")
    #expect(try box.names(in: "_output/release-images/arm") == ["tool.tar", "tool.tar.sha256"])
    // One of all, as far as platforms go, is over what it made.
    try box.make("release", "--platform", "linux/arm")
    #expect(try box.sh("cut -c 67- \(Self.tars)/SUMS") == "server-linux-arm.tar.gz\n")
  }

  @Test func `a fault, or a signal, leaves no checksum file behind`() throws {
    let box = try project()
    try box.make("release")
    let before = try box.tree()
    // A folder stands where the last list would.
    try box.sh("cd _output/release-images/arm && rm SHA512SUMS && mkdir -p SHA512SUMS/x")
    try box.sh("echo more >> _output/dockerized/bin/linux/amd64/tool")
    let refused = try box.kpack(words: ["release", "--layouts", "layouts", "--version", "v1"])
    let message = "_output/release-images/arm/SHA512SUMS: a folder stands where the output would be written"
    #expect(refused == .refused(4, message) || refused.errors.hasSuffix("kpack: error: \(message)\n"))
    try box.sh("rm -r _output/release-images/arm/SHA512SUMS")
    let after = try box.tree().filter { !$0.contains("/dockerized/") }
    #expect(after == before.filter { !$0.contains("/dockerized/") && !$0.contains("arm/SHA512SUMS") })

    let slow = try Sandbox.slowProject()
    try slow.write(#"{"name":"p","checksums":[{"file":"S"},{"beside":".sha256"}]}"#, to: "layouts/release.json")
    try slow.write("older", to: "out/S")
    let run = try slow.start(
      ["release", "--quiet", "--root", "src", "--layouts", "layouts", "--out", "out", "--no-cache", "--jobs=1"])
    while run.isRunning && !slow.isThere("out/.kpack-tmp-0") { usleep(500) }
    run.signal(SIGTERM)
    #expect(try run.wait().status == 143)
    #expect(try slow.files(in: "out") == ["S": Data("older".utf8)])
  }

  @Test func `a list that is no longer true is a leftover`() throws {
    let box = try project()
    try box.make("release")
    // What this run makes again is the same.
    #expect(try box.make("tarballs").warnings == [])
    #expect(try box.make("images", "--no-cache").warnings == [])
    try box.sh(
      "echo more >> README.md; sed -i 's/entries\":\\[/&{\"text\":\"x\",\"to\":\"more\"},/' layouts/server.json")
    let stale = ["SHA256SUMS", "SHA512SUMS"].map { "\(Self.tars)/\($0)" }
    let outcome = try box.make("tarballs")
    let hint = "leftovers: kpack made 2 of 2; --clean removes those that nobody changed"
    #expect(outcome.warnings == stale.map { "\($0): a leftover, not of this run" } + [hint])
    #expect(try box.make("tarballs", "--clean", "--force").warnings == [])
  }

  @Test func `files beside leftovers go with them, and those of a rule that is gone too`() throws {
    let box = try project(
      #"[{"file":"p_{version}_sums.txt"},{"beside":".sha256"},{"beside":".sha512","algorithm":"sha512"}]"#)
    try box.make("release")
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64"]},"archive":{"root":"top"},"checksums":[{"beside":".sha256"}]}"#,
      to: "layouts/release.json")
    let told = try box.make("release")
    let leftovers = [
      "\(Self.tars)/server-linux-arm.tar.gz", "_output/release-images/arm/tool.tar",
      "_output/release-stage/server/linux-arm/top/bin/tool.tar",
      "_output/release-images/amd64/p_v1_sums.txt", "_output/release-images/amd64/tool.tar.sha512",
      "_output/release-images/arm/p_v1_sums.txt",
      "\(Self.tars)/p_v1_sums.txt", "\(Self.tars)/server-linux-amd64.tar.gz.sha512",
    ]
    #expect(told.warnings.dropLast() == leftovers.map { "\($0): a leftover, not of this run" })
    let cleaned = try box.make("release", "--clean")
    #expect(cleaned.warnings == [])
    #expect(try box.names(in: Self.tars) == ["server-linux-amd64.tar.gz", "server-linux-amd64.tar.gz.sha256"])
    #expect(try box.names(in: "_output/release-images/amd64") == ["tool.tar", "tool.tar.sha256"])
    #expect(!box.isThere("_output/release-images/arm"))
  }

  @Test func `one that somebody changed stays`() throws {
    let box = try project(#"[{"file":"SUMS"}]"#)
    try box.make("release")
    try box.write("mine", to: "\(Self.tars)/SUMS")
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64","linux/arm"]},"archive":{"root":"top"},"checksums":false}"#,
      to: "layouts/release.json")
    let path = "\(Self.tars)/SUMS"
    let outcome = try box.make("tarballs", "--clean", "--force")
    #expect(outcome.warnings == [])
    let whole = try box.make("release", "--clean")
    #expect(
      whole.warnings == ["\(path): a leftover, not of this run; it stays: it was changed since kpack made it"])
    #expect(try box.read(path) == Data("mine".utf8))
  }

  @Test(arguments: [
    (
      #"[{"file":"server-linux-arm.tar.gz"}]"#,
      #"2: checksums[0]: the checksum file "server-linux-arm.tar.gz" has the name of server for linux/arm"#
    ),
    (#"[{"file":"S"},{"file":"S","algorithm":"sha512"}]"#, #"checksums[1]: two checksum files have the name "S""#),
    (#"[{"file":".kpack-{version}"}]"#, #"checksums[0]: expected a file name, found ".kpack-v1""#),
    (#"[{"file":"kpack-outputs.json"}]"#, #"checksums[0]: expected a file name, found "kpack-outputs.json""#),
    (#"[{"file":"{version}"}]"#, #"checksums[0]: expected a file name, found "..""#),
  ])
  func `a name that cannot be is a mistake of the layout`(checksums: String, message: String) throws {
    let box = try project(checksums)
    let version = message.contains("\"..\"") ? ".." : "v1"
    let outcome = try box.kpack("release", "--layouts", "layouts", "--version", version)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!box.isThere(Self.tars))
    if version == "v1" && !checksums.contains("version") {
      let check = try box.kpack("layouts", "check", "layouts")
      #expect(check.status == 2 && check.errors.contains(message), "\(check.errors)")
    }
  }

  @Test func `plan tells of checksum files`() throws {
    let box = try project(#"[{"file":"{name}_{version}_sums.txt"},{"beside":".sha512","algorithm":"sha512"}]"#)
    let lines = try box.make("plan").lines.filter { !$0.hasPrefix(" ") }.suffix(3)
    #expect(
      lines == [
        "p_v1_sums.txt: sha256 of 2 files", "server-linux-amd64.tar.gz.sha512: sha512 of server-linux-amd64.tar.gz",
        "server-linux-arm.tar.gz.sha512: sha512 of server-linux-arm.tar.gz",
      ])
  }

  @Test func `a file that a backslash needs an escape in is checked too`() throws {
    let box = try Sandbox.project(#"{ "file": "a", "to": "a" }"#)
    try box.write(#"{"tarball":"p\\n q.tar.gz","entries":[{"text":"x","to":"x"}]}"#, to: "layouts/p.json")
    let words = ["release", "--quiet", "--root", "src", "--layouts", "layouts", "--out", "out", "--cache", "cache"]
    #expect(try box.kpack(words: words).status == 0)
    let list = try box.sh(
      "cd out && sha256sum --strict --quiet -c SHA256SUMS && sha256sum p* | cmp - SHA256SUMS && cat SHA256SUMS")
    #expect(list.hasPrefix("\\") && list.hasSuffix("  p\\\\n q.tar.gz\n"))
  }
}
