// kpack base remove, and what other tools and kpack make of a folder of bases that both write into.

import Foundation
import Testing

@Suite struct BaseRemoveCommandTests {
  @Test func `a base goes with its blobs, and each platform of it is told`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "one --arch arm64", "two --arch amd64"], in: "store")
    let outcome = try box.kpack("base", "remove", "docker.io/library/one", "--bases", "store")
    #expect(outcome.status == 0 && outcome.output.isEmpty)
    let lines = outcome.errors.split(separator: "\n")
    try #require(lines.count == 3, "\(outcome.errors)")
    for (line, platform) in zip(lines, ["linux/amd64", "linux/arm64"]) {
      #expect(line.hasPrefix("removed one:latest for \(platform): sha256:"))
    }
    #expect(lines[2].hasPrefix("removed 3 blobs that no base needs: "), "\(lines[2])")
    #expect(try box.names(in: "store/blobs/sha256").count == 3)
    #expect(try box.kpack("base", "list", "--bases", "store").lines.count == 1)
  }

  @Test func `a store that loses its last base is an empty one`() throws {
    let box = try Sandbox.stored(["one --arch amd64"], in: "store")
    #expect(try box.kpack("base", "remove", "one", "--arch", "amd64", "--bases", "store", "--quiet").errors.isEmpty)
    #expect(try box.kpack("base", "list", "--bases", "store") == Outcome(status: 0, output: "", errors: ""))
    #expect(try box.names(in: "store/blobs/sha256").isEmpty)
    #expect(
      try box.kpack("base", "remove", "one", "--bases", "store")
        == .refused(3, "store: no base one:latest: it is empty"))
    try box.addBase("two --arch amd64", to: "store")
    #expect(try box.kpack("base", "list", "--bases", "store").lines.count == 1)
  }

  @Test func `a lock stays as it is`() throws {
    let box = try Sandbox.stored(["one --arch amd64"], in: "store")
    try #require(try box.kpack("base", "lock", "--bases", "store").status == 0)
    let lock = try box.read("store/bases.lock.json")
    try #require(try box.kpack("base", "remove", "one", "--bases", "store").status == 0)
    #expect(try box.read("store/bases.lock.json") == lock)
  }

  @Test(
    arguments: [
      (["remove", "one", "--bases", "none"], 2, "--bases: none: expected a folder, found nothing"),
      (["remove", "one"], 3, "_output/bases: no bases to remove: there is no store"),
      (["remove", "two", "--bases", "store"], 3, "store: no base two:latest: there is one"),
      (
        ["remove", "one", "--arch", "arm64", "--bases", "store"], 3,
        "store: one:latest: the base is for linux/amd64, not for linux/arm64"
      ),
    ] as [([String], Int32, String)])
  func `what is not there is refused`(words: [String], status: Int32, message: String) throws {
    let box = try Sandbox.stored(["one --arch amd64"], in: "store")
    let before = try box.files(in: "store/blobs/sha256").keys.sorted()
    #expect(try box.kpack(words: ["base"] + words) == .refused(status, message))
    #expect(try box.files(in: "store/blobs/sha256").keys.sorted() == before && !box.isThere("none"))
  }

  @Test(arguments: [
    (
      ["remove"],
      """
      expected `add REF FILE`, `add REF --rootfs PATH --arch A`, `make REF --from PATH --arch A`, `remove REF`, \
      `list`, `list --wanted` or `lock`
      """
    ),
    (["remove", "One"], #"expected the name of an image such as "busybox:1.36", found "One""#),
    (["remove", "one", "--name", "x"], "--name means nothing to `base remove REF`"),
    (
      ["remove", "one", "--arch", "x86_64"],
      #"--arch: expected an architecture such as amd64 or arm/v6, found "x86_64"; did you mean amd64?"#
    ),
  ])
  func `a line that makes no sense is the user's mistake`(words: [String], message: String) throws {
    let box = try Sandbox.stored(["one --arch amd64"], in: "store")
    let refused = Outcome.refused(2, "\(message)\nusage: see `kpack base --help`")
    #expect(try box.kpack(words: ["base"] + words + ["--bases", "store"]) == refused)
  }

  @Test func `what cannot be told to be needless stays, with a warning`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "two --arch arm64"], in: "store")
    let two = try #require(try box.kpack("base", "list", "--bases", "store").lines.last?.suffix(64))
    try box.write("x", to: "store/blobs/sha256/\(two)")
    let before = try box.names(in: "store/blobs/sha256")
    let outcome = try box.kpack("base", "remove", "one", "--bases", "store")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.errors.contains("removed one:latest for linux/amd64: "))
    let warning = "kpack: warning: all blobs stay, for it cannot be told which ones are needed: store: index.json: "
    #expect(outcome.errors.contains("\(warning)manifests[0]: blobs/sha256/\(two): "), "\(outcome.errors)")
    #expect(try box.names(in: "store/blobs/sha256") == before)
  }

  @Test(.enabled(if: Program.canTrace), arguments: ["rename,renameat,renameat2", "fsync", "openat"])
  func `a fault leaves the store as it was, or the base is gone and blobs are left over`(call: String) throws {
    let box = try Sandbox.stored(["one --arch amd64", "one --arch arm64", "two --arch amd64"], in: "store")
    let sums = "find store -type f -exec sha256sum {} + | sort -k 2"
    let before = try box.sh("\(sums) && cp -a store kept")
    for number in 1...100 {
      let fault = ["-e", "trace=\(call)", "-e", "inject=\(call):error=EIO:when=\(number)", "-P", "store"]
      let paths = ["store/index.json", "store/.kpack-tmp-0", "store/.kpack-tmp-1", "store/blobs/sha256"]
      let outcome = try box.kpack(
        words: ["base", "remove", "one", "--arch", "arm64", "--bases", "store"],
        through: ["strace", "-f", "-o", "trace"] + fault + paths.flatMap { ["-P", $0] })
      if !String(decoding: try box.read("trace"), as: UTF8.self).contains("INJECTED") {
        #expect(outcome.status == 0 && number > 1, "\(outcome)")
        return
      }
      let listed = try box.kpack("base", "list", "--bases", "store")
      if outcome.errors.contains("removed one:latest for linux/arm64") {
        #expect(listed.lines.count == 2, "\(outcome) \(listed)")
      } else {
        #expect(outcome.status == 4, "\(outcome)")
        #expect(try box.sh(sums) == before, "\(number)")
      }
      try box.sh("rm -r store && cp -a kept store")
    }
    Issue.record("there is no end of \(call)")
  }

  @Test func `a store in use is not changed`() throws {
    let box = try Sandbox.stored(["one --arch amd64"], in: "store")
    let holder = try box.start([], through: ["flock", "-F", "store", "sh", "-c", ": >held; exec sleep 60"])
    while holder.isRunning && !box.isThere("held") { usleep(500) }
    defer { holder.signal(SIGTERM) }
    let outcome = try box.kpack("base", "remove", "one", "--bases", "store")
    #expect(outcome.status == 4 && outcome.errors.contains("store: in use by another run"), "\(outcome)")
  }

  @Test func `images without a name are told by list and lock, with what to do`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "two --arch arm64"], in: "store")
    let digests = try box.kpack("base", "list", "--bases", "store").lines.map { $0.suffix(71) }
    // As `skopeo copy ... oci:store` leaves it.
    try box.sh(#"sed -i 's/"org.opencontainers.image.ref.name":"two"//' store/index.json"#)
    let told = "store: 1 image without a name: \(digests[1]); name it by `skopeo copy` or `kpack base add`, "
    let listed = try box.kpack("base", "list", "--bases", "store")
    #expect(listed.lines.count == 1 && listed.errors.hasPrefix(told), "\(listed)")
    #expect(try box.kpack("base", "list", "--bases", "store", "--quiet").errors.isEmpty)
    try #require(try box.kpack("base", "remove", "one", "--bases", "store").status == 0)
    let refusal = Outcome.refused(3, "store: no bases to lock: 1 image without a name: \(digests[1])")
    #expect(try box.kpack("base", "lock", "--bases", "store") == refusal)
    #expect(try box.kpack("base", "add", "named", "store", "--bases", "store").status == 0)
    #expect(try box.kpack("base", "list", "--bases", "store").errors.isEmpty)
  }

  @Test func `names that nobody can ask for are told by list and lock`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "two --arch arm64"], in: "store")
    let digests = try box.kpack("base", "list", "--bases", "store").lines.map { $0.suffix(71) }
    // skopeo takes any name for a layout.
    try box.sh(#"sed -i 's/:"two"/:"My_Base\/X"/' store/index.json"#)
    let told = #"store: 1 image with a name that nobody can ask for: "My_Base/X" (\#(digests[1]))"#
    let listed = try box.kpack("base", "list", "--bases", "store")
    #expect(listed.lines.count == 1 && listed.errors.hasPrefix("\(told); name it by "), "\(listed)")
    let locked = try box.kpack("base", "lock", "--bases", "store")
    #expect(locked.status == 0 && locked.errors.contains("\n\(told); name it by "), "\(locked)")
    try #require(try box.kpack("base", "remove", "one", "--bases", "store").status == 0)
    let refusal = Outcome.refused(3, told.replacing("store: ", with: "store: no bases to lock: "))
    #expect(try box.kpack("base", "lock", "--bases", "store") == refusal)
  }

  @Test func `what a run that was killed left over goes, though its base is gone already`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "two --arch arm64"], in: "store")
    let before = try box.names(in: "store/blobs/sha256")
    try box.write("x", to: "store/blobs/sha256/\(String(repeating: "0", count: 64))")
    let outcome = try box.kpack("base", "remove", "three", "--bases", "store")
    let refusal = "kpack: error: store: no base three:latest: there is one, two\n"
    #expect(outcome.status == 3)
    #expect(outcome.errors == "removed 1 blobs that no base needs: 1 bytes\n\(refusal)")
    #expect(try box.names(in: "store/blobs/sha256") == before)
  }

  @Test(.enabled(if: Program.isThere("skopeo")))
  func `skopeo finds a base by the name that it was given, and puts another in its place`() throws {
    let box = try Sandbox.stored(
      ["one --arch amd64", "one --arch arm64", "reg.example/two:1 --arch amd64"], in: "store")
    try box.sh("for name in one reg.example/two:1; do skopeo inspect --raw \"oci:store:$name\" >/dev/null; done")
    try box.write("new\n", to: "rootfs/etc/group")
    try box.addBase("three --arch amd64", to: "new")
    for name in ["one", "reg.example/two:1"] {
      try box.sh("skopeo --insecure-policy copy -q oci:new:three \"oci:store:$1\"", name)
    }
    // It may have compressed the layers.
    let made = try box.kpack("base", "list", "--bases", "new", "--format", "json").lines.first
    let config = try #require(made?.split(separator: ",").first { $0.hasPrefix("\"config\":") })
    let listed = try box.kpack("base", "list", "--bases", "store", "--format", "json")
    #expect(listed.lines.count == 2 && listed.lines.allSatisfy { $0.contains(config) }, "\(listed)")
    // What skopeo took the names of is still there.
    #expect(listed.errors.hasPrefix("store: 2 images without a name: "), "\(listed.errors)")
  }
}
