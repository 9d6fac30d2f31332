// Bases that are replaced and taken out of a store, whatever the spelling of their names, and the blobs that go with them.

@testable import Basics
@testable import Files
@testable import Image
@testable import TestSupport
import Testing

@Suite struct BaseRemovalTests {
  /// A store, as its files say.
  private struct Store: ~Copyable {
    let folder: ImageFolder
    let store: BaseStore

    init() throws {
      folder = try ImageFolder()
      store = BaseStore("\(folder.path)/store")
    }

    /// Adds the sample image for `architecture` as `name`, its documents changed by `edit`.
    func add(
      _ name: String, _ architecture: String = "amd64", _ edit: @escaping (String, String) -> String = { $1 }
    ) throws {
      let sample = SampleImage(architecture: architecture, edit: edit)
      let image = try ImageSourceTests.read(folder.write(Member.tar(sample.docker), to: "\(architecture).tar"))
      try store.add([image], as: Reference(name), spelled: name, into: OutputFolder(store.path))
    }

    func remove(_ name: String, architecture: String? = nil) throws -> [String] {
      let selection = try BaseSelection(name, on: architecture.map { Platform(os: "linux", architecture: $0) })
      return try store.remove(selection, from: OutputFolder(store.path)).map { "\($0)" }
    }

    /// The names in index.json, as they are spelled there.
    var spellings: [String] {
      get throws {
        try items().map { item in
          try item.member("annotations")?.member("org.opencontainers.image.ref.name")?.string() ?? ""
        }
      }
    }

    func items() throws -> [DocumentField] {
      try DocumentField(reading: folder.read("store/index.json"), place: "").required("manifests").elements()
    }

    /// The items of index.json as they are written, with commas between them.
    func itemTexts() throws -> String {
      let text = String(decoding: try folder.read("store/index.json"), as: UTF8.self)
      let start = try #require(text.firstRange(of: #""manifests":["#)).upperBound
      return String(text[start...].dropLast("]}".count))
    }

    /// Changes the text of index.json.
    func rewrite(_ change: (String) -> String) throws {
      let text = String(decoding: try folder.read("store/index.json"), as: UTF8.self)
      _ = try folder.write(Array(change(text).utf8), to: "store/index.json")
    }

    var blobs: [String] {
      get throws {
        let handle = try FileHandle(opening: Array("\(store.path)/blobs/sha256".utf8), 0)
        return try FolderListing.names(of: handle).map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }

  private static let spellings = [
    "base", "base:latest", "library/base", "docker.io/library/base:latest", "index.docker.io/library/base",
  ]

  @Test(arguments: spellings)
  func `a base has the name that was given, and takes the place of every other spelling of it`(name: String) throws {
    let box = try Store()
    for old in Self.spellings {
      // As stores of other tools, and of kpack before it kept the spelling, have them.
      try box.add("x")
      try box.rewrite { $0.replacing(#""x""#, with: "\"\(old)\"") }
      try box.add("other")
      try box.add(name)
      #expect(try box.spellings == ["other", name])
    }
  }

  @Test func `another platform stands beside those of another spelling`() throws {
    let box = try Store()
    try box.add("base")
    try box.add("docker.io/library/base:latest", "arm64")
    #expect(try box.spellings == ["docker.io/library/base:latest"])
    #expect(try box.store.list().bases.map(\.platform.architecture) == ["amd64", "arm64"])
  }

  @Test(arguments: spellings)
  func `every base of a name goes, whatever the spelling`(name: String) throws {
    let box = try Store()
    try box.add("other:1")
    for spelling in Self.spellings {
      try box.add("x") { "\($1) " + ($0 == "config" ? String(repeating: " ", count: spelling.utf8.count) : "") }
      try box.rewrite { $0.replacing(#""x""#, with: "\"\(spelling)\"") }
    }
    let digests = try box.items().dropFirst().map { try $0.required("digest").string() }
    #expect(try box.remove(name) == digests.map { "base:latest for linux/amd64: \($0)" })
    #expect(try box.spellings == ["other:1"])
  }

  @Test func `of several platforms one goes, and the others stay under the name`() throws {
    let box = try Store()
    for architecture in ["amd64", "arm64", "riscv64"] { try box.add("base", architecture) }
    let removed = try box.remove("base", architecture: "arm64")
    #expect(removed.count == 1 && removed[0].hasPrefix("base:latest for linux/arm64: sha256:"))
    #expect(try box.store.list().bases.map(\.platform.architecture) == ["amd64", "riscv64"])
    #expect(try box.spellings == ["base"])
    for architecture in ["amd64", "riscv64"] { _ = try box.remove("base", architecture: architecture) }
    #expect(try box.items().isEmpty && box.store.list().bases.isEmpty)
  }

  @Test func `what an index says of an image that goes, goes too`() throws {
    let box = try Store()
    for architecture in ["amd64", "arm64"] { try box.add("base", architecture) }
    // As BuildKit has it: a statement about each, which names its image.
    let index = try #require(try box.items().first).required("digest").digest()
    let text = String(decoding: try box.folder.read("store/blobs/sha256/\(index.hex)"), as: UTF8.self)
    let images = try DocumentField(reading: Array(text.utf8), place: "").required("manifests").elements()
    let digests = try images.map { try $0.required("digest").string() }
    let statements = digests.map { digest in
      #"""
      ,{"mediaType":"\#(MediaType.manifest)","digest":"sha256:\#(sha(Array(digest.utf8)))","size":1,\#
      "platform":{"architecture":"unknown","os":"unknown"},"annotations":{\#
      "vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"\#(digest)"}}
      """#
    }
    for digest in digests {
      _ = try box.folder.write(Array(digest.utf8), to: "store/blobs/sha256/\(sha(Array(digest.utf8)))")
    }
    let stated = Array((text.dropLast(2) + statements.joined() + "]}").utf8)
    _ = try box.folder.write(stated, to: "store/blobs/sha256/\(sha(stated))")
    let size = text.utf8.count
    try box.rewrite { $0.replacing(index.hex, with: sha(stated)).replacing("\(size)", with: "\(stated.count)") }
    #expect(try box.remove("base", architecture: "amd64").count == 1)
    let rest = try #require(try box.items().first).required("digest").digest()
    let left = String(decoding: try box.folder.read("store/blobs/sha256/\(rest.hex)"), as: UTF8.self)
    #expect(!left.contains(digests[0]) && left.count(of: digests[1]) == 2)
    // Once the last image goes, so does the index.
    #expect(try box.remove("base", architecture: "arm64").count == 1)
    #expect(try box.items().isEmpty)
  }

  @Test func `a digest picks one of several bases of a name, and one of an index`() throws {
    let box = try Store()
    try box.add("base:1")
    try box.add("base:2", "arm64")
    try box.add("base:2", "riscv64")
    let digests = try box.store.list().bases.map(\.manifestDigest)
    #expect(try box.remove("base@\(digests[1])") == ["base:2 for linux/arm64: \(digests[1])"])
    #expect(try box.store.list().bases.map(\.manifestDigest) == [digests[0], digests[2]])
    let index = try #require(try box.items().last).required("digest").string()
    #expect(try box.remove("base:2@\(index)") == ["base:2 for linux/riscv64: \(digests[2])"])
    #expect(try box.store.list().bases.map(\.manifestDigest) == [digests[0]])
  }

  @Test func `a digest alone means what has it, under any name and under none`() throws {
    let box = try Store()
    try box.add("base", "amd64")
    try box.add("base", "arm64")
    // Of amd64 is "other" too.
    let manifests = try box.store.list().bases.map(\.manifestDigest)
    let digest = try #require(try box.items().first).required("digest").digest()
    // As skopeo leaves it behind when another image gets its name.
    try box.rewrite { $0.replacing(#","annotations":{"org.opencontainers.image.ref.name":"base"}"#, with: "") }
    try box.add("other")
    #expect(try box.store.list().unnamed == [manifests[1]])
    let removed = try box.remove("\(digest)")
    #expect(removed.count == 2 && removed[0].hasPrefix("an image without a name for linux/amd64: sha256:"))
    #expect(try box.spellings == ["other"] && box.store.list().unnamed.isEmpty)
  }

  @Test func `one image goes out of an index that stands under two names`() throws {
    let box = try Store()
    for architecture in ["amd64", "arm64"] { try box.add("base", architecture) }
    let item = try box.itemTexts()
    try box.rewrite { $0.replacing(item, with: "\(item),\(item.replacing(#""base""#, with: #""other""#))") }
    let arm64 = try box.store.list().bases[1].manifestDigest
    #expect(try box.remove("\(arm64)").count == 2)
    #expect(try box.spellings == ["base", "other"])
    #expect(try box.store.list().bases.map(\.platform.architecture) == ["amd64", "amd64"])
  }

  @Test func `an index of all platforms goes with the one that was saved of it`() throws {
    let box = try Store()
    for architecture in ["amd64", "arm64"] { try box.add("base", architecture) }
    let bases = try box.store.list().bases
    try removeFile(Array("\(box.store.path)/\(bases[1].manifestDigest.blobPath)".utf8))
    #expect(throws: ImageError(box.store.path, "", "base:latest: the base is for linux/amd64, not for linux/arm64")) {
      _ = try box.remove("base", architecture: "arm64")
    }
    #expect(
      try box.remove("base", architecture: "amd64") == ["base:latest for linux/amd64: \(bases[0].manifestDigest)"])
    #expect(try box.items().isEmpty)
  }

  @Test func `indexes of indexes are not followed without end`() throws {
    let box = try Store()
    try box.add("base")
    var item = try box.itemTexts()
    for _ in 0..<4 {
      let items = [String](repeating: item, count: 20).joined(separator: ",")
      let index = Array(#"{"schemaVersion":2,"manifests":[\#(items)]}"#.utf8)
      _ = try box.folder.write(index, to: "store/blobs/sha256/\(sha(index))")
      item = #"{"mediaType":"\#(MediaType.index)","digest":"sha256:\#(sha(index))","size":\#(index.count)}"#
    }
    try box.rewrite { _ in #"{"schemaVersion":2,"manifests":[\#(item)]}"# }
    let error = try #require(throws: ImageError.self) { _ = try box.remove("sha256:\(sha([]))") }
    #expect(error.reason == "more than 10000 descriptors")
  }

  @Test(arguments: [
    ("other", nil, "no base other:latest: there is base:1, rest, 1 image without a name"),
    ("base", nil, "no base base:latest: there is base:1, rest, 1 image without a name"),
    ("base:1@sha256:NONE", nil, "no base base:1@sha256:NONE: of that name there is sha256:BASE"),
    ("sha256:NONE", nil, "no base sha256:NONE: there is base:1, rest, 1 image without a name"),
    ("base:1", "arm64", "base:1: the base is for linux/amd64, not for linux/arm64"),
  ])
  func `what is not there is told with what is, and nothing changes`(
    name: String, architecture: String?, message: String
  ) throws {
    let box = try Store()
    try box.add("none", "riscv64")
    try box.rewrite { $0.replacing(#","annotations":{"org.opencontainers.image.ref.name":"none"}"#, with: "") }
    for name in ["base:1", "rest"] { try box.add(name) }
    let base = try #require(try box.items().dropFirst().first).required("digest").digest().hex
    let fill = { (text: String) in text.replacing("NONE", with: sha([])).replacing("BASE", with: base) }
    let before = try box.folder.read("store/index.json")
    #expect(throws: ImageError(box.store.path, "", fill(message))) {
      _ = try box.remove(fill(name), architecture: architecture)
    }
    #expect(try box.folder.read("store/index.json") == before)
  }

  @Test func `what is not known in index.json stays as it was written`() throws {
    let box = try Store()
    for name in ["base", "other"] { try box.add(name) }
    let odd = #"{"mediaType":"x/y","digest":"sha512:00","size":1e0,"more":[null]}"#
    try box.rewrite {
      $0.replacing(#""manifests":["#, with: #""manifests":[\#(odd),"#).replacing(
        #"{"schemaVersion":2,"#, with: #"{"schemaVersion":2,"mine":{"a":1.50},"#)
    }
    _ = try box.remove("base")
    let text = String(decoding: try box.folder.read("store/index.json"), as: UTF8.self)
    #expect(text.hasPrefix(#"{"schemaVersion":2,"mine":{"a":1.50},"#) && text.contains(odd))
    #expect(try box.spellings == ["", "other"])
  }

  @Test(arguments: ["manifest", "config", "index"])
  func `a base that is damaged can be taken out`(document: String) throws {
    let box = try Store()
    try box.add("base")
    if document == "index" { try box.add("base", "arm64") }
    let manifest = try #require(try box.items().first).required("digest").digest()
    let text = try box.folder.read("store/blobs/sha256/\(manifest.hex)")
    let config =
      document != "config"
      ? manifest
      : try DocumentField(reading: text, place: "")
        .required("config").required("digest").digest()
    _ = try box.folder.write([0], to: "store/blobs/sha256/\(config.hex)")
    #expect(try box.remove("base").count == 1)
    #expect(try box.items().isEmpty)
  }
}

// The blobs
extension BaseRemovalTests {
  @Test func `blobs go that nothing leads to, and shared ones stay`() throws {
    let box = try Store()
    try box.add("other")
    let shared = try box.blobs
    try box.add("base", "arm64")
    try box.add("base", "riscv64")
    _ = try box.folder.write([1], to: "store/blobs/sha256/\(sha([1]))")
    _ = try box.folder.write([2], to: "store/blobs/sha256/mine")
    let count = try box.blobs.count
    _ = try box.remove("base")
    #expect(try box.blobs.count == count)
    #expect(try box.store.removeUnneededBlobs().count == count - shared.count - 1)
    #expect(try box.blobs == (shared + ["mine"]).sorted())
    #expect(
      try box.store.image(Reference("other"), for: Platform(os: "linux", architecture: "amd64")).layers.count == 2)
  }

  @Test func `all that a manifest names is needed, its subject and what that leads to`() throws {
    let box = try Store()
    try box.add("base")
    let base = try #require(try box.items().first)
    let (digest, size) = (try base.required("digest").string(), try base.required("size").size())
    let extra = sha([3])
    let manifest = Array(
      #"""
      {"schemaVersion":2,"mediaType":"\#(MediaType.manifest)","config":{"mediaType":"x/y","digest":"sha256:\#(extra)",\#
      "size":1},"layers":[],"subject":{"mediaType":"\#(MediaType.manifest)","digest":"\#(digest)","size":\#(size)}}
      """#.utf8)
    for bytes in [manifest, [3]] { _ = try box.folder.write(bytes, to: "store/blobs/sha256/\(sha(bytes))") }
    let count = try box.blobs.count
    try box.rewrite { _ in
      #"""
      {"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.manifest)","digest":"sha256:\#(sha(manifest))",\#
      "size":\#(manifest.count)}]}
      """#
    }
    #expect(try box.store.removeUnneededBlobs().count == 0)
    #expect(try box.blobs.count == count)
  }

  @Test(arguments: ["damaged", "missing", "unknown", "sha512"])
  func `no blob goes while it cannot be told what is needed`(what: String) throws {
    let box = try Store()
    for name in ["base", "other"] { try box.add(name, name == "base" ? "arm64" : "amd64") }
    let other = try #require(try box.items().last).required("digest").digest().hex
    let path = "store/blobs/sha256/\(other)"
    switch what {
    case "damaged": _ = try box.folder.write([0], to: path)
    case "missing": try removeFile(Array("\(box.folder.path)/\(path)".utf8))
    case "unknown": try box.rewrite { $0.replacing(MediaType.manifest, with: "x/y") }
    default: try box.rewrite { $0.replacing("sha256:\(other)", with: "sha512:\(other)") }
    }
    _ = try box.remove("base")
    let blobs = try box.blobs
    #expect(throws: ImageError.self) { _ = try box.store.removeUnneededBlobs() }
    #expect(try box.blobs == blobs)
  }

  @Test func `an index of all platforms of which one was saved needs no others`() throws {
    let box = try Store()
    for architecture in ["amd64", "arm64"] { try box.add("base", architecture) }
    let arm64 = try box.store.list().bases[1].manifestDigest.hex
    try removeFile(Array("\(box.store.path)/blobs/sha256/\(arm64)".utf8))
    // The config of what is missing.
    #expect(try box.store.removeUnneededBlobs().count == 1)
    #expect(try box.store.list().bases.map(\.platform.architecture) == ["amd64"])
  }
}

extension String {
  fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
