// kpack cache, and the options and variables that say where a cache is and how much it keeps.

import Foundation
import Testing

@Suite struct CacheCommandTests {
  /// A packed project whose cache holds a source of some 400 kB and small objects.
  private func packed(_ words: [String] = [], environment: [String: String] = [:]) throws -> Sandbox {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("seq 1 180000 > src/big")
    let outcome = try box.kpack(words: Sandbox.packProject + words, environment: environment)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return box
  }

  /// How many objects a cache holds, and their bytes.
  private func size(of cache: String, in box: Sandbox) throws -> [Int64] {
    let script = "find $1/objects -type f -printf '%s\\n' | awk '{ sum += $1 } END { print NR, sum + 0 }'"
    return try box.sh(script, cache).split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
  }

  private func row(_ cache: String, _ sizes: [Int64]) -> [[String: Value]] {
    let names = ["objects", "bytes", "removedObjects", "removedBytes"]
    let numbers = zip(names, sizes).map { ($0, Value.number($1)) }
    return [["cache": .text(cache)].merging(numbers) { $1 }]
  }

  @Test func `info tells of objects and bytes`() throws {
    let box = try packed()
    let size = try size(of: "cache", in: box)
    #expect(size[0] >= 4 && size[1] > 300_000)
    let outcome = try box.kpack("cache", "info", "--cache=cache", "--format=json")
    #expect(try outcome.rows() == row("cache", size + [0, 0]))
    let text = try box.kpack("cache", "info", "--cache=cache")
    #expect(text == Outcome(status: 0, output: "cache: \(size[0]) objects, \((size[1] + 500) / 1000) kB\n", errors: ""))
  }

  @Test(arguments: ["info", "prune", "verify"])
  func `a cache that is not there is an empty one, and none is made`(command: String) throws {
    let box = try Sandbox()
    let outcome = try box.kpack("cache", command, "--cache=a/b")
    #expect(outcome == Outcome(status: 0, output: "a/b: 0 objects, 0 B\n", errors: ""))
    #expect(try box.names(in: "") == [])
  }

  @Test func `prune keeps what was used last, within the limit`() throws {
    let box = try packed()
    try box.sh("find cache/objects -type f -size -4 -exec touch -d 2020-01-01 {} +")
    let size = try size(of: "cache", in: box)
    let big = try box.sh("find cache/objects -type f -size +100k -printf '%s'")
    let bytes = try #require(Int64(big))
    let some = try box.kpack("cache", "prune", "--cache=cache", "--cache-limit=\(bytes)", "--format=json")
    #expect(try some.rows() == row("cache", [1, bytes, size[0] - 1, size[1] - bytes]))
    let all = try box.kpack("cache", "prune", "--cache=cache", environment: ["KPACK_CACHE_LIMIT": "0"])
    let kilobytes = (bytes + 500) / 1000
    #expect(all == Outcome(status: 0, output: "cache: 0 objects, 0 B; removed 1, \(kilobytes) kB\n", errors: ""))
    #expect(try self.size(of: "cache", in: box) == [0, 0])
  }

  @Test func `prune leaves alone what is none of the cache's`() throws {
    let box = try packed()
    try box.sh("touch cache/mine cache/objects/mine cache/objects/ab; mkdir cache/objects/xy; touch cache/objects/xy/z")
    #expect(try box.kpack("cache", "prune", "--cache=cache", "--cache-limit=0").status == 0)
    #expect(try box.sh("find cache -type f | sort | xargs -n 1 basename").contains("mine\nmine\nab\nz\n") == false)
    for name in ["mine", "objects/mine", "objects/ab", "objects/xy/z"] { #expect(box.isThere("cache/\(name)")) }
  }

  @Test func `a prune while another is at it says so`() throws {
    let box = try packed()
    let prefix = ["flock", "cache/lock"]
    let outcome = try box.kpack("cache", "prune", "--cache=cache", through: prefix)
    #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: cache: in use by another run\n"))
    #expect(try box.kpack("cache", "info", "--cache=cache", through: prefix).status == 0)
    #expect(try box.kpack(words: Sandbox.packProject + ["--force"], through: prefix).status == 0)
  }

  @Test func `verify removes what is damaged and that alone`() throws {
    let box = try packed()
    let before = try size(of: "cache", in: box)
    let sound = try box.kpack("cache", "verify", "--cache=cache", "--format=json")
    #expect(try sound.rows() == row("cache", before + [0, 0]))
    let object = try box.sh("find cache/objects -type f -size +100k -printf %p")
    try box.sh("printf x | dd of=$1 bs=1 seek=777 conv=notrunc status=none", object)
    let bytes = Int64(try box.read(object).count)
    let damaged = try box.kpack("cache", "verify", "--cache=cache", "--format=json")
    #expect(try damaged.rows() == row("cache", [before[0] - 1, before[1] - bytes, 1, bytes]))
    #expect(!box.isThere(object))
  }

  @Test(
    arguments: [
      ([], ["KPACK_CACHE": "other"], "other"), (["--cache=given"], ["KPACK_CACHE": "other"], "given"),
      ([], ["KPACK_CACHE": "deep/er/"], "deep/er"), (["--cache=given//"], [:], "given"),
    ] as [([String], [String: String], String)])
  func `the cache is where the option or the variable says`(
    words: [String], environment: [String: String], place: String
  ) throws {
    let box = try Sandbox.project(#"{ "tree": "src" }"#)
    let run = ["tarballs", "--quiet", "--layouts=layouts", "--out=out"] + words
    try #require(try box.kpack(words: run, environment: environment).status == 0)
    #expect(try box.sh("find . -name CACHEDIR.TAG") == "./\(place)/CACHEDIR.TAG\n")
    let told = try box.kpack(words: ["cache", "info"] + words, environment: environment)
    #expect(told.output.hasPrefix("\(place): 2 objects, "), "\(told)")
  }

  @Test(
    arguments: [([], [:]), ([], ["KPACK_CACHE": ""]), (["--no-cache"], ["KPACK_CACHE": "kept"])]
      as [([String], [String: String])])
  func `nothing is kept where nothing else is made, unless it is asked for`(
    words: [String], environment: [String: String]
  ) throws {
    let box = try Sandbox.project(#"{ "tree": "src" }"#)
    let words = ["tarballs", "--quiet", "--layouts=layouts", "--out=out"] + words
    try #require(try box.kpack(words: words, environment: environment).status == 0)
    #expect(try box.sh("find . -name CACHEDIR.TAG") == "")
  }

  @Test(arguments: [([], true), (["--no-cache"], false), (["--cache=elsewhere"], false)])
  func `what is kept stands beside the outputs where nothing else is said`(words: [String], isThere: Bool) throws {
    let box = try Sandbox.project(#"{ "tree": "src" }"#)
    let outcome = try box.kpack(words: ["tarballs", "--quiet", "--layouts=layouts"] + words)
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try box.names(in: "_output") == (isThere ? ["kpack-cache", "release-tars"] : ["release-tars"]))
    #expect(box.isThere("elsewhere/CACHEDIR.TAG") == words.contains("--cache=elsewhere"))
  }

  @Test func `a cache within a tree that is packed is not packed`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    for _ in 0..<2 {
      let words = Sandbox.packProject.dropLast(2) + ["--force"]
      try #require(try box.kpack(words: Array(words), environment: ["KPACK_CACHE": "src/kept/"]).status == 0)
      #expect(try box.paths(in: "out/p.tar.gz") == ["a"])
    }
    #expect(box.isThere("src/kept/CACHEDIR.TAG"))
  }

  @Test func `a folder of sources that is named as the cache is told of, and packed`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir src/sub && echo x > src/sub/b")
    let outcome = try box.kpack("tarballs", "--root=src", "--layouts=layouts", "--out=out", "--cache=src/sub")
    #expect(outcome.status == 0 && outcome.warnings.count == 1, "\(outcome.errors)")
    #expect(try box.paths(in: "out/p.tar.gz") == ["a", "sub", "sub/b"])
  }

  @Test func `a cache that cannot be used is left out of trees all the same`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let words = Array(Sandbox.packProject.dropLast(2)) + ["--cache=src/c"]
    try #require(try box.kpack(words: words).status == 0)
    try box.sh("mv src/c/objects elsewhere; ln -s ../../elsewhere src/c/objects")
    #expect(try box.kpack(words: words + ["--force"]).status == 0)
    #expect(try box.paths(in: "out/p.tar.gz") == ["a"])
  }

  @Test func `a cache that a run before this one left at the usual place is not packed`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    for words in [[], ["--cache=new"], ["--no-cache"]] {
      let outcome = try box.kpack(words: ["tarballs", "--quiet", "--layouts=layouts", "--root=src", "--force"] + words)
      try #require(outcome.status == 0, "\(outcome.errors)")
      #expect(try box.paths(in: "src/_output/release-tars/p.tar.gz") == ["a"], "\(words)")
    }
    #expect(box.isThere("src/_output/kpack-cache/CACHEDIR.TAG"))
  }

  @Test func `a run keeps no more than the limit`() throws {
    let roomy = try packed()
    #expect(try size(of: "cache", in: roomy)[1] > 300_000)
    let option = try packed(["--cache-limit=2000"], environment: ["KPACK_CACHE_LIMIT": "9999999"])
    #expect(try (1...2000).contains(size(of: "cache", in: option)[1]))
    let variable = try packed(environment: ["KPACK_CACHE_LIMIT": "0"])
    #expect(try size(of: "cache", in: variable) == [0, 0])
    #expect(try !packed(["--no-cache"]).isThere("cache"))
  }

  @Test(arguments: ["-1", "1k", "1.5", " 1", "", "9223372036854775808", "0x10"])
  func `a limit that is no whole number is refused`(limit: String) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    let message = "expected a whole number from 0 to 9223372036854775807, found \"\(limit)\""
    for command in ["tarballs", "cache"] {
      let words = command == "cache" ? ["cache", "info"] : Sandbox.packProject
      let usage = "\nusage: see `kpack \(command) --help`\n"
      let given = Outcome(status: 2, output: "", errors: "kpack: error: --cache-limit: \(message)\(usage)")
      #expect(try box.kpack(words: words + ["--cache-limit", limit]) == given)
      if limit.isEmpty { continue }
      let set = Outcome(status: 2, output: "", errors: "kpack: error: KPACK_CACHE_LIMIT: \(message)\(usage)")
      #expect(try box.kpack(words: words, environment: ["KPACK_CACHE_LIMIT": limit]) == set)
    }
    #expect(try box.names(in: "") == ["layouts", "src"])
  }

  @Test(arguments: [
    (["cache"], "expected `info`, `prune` or `verify`"), (["cache", "clear"], "expected `info`, `prune` or `verify`"),
    (["cache", "info", "prune"], "expected `info`, `prune` or `verify`"),
    (["cache", "info", "--cache="], "--cache: expected a folder, found nothing"),
    (["cache", "info", "--format=yaml"], #"--format: expected one of text, json, found "yaml""#),
  ])
  func `words that make no sense are refused`(words: [String], message: String) throws {
    let errors = "kpack: error: \(message)\nusage: see `kpack cache --help`\n"
    #expect(try Sandbox().kpack(words: words) == Outcome(status: 2, output: "", errors: errors))
  }

  @Test(arguments: ["KPACK_CACHE", "KPACK_CACHE_LIMIT"])
  func `a variable that is not UTF-8 is refused`(name: String) throws {
    let box = try Sandbox()
    let outcome = try box.kpack("cache", "info", through: Program.after("export \(name)=$(printf '1\\377')"))
    #expect(outcome.status == 2 && outcome.errors.hasPrefix("kpack: error: \(name): expected text in UTF-8\n"))
  }
}
