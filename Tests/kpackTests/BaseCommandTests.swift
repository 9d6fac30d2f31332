// kpack base on folders of bases of its own making: what it takes, what it refuses, and that a refusal changes nothing.

import Foundation
import Testing

@Suite struct BaseCommandTests {
  @Test func `an architecture that the file does not have is refused with those it has`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "one --arch arm64"])
    let outcome = try box.kpack("base", "add", "one", "old", "--bases", "new", "--arch", "riscv64")
    #expect(outcome == .refused(3, "old: is for linux/amd64, linux/arm64, not for linux/riscv64"))
    #expect(!box.isThere("new"))
  }

  @Test func `all platforms of a file are added, or none`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "one --arch arm64"])
    #expect(try box.kpack("base", "add", "two", "old", "--bases", "new").status == 0)
    let added = ["docker.io/library/two:latest linux/amd64", "docker.io/library/two:latest linux/arm64"]
    #expect(try box.bases(in: "new") == added)
  }

  @Test func `a platform that is damaged keeps the sound ones out`() throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    let before = try box.names(in: "old/blobs/sha256")
    try box.write("other\n", to: "rootfs/etc/group")
    try box.addBase("one --arch arm64", to: "old")
    let layer = try #require(
      try box.files(in: "old/blobs/sha256").filter { !before.contains($0.key) }.max { $0.value.count < $1.value.count })
    try box.write(layer.value.dropLast(), to: "old/blobs/sha256/\(layer.key)")
    let outcome = try box.kpack("base", "add", "two", "old", "--bases", "new")
    #expect(outcome.status == 3 && outcome.errors.contains(layer.key), "\(outcome)")
    #expect(!box.isThere("new"))
  }

  @Test(.enabled(if: Program.canTrace))
  func `the blobs' names are durable before the index tells of them`() throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    let trace = ["strace", "-f", "-y", "-o", "trace", "-e", "trace=fsync,/^rename"]
    let outcome = try box.kpack(words: ["base", "add", "two", "old", "--bases", "new"], through: trace)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let calls = String(decoding: try box.read("trace"), as: UTF8.self).split(separator: "\n")
    let named = try #require(calls.firstIndex { $0.contains("new/index.json") })
    for folder in ["new/blobs/sha256", "new/blobs", "new", ""] {
      let path = folder.isEmpty ? box.root : "\(box.root)/\(folder)"
      #expect(calls[..<named].contains { $0.contains("fsync") && $0.contains("<\(path)>") }, "\(calls)")
    }
    #expect(calls[named...].contains { $0.contains("fsync") && $0.contains("<\(box.root)/new>") }, "\(calls)")
  }

  @Test func `a store that is not there cannot be locked`() throws {
    let box = try Sandbox()
    let outcome = try box.kpack("base", "lock", "--bases", "new")
    #expect(outcome == .refused(2, "--bases: new: expected a folder, found nothing"))
    #expect(!box.isThere("new"))
  }

  @Test func `eight locks at once leave one whole lock`() throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    try #require(try box.kpack("base", "lock", "--bases", "old").status == 0)
    let names = try box.names(in: "old")
    let lock = try box.read("old/bases.lock.json")
    for run in try (1...8).map({ _ in try box.start(["base", "lock", "--bases", "old"]) }) {
      let outcome = try run.wait()
      let isInUse = outcome.status == 4 && outcome.errors.contains("old: in use by another run")
      #expect(outcome.status == 0 || isInUse, "\(outcome)")
    }
    #expect(try box.names(in: "old") == names)
    #expect(try box.read("old/bases.lock.json") == lock)
  }

  @Test(arguments: [
    ("add one old --cmd sh --env A=b", "--cmd", "add REF FILE"), ("add one old --from x", "--from", "add REF FILE"),
    ("add one --rootfs rootfs --arch amd64 --from x", "--from", "add REF --rootfs PATH"),
    ("make one --from x --arch amd64 --rootfs y", "--rootfs", "make REF"), ("list --rootfs y", "--rootfs", "list"),
    ("list --arch amd64", "--arch", "list"), ("lock --env A=b", "--env", "lock"),
  ])
  func `an option that means nothing is the user's mistake`(line: String, option: String, form: String) throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    let words = line.split(separator: " ").map { String($0) }
    let outcome = try box.kpack(words: ["base"] + words + ["--bases", "old"])
    let message = "\(option) means nothing to `base \(form)`\nusage: see `kpack base --help`"
    #expect(outcome == .refused(2, message))
  }

  @Test(arguments: [
    ("add one old --arch amd64 --arch arm64", "--arch"), ("add one old --name a --name a", "--name"),
    ("make one --from x --from y --arch amd64", "--from"),
  ])
  func `an option that means one thing is given once`(line: String, option: String) throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    let words = line.split(separator: " ").map { String($0) }
    let outcome = try box.kpack(words: ["base"] + words + ["--bases", "new"])
    #expect(outcome == .refused(2, "\(option): expected it once\nusage: see `kpack base --help`"))
  }

  @Test(arguments: [
    ("x86_64", "; did you mean amd64?"), ("aarch64", "; did you mean arm64?"), ("armv5", "; did you mean arm?"),
    ("amd46", "; did you mean amd64?"), ("foo", ""), ("", ""),
    ("arm/", "; did you mean arm?"), ("arm/6", "; did you mean arm/v6?"), ("arm/V7", "; did you mean arm/v7?"),
    ("arm/v", "; did you mean arm?"), ("arm/v07", "; did you mean arm?"), ("arm/v6/x", "; did you mean arm?"),
    ("aarch64/v8", "; did you mean arm64/v8?"), ("amd64/x", "; did you mean amd64?"), ("foo/v6", ""),
    ("linux/arm/v6", "; did you mean arm/v6?"), ("linux/x86_64", "; did you mean amd64?"), ("/v6", ""),
    ("amd64/power9", "; did you mean amd64?"), ("linux", ""),
  ])
  func `an architecture is named as Go names it`(name: String, hint: String) throws {
    let box = try Sandbox.stored(["one --arch amd64"])
    let message = "--arch: expected an architecture such as amd64 or arm/v6, found \"\(name)\"\(hint)"
    let refused = Outcome.refused(2, "\(message)\nusage: see `kpack base --help`")
    for words in [["add", "x", "--rootfs", "rootfs"], ["add", "x", "old"], ["make", "x", "--from", "rootfs"]] {
      #expect(try box.kpack(words: ["base"] + words + ["--bases", "new", "--arch", name]) == refused)
    }
    #expect(!box.isThere("new"))
  }

  @Test(
    arguments: [
      (["--arch", "x86_64"], [:], "linux/x86_64", "; did you mean linux/amd64?"),
      (["--arch", "amd64,aarch64"], [:], "linux/aarch64", "; did you mean linux/arm64?"),
      (["--platform", "macos/arm64"], [:], "macos/arm64", "; did you mean darwin/arm64?"),
      ([], ["KUBE_BUILD_PLATFORMS": "linux/i686"], "linux/i686", "; did you mean linux/386?"),
      (["--platform", "linux/foo"], [:], "linux/foo", ""),
    ] as [([String], [String: String], String, String)])
  func `a platform in no list is named as Go names it`(
    words: [String], environment: [String: String], platform: String, hint: String
  ) throws {
    let box = try Sandbox.imaged()
    let variable = environment.keys.map { "\($0): " }.joined()
    let refused = Outcome.refused(2, "\(variable)the platform \(platform) is in no list of this run\(hint)")
    let common = ["images", "--quiet", "--layouts", "layouts", "--version", "v1"]
    #expect(try box.kpack(words: common + words, environment: environment) == refused)
  }

  @Test func `architectures and platforms are not asked for at once`() throws {
    let outcome = try Sandbox().kpack("images", "--arch", "amd64", "--platform", "linux/amd64")
    let message = "--arch and --platform: expected one of them\nusage: see `kpack images --help`"
    #expect(outcome == .refused(2, message))
  }

  @Test func `of several images the one is added that is named`() throws {
    let box = try Sandbox.stored(["a:1 --arch amd64"])
    try box.write("other\n", to: "rootfs/etc/group")
    try box.addBase("b:1 --arch amd64", to: "old")
    let words = ["base", "add", "c:1", "old", "--bases", "new"]
    let choices = "a:1 (linux/amd64), b:1 (linux/amd64)"
    #expect(try box.kpack(words: words) == .refused(3, "old: holds several images, none named c:1: \(choices)"))
    #expect(
      try box.kpack(words: words + ["--name", "d:1"]) == .refused(3, "old: holds no image named d:1: \(choices)"))
    #expect(!box.isThere("new"))
    try #require(try box.kpack(words: words + ["--name", "b:1"]).status == 0)
    #expect(try box.bases(in: "new") == ["docker.io/library/c:1 linux/amd64"])
    #expect(try box.names(in: "new/blobs/sha256").allSatisfy { box.isThere("old/blobs/sha256/\($0)") })
  }

  @Test func `the time of a base that is made is in its config`() throws {
    let box = try Sandbox.stored(["one --arch amd64 --epoch 1000000000", "two --arch amd64"])
    let outcome = try box.kpack("inspect", "--format", "json", "old")
    try #require(outcome.status == 0 && outcome.lines.count == 2, "\(outcome)")
    for (line, time) in zip(outcome.lines, ["2001-09-09T01:46:40Z", "1970-01-01T00:00:00Z"]) {
      #expect(line.contains(#""created":"\#(time)""#), "\(line)")
    }
  }

  @Test func `a signal takes back what a base has been written so far, and the folder`() throws {
    let box = try Sandbox.stored([])
    try box.sh("head -c 100000000 /dev/urandom > rootfs/big")
    let run = try box.start(["base", "add", "one", "--rootfs", "rootfs", "--arch", "amd64", "--bases", "new/store"])
    while run.isRunning && !box.isThere("new/store/.kpack-tmp-0") { usleep(500) }
    run.signal(SIGSTOP)
    try #require(run.isRunning, "the run ended before a test could step in")
    let words = ["base", "add", "two", "--rootfs", "rootfs/etc", "--arch", "amd64", "--bases", "new/store"]
    #expect(try box.kpack(words: words) == .refused(4, "new/store: in use by another run (process \(run.identifier))"))
    run.signal(SIGTERM)
    run.resume()
    let ended = "\nkpack: ended by signal 15; nothing was written\n"
    #expect(try run.wait() == Outcome(status: 143, output: "", errors: ended))
    #expect(!box.isThere("new"))
  }
}

extension Sandbox {
  /// What a store holds: "REF PLATFORM" a base.
  fileprivate func bases(in store: String) throws -> [String] {
    let outcome = try kpack("base", "list", "--format", "json", "--bases", store)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try outcome.lines.map { line in
      let base = try JSONDecoder().decode(Base.self, from: Data(line.utf8))
      return "\(base.reference) \(base.platform)"
    }
  }

  private struct Base: Decodable {
    let reference, platform: String
  }
}
