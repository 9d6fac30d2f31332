// A source of many images: what they share is read once, and their number is bounded.

@testable import Image
@testable import TestSupport
import Testing

struct ManyImagesTests {
  /// The sample with its one item of manifest.json `count` times, named by their numbers.
  private static func docker(_ count: Int) -> [Member] {
    var sample = SampleImage()
    sample.edit = { name, text in
      guard name == "docker" else { return text }
      let items = (0..<count).map { text.dropFirst().dropLast().replacing("sample:1", with: "sample:\($0)") }
      return "[\(items.joined(separator: ","))]"
    }
    return sample.docker
  }

  private static func images(_ members: [Member]) throws -> [SourceImage] {
    let folder = try ImageFolder()
    return try ImageSources.open(folder.write(Member.tar(members), to: "image.tar"), spoolingNear: "/tmp").images()
  }

  @Test func `a thousand images may share one config`() throws {
    #expect(try Self.images(Self.docker(1000)).last?.names == ["sample:999"])
  }

  @Test func `more images are refused`() throws {
    let error = try #require(throws: ImageError.self) { _ = try Self.images(Self.docker(1001)) }
    #expect(error.reason == "more than 1000 images")
  }

  @Test func `an image may have ten thousand names and no more`() throws {
    let names = (2...10_000).map { #","other:\#($0)""# }.joined()
    var sample = SampleImage()
    sample.edit = { $0 == "docker" ? $1.replacing(#""sample:1""#, with: #""sample:1"\#(names)"#) : $1 }
    #expect(try Self.images(sample.docker).map(\.names.count) == [10_000])
    sample.edit = { $0 == "docker" ? $1.replacing(#""sample:1""#, with: #""sample:1"\#(names),"sample:2""#) : $1 }
    let error = try #require(throws: ImageError.self) { _ = try Self.images(sample.docker) }
    #expect(error.reason == "10001 names, the limit is 10000")
  }

  @Test func `an index that is named twice gives its image both names`() throws {
    var members = SampleImage().layout
    let top = try #require(members.firstIndex { $0.name == "index.json" })
    let below = Array(String(decoding: members[top].bytes, as: UTF8.self).replacing("sample:1", with: "inner:1").utf8)
    let items = ["one:1", "two:2"].map { name in
      """
      {"mediaType":"\(MediaType.index)","digest":"sha256:\(sha(below))","size":\(below.count),\
      "annotations":{"org.opencontainers.image.ref.name":"\(name)"}}
      """
    }
    members[top].bytes = Array("{\"schemaVersion\":2,\"manifests\":[\(items.joined(separator: ","))]}".utf8)
    members.append(Member(name: "blobs/sha256/\(sha(below))", bytes: below))
    #expect(try Self.images(members).map(\.names) == [["one:1", "inner:1", "two:2"]])
  }
}
