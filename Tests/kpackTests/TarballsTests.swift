// kpack tarballs on a small project: what it prints, in every form, and what it writes where.

import Foundation
import Testing

@Suite struct TarballsTests {
  @Test func `a row in JSON tells where a tarball is and what it is known by`() throws {
    let box = try Sandbox.greeter()
    let outcome = try box.kpack(words: Sandbox.packGreeter + ["--format", "json"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let path = "_output/release-tars/greeter-v1.2.3-linux-amd64.tar.gz"
    let row: [String: Value] = [
      "artifact": "greeter-v1.2.3-linux-amd64.tar.gz", "path": .text(path), "entries": 10, "bytesIn": 8192,
      "bytesOut": .number(Int64(try box.read(path).count)),
      "sha256": .text(String(try box.sh("sha256sum \"$1\"", path).prefix(64))),
      // The same on every machine, whatever its zlib.
      "tarSha256": "5e4492cd28cb7535d57ab021d13181f482e895c4fb8540aebafb33d7db757eba",
    ]
    #expect(try outcome.rows() == [row])
    #expect(try box.sh("gzip -dc \"$1\" | sha256sum", path).hasPrefix(row["tarSha256"]?.text ?? "?"))
  }

  @Test func `the table in text says the same as the rows in JSON`() throws {
    let box = try Sandbox.greeter()
    let words = ["tarballs", "--quiet", "--layouts", "layouts", "--version", "v1.2.3"]
    let rows = try box.kpack(words: words + ["--format=json"]).rows().map { row in
      let digest = row["sha256"]?.text ?? ""
      guard case .number(let count) = row["bytesOut"], let name = row["artifact"]?.text else { return "" }
      let isShort = name.contains("windows")
      let padded = name.padding(toLength: 35, withPad: " ", startingAt: 0)
      return "\(padded)  \(isShort ? "      9      7680" : "     10      8192")        \(count)  \(digest)\n"
    }
    let header = "TARBALL                              ENTRIES  BYTES IN  BYTES OUT  SHA256\n"
    let table = header + rows.joined()
    #expect(try box.kpack(words: words) == Outcome(status: 0, output: table, errors: ""))
  }

  @Test(arguments: [
    ([], [:], nil),
    (["--platform", "linux/amd64"], [:], "only linux/amd64 (--platform)"),
    (["greeter"], ["KUBE_FASTBUILD": "true"], "only greeter, the layouts' fast platforms (KUBE_FASTBUILD=true)"),
    (
      [], ["KUBE_BUILD_PLATFORMS": "linux/amd64"], "only linux/amd64, as KUBE_BUILD_PLATFORMS says: 1 of 3 tarballs"
    ),
    (["--fast"], [:], "only the layouts' fast platforms (--fast)"),
    ([], ["KUBE_FASTBUILD": "true"], "only the layouts' fast platforms (KUBE_FASTBUILD=true)"),
  ])
  func `a log tells version, release, folder and what limits the run at the start, and the sum at the end`(
    words: [String], environment: [String: String], limits: String?
  ) throws {
    let box = try Sandbox.greeter()
    let version = try #require(try box.kpack("--version").lines.first)
    func log() throws -> [String] {
      let outcome = try box.kpack(
        words: ["tarballs", "--layouts", "layouts", "--version", "v1.2.3"] + words, environment: environment)
      return outcome.errors.replacing(/\d+\.\d\d s/, with: "N s").split(separator: "\n").map(String.init)
    }
    let count = limits == nil ? "3 tarballs" : "1 tarball"
    let start = ["\(version): greeter v1.2.3, \(count) into _output/release-tars"] + (limits.map { [$0] } ?? [])
    #expect(try log() == start + ["\(count) in N s"])
    #expect(try log() == start + ["\(count) in N s, unchanged"])
    try box.sh("rm _output/release-tars/*linux*")
    let state = limits == nil ? ", 2 of them unchanged" : ""
    #expect(try log() == start + ["\(count) in N s\(state)"])
  }

  @Test func `verbose tells folders, version, threads, zlib and time, and each artifact when it is made`() throws {
    let box = try Sandbox.greeter()
    let zlib = try #require(try box.kpack("--version").lines.last)
    let words = Sandbox.packGreeter + ["--verbose", "--jobs", "3", "--epoch", "7", "--cache", "kept"]
    let lines = { (errors: String) in errors.split(separator: "\n").map(String.init) }
    let first = lines(try box.kpack(words: words).errors)
    #expect(
      first.prefix(3) == [
        "root ., binaries _output/dockerized/bin, stage _output/release-stage, tarballs _output/release-tars, "
          + "images _output/release-images, bases _output/bases, cache kept",
        "version v1.2.3, time of entries 7 (--epoch)", "3 threads, \(zlib)",
      ])
    let name = "greeter-v1.2.3-linux-amd64.tar.gz"
    let count = try box.read("_output/release-tars/\(name)").count
    #expect(first.dropFirst(3).first == "\(name): 10 entries, 8.2 kB to \(count) B")
    let seconds = #/\d+\.\d\d s/#
    let times = first.dropFirst(4).first?.replacing(seconds, with: "N s")
    #expect(
      times == "planning N s, hashing N s; of all threads together deflating N s, splicing N s")
    #expect(
      first.last
        == "deflated 8.2 kB, stored as they are 0 B, from the cache 0 B, repeated 0 B, in tarballs that were left alone 0 B"
    )
    #expect(
      lines(try box.kpack(words: words).errors).last
        == "deflated 0 B, stored as they are 0 B, from the cache 0 B, repeated 0 B, in tarballs that were left alone 8.2 kB"
    )
  }

  @Test(arguments: [(["--color"], true), ([], false), (["--no-color"], false)])
  func `color comes when it is asked for`(words: [String], isColored: Bool) throws {
    let output = try Sandbox.greeter().kpack(words: Sandbox.packGreeter + words).output
    #expect(output.hasPrefix("\u{1B}[1mTARBALL") == isColored)
  }

  @Test func `the tarball holds what the layout says`() throws {
    let box = try Sandbox.greeter()
    try #require(try box.kpack(words: Sandbox.packGreeter).status == 0)
    let rows = try box.listing(of: "_output/release-tars/greeter-v1.2.3-linux-amd64.tar.gz").map { row in
      "\(row["type"]?.text ?? "") \(row["mode"]?.text ?? "") \(row["path"]?.text ?? "") \(row["link"]?.text ?? "")"
    }
    #expect(
      rows == [
        "dir 0755 greeter-v1.2.3 ", "file 0644 greeter-v1.2.3/README.md ", "file 0644 greeter-v1.2.3/VERSION ",
        "dir 0755 greeter-v1.2.3/bin ", "file 0755 greeter-v1.2.3/bin/greeter ",
        "symlink 0777 greeter-v1.2.3/bin/hello greeter", "dir 0755 greeter-v1.2.3/share ",
        "dir 0755 greeter-v1.2.3/share/man ", "dir 0755 greeter-v1.2.3/share/man/man1 ",
        "file 0644 greeter-v1.2.3/share/man/man1/greeter.1 ",
      ])
  }

  @Test func `the out folder is made with its parents, and is taken from the current folder`() throws {
    let box = try Sandbox.greeter()
    let outcome = try box.kpack(words: Sandbox.packGreeter + ["--out", "new/dir/", "--format=json"])
    #expect(try outcome.rows().map { $0["path"] } == ["new/dir/greeter-v1.2.3-linux-amd64.tar.gz"])
    #expect(try box.names(in: "new/dir") == ["greeter-v1.2.3-linux-amd64.tar.gz"])
    #expect(!box.isThere("_output/release-tars"))
  }

  @Test(arguments: [(0, 8192...9000), (9, 1...1000)])
  func `the level shapes the gzip file, not the archive in it`(level: Int, size: ClosedRange<Int64>) throws {
    let row = try #require(
      try Sandbox.greeter().kpack(words: Sandbox.packGreeter + ["--level=\(level)", "--format=json"]).rows().first)
    guard case .number(let count) = row["bytesOut"] else { return #expect(Bool(false), "\(row)") }
    #expect(size.contains(count))
    #expect(row["tarSha256"] == "5e4492cd28cb7535d57ab021d13181f482e895c4fb8540aebafb33d7db757eba")
  }

  @Test(arguments: [
    (["--flag", "foo=y"], #"--flag: no flag is named "foo""#),
    (["--flag", "git-claen=y"], #"--flag: no flag is named "git-claen"; did you mean "git-clean"?"#),
    (["greter"], #"no layout is named "greter"; did you mean "greeter"?"#),
    (["greeter", "nonsense"], #"no layout is named "nonsense""#),
    (
      ["--platform", "linux/amd46"], "the platform linux/amd46 is in no list of this run; did you mean linux/amd64?"
    ),
    (["--version", "a\nb"], "layouts/greeter.json:3:14: tarball: the version a%0Ab has a control character in it"),
    (
      ["--version", "../x", "--platform", "linux/amd64"],
      """
      layouts/greeter.json:3:14: tarball: expected a file name, found "greeter-../x-linux-amd64.tar.gz"
      kpack: error: layouts/release.json:12:13: archive.root: expected the name of one folder, found "greeter-../x"
      """
    ),
    (["--layouts", "nowhere"], "--layouts: nowhere: expected a folder, found nothing"),
  ])
  func `a name that nothing has is the user's mistake`(words: [String], message: String) throws {
    let box = try Sandbox.greeter()
    let outcome = try box.kpack(words: ["tarballs", "--layouts", "layouts", "--version", "v1"] + words)
    #expect(outcome == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\n"))
    #expect(try box.names(in: "_output") == ["dockerized"])
  }

  @Test func `a flag turns an entry on or off, on the command line or by its variable`() throws {
    let box = try Sandbox.project(#"{"text":"x","to":"x","when":"extra"},{"text":"y","to":"y","when":"!extra"}"#)
    try box.write(
      #"{"name":"p","flags":{"extra":{"env":"EXTRA","default":"n"}}}"#, to: "layouts/release.json")
    func paths(_ words: [String], _ environment: [String: String]) throws -> [String] {
      try #require(try box.kpack(words: Sandbox.packProject + words, environment: environment).status == 0)
      return try box.paths(in: "out/p.tar.gz")
    }
    #expect(try paths([], [:]) == ["y"])
    #expect(try paths(["--flag", "extra=y"], [:]) == ["x"])
    #expect(try paths([], ["EXTRA": "y"]) == ["x"])
    #expect(try paths(["--flag", "extra=n"], ["EXTRA": "y"]) == ["y"])
    let refused = try box.kpack(words: Sandbox.packProject, environment: ["EXTRA": "ja"])
    #expect(
      refused.status == 2
        && refused.errors.hasPrefix(
          "kpack: error: layouts/p.json:1:34: entries[0]: EXTRA: expected y, yes, true or 1 for on, n, no, false or 0 for off, found ja\n"
        )
    )
  }
}
