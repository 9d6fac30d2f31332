// A variant that is asked for: which platforms it means, which images of a file are taken and which bases are removed.

@testable import Basics
@testable import Files
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `A variant that is asked for` {
  private static func platform(_ words: String) -> Platform {
    let parts = words.split(separator: "/").map { String($0) }
    return Platform(os: "linux", architecture: parts[0], variant: parts.count > 1 ? parts[1] : nil)
  }

  @Test(
    arguments: [
      ("arm", ["arm", "arm/v5", "arm/v7", "arm/7"], ["arm64", "amd64"]),
      ("arm/v7", ["arm", "arm/v7", "arm/7"], ["arm/v6", "arm/v8", "arm64"]),
      ("arm/v6", ["arm/v6", "arm/6"], ["arm", "arm/v7"]), ("arm64/v8", ["arm64", "arm64/v8", "arm64/8"], ["arm64/v9"]),
      ("arm64", ["arm64", "arm64/v8", "arm64/v9"], ["arm"]), ("amd64/v1", ["amd64", "amd64/v1"], ["amd64/v2"]),
      ("amd64/v2", ["amd64/v2"], ["amd64", "amd64/v1", "386/v2"]),
    ] as [(String, [String], [String])])
  func `means the same by whatever name, and nothing else`(asked: String, meant: [String], others: [String]) {
    let asked = Self.platform(asked)
    for other in meant { #expect(asked.means(Self.platform(other)), "\(other)") }
    for other in others { #expect(!asked.means(Self.platform(other)), "\(other)") }
    #expect(!asked.means(Platform(os: "windows", architecture: asked.architecture, variant: asked.variant)))
  }

  @Test(arguments: [
    ("arm/v6", "v7", true), ("arm/v6", "v6", false), ("arm/v7", "v5", false), ("arm/7", "v8", true),
    ("arm/v10", "v8", false), ("arm", "v8", true), ("arm", "v7", false), ("arm64/v8", "v9", false),
  ])
  func `lacks what is higher`(platform: String, wanted: String, isLacking: Bool) {
    #expect(Self.platform(platform).lacks(armVariant: wanted) == isLacking)
  }

  @Test(arguments: [
    ("arm", "v6", true), ("amd64", "v2", true), ("s390x", "v100", true), ("ppc64le", "power9", true),
    ("riscv64", "rva22u64", true), ("amd64", "power9", false), ("arm", "", false), ("arm", "v", false),
    ("arm", "6", false), ("arm", "V6", false), ("arm", "v06", false), ("arm", "v1000", false), ("arm", "v6x", false),
    ("arm", "x6", false), ("arm", "v+6", false),
  ])
  func `is v and a number, or Go's own word`(architecture: String, word: String, isVariant: Bool) {
    #expect(PlatformNames.isVariant(word, of: architecture) == isVariant)
  }

  /// A layout folder of one name with an image for arm for each of these, "CONFIG DESCRIPTOR", each a variant, "none",
  /// or, of the descriptor, "nothing" for no platform; the manifest of one that ends in "!" is missing.
  private static func layout(_ images: [String], in folder: borrowing ImageFolder) throws -> String {
    var members = SampleImage().layout
    members.removeAll { $0.name == "index.json" }
    var descriptors: [String] = []
    for (number, image) in images.enumerated() {
      let words = image.filter { $0 != "!" }.split(separator: " ").map { String($0) }
      let variant = { (word: String) in word == "none" ? "" : #","variant":"\#(word)""# }
      let sample = SampleImage(architecture: "arm") { name, text in
        // Two of one variant are two images.
        name == "config"
          ? text.replacing(#""os":"linux""#, with: #""os":"linux","n":\#(number)\#(variant(words[0]))"#) : text
      }
      members.append(Member(name: "blobs/sha256/\(sha(sample.config))", bytes: sample.config))
      if !image.hasSuffix("!") {
        members.append(Member(name: "blobs/sha256/\(sha(sample.manifest))", bytes: sample.manifest))
      }
      let told = #","platform":{"architecture":"arm","os":"linux"\#(variant(words[1]))}"#
      descriptors.append(
        """
        {"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(sample.manifest))","size":\(sample.manifest.count)\
        \(words[1] == "nothing" ? "" : told),"annotations":{"org.opencontainers.image.ref.name":"base"}}
        """)
    }
    let index = #"{"schemaVersion":2,"manifests":[\#(descriptors.joined(separator: ","))]}"#
    members.append(Member(name: "index.json", bytes: Array(index.utf8)))
    return try folder.write(members, to: "layout")
  }

  @Test(
    arguments: [
      (["v6 v6", "v7 v7"], "arm/v6", "linux/arm/v6"), (["v6 nothing", "v7 nothing"], "arm/v7", "linux/arm/v7"),
      (["v6 none", "v7 none"], "arm/v6", "linux/arm/v6"), (["none v6", "none v7"], "arm/v6", "linux/arm/v6"),
      (["none none", "v6 v6"], "arm/v7", "linux/arm"),
      // The config's comes first.
      (["v5 v7", "v6 v6"], "arm/v5", "linux/arm/v5"),
      // As a tool leaves it that copied one platform: what is for others is not read.
      (["v6 v6", "v7 v7!"], "arm/v6", "linux/arm/v6"),
    ])
  func `takes the images of that variant alone`(images: [String], asked: String, taken: String) throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(Self.layout(images, in: folder), spoolingNear: folder.path)
    let found = try source.images(for: Reference("base"), on: Self.platform(asked))
    #expect(found.images.map { "\($0.platform)" } == [taken] && found.passedOver.isEmpty)
  }

  @Test func `takes what says so and what goes without saying`() throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(
      Self.layout(["none none", "v7 v7", "v6 v6"], in: folder), spoolingNear: folder.path)
    let found = try source.images(for: Reference("base"), on: Self.platform("arm/v7"))
    #expect(found.images.map { "\($0.platform)" } == ["linux/arm", "linux/arm/v7"])
  }

  @Test(
    arguments: [
      (["v6 v6", "v7 v7"], "arm/v5", "is for linux/arm/v6, linux/arm/v7, not for linux/arm/v5"),
      (["v6 none"], "arm/v7", "is for linux/arm/v6, not for linux/arm/v7"),
      (["none none"], "arm/v6", "is for linux/arm, not for linux/arm/v6"),
      (["v7 v7!"], "arm/v6", "is for linux/arm/v7, not for linux/arm/v6"),
      (["v6 v6", "v6 v6"], "arm64", "is for linux/arm/v6, not for linux/arm64"),
    ])
  func `that is not there is told with those that are`(images: [String], asked: String, reason: String) throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(Self.layout(images, in: folder), spoolingNear: folder.path)
    #expect(throws: ImageError(source.path, "", reason)) {
      _ = try source.images(for: Reference("base"), on: Self.platform(asked))
    }
  }

  @Test func `whose bytes are missing is refused`() throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(Self.layout(["v6 v6!", "v7 v7"], in: folder), spoolingNear: folder.path)
    let error = try #require(throws: ImageError.self) {
      _ = try source.images(for: Reference("base"), on: Self.platform("arm/v6"))
    }
    #expect("\(error)".hasSuffix("missing"), "\(error)")
  }

  @Test(
    arguments: [
      (["v6 v6", "v7 v7"], "arm/v6", ["linux/arm/v6"], ["linux/arm/v7"]),
      (["v6 none", "none none"], "arm/v6", ["linux/arm/v6"], ["linux/arm"]),
      (["v6 none", "none none"], "arm/v7", ["linux/arm"], ["linux/arm/v6"]),
      (["v6 nothing", "v7 nothing"], "arm/v7", ["linux/arm/v7"], ["linux/arm/v6"]),
      (["v5 v7", "v6 v6"], "arm/v5", ["linux/arm/v5"], ["linux/arm/v6"]),
      (["v6 v6", "v7 v7"], "arm", ["linux/arm/v6", "linux/arm/v7"], []),
      // What is missing is what the index says that it is.
      (["v6 v6", "v7 v7!"], "arm/v7", ["linux/arm/v7"], ["linux/arm/v6"]),
    ] as [([String], String, [String], [String])])
  func `is removed alone`(images: [String], asked: String, removed: [String], left: [String]) throws {
    let folder = try ImageFolder()
    let store = BaseStore(try Self.layout(images, in: folder))
    let selection = try BaseSelection("base", on: Self.platform(asked))
    let bases = try store.remove(selection, from: OutputFolder(store.path)).map { "\($0)" }
    #expect(bases.count == removed.count)
    for (base, platform) in zip(bases, removed) { #expect(base.hasPrefix("base:latest for \(platform): sha256:")) }
    #expect(try store.list().bases.map { "\($0.platform)" } == left)
  }

  @Test(arguments: [
    (["v6 v6", "v7 v7"], "arm/v5", "linux/arm/v6, linux/arm/v7"), (["v6 none"], "arm/v7", "linux/arm/v6"),
    (["none v7"], "arm/v6", "linux/arm/v7"),
  ])
  func `that no base has is told with those that there are`(images: [String], asked: String, there: String) throws {
    let folder = try ImageFolder()
    let store = BaseStore(try Self.layout(images, in: folder))
    let asked = Self.platform(asked)
    #expect(throws: ImageError(store.path, "", "base:latest: the base is for \(there), not for \(asked)")) {
      _ = try store.remove(BaseSelection("base", on: asked), from: OutputFolder(store.path))
    }
  }
}
