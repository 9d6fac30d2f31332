// A cache that is damaged, that cannot be written, or is full: the outputs are the same, and at most a warning tells.

import Foundation
import Testing

@Suite struct CacheFaultTests {
  /// Ways to damage the bytes of an object, and whether that is told of.
  private static let changes: [(name: String, isTold: Bool, change: @Sendable (inout Data) -> Void)] = [
    ("magic", false, { $0[0] ^= 1 }), ("kind", true, { $0[15] ^= 1 }), ("key", true, { $0[20] ^= 0x80 }),
    ("payload", true, { $0[50] ^= 1 }), ("middle", true, { $0[$0.count / 2] ^= 1 }),
    ("size", true, { $0[$0.count - 20] ^= 1 }), ("checksum", true, { $0[$0.count - 1] ^= 1 }),
    ("nothing left", true, { $0.removeAll() }),
    ("half left", true, { $0 = $0.prefix($0.count / 2) }), ("a byte missing", true, { $0.removeLast() }),
    ("grown", true, { $0.append(0) }),
  ]

  @Test func `damaged objects are made anew, and told of once`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    for (name, isTold, change) in Self.changes {
      for object in try box.objects() {
        var damaged = try box.read(object)
        change(&damaged)
        try box.write(damaged, to: object)
      }
      let outcome = try box.startCached(["--jobs=2"]).wait()
      #expect(outcome.status == 0 && outcome.warnings.count == (isTold ? 1 : 0), "\(name): \(outcome.errors)")
      let ending = ": damaged in the cache, made anew"
      #expect(outcome.warnings.allSatisfy { $0.hasPrefix("cache/objects/") && $0.hasSuffix(ending) })
      #expect(try box.files(in: "out") == bytes, "\(name)")
    }
    try box.expectNothingDamaged()
    #expect(try box.packCached(out: "new") == bytes)
  }

  @Test func `what stands in the place of objects is not taken for them`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    let changes = [
      (#"cp "$other" "$object""#, 1), (#"truncate -s 100G "$object""#, 1), (#"rm "$object"; mkfifo "$object""#, 0),
      (#"rm "$object"; ln -s /dev/zero "$object""#, 0), (#"mv "$object" x; ln -s "$PWD/x" "$object""#, 0),
      (#"rm "$object"; mkdir "$object" "$object/more""#, 0),
    ]
    for (change, warnings) in changes {
      try box.sh(
        """
        other=$(find cache/objects -type f | sort | tail -1)
        for object in $(find cache/objects -type f | sort); do \(change); other=$object; done
        """)
      let outcome = try box.startCached().wait()
      #expect(outcome.status == 0 && outcome.warnings.count == warnings, "\(change): \(outcome.errors)")
      #expect(try box.files(in: "out") == bytes, "\(change)")
    }
  }

  @Test func `a damaged index is told of, a foreign one is not, and both are replaced`() throws {
    let box = try Sandbox.cached()
    // The index takes no times that are new.
    usleep(2_100_000)
    let bytes = try box.packCached()
    let index = try box.read("cache/index")
    try #require(index.count > 3 * 76)
    var damages = Self.changes
    // A number that only the checksum speaks against, and an order that is none.
    damages.append(("digest", true, { $0[54 + 76 + 50] ^= 1 }))
    damages.append(("order", true, { $0[54] ^= 1 }))
    for (name, _, change) in damages {
      var damaged = index
      change(&damaged)
      try box.write(damaged, to: "cache/index")
      // Where an object has its kind and its key, the index has the machine.
      let isForeign = ["magic", "kind", "key"].contains(name)
      let warnings = isForeign ? [] : ["cache/index: damaged, the files are hashed anew"]
      #expect(try box.packCached(warnings: warnings) == bytes, "\(name)")
      #expect(try box.read("cache/index").count >= index.count)
    }
    for place in ["mkfifo cache/index", "mkdir -p cache/index/x", "ln -s /dev/zero cache/index"] {
      try box.sh("rm -rf cache/index; \(place)")
      #expect(try box.packCached() == bytes, "\(place)")
    }
  }
}

// Folders that take nothing
extension CacheFaultTests {
  @Test func `a place that no cache can have is told of, and the run goes on`() throws {
    let box = try Sandbox.cached()
    let plain = try box.packCached(["--no-cache"])
    _ = try box.packCached()
    try box.sh("mkdir tagged; mv cache/CACHEDIR.TAG tagged")
    let cases = [
      ("touch cache", "Not a directory"), ("mkdir cache; touch cache/objects", "Directory not empty"),
      ("cp -r tagged cache; touch cache/objects", "Not a directory"),
      ("cp -r tagged cache; mkdir elsewhere; ln -s ../elsewhere cache/objects", "Not a directory"),
      ("ln -s nowhere/at/all cache", "No such file or directory"),
      ("ln -s cache cache", "Too many levels of symbolic links"),
      ("mkdir cache; echo an index of other things > cache/index", "Directory not empty"),
      ("mkdir -p cache/objects; echo other > cache/CACHEDIR.TAG", "Directory not empty"),
      ("cp -r tagged cache; mkdir cache/lock", "Is a directory"),
    ]
    for (making, reason) in cases {
      try box.sh("rm -rf cache; \(making)")
      let outcome = try box.startCached().wait()
      // Where the index has news, one more thing needs the lock.
      let most = reason == "Is a directory" ? 2 : 1
      #expect(outcome.status == 0 && (1...most).contains(outcome.warnings.count), "\(making): \(outcome.errors)")
      #expect(outcome.warnings.allSatisfy { $0.contains(": \(reason); the cache ") }, "\(outcome.warnings)")
      #expect(try box.files(in: "out") == plain)
    }
    #expect(try box.names(in: "elsewhere") == [])
  }

  @Test(.enabled(if: Program.unprivileged != nil))
  func `verify goes on behind what it cannot read, and fails at the end`() throws {
    let box = try Sandbox.cached()
    _ = try box.packCached()
    let objects = try box.objects()
    try box.sh(
      "find cache -type d -exec chmod 777 {} +; chmod -R a+rw cache; chmod 0 $1; : > $2", objects[0], objects[1])
    let outcome = try box.kpack(
      "cache", "verify", "--cache=cache", "--format=json", through: Program.unprivileged ?? [])
    #expect(outcome.status == 4)
    #expect(try outcome.rows().first?["removedObjects"] == 1)
    #expect(!box.isThere(objects[1]))
    let warning = "kpack: warning: \(objects[0]): cannot open: Permission denied\n"
    #expect(outcome.errors == warning + "kpack: error: cache: 1 of its files could not be read\n")
  }

  @Test(arguments: [["cache", "info"], ["cache", "prune"], ["cache", "verify"], []])
  func `a repository that is named as the cache keeps every object`(words: [String]) throws {
    let box = try Sandbox.cached()
    // Its objects are called as those of a cache are.
    try box.sh(
      """
      git init -q --object-format=sha256 g
      git -C g -c user.name=a -c user.email=a@a commit -q --allow-empty -m a
      cp -a g/.git was
      """)
    let problem = "g/.git: cannot use as a cache: Directory not empty"
    let options = ["--cache=g/.git", "--cache-limit=0"]
    if words.isEmpty {
      let outcome = try box.startCached(options).wait()
      #expect(outcome.status == 0)
      #expect(outcome.warnings == ["\(problem); the cache takes in nothing more"])
    } else {
      let outcome = try box.kpack(words: words + options)
      #expect(outcome == Outcome(status: 4, output: "", errors: "kpack: error: \(problem)\n"))
    }
    try box.sh("diff -r was g/.git")
  }

  @Test(.enabled(if: Program.unprivileged != nil))
  func `a folder without permission is told of, and what can be read in it is used`() throws {
    let box = try Sandbox.cached()
    let bytes = try box.packCached()
    let prefix = Program.unprivileged ?? []
    try box.sh("rm -r out; mkdir -m 777 out new; chmod -R a-w,a+rX cache")
    _ = try box.startCached(through: prefix).wait()
    #expect(try box.files(in: "out") == bytes)
    try box.sh("echo more >> src/big; rm -f out/*")
    let changed = try box.packCached(["--no-cache"], out: "plain")
    let outcome = try box.startCached(through: prefix).wait()
    #expect(outcome.warnings.count == 1, "\(outcome.warnings)")
    #expect(outcome.warnings.allSatisfy { $0.hasSuffix(": Permission denied; the cache takes in nothing more") })
    #expect(try outcome.status == 0 && box.files(in: "out") == changed)
    try box.sh("chmod 0 cache")
    let unreadable = try box.startCached(out: "new", through: prefix).wait()
    #expect((1...2).contains(unreadable.warnings.count), "\(unreadable.warnings)")
    #expect(try unreadable.status == 0 && box.files(in: "new") == changed)
  }

  /// Whether file systems can be mounted, in a name space that ends with the run.
  private static let canMount =
    (try? Sandbox().sh("unshare -m sh -c 'mkdir m && mount -t tmpfs -o size=64k none m'")) != nil

  @Test(.enabled(if: canMount), arguments: ["64k", "700k"])
  func `a full disk is told of, and the run goes on`(size: String) throws {
    let box = try Sandbox.cached()
    let plain = try box.packCached(["--no-cache"], out: "plain")
    try box.sh("mkdir cache")
    let prefix = ["unshare", "-m"] + Program.after("mount -t tmpfs -o size=\(size) none cache")
    let outcome = try box.startCached(through: prefix).wait()
    #expect(outcome.warnings.count == 1, "\(outcome.warnings)")
    let ending = ": No space left on device; the cache takes in nothing more"
    #expect(outcome.warnings.allSatisfy { $0.hasSuffix(ending) }, "\(outcome.warnings)")
    #expect(try outcome.status == 0 && box.files(in: "out") == plain)
  }

  @Test(.enabled(if: canMount), arguments: [26, 40])
  func `the outputs come first where the disk has no room for more`(megabytes: Int) throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("head -c 4000000 /dev/urandom > src/z; mkdir disk")
    for number in 1...5 {
      try box.write(
        #"{"tarball":"\#(number).tar.gz","entries":[{"artifact":"p","to":"p.tar.gz"}]}"#, to: "layouts/\(number).json")
    }
    let words = [
      "tarballs", "--root=src", "--layouts=layouts", "--out=disk/out", "--cache=disk/cache", "--format=json",
    ]
    let plain = try box.kpack(words: words + ["--no-cache"])
    try box.sh("rm -r disk/out")
    let prefix = ["unshare", "-m"] + Program.after("mount -t tmpfs -o size=\(megabytes)m none disk")
    let outcome = try box.kpack(words: words, through: prefix)
    #expect(outcome.status == 0 && outcome.output == plain.output, "\(outcome.errors)")
    let isTold = outcome.warnings.map {
      $0.hasSuffix("disk/cache: the disk could get too full; the cache takes in nothing more")
    }
    #expect(isTold == (megabytes < 30 ? [true] : []), "\(outcome.warnings)")
  }
}

// Runs that end early
extension CacheFaultTests {
  @Test func `a signal leaves nothing half written in the cache`() throws {
    let box = try Sandbox.slowProject()
    let run = try box.startPacking(["--jobs=2"])
    run.resume()
    while try run.isRunning && box.temporaries().isEmpty { usleep(500) }
    run.signal(SIGTERM)
    #expect(try run.wait().status == 128 + SIGTERM)
    #expect(try box.temporaries() == [])
  }

  @Test func `a run that fails leaves nothing half written in the cache`() throws {
    let box = try Sandbox.slowProject()
    let run = try box.startPacking()
    try box.sh("touch src/z")
    run.resume()
    #expect(try run.wait().status == 4)
    #expect(try box.temporaries() == [])
  }

  @Test(arguments: [(["--cache-limit=0"], true), ([], false)])
  func `a run that fails keeps what it found out, within the limit`(words: [String], isEmpty: Bool) throws {
    let box = try Sandbox.slowProject()
    let run = try box.startPacking(words)
    try box.sh("touch src/z")
    run.resume()
    #expect(try run.wait().status == 4)
    #expect(box.isThere("cache/index"))
    #expect(try box.objects().isEmpty == isEmpty)
  }

  @Test func `what a killed run left is told of nowhere and goes after a day`() throws {
    let box = try Sandbox.project(#"{ "tree": "." }"#)
    try box.sh("mkdir cache; : > cache/.kpack-tmp-1-0; : > cache/.kpack-tmp-1-1")
    try box.sh("touch -d '25 hours ago' cache/.kpack-tmp-1-0")
    #expect(try box.packed().count == 1)
    #expect(try box.temporaries() == [".kpack-tmp-1-1"])
  }
}

extension Sandbox {
  /// Expects that every object in the cache is sound.
  func expectNothingDamaged() throws {
    let verified = try kpack("cache", "verify", "--cache=cache", "--format=json").rows()
    #expect(verified.first?["removedObjects"] == 0)
  }

  /// The temporaries in the cache.
  fileprivate func temporaries() throws -> [String] {
    guard isThere("cache") else { return [] }
    return try names(in: "cache").filter { $0.hasPrefix(".kpack-") }
  }
}
