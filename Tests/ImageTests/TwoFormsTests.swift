// Hybrid archives of which one side has fewer images than the other.

@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Archives of two forms` {
  private static var amd64: SampleImage { SampleImage() }
  private static var arm64: SampleImage { SampleImage(architecture: "arm64") }

  /// An archive whose index.json leads to an index of both architectures, named sample:1, with other texts of the two
  /// documents where they are given.
  private static func archive(index: String? = nil, manifest: String? = nil) -> [Member] {
    let items = [amd64, arm64].map { image in
      """
      {"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(image.manifest))","size":\(image.manifest.count),\
      "platform":{"os":"linux","architecture":"\(image.architecture)"}}
      """
    }
    let below = Array(#"{"schemaVersion":2,"manifests":[\#(items.joined(separator: ","))]}"#.utf8)
    let top = """
      {"schemaVersion":2,"manifests":[{"mediaType":"\(MediaType.index)","digest":"sha256:\(sha(below))",\
      "size":\(below.count),"annotations":{"io.containerd.image.name":"docker.io/library/sample:1",\
      "org.opencontainers.image.ref.name":"1"}}]}
      """
    let documents = ["index.json": index ?? top, "manifest.json": manifest].compactMapValues { $0 }
    var members = Member.distinct(amd64.layout + arm64.layout + amd64.docker)
    members.append(Member(name: "blobs/sha256/\(sha(below))", bytes: below))
    for number in members.indices {
      if let text = documents[members[number].name] { members[number].bytes = Array(text.utf8) }
    }
    return members
  }

  private static func images(_ members: [Member], architecture: String? = nil) throws -> [String] {
    let folder = try ImageFolder()
    let source = try ImageSources.open(folder.write(Member.tar(members), to: "image.tar"), spoolingNear: folder.path)
    return try source.images(
      for: Reference("sample:1"), on: architecture.map { Platform(os: "linux", architecture: $0) }
    ).images.map { image in
      _ = try source.read(image, as: Reference("sample:1"))
      return "\(image)"
    }
  }

  private static let both = ["docker.io/library/sample:1 (linux/amd64)", "docker.io/library/sample:1 (linux/arm64)"]

  @Test func `manifest.json may tell of one of the platforms that the index has`() throws {
    #expect(try Self.images(Self.archive()) == Self.both)
  }

  @Test(arguments: ["", "null", "{}", #"{"manifests":null}"#, #"{"schemaVersion":2,"manifests":[]}"#])
  func `an index of nothing leaves manifest.json alone`(index: String) throws {
    #expect(try Self.images(Self.archive(index: index)) == ["sample:1 (linux/amd64)"])
  }

  @Test(arguments: ["", "null", "[]"])
  func `a manifest.json of nothing leaves the index alone`(manifest: String) throws {
    #expect(try Self.images(Self.archive(manifest: manifest)) == Self.both)
  }

  @Test(
    arguments: [
      ("null", "null", "manifest.json: expected an array"),
      ("{", nil, "index.json: line 1, column 2"),
      (#"{"schemaVersion":2,"manifests":{}}"#, nil, "index.json: manifests: expected an array"),
      (nil, "{}", "manifest.json: expected an array"),
      (
        #"{"schemaVersion":2,"manifests":[\#(only(arm64))]}"#, nil,
        "manifest.json and index.json tell of different images"
      ),
      (
        nil,
        #"[{"Config":"\#(sha(amd64.config)).json","RepoTags":["other:1"],"Layers":["a/layer.tar","b/layer.tar"]}]"#,
        "named docker.io/library/other:1 in manifest.json, docker.io/library/sample:1 in index.json"
      ),
    ] as [(String?, String?, String)])
  func `two sides that contradict each other are refused`(index: String?, manifest: String?, fault: String) throws {
    let error = try #require(throws: ImageError.self) {
      _ = try Self.images(Self.archive(index: index, manifest: manifest))
    }
    #expect(error.description.contains(fault), "\(error)")
  }

  /// An item of manifest.json, of the image `sample:1`.
  private static func item(_ image: SampleImage) -> String {
    #"{"Config":"\#(blob(image.config))","RepoTags":["sample:1"],"Layers":["a/layer.tar","b/layer.tar"]}"#
  }

  private static func blob(_ bytes: [UInt8]) -> String { "blobs/sha256/\(sha(bytes))" }

  @Test(arguments: ["both", "amd64"], ["config", "manifest", "damaged config"])
  func `what is for another platform than the one that is wanted is not read`(items: String, lost: String) throws {
    let told = items == "both" ? [Self.amd64, Self.arm64] : [Self.amd64]
    var members = Self.archive(manifest: "[\(told.map(Self.item).joined(separator: ","))]")
    let name = Self.blob(lost == "manifest" ? Self.arm64.manifest : Self.arm64.config)
    let number = try #require(members.firstIndex { $0.name == name })
    if lost == "damaged config" { members[number].bytes = [0] } else { members.remove(at: number) }
    #expect(try Self.images(members, architecture: "amd64") == ["docker.io/library/sample:1 (linux/amd64)"])
    // An index may lack manifests; what it has is to be whole, where all is asked for.
    if lost != "manifest" { #expect(throws: ImageError.self) { _ = try Self.images(members) } }
  }

  @Test(arguments: [nil, "amd64"])
  func `manifest.json may tell of no image of the platform that index.json does not lead to`(
    architecture: String?
  ) throws {
    // The index has arm64 and says so; manifest.json has amd64.
    let platform = #""platform":{"os":"linux","architecture":"arm64"},"#
    let members = Self.archive(index: #"{"schemaVersion":2,"manifests":[\#(Self.only(Self.arm64, for: platform))]}"#)
    let error = try #require(throws: ImageError.self) { _ = try Self.images(members, architecture: architecture) }
    #expect(error.reason == "manifest.json and index.json tell of different images")
  }

  private static func only(_ image: SampleImage, for platform: String = "") -> String {
    """
    {"mediaType":"\(MediaType.manifest)","digest":"sha256:\(sha(image.manifest))","size":\(image.manifest.count),\
    \(platform)"annotations":{"org.opencontainers.image.ref.name":"sample:1"}}
    """
  }
}

extension Member {
  /// The members, each name once.
  fileprivate static func distinct(_ members: [Member]) -> [Member] {
    var names: Set<String> = []
    return members.filter { names.insert($0.name).inserted }
  }
}
