// The cache between runs: whatever it knows, the outputs are the ones that are made without it.

import Foundation
import Testing

@Suite struct CacheTests {
  @Test func `whatever is known before, the outputs are those of a run without a cache`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached(["--no-cache"], out: "plain")
    #expect(bytes.count == 3 && !box.isThere("cache"))
    let steps: [(String, [String])] = [
      (":", []), (":", []), ("rm -r out", []), ("rm out/src.tar.gz", []), ("rm out/all.tar.gz", []), (":", ["--force"]),
      ("rm -r out; find cache/objects -type f | sort | awk 'NR % 2' | xargs rm", []),
      ("rm -r out; find cache/objects -type f -size +100k | xargs rm", []),
      ("rm -r out; find cache/objects -type f -size -2 | xargs rm", []),
      ("rm -rf out cache/index cache/lock", []),
      ("rm -r out", ["--jobs=1"]), ("rm -r out", ["--jobs=4"]), ("rm -r out cache", ["--jobs=1"]),
      ("rm -r out cache", ["--jobs=4"]), (":", ["--cache-limit=100000"]), ("rm -r out", ["--jobs=2"]),
    ]
    for (step, words) in steps {
      try box.sh(step)
      #expect(try box.packCached(words) == bytes, "\(step) \(words)")
    }
  }

  @Test func `what changes between runs is made again, and nothing else is`() throws {
    let box = try Sandbox.cached()
    var last = try box.packCached()
    let changes = [
      "sed -i s/^7$/x/ src/big", "echo more >> src/big", "cp src/packed.gz src/big", "seq 9 180008 > src/small/7",
      "mv src/small/7 src/small/q", "chmod +x src/small/8", "echo x > src/small/empty",
      "echo x > src/small/link", "echo >> _output/dockerized/bin/linux/amd64/tool",
      "sed -i s/hello/bye/ layouts/images.json", #"sed -i 's/,{"file"/,{"text":"x","to":"x"}&/' layouts/all.json"#,
    ]
    for change in changes {
      try box.sh(change)
      let bytes = try box.packCached()
      #expect(bytes == (try box.packCached(["--no-cache"], out: "plain")), "\(change)")
      #expect([1, 2].contains(bytes.count { last[$0.key] != $0.value }), "\(change)")
      last = bytes
    }
  }

  @Test func `what tarballs that are left alone were made of stays in use`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    for words in [[], ["--format=json"], ["--force"]] {
      // Each way to be written leaves a record; from then on nothing is, and all but the digests of layers is in use.
      if !words.isEmpty { _ = try box.packCached(words) }
      try box.sh("find cache/objects -type f -exec touch -d '10 days ago' {} +")
      #expect(try box.packCached(words.filter { $0 != "--force" }) == bytes)
      #expect(try box.sh("find cache/objects -type f -mmin +60 -size +108c") == "", "\(words)")
    }
  }

  @Test func `the digests of uncompressed tars are told, whether a run before was asked for them or not`() throws {
    let box = try Sandbox.cached()
    let plain = try box.startCached(["--no-cache", "--format=json"], out: "plain").wait().rows().map { $0["tarSha256"] }
    try #require(plain.count == 3 && !plain.contains(nil))
    for words in [[], ["--format=json"], [], ["--format=json", "--force"], ["--format=json"]] {
      let outcome = try box.startCached(words).wait()
      try #require(outcome.status == 0, "\(outcome.errors)")
      if !words.isEmpty { #expect(try outcome.rows().map { $0["tarSha256"] } == plain) }
    }
  }

  @Test func `a file that was touched, or is another one with the same contents, changes no output`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    for change in ["touch src/big src/small/*", "for f in src/small/*; do cp -a $f x && mv -T x $f; done"] {
      try box.sh(change)
      #expect(try box.packCached() == bytes, "\(change)")
    }
  }

  @Test func `levels, formats and times are kept apart`() throws {
    let box = try Sandbox.cached()
    let settings = ["--level=0", "--level=1", "--level=6", "--epoch=5", "--image-format=oci"]
    let plain = try settings.map { try box.packCached([$0, "--no-cache"], out: "plain") }
    #expect(Set(plain).count == settings.count)
    for (setting, bytes) in zip(settings, plain) + zip(settings, plain).reversed() {
      #expect(try box.packCached([setting]) == bytes, "\(setting)")
    }
  }

  @Test func `runs on one cache at once, and one that is pruned all the while, make the same`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached(["--no-cache"], out: "plain")
    for limit in ["0", "300000", "9000000"] {
      let prune = try box.start(
        ["cache", "prune", "--cache=cache", "--cache-limit=\(limit)"],
        through: ["sh", "-c", "while :; do \"$@\" || sleep 0.01; done", "sh"])
      defer { prune.signal(SIGKILL) }
      for _ in 0..<2 {
        try box.sh("rm -rf out1 out2 out3")
        let runs = try (1...3).map { try box.startCached(["--jobs=2"], out: "out\($0)") }
        for (number, run) in zip(1..., runs) {
          let outcome = try run.wait()
          try #require(outcome.status == 0, "\(outcome.errors)")
          #expect(outcome.warnings == [])
          #expect(try box.files(in: "out\(number)") == bytes)
        }
      }
    }
    let verified = try box.kpack("cache", "verify", "--cache=cache", "--format=json").rows()
    #expect(verified.first?["removedObjects"] == 0)
  }

  /// The zlib that kpack runs with, where it can be another one.
  private static let zlib = try? Sandbox().sh(
    "ldd \"$1\" | sed -n 's/.*libz.so.1 => \\([^ ]*\\) .*/\\1/p'", Program.kpack)

  @Test(.enabled(if: zlib?.hasPrefix("/") == true))
  func `what another zlib deflated is not taken`() throws {
    let box = try Sandbox.cached()
    try box.sh(
      """
      version=$("$1" --version | sed -n 's/^zlib //p')
      cp "$(echo $2)" libz.so.1
      sed -i "s/$version/${version%?}x/g" libz.so.1
      """, Program.kpack, Self.zlib ?? "")
    let other = ["LD_LIBRARY_PATH": box.root]
    try #require(try box.kpack("--version", environment: other) != box.kpack("--version"))
    let bytes = try box.packCached()
    let objects = try box.objects()
    #expect(try box.packCached(environment: other) == bytes)
    let more = try box.objects()
    // The digest of the image's layer is that of plain bytes.
    #expect(more.count == 2 * objects.count - 1)
    // The next run of each finds its own.
    #expect(try box.packCached() == bytes)
    #expect(try box.packCached(out: "new", environment: other) == bytes)
    #expect(try box.objects() == more)
  }
}
