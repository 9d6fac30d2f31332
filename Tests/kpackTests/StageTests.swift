// kpack stage and --with-stage: the stage folder has what is in the tarballs, for the scripts that read it.

import Foundation
import Testing

@Suite struct StageTests {
  private static let common = Array(Sandbox.packSample.dropFirst())
  private static let stage = "_output/release-stage"

  /// Which folder of the stage has what is in which tarball of the sample.
  private static let folders = [
    "client/linux-amd64": "kubernetes-client-linux-amd64", "client/windows-amd64": "kubernetes-client-windows-amd64",
    "node/linux-amd64": "kubernetes-node-linux-amd64", "node/windows-amd64": "kubernetes-node-windows-amd64",
    "server/linux-amd64": "kubernetes-server-linux-amd64", "full": "kubernetes", "manifests": "kubernetes-manifests",
    "salt": "kubernetes-salt", "test": "kubernetes-test",
  ]

  /// What is in a folder: types, modes, contents and targets.
  private func contents(_ folder: String, of box: Sandbox) throws -> String {
    try box.sh(
      """
      cd "$1"; find . -mindepth 1 -printf '%P %y %m %l\\n' | sort
      find . -type f -exec sha256sum {} + | sort -k 2
      """, folder)
  }

  /// Expects that each folder of the stage has what `tar x` gives of its tarball.
  private func expectStage(of box: Sandbox, folders: [String: String] = folders) throws {
    for (folder, tarball) in folders {
      try box.sh(
        "rm -rf ../unpacked; mkdir ../unpacked; tar x -f _output/release-tars/$1.tar.gz -p -C ../unpacked", tarball)
      #expect(try contents("\(Self.stage)/\(folder)", of: box) == contents("../unpacked", of: box), "\(folder)")
    }
    #expect(try box.sh("find _output -name '.kpack*'") == "")
  }

  @Test(arguments: [[], ["--no-cache"]])
  func `the stage has what tar x gives of the tarballs, by links where modes allow`(_ options: [String]) throws {
    let box = try Sandbox.sample()
    try box.sh("chmod 664 docs/README.md README.md; umask 022")
    try #require(try box.kpack(words: Sandbox.packSample + options).status == 0)
    try box.sh(
      "mkdir -p $1/client/linux-amd64/kubernetes $1/full/old; touch $1/full/old/x $1/client/linux-amd64/x", Self.stage)
    let outcome = try box.kpack(words: ["stage"] + Self.common + options + ["--format", "json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    try expectStage(of: box)
    let rows = try outcome.rows()
    #expect(Set(rows.compactMap { $0["staged"]?.text }) == Set(Self.folders.keys.map { "\(Self.stage)/\($0)" }))
    let full = try #require(rows.first { $0["artifact"] == "kubernetes.tar.gz" })
    let files = try box.sh("find $1/full -type f", Self.stage).split(separator: "\n").count
    let counts: [Int64] = ["linked", "copied", "made"].map { key in
      if case .number(let count)? = full[key] { count } else { 0 }
    }
    #expect(counts.reduce(0, +) == Int64(files) && counts[1] >= 1 && counts[2] == 3, "\(full)")
    try box.sh(
      "test _output/dockerized/bin/linux/amd64/kubectl -ef $1/client/linux-amd64/kubernetes/client/bin/kubectl",
      Self.stage)
    try box.sh("! test README.md -ef $1/full/kubernetes/README.md", Self.stage)
  }

  @Test func `with --with-stage it is done in the run of the tarballs, which then have links in the stage`() throws {
    let box = try Sandbox.sample()
    let outcome = try box.kpack(words: Sandbox.packSample + ["--with-stage"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    try expectStage(of: box)
    try box.sh(
      "test _output/release-tars/kubernetes-src.tar.gz -ef $1/node/linux-amd64/kubernetes/kubernetes-src.tar.gz",
      Self.stage)
    #expect(!box.isThere("\(Self.stage)/src"))
  }

  @Test func `a run after the staging leaves all tarballs alone`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample + ["--with-stage"]).status == 0)
    // Times of the inodes must be able to show a change.
    usleep(20_000)
    for _ in 0..<2 {
      let before = try box.sh("stat -c '%n %i %Y' _output/release-tars/*")
      let again = try box.kpack(words: Sandbox.packSample + ["--with-stage"])
      try #require(again.status == 0, "\(again.errors)")
      let after = try box.sh("stat -c '%n %i %Y' _output/release-tars/*")
      #expect(after == before, "\(before)\(after)")
      try expectStage(of: box)
    }
  }

  @Test func `named layouts are staged with the tarballs that they hold, and no others`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try #require(try box.kpack(words: ["stage", "final"] + Self.common).status == 0)
    try expectStage(of: box, folders: Self.folders.filter { ["full", "salt", "manifests"].contains($0.key) })
    #expect(try box.names(in: Self.stage) == ["full", "manifests", "salt", "server"])
  }

  @Test func `without tarballs, stage writes no archive but into the stage`() throws {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: ["stage", "--no-cache"] + Self.common).status == 0)
    #expect(!box.isThere("_output/release-tars"))
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try expectStage(of: box)
  }

  @Test(arguments: [
    (["src"], #""src" has no folder in the stage: its layout says "stage": false"#),
    (["clint"], #"no layout is named "clint""#),
    (["client", "--stage", ".", "--bin", "_output/dockerized/bin"], "--stage: . is the source tree"),
    (["--bin", "_output/release-stage/client/linux-amd64"], "release-stage/client/linux-amd64 would be replaced"),
  ])
  func `what cannot be staged is refused`(words: [String], message: String) throws {
    let box = try Sandbox.sample()
    try box.sh("mkdir -p $1/client; cp -R _output/dockerized/bin $1/client/linux-amd64", Self.stage)
    let before = try contents(".", of: box)
    let outcome = try box.kpack(words: ["stage"] + Self.common + ["--root", "."] + words)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
    #expect(try contents(".", of: box) == before)
  }

  @Test(arguments: [
    (["--layouts", "s/a/layouts"], "--stage: s/a would be replaced, and s/a/layouts is in it"),
    (["--layouts", "layouts"], "a.tar: s/a/code.c is in a folder of the stage that would be replaced"),
  ])
  func `what a run needs is not replaced`(words: [String], message: String) throws {
    let box = try Sandbox()
    try box.write(#"{ "name": "p" }"#, to: "layouts/release.json")
    try box.write(
      #"{ "tarball": "a.tar", "entries": [{ "file": "s/a/code.c", "to": "x.c" }] }"#, to: "layouts/a.json")
    try box.sh("mkdir -p s/a; echo precious > s/a/code.c; cp -R layouts s/a")
    let outcome = try box.kpack(words: ["stage", "--stage", "s"] + words)
    #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
    #expect(box.isThere("s/a/code.c") && box.isThere("s/a/layouts/a.json"))
  }

  @Test func `sources that a link leads to are not replaced`() throws {
    let box = try Sandbox()
    try box.write(#"{ "name": "p" }"#, to: "layouts/release.json")
    try box.write(
      #"{ "tarball": "a.tar", "entries": [{ "tree": "t", "exclude": ["*~"] }] }"#, to: "layouts/a.json")
    try box.sh("mkdir -p s/a/real; echo 1 > s/a/real/f; echo precious > s/a/real/notes~; ln -s s/a/real t")
    let outcome = try box.kpack("stage", "--layouts", "layouts", "--stage", "s")
    #expect(outcome.status == 2 && outcome.errors.contains("in a folder of the stage that would be replaced"))
    #expect(box.isThere("s/a/real/notes~"))
  }

  @Test(arguments: [#""stage": "a", "archive": { "root": "" },"#, #""stage": "a", "archive": { "root": "." },"#])
  func `a named run does not take the folders of a layout that it does not make`(settings: String) throws {
    let box = try Sandbox()
    try box.write(#"{ "name": "p", "platforms": { "all": ["linux/amd64"] } }"#, to: "layouts/release.json")
    try box.write(
      #"{ "tarball": "a-{arch}.tar", "platforms": "all", "entries": [{ "text": "a", "to": "a" }] }"#,
      to: "layouts/a.json")
    try box.write(
      #"{ "tarball": "c.tar", \#(settings) "entries": [{ "text": "c", "to": "c" }] }"#, to: "layouts/c.json")
    let words = ["--layouts", "layouts", "--stage", "s", "--no-cache"]
    try #require(try box.kpack(words: ["stage", "a"] + words).status == 0)
    let outcome = try box.kpack(words: ["stage", "c"] + words)
    #expect(outcome.status == 2 && outcome.errors.contains(#"layouts "c" and "a" have one folder of the stage, "a""#))
    #expect(try box.sh("find s -type f") == "s/a/linux-amd64/a\n")
  }

  @Test(.enabled(if: Program.unprivileged != nil && geteuid() == 0))
  func `an older folder that cannot be removed is named, and stands in no one's way`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("chmod -R a+rwX .")
    let words = ["stage", "--root", "src", "--layouts", "layouts", "--stage", "s", "--cache", "cache", "--quiet"]
    try #require(try box.kpack(words: words, through: Program.unprivileged ?? []).status == 0)
    try box.sh("mkdir s/p/root; echo x > s/p/root/file; chmod 755 s/p/root")
    for _ in 0..<3 {
      let outcome = try box.kpack(words: words.dropLast(), through: Program.unprivileged ?? [])
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(try box.sh("ls s/p") == "a\n")
    }
    #expect(try box.sh("find s -name file").split(separator: "\n").count == 1)
  }

  @Test(.enabled(if: Program.canTrace))
  func `a source that changes during the staging is hashed anew, even when its time does not show it`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let words = ["--root", "src", "--layouts", "layouts", "--out", "out", "--stage", "s", "--cache", "cache", "-q"]
    try box.sh("head -c 3000000 /dev/zero > src/big; touch -d '2020-01-01' src/big ref")
    // Only of files whose times are well past is a digest kept.
    usleep(4_500_000)
    try #require(try box.kpack(words: ["tarballs"] + words).status == 0)
    let slow = ["-e", "trace=rename", "-e", "inject=rename:delay_enter=1500000:when=1"]
    let run = try box.start(["stage"] + words, through: ["strace", "-f", "-o", "/dev/null"] + slow)
    while run.isRunning && (try? box.names(in: "s").contains(".kpack-tmp-0")) != true { usleep(1000) }
    usleep(300_000)
    try box.sh("printf BBBB | dd of=src/big conv=notrunc 2> /dev/null; touch -r ref src/big")
    _ = try run.wait()
    try #require(try box.kpack(words: ["tarballs"] + words).status == 0)
    #expect(try box.sh("tar xOf out/p.tar.gz big | head -c 4") == "BBBB")
  }

  @Test func `two tarballs cannot have one folder of the stage`() throws {
    let box = try Sandbox.project(#"{ "text": "x", "to": "x" }"#, settings: #""stage": "same","#)
    try box.write(
      #"{ "tarball": "q.tar.gz", "stage": "same", "entries": [{ "text": "y", "to": "y" }] }"#, to: "layouts/q.json")
    let message = #"two tarballs have the folder "same" of the stage: p and q; give one another "stage""#
    for command in [["layouts", "check", "layouts"], Sandbox.packProject] {
      let outcome = try box.kpack(words: command)
      #expect(outcome.status == 2 && outcome.errors.contains(message), "\(outcome)")
    }
  }

  @Test func `a tarball without platforms shares its folder with those of platforms`() throws {
    let box = try Sandbox()
    try box.write(
      #"{ "name": "p", "platforms": { "all": ["linux/amd64", "linux/arm64"] }, "archive": { "root": "top" } }"#,
      to: "layouts/release.json")
    try box.write(
      #"{ "tarball": "test.tar.gz", "stage": "test", "entries": [{ "text": "x", "to": "x" }] }"#,
      to: "layouts/portable.json")
    try box.write(
      ##"{ "tarball": "test-{os}-{arch}.tar.gz", "platforms": "all", "entries": [{ "text": "y", "to": "y" }] }"##,
      to: "layouts/test.json")
    for _ in 0..<2 {
      let outcome = try box.kpack(words: ["stage", "--layouts", "layouts", "--stage", "s", "--no-cache"])
      try #require(outcome.status == 0, "\(outcome)")
      let files = ["linux-amd64/top/y", "linux-arm64/top/y", "top/x"].map { "s/test/\($0)\n" }
      #expect(try box.sh("find s -type f | sort") == files.joined())
    }
  }
}

// Images
extension StageTests {
  @Test func `images stage the tarballs that hold them`() throws {
    let box = try Sandbox.imaged()
    let words = ["--layouts", "layouts", "--version", "v1.2.3"]
    let plain = try box.kpack(words: ["images"] + words + ["--format", "json"])
    let before = try box.sh("find _output/release-* -type f | sort")
    let outcome = try box.kpack(words: ["images", "--with-stage"] + words + ["--format", "json"])
    try #require(plain.status == 0 && outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix(plain.output))
    #expect(!box.isThere("_output/release-tars"))
    let after = try box.sh("find _output/release-* -type f | sort")
    #expect(Set(before.split(separator: "\n")).isSubset(of: after.split(separator: "\n")))
    try #require(try box.kpack(words: ["tarballs"] + words).status == 0)
    try expectStage(of: box, folders: ["server/linux-amd64": "../release-tars/server-linux-amd64"])
  }
}

// Faults
extension StageTests {
  /// The stage folders of a box, each by its contents.
  private func state(of box: Sandbox) throws -> [String: String] {
    var state: [String: String] = [:]
    for folder in Self.folders.keys where box.isThere("\(Self.stage)/\(folder)") {
      state[folder] = try contents("\(Self.stage)/\(folder)", of: box)
    }
    return state
  }

  /// A sample that is staged, and then changed.
  private static func staged(_ tests: StageTests) throws -> (box: Sandbox, older: [String: String]) {
    let box = try Sandbox.sample()
    try #require(try box.kpack(words: ["stage", "--no-cache"] + common).status == 0)
    try box.sh("rm README.md; echo changed > README.md; touch $1/full/extra", stage)
    return (box, try tests.state(of: box))
  }

  @Test(
    .enabled(if: Program.canTrace),
    arguments: ["link,linkat", "mkdir,mkdirat", "symlink,symlinkat", "renameat2", "rename", "fchmod", "fsync"])
  func `whatever call fails, the older stage is there or the new one`(_ calls: String) throws {
    let (box, older) = try Self.staged(self)
    for number in [1, 2, 7, 20] {
      let fault = ["-e", "trace=\(calls)", "-e", "inject=\(calls):error=EIO:when=\(number)+"]
      let outcome = try box.kpack(
        words: ["stage", "--no-cache"] + Self.common, through: ["strace", "-f", "-o", "/dev/null"] + fault)
      // renameat2 has a substitute, and some calls come less often.
      if outcome.status == 0 { break }
      #expect(outcome.status == 4 && outcome.errors.contains("Input/output error"), "\(outcome)")
      #expect(try state(of: box) == older, "\(calls) \(number)")
      #expect(try box.sh("find _output -name '.kpack*'") == "", "\(calls) \(number)")
    }
    try #require(try box.kpack(words: ["stage", "--no-cache"] + Self.common).status == 0)
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try expectStage(of: box)
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["renameat2", "link,linkat,ioctl,copy_file_range"])
  func `calls that a system lacks can be done without`(_ calls: String) throws {
    let (box, _) = try Self.staged(self)
    let fault = ["-e", "trace=\(calls)", "-e", "inject=\(calls):error=ENOSYS"]
    let outcome = try box.kpack(
      words: ["stage", "--no-cache"] + Self.common, through: ["strace", "-f", "-o", "/dev/null"] + fault)
    try #require(outcome.status == 0, "\(outcome.errors)")
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try expectStage(of: box)
  }

  @Test(arguments: [SIGTERM, SIGKILL])
  func `a signal leaves the older folder or the new one`(_ signal: Int32) throws {
    let (box, older) = try Self.staged(self)
    for delay in stride(from: 0, to: 40_000, by: 4000) as StrideTo<UInt32> {
      let run = try box.start(["stage", "--no-cache"] + Self.common)
      usleep(delay)
      run.signal(signal)
      _ = try run.wait()
      let now = try state(of: box)
      for (folder, contents) in now where contents != older[folder] {
        #expect(contents.contains("README.md") || contents.contains("kubernetes"), "\(folder)")
        #expect(!contents.contains("extra"), "\(folder)")
      }
      #expect(now.count == older.count)
      if signal == SIGTERM { #expect(try box.sh("find _output -name '.kpack*'") == "") }
    }
    try #require(try box.kpack(words: ["stage", "--no-cache"] + Self.common).status == 0)
    try #require(try box.kpack(words: Sandbox.packSample).status == 0)
    try expectStage(of: box)
  }
}

// Leftovers
extension StageTests {
  @Test(arguments: [[], ["--no-cache"]])
  func `folders of other platforms are named, and --clean takes those that are as kpack made them`(
    _ options: [String]
  ) throws {
    let box = try Sandbox.sample()
    let words = ["tarballs", "client", "node", "--with-stage", "--version", "v1.7.4", "--platform"]
    try box.sh(
      """
      cd _output/dockerized/bin/linux; for arch in arm arm64; do mkdir $arch; cp amd64/* $arch; done
      mkdir -p "$OLDPWD/$1/client/linux-386"; echo x > "$OLDPWD/$1/client/linux-386/x"
      """, Self.stage)
    let first = try box.kpack(words: words + ["linux/amd64,linux/arm,linux/arm64"] + options)
    try #require(first.status == 0, "\(first.errors)")
    try box.sh("echo changed > $1/node/linux-arm/kubernetes/LICENSES.new", Self.stage)
    let others = ["client/linux-386", "client/linux-arm", "client/linux-arm64", "node/linux-arm", "node/linux-arm64"]

    let second = try box.kpack(words: words + ["linux/amd64"] + options)
    for folder in others {
      #expect(second.errors.contains("kpack: warning: \(Self.stage)/\(folder): a leftover, not of this run\n"))
    }
    #expect(!second.errors.contains("linux-amd64: a leftover"))
    let before = try contents(Self.stage, of: box)
    // A run that fails removes nothing.
    try box.sh("mkdir _output/kept; mv _output/kpack-outputs.json _output/kept; mkdir _output/kpack-outputs.json")
    #expect(try box.kpack(words: words + ["linux/amd64", "--clean"] + options).status == 4)
    #expect(try contents(Self.stage, of: box) == before)
    try box.sh("rmdir _output/kpack-outputs.json; mv _output/kept/* _output")

    let third = try box.kpack(words: words + ["linux/amd64", "--clean"] + options)
    #expect(third.status == 0)
    for (folder, fate) in zip(others, [false, true, true, false, true]) {
      #expect(third.errors.contains("\(Self.stage)/\(folder): removed, a leftover") == fate, "\(third.errors)")
      #expect(box.isThere("\(Self.stage)/\(folder)") == !fate)
    }
    #expect(third.errors.contains("node/linux-arm: a leftover, not of this run; it stays: it was changed since"))
    #expect(try box.sh("find _output -name '.kpack*'") == "")
  }

  @Test func `runs that stage take no result of others for a leftover`() throws {
    let box = try Sandbox.twoPlatforms()
    #expect(try box.make("release", "--with-stage").warnings == [])
    let tree = try box.tree()
    for command in [["stage"], ["tarballs", "--with-stage"], ["images", "--with-stage"]] {
      for clean in [[], ["--clean"]] {
        let outcome = try box.kpack(words: command + clean + ["--layouts", "layouts", "--version", "v1"])
        #expect(outcome.status == 0 && outcome.warnings == [] && outcome.removed == [], "\(outcome.errors)")
        let now = try box.tree()
        #expect(now.filter { !$0.hasSuffix(Sandbox.record) } == tree.filter { !$0.hasSuffix(Sandbox.record) })
      }
    }
  }

  @Test func `with a folder of the stage goes no tarball, and with a tarball no folder`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("release", "--with-stage")
    let tarballs = try box.make("tarballs", "--platform", "linux/amd64", "--clean")
    let gone = ["server-linux-arm.tar.gz", "SHA256SUMS", "SHA512SUMS"].map { "_output/release-tars/\($0)" }
    #expect(tarballs.removed == gone && tarballs.warnings == [])
    #expect(box.isThere("\(Self.stage)/server/linux-arm/top/bin/tool.tar"))
    try box.make("tarballs")
    let files = try ["release-images/arm", "release-dockerfiles/arm"].flatMap { try box.paths(below: "_output/\($0)") }
    let images = try box.make("images", "--arch", "amd64", "--with-stage", "--clean")
    #expect(images.removed.sorted() == (files + ["\(Self.stage)/server/linux-arm"]).sorted() && images.warnings == [])
    #expect(box.isThere("_output/release-tars/server-linux-arm.tar.gz"))
    #expect(!box.isThere("\(Self.stage)/server/linux-arm"))
  }

  @Test func `no archive is taken out of a folder of the stage`() throws {
    let box = try Sandbox.twoPlatforms()
    let folder = "\(Self.stage)/server/linux-arm"
    let archive = "\(folder)/top/bin/tool.tar: a leftover, not of this run"
    // The second time, a run that does not stage has written its archives into these folders.
    for isMixed in [false, true] {
      try box.make("images", "--with-stage")
      if isMixed { try box.make("images") }
      let before = try contents(folder, of: box)
      #expect(try box.make("images", "--arch", "amd64").warnings.contains(archive))
      for _ in 0..<2 {
        let outcome = try box.make("images", "--arch", "amd64", "--clean")
        #expect(
          outcome.warnings == ["\(archive); it stays: it is in a folder of the stage that kpack made as a whole"])
        #expect(try contents(folder, of: box) == before)
      }
      #expect(!box.isThere("_output/release-images/arm") && !box.isThere("_output/release-dockerfiles/arm"))
      let staging = try box.make("images", "--arch", "amd64", "--with-stage").warnings
      #expect(staging.first == "\(folder): a leftover, not of this run" && staging.count == 2)
      let cleaning = try box.make("images", "--arch", "amd64", "--with-stage", "--clean")
      #expect(cleaning.removed == [folder] && cleaning.warnings == [])
    }
  }

  @Test func `a folder that kpack did not make as a whole stays with all archives in it`() throws {
    let box = try Sandbox.twoPlatforms()
    try box.make("images")
    let folder = "\(Self.stage)/server/linux-arm"
    let before = try contents(folder, of: box)
    let files = try ["release-images/arm", "release-dockerfiles/arm"].flatMap { try box.paths(below: "_output/\($0)") }
    let outcome = try box.make("images", "--arch", "amd64", "--with-stage", "--clean")
    let stays = "\(folder): a leftover, not of this run; it stays: kpack has no record of making it"
    #expect(outcome.warnings == [stays] && outcome.removed.sorted() == files.sorted(), "\(outcome.errors)")
    #expect(try contents(folder, of: box) == before)
    // A run that does not stage knows these archives one by one.
    let archives = try box.paths(below: folder)
    #expect(try box.make("images", "--arch", "amd64", "--clean").removed.sorted() == archives)
  }

  /// Layouts that share the folder "test" of the stage: one without platforms, and two with.
  private static func sharedStage() throws -> Sandbox {
    let box = try Sandbox()
    try box.write(
      #"{ "name": "p", "platforms": { "all": ["linux/amd64", "linux/arm"], "win": ["windows/amd64"] } }"#,
      to: "layouts/release.json")
    try box.write(
      #"{"tarball":"p.tgz","stage":"test","archive":{"root":"top"},"entries":[{"text":"x","to":"x"}]}"#,
      to: "layouts/portable.json")
    for (name, platforms) in [("unix", "all"), ("win", "win")] {
      try box.write(
        #"{"tarball":"\#(name)-{arch}.tgz","stage":"test","platforms":"\#(platforms)","#
          + #""entries":[{"text":"y","to":"y"}]}"#,
        to: "layouts/\(name).json")
    }
    try box.sh("mkdir -p $1/test/linux-386; echo mine > $1/test/linux-386/x", stage)
    return box
  }

  @Test func `a named run leaves the folders of other layouts alone`() throws {
    let box = try Self.sharedStage()
    let folders = ["linux-386", "linux-amd64", "linux-arm", "top", "windows-amd64"]
    #expect(try box.make("stage").warnings == ["\(Self.stage)/test/linux-386: a leftover, not of this run"])
    #expect(try box.names(in: "\(Self.stage)/test") == folders)
    // The record does not know linux-386, so it may be of either layout.
    for name in ["portable", "win", "unix"] {
      let outcome = try box.make("stage", name, "--clean")
      #expect(outcome.warnings == [] && outcome.removed == [], "\(name)")
    }
    let one = try box.make("stage", "unix", "--platform", "linux/amd64", "--clean")
    #expect(one.warnings == [] && one.removed == ["\(Self.stage)/test/linux-arm"])
    #expect(try box.names(in: "\(Self.stage)/test") == ["linux-386", "linux-amd64", "top", "windows-amd64"])
    let all = try box.make("stage", "--platform", "linux/amd64", "--clean")
    #expect(all.removed == ["\(Self.stage)/test/windows-amd64"] && all.warnings.count == 1)
  }
}
