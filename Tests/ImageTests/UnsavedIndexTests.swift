// Indexes of which nothing was saved, as `skopeo copy --multi-arch index-only` makes them, beside other images.

@testable import Basics
@testable import Files
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Indexes without their images` {
  private static let amd64 = Platform(os: "linux", architecture: "amd64")
  private static let platforms = ["amd64", "arm64"].map { #""platform":{"os":"linux","architecture":"\#($0)"},"# }
  /// A mark of a statement about an image.
  private static let statement = """
    "platform":{"os":"unknown","architecture":"unknown"},\
    "annotations":{"vnd.docker.reference.type":"attestation-manifest"},
    """
  private static let reason = "leads to no image that is there"

  /// An item of an index with these other members.
  private static func item(_ bytes: [UInt8], _ members: String = "", type: String = MediaType.manifest) -> String {
    #"{"mediaType":"\#(type)",\#(members)"digest":"sha256:\#(sha(bytes))","size":\#(bytes.count)}"#
  }

  private static func index(of items: [String]) -> [UInt8] {
    Array(#"{"schemaVersion":2,"manifests":[\#(items.joined(separator: ","))]}"#.utf8)
  }

  /// A store with the image "sample:1" and the index "lost" of `items`; of the blobs `others` are there as well.
  private static func store(
    _ items: [String], others: [[UInt8]] = [], in folder: borrowing ImageFolder
  ) throws -> BaseStore {
    let lost = index(of: items)
    let name = #""annotations":{"org.opencontainers.image.ref.name":"lost"},"#
    var sample = SampleImage()
    sample.edit = { document, text in
      guard document == "index" else { return text }
      return text.replacing(
        #""manifests":["#, with: #""manifests":[\#(item(lost, name, type: MediaType.index)),"#)
    }
    let blobs = ([lost] + others).map { Member(name: "blobs/sha256/\(sha($0))", bytes: $0) }
    return BaseStore(try folder.write(sample.layout + blobs, to: "store"))
  }

  private static let lost: [(items: [String], others: [[UInt8]])] = [
    (platforms.enumerated().map { item([UInt8($0.offset)], $0.element) }, []),
    // Without platforms; then with a statement alone that is there.
    ([item([1]), item([2])], []),
    ([item([1], platforms[0]), item([2], statement)], [[2]]),
    ([item([1], type: MediaType.index)], []),
    // An index of an index.
    ([item(index(of: [item([1], platforms[0])]), type: MediaType.index)], [index(of: [item([1], platforms[0])])]),
    ([], []),
  ]

  @Test(arguments: lost.indices)
  func `it is passed over, and told, where others are wanted`(number: Int) throws {
    let folder = try ImageFolder()
    let (items, others) = Self.lost[number]
    let store = try Self.store(items, others: others, in: folder)
    for contents in try [store.list(), store.listToLock()] {
      #expect(contents.bases.map(\.reference.familiar) == ["sample:1"])
      let told = contents.passedOver.map { "\($0)" }
      #expect(told.count == 1 && told.allSatisfy { $0.hasPrefix("passed over lost: ") && $0.hasSuffix(Self.reason) })
    }
    let source = try ImageSources.open(store.path, spoolingNear: folder.path)
    for architecture in [nil, "amd64"] {
      #expect(
        try source.images(for: Reference("sample:1"), on: architecture.map { Platform(os: "linux", architecture: $0) })
          .images.count == 1)
      #expect(
        try source.images(for: Reference("x"), on: architecture.map { Platform(os: "linux", architecture: $0) }).images
          .count == 1)
    }
    _ = try store.image(Reference("sample:1"), for: Self.amd64)
  }

  @Test(arguments: lost.indices)
  func `it is refused where it is asked for, and can be replaced and taken out`(number: Int) throws {
    let folder = try ImageFolder()
    let (items, others) = Self.lost[number]
    let store = try Self.store(items, others: others, in: folder)
    let source = try ImageSources.open(store.path, spoolingNear: folder.path)
    for architecture in [nil, "amd64"] {
      let error = try #require(throws: ImageError.self) {
        _ = try source.images(for: Reference("lost"), on: architecture.map { Platform(os: "linux", architecture: $0) })
      }
      #expect(error.reason.hasSuffix(Self.reason))
    }
    let name = try Reference("lost")
    let error = try #require(throws: ImageError.self) { _ = try store.image(name, for: Self.amd64) }
    #expect(error.reason.hasSuffix(Self.reason))
    let sample = try store.image(Reference("sample:1"), for: Self.amd64)
    try store.add([sample], as: name, into: OutputFolder(store.path))
    #expect(try store.list().bases.map(\.reference.familiar) == ["lost:latest", "sample:1"])
    let second = try ImageFolder()
    let other = try Self.store(items, others: others, in: second)
    #expect(try other.remove(BaseSelection("lost"), from: OutputFolder(other.path)).count == 1)
  }

  @Test func `a manifest that index.json itself leads to must be there`() throws {
    let folder = try ImageFolder()
    let store = try Self.store([], in: folder)
    let manifest = "\(store.path)/blobs/sha256/\(sha(SampleImage().manifest))"
    try removeFile(Array(manifest.utf8))
    let error = try #require(throws: ImageError.self) { _ = try store.list() }
    #expect(error.reason.hasSuffix(": missing"))
  }
}
