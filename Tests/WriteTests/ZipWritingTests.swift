// Zips: one set of bytes whatever came before, and what other programs find in them.

@testable import Archive
@testable import Basics
@testable import Cache
@testable import Files
@testable import Plan
@testable import TestSupport
import Testing
@testable import Write

struct ZipWritingTests {
  private let sample: SampleCache
  private var tree: TemporaryTree { sample.tree }

  init() throws {
    sample = try SampleCache()
    try tree.write(Self.bytes(3 << 20), to: "t/big")
    try tree.write([0x1F, 0x8B] + Self.bytes(1 << 20), to: "t/packed.gz")
    try tree.write(Self.bytes(900_000), to: "t/middle")
    try tree.write("", to: "t/empty")
    try tree.write("text text text text text text", to: "t/sub/text")
    try tree.write("é", to: "t/é")
    try tree.write([0x1F, 0x8B, 1, 2, 3], to: "t/small.gz")
    try tree.run("sh", "-c", "chmod 755 t/big; mkdir t/hollow; ln -s ../big t/sub/link")
  }

  /// Bytes that deflate to about half.
  private static func bytes(_ count: Int) -> [UInt8] {
    var random = SplitMix(seed: 5)
    return random.text(count)
  }

  private static let layouts: KeyValuePairs = [
    "release": #"{"name": "a", "archive": {"root": "top"}}"#,
    "gz": tarball([#"{"tree": "t"}"#], name: "gz.tgz"),
    "more": tarball(
      [#"{"tree": "t/sub"}"#, #"{"artifact": "zip", "to": "zip.zip"}"#, #"{"file": "t/big", "to": "big"}"#],
      name: "more.zip"),
    "zip": tarball([#"{"tree": "t"}"#], name: "zip.zip"),
  ]

  /// Writes the named layouts into a new folder; the digests of the zips by name.
  private func write(
    _ names: [String], jobs: Int = 2, cache: ArtifactCache? = nil, _ change: (inout ReleaseOptions) -> Void = { _ in }
  ) throws -> [String: Digest] {
    try tree.run("rm", "-rf", "out")
    let plan = try tree.plan(Self.layouts, names: names, change)
    let folder = try OutputFolder("\(tree.root)/out")
    defer { folder.abandon() }
    var options = WriteOptions(jobs: jobs)
    options.hashesEntries = true
    let results = try written(plan, into: folder, options, cache: cache)
    let zips = results.filter { !plan.artifacts[$0.artifact].isTar }
    return Dictionary(uniqueKeysWithValues: zips.map { (plan.artifacts[$0.artifact].fileName, $0.digest) })
  }

  @Test func `a zip has the same bytes whatever comes before it, for any number of threads, and with a cache`() throws {
    let alone = try write(["zip"], jobs: 1)
    let digest = try #require(alone["zip.zip"])
    #expect(try tree.run("sh", "-c", "sha256sum out/zip.zip").hasPrefix("\(digest)"))
    let all = try write([])
    #expect(all.count == 2 && all["zip.zip"] == digest)
    for jobs in [1, 7] { #expect(try write([], jobs: jobs) == all) }
    for _ in 1...2 {
      let cache = sample.openRelease()
      #expect(try write(["zip"], cache: cache) == alone)
      cache.finish()
    }
    #expect(try write([], cache: sample.openRelease()) == all)
  }

  @Test func `the time and the level are parts of it`() throws {
    let plain = try write(["zip"])
    let changes: [(inout ReleaseOptions) -> Void] = [{ $0.epoch = 1_500_000_000 }, { $0.level = 9 }, { $0.level = 0 }]
    let all = try changes.map { try write(["zip"], $0) }
    #expect(Set([plain["zip.zip"]] + all.map { $0["zip.zip"] }).count == 4)
  }

  @Test(.enabled(if: Tool.exists("python3")))
  func `another reader finds what was put in, and the checksums are right`() throws {
    _ = try write([]) { $0.epoch = 1_500_000_001 }
    let script = """
      import sys, zipfile
      for name in sys.argv[1:]:
        z = zipfile.ZipFile(name)
        assert z.testzip() is None
        for i in z.infolist():
          assert i.date_time == (2017, 7, 14, 2, 40, 0) and i.flag_bits in (0, 0x800), i
          print("%o" % (i.external_attr >> 16), i.compress_type, i.file_size, i.filename)
          if i.filename.startswith("top/sub/link"): print("->", z.read(i).decode())
      """
    try tree.write(script, to: "list.py")
    #expect(
      try tree.run("python3", "list.py", "out/zip.zip") == """
        40755 0 0 top/
        100755 8 3145728 top/big
        100644 0 0 top/empty
        40755 0 0 top/hollow/
        100644 8 900000 top/middle
        100644 0 1048578 top/packed.gz
        100644 0 5 top/small.gz
        40755 0 0 top/sub/
        120777 0 6 top/sub/link
        -> ../big
        100644 8 29 top/sub/text
        100644 0 2 top/é

        """)
    try tree.run(
      "sh", "-c", "mkdir u && cd u && python3 -m zipfile -e ../out/zip.zip . && python3 -m zipfile -e ../out/more.zip m"
    )
    try tree.run(
      "sh", "-c", "for f in big empty middle packed.gz small.gz sub/text é; do cmp t/$f u/top/$f || exit 1; done")
    try tree.run("sh", "-c", "cmp u/m/top/zip.zip out/zip.zip && cmp u/m/top/big t/big && cmp u/m/top/text t/sub/text")
  }
}
