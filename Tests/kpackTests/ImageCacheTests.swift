// kpack images with a cache: what stands there as it would be written is left alone, and all else is as without one.

import Foundation
import Testing

@Suite struct ImageCacheTests {
  private static let staged = "_output/release-stage/server/linux-amd64/top/bin"
  private static let built = "\(Sandbox.dockerfilesFolder)/tool"
  private static let outputs = [
    "\(staged)/tool.tar", "\(staged)/tool.docker_tag", "\(Sandbox.imagesFolder)/tool.tar", "\(built)/Dockerfile",
    "\(built)/tool", "\(built)/layer.tar",
  ]

  @Test func `an image that is right stays the files that it is, unless forced`() throws {
    let box = try Sandbox.cachedImages()
    let plain = try box.imagesWithoutCache()
    let first = try box.kpackImages(["--format=json"])
    let files = try box.states()
    #expect(files.count == Self.outputs.count)
    let again = try box.kpackImages(["--format=json"])
    #expect(try box.states() == files && box.images() == plain)
    #expect(again.output == first.output && first.lines.count == 1)
    #expect(again.errors.hasSuffix(" s, unchanged\n"))
    for word in ["--force", "--no-cache"] {
      let old = try box.states()
      #expect(try box.kpackImages([word, "--format=json"]).output == first.output)
      #expect(try box.states().isDisjoint(with: old) && box.images() == plain, "\(word)")
    }
    let forced = try box.states()
    try box.kpackImages()
    #expect(try box.states() == forced)
  }

  @Test(arguments: outputs) func `an output that is not right is written again`(path: String) throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    let plain = try box.imagesWithoutCache()
    let flip = "printf x | dd bs=1 seek=2 conv=notrunc status=none"
    let changes = [
      "rm $1", ": > $1", "truncate -s -1 $1", "echo more >> $1", "\(flip) of=$1; touch -r kept $1",
      "cp -p $1 t; \(flip) of=t; touch -r kept t; mv t $1", "chmod 600 $1", "chmod 4755 $1",
      "cp -p kept other; ln -sf $PWD/other $1",
      "rm $1; mkfifo $1",
    ]
    for change in changes {
      try box.sh("rm -f kept other; cp -p $1 kept; \(change)", path)
      try #require(try box.images() != plain, "\(change)")
      try box.kpackImages()
      #expect(try box.images() == plain, "\(change)")
    }
  }

  @Test func `archives that are one file no more become one again`() throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    let plain = try box.images()
    try box.sh("cp -p $1 t; mv t $1", Self.outputs[0])
    try #require(try box.images() != plain)
    try box.kpackImages()
    #expect(try box.images() == plain)
  }

  private static let canMount =
    (try? Sandbox().sh("unshare -m sh -c 'mkdir m && mount --bind m m'")) != nil

  @Test(.enabled(if: canMount)) func `archives that cannot be one file are left alone as two`() throws {
    let box = try Sandbox.cachedImages()
    let folder = "_output/release-images"
    let prefix = ["unshare", "-m"] + Program.after("mkdir -p \(folder); mount --bind \(folder) \(folder)")
    let plain = try box.imagesWithoutCache(through: prefix)
    try box.kpackImages(through: prefix)
    #expect(try box.images() == plain && plain != box.imagesWithoutCache())
    let files = try box.states()
    try box.kpackImages(through: prefix)
    #expect(try box.states() == files)
  }

  @Test func `an archive that the Dockerfile adds no more is gone, whoever put it there`() throws {
    let box = try Sandbox.cachedImages()
    try box.sh("sed -i 's/\"entries\":\\[{\"text.*\\],/\"entries\":[],/' layouts/images.json")
    let plain = try box.imagesWithoutCache()
    for _ in 0..<2 {
      try box.kpackImages()
      #expect(try box.images() == plain)
      try box.write("stale", to: "\(Self.built)/layer.tar")
    }
  }

  @Test func `what changes between runs is made again`() throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    var last = try box.images()
    let changes = [
      "echo >> $1", "sed -i s/--serve/--run/ layouts/images.json",
      "sed -i s/alias/other/ layouts/images.json",
      "sed -i s,/srv,/home, layouts/images.json", "sed -i s,team,them, layouts/images.json",
      "sed -i 's/\"text\":\"x/&y/' layouts/images.json",
      "sed -i 's/,\"workdir\"/,\"to\":\"bin\"&/' layouts/images.json",
      "sed -i 's/\"entries\":\\[{\"text.*\\],/\"entries\":[],/' layouts/images.json",
      "echo changed > rootfs/etc/motd; $2 base add base --rootfs rootfs --arch amd64 --cmd sh 2>&1",
    ]
    for change in changes {
      try box.sh(change, "_output/dockerized/bin/linux/amd64/tool", Program.kpack)
      try box.kpackImages()
      let images = try box.images()
      #expect(try images != last && images == box.imagesWithoutCache(), "\(change)")
      last = images
      let files = try box.states()
      try box.kpackImages()
      #expect(try box.states() == files, "\(change)")
    }
  }

  @Test func `forms, versions and times are kept apart, and the layer's digest serves all forms`() throws {
    let box = try Sandbox.cachedImages()
    let settings = ["--image-format=docker", "--image-format=oci", "--version=v2", "--epoch=5"]
    let plain = try settings.map { try box.imagesWithoutCache([$0]) }
    #expect(Set(plain).count == settings.count)
    for (setting, images) in zip(settings, plain) + zip(settings, plain).reversed() {
      try box.kpackImages([setting])
      #expect(try box.images() == images, "\(setting)")
    }
    // Two layers, for the time is in them, and a record of each setting.
    #expect(try box.objects().count == 2 + settings.count)
  }

  @Test func `the permissions of new files are those that the umask leaves`() throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    let usual = try box.images()
    let prefix = Program.after("umask 077")
    try box.kpackImages(through: prefix)
    let narrow = try box.images()
    #expect(try narrow != usual && narrow == box.imagesWithoutCache(through: prefix))
    try box.kpackImages()
    #expect(try box.images() == usual)
  }

  @Test func `objects that are damaged, foreign or gone change nothing`() throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    let plain = try box.imagesWithoutCache()
    let changes = [
      "printf x | dd of=$object bs=1 seek=60 conv=notrunc status=none", "cp $other $object", ": > $object",
      "rm $object",
      "truncate -s -1 $object", "rm cache/index", "printf x | dd of=cache/index bs=1 seek=30 conv=notrunc status=none",
    ]
    for change in changes {
      for outputs in [":", "rm -r _output/release-stage"] {
        try box.sh(
          """
          other=$(find cache/objects -type f | sort | tail -1)
          for object in $(find cache/objects -type f | sort); do \(change) || :; other=$object; done
          \(outputs)
          """)
        let outcome = try box.kpackImages(mayWarn: true)
        #expect(outcome.warnings.count <= 1, "\(change): \(outcome.errors)")
        #expect(try box.images() == plain, "\(change) \(outputs)")
      }
    }
  }

  @Test func `runs for tarballs and for images on one cache know their sources by the same`() throws {
    let box = try Sandbox.cachedImages()
    // Old enough for a small source to be known by its state.
    usleep(2_100_000)
    let tarballs = ["tarballs", "--layouts=layouts", "--version=v1.2.3", "--cache=cache"]
    #expect(try box.kpack(words: tarballs).status == 0)
    let first = try box.kpackImages()
    let again = [try box.kpack(words: tarballs), try box.kpackImages()]
    #expect(!first.errors.hasSuffix(", unchanged\n"))
    #expect(again.allSatisfy { $0.status == 0 && $0.errors.hasSuffix(", unchanged\n") }, "\(again)")
  }

  @Test(.enabled(if: Program.canTrace)) func `an output that is known is not opened`() throws {
    let box = try Sandbox.cachedImages()
    try box.kpackImages()
    // Old enough for the index to know them.
    usleep(2_100_000)
    try box.kpackImages()
    try box.kpackImages(through: ["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", "calls"])
    let opened = try box.sh("grep -E 'release-(stage|images)' calls").split(separator: "\n")
    #expect(!opened.isEmpty && opened.allSatisfy { $0.contains("O_DIRECTORY") }, "\(opened)")
  }

  @Test func `the end of a run tells what was written and what was left alone`() throws {
    let box = try Sandbox.cachedImages()
    let first = try box.kpackImages(["-v"])
    let second = try box.kpackImages(["-v"])
    #expect(first.errors.contains("\nwritten 2") && first.errors.contains("left alone 0 B\n"), "\(first.errors)")
    #expect(second.errors.contains("\nwritten 0 B, in images that were left alone 2"), "\(second.errors)")
  }
}

extension Sandbox {
  /// The project with one image, which nothing is to be warned of.
  fileprivate static func cachedImages() throws -> Sandbox {
    let box = try Sandbox.imaged()
    try box.sh(#"sed -i 's/"binaries":{[^}]*},//' layouts/release.json"#)
    return box
  }

  /// Makes the images, with the cache in the folder cache. The test fails when the run does, or warns.
  @discardableResult
  fileprivate func kpackImages(
    _ words: [String] = [], through prefix: [String] = [], mayWarn: Bool = false,
    at location: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    let common = ["images", "--layouts=layouts", "--arch=amd64", "--cache=cache"]
    let version = words.contains { $0.hasPrefix("--version") } ? [] : ["--version=v1.2.3"]
    let outcome = try kpack(words: common + version + words, through: prefix)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    #expect(mayWarn || outcome.warnings == [], "\(outcome.errors)", sourceLocation: location)
    return outcome
  }

  /// All outputs: types, permissions, links and bytes.
  fileprivate func images() throws -> String {
    try sh(
      """
      cd _output; find release-* -printf '%p %y %m %n %l\\n' | grep -v ' d ' | sort
      find release-* -type f -exec sha256sum {} + | sort -k 2
      """)
  }

  /// What a run without a cache makes; the outputs that stand there stay.
  fileprivate func imagesWithoutCache(_ words: [String] = [], through prefix: [String] = []) throws -> String {
    try sh("mkdir -p _output/release-stage aside; mv _output/release-* aside")
    try kpackImages(words + ["--no-cache"], through: prefix)
    let images = try images()
    try sh("rm -r _output/release-*; mv aside/* _output")
    return images
  }

  /// Inode and times of every output.
  fileprivate func states() throws -> Set<Substring> {
    let states = try sh("find _output/release-* -type f -printf '%p %i %T@ %C@\\n'")
    return Set(states.split(separator: "\n"))
  }
}
