// Bases for one architecture in several variants.

@testable import Basics
@testable import Files
@testable import Image
@testable import TestSupport
import Testing

struct BaseVariantTests {
  private let arm = Platform(os: "linux", architecture: "arm")

  /// The sample image for a variant; one more with the same words is "v7 ".
  private func sample(_ variant: String?) -> SampleImage {
    SampleImage(architecture: "arm") { name, text in
      guard name == "config", let variant else { return text }
      let word = variant.replacing(" ", with: "")
      return text.replacing(#""os""#, with: #""variant":"\#(word)",\#(variant == word ? "" : " ")"os""#)
    }
  }

  /// A layout folder whose one name leads to these variants, in this order; nil is none.
  private func layout(
    _ variants: [String?], named name: String = "base", in folder: borrowing ImageFolder
  ) throws -> String {
    var members = sample("v7").layout
    members.removeAll { $0.name == "index.json" }
    let descriptors = variants.map { variant in
      let manifest = sample(variant).manifest
      for bytes in [manifest, sample(variant).config] {
        members.append(Member(name: "blobs/sha256/\(sha(bytes))", bytes: bytes))
      }
      return """
        {"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(manifest))","size":\(manifest.count),\
        "annotations":{"org.opencontainers.image.ref.name":"\(name)"}}
        """
    }
    let index = #"{"schemaVersion":2,"manifests":[\#(descriptors.joined(separator: ","))]}"#
    members.append(Member(name: "index.json", bytes: Array(index.utf8)))
    return try folder.write(members, to: "layout")
  }

  @Test(
    arguments: [
      (["v5", "v6", "v7"], nil, "v7"), (["v5", "v6", "v7"], "v6", "v6"), (["v5", "v6"], nil, "v5"),
      (["v6", nil], "v7", nil), (["v8", nil, "v6"], "v5", nil), (["v8", "v7"], "v5", "v7"),
      ([nil, "v7"], nil, "v7"), (["v7", nil], "v7", "v7"), (["v6", nil, "v7"], "v5", "v7"), ([nil, "7"], "v7", "7"),
    ] as [([String?], String?, String?)])
  func `the variant that suits best is taken`(variants: [String?], wanted: String?, best: String?) throws {
    let folder = try ImageFolder()
    let store = BaseStore(try layout(variants, in: folder))
    let platform = Platform(os: "linux", architecture: "arm", variant: wanted)
    #expect(try store.image(Reference("base"), for: platform).config.platform.variant == best)
  }

  @Test func `two bases that say the same variant are refused`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try layout(["v7", nil, "v7 "], in: folder))
    let digests = ["v7", "v7 "].map { "\(ImageDigest(of: sample($0).manifest))" }.joined(separator: ", ")
    let choices = "holds several bases base:latest for linux/arm/v7: \(digests)"
    let error = ImageError(store.path, "", "\(choices); `kpack base remove base@DIGEST` takes one out")
    #expect(throws: error) { _ = try store.image(Reference("base"), for: arm) }
    let inOrder = digests.split(separator: ", ").sorted().joined(separator: ", ")
    let locking = try #require(throws: ImageError.self) { _ = try store.listToLock() }
    #expect(locking.reason == error.reason.replacing(digests, with: inOrder))
  }

  @Test func `each variant is locked by itself`() throws {
    let folder = try ImageFolder()
    let store = BaseStore(try layout(["v7", "v6"], in: folder))
    let lock = BaseLock(try store.list().bases, path: "lock")
    #expect(lock.items.map(\.platform.variant) == ["v6", "v7"])
    try lock.check(store.image(Reference("base"), for: arm))
  }

  @Test func `arm/v7 and arm without a variant are added and locked side by side, until one is added again`() throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(layout([nil, "v7"], in: folder), spoolingNear: folder.path)
    let name = try Reference("base")
    let images = try source.images(for: name).images.map { try source.read($0, as: name) }
    let store = BaseStore("\(folder.path)/store")
    try store.add(images, as: name, into: OutputFolder(store.path))
    let lock = BaseLock(try store.listToLock().bases, path: "lock")
    #expect(lock.items.map(\.platform.variant) == [nil, "v7"])
    for reference in try [name, Reference("base@\(images[0].manifestDigest)")] {
      try lock.check(store.image(reference, for: arm))
    }
    // Both are for the same machines.
    try store.add([images[1]], as: name, into: OutputFolder(store.path))
    #expect(try store.list().bases.map(\.platform.variant) == ["v7"])
  }

  @Test func `a base that changed is told with what was locked for its own variant`() throws {
    let folder = try ImageFolder()
    let locked = BaseStore(try layout([nil, "v7"], in: folder))
    let lock = BaseLock(try locked.listToLock().bases, path: "lock")
    let other = try ImageFolder()
    let store = BaseStore(try layout([nil, "v7 "], in: other))
    let digests = ["v7", "v7 "].map { ImageDigest(of: sample($0).manifest) }
    let change = "the base base:latest for linux/arm/v7 has changed: locked manifest \(digests[0]), found \(digests[1])"
    #expect(throws: ImageError("lock", "", change)) { try lock.check(store.image(Reference("base"), for: arm)) }
  }

  @Test func `variants of one name are added together, and none is taken for another`() throws {
    let folder = try ImageFolder()
    let source = try ImageSources.open(layout(["v7", "v6"], in: folder), spoolingNear: folder.path)
    let name = try Reference("base")
    let images = try source.images(for: name).images
    #expect(images.map(\.platform.variant) == ["v7", "v6"])
    let store = BaseStore("\(folder.path)/store")
    for _ in 0..<2 {
      try store.add(images.map { try source.read($0, as: name) }, as: name, into: OutputFolder(store.path))
    }
    #expect(try store.list().bases.map(\.platform.variant) == ["v6", "v7"])
  }

  @Test func `the names of the choices cannot reach a terminal's controls`() throws {
    let folder = try ImageFolder()
    let path = try layout(["v7", "v7 "], named: #"a\u001b[31m"#, in: folder)
    let choices = #"a%1B[31m (linux/arm/v7), a%1B[31m (linux/arm/v7)"#
    #expect(throws: ImageError(path, "", "holds several images, none named base:latest: \(choices)")) {
      _ = try ImageSources.open(path, spoolingNear: folder.path).images(for: Reference("base"))
    }
  }

  @Test func `two images that say the same variant are refused`() throws {
    let folder = try ImageFolder()
    let path = try layout(["v7", "v7 "], in: folder)
    let choices = "base (linux/arm/v7), base (linux/arm/v7)"
    let reason = "holds several images, more than one for a platform named base:latest: \(choices)"
    #expect(throws: ImageError(path, "", reason)) {
      _ = try ImageSources.open(path, spoolingNear: folder.path).images(for: Reference("base"))
    }
  }
}
