// An image as one tar file, in each of its forms: which entries, in which order, and what its documents say.

@testable import Archive
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Image archives` {
  /// An archive that was written and read back.
  private struct Written {
    let image: BuiltImage
    let entries: [TarEntry]
    let contents: [[UInt8]]

    /// The entries as "KIND MODE SIZE NAME", the blobs by what they are.
    var listing: [String] {
      var names = [image.config.digest.hex: "CONFIG", image.manifest.digest.hex: "MANIFEST"]
      for (layer, name) in zip(image.layers, ["LOWER", "UPPER", "NEW"]) { names[layer.hex] = name }
      return entries.map { entry in
        let row = EntryRecord(entry, size: entry.size)
        let hex = String(row.path.suffix(64))
        let path = names[hex].map { row.path.dropLast(64) + $0 } ?? row.path
        return "\(row.type) \(row.mode) \(entry.size) \(path)"
      }
    }

    /// The text of the file `name`; nil when there is none.
    func text(_ name: String) -> String? {
      let index = entries.firstIndex { $0.name == Array(name.utf8) }
      return index.map { String(decoding: contents[$0], as: UTF8.self) }
    }
  }

  /// The archive of the sample, read by the project's own reader.
  private static func write(
    _ format: ImageFormat, _ names: [String] = ["tool:v1"], _ sample: SampleBuild = SampleBuild()
  ) throws -> Written {
    let (image, store) = try sample.build()
    let references = try names.map { try Reference($0) }
    let rope = format.sink.archive(of: image, names: references, mtime: SampleBuild.time, in: store)
    let folder = try ImageFolder()
    var reader = try TarReader(path: Array(try folder.write(try rope.bytes(), to: "image.tar").utf8))
    var (entries, contents): ([TarEntry], [[UInt8]]) = ([], [])
    while let entry = try reader.next() {
      var bytes: [UInt8] = []
      try reader.readContents { chunk throws(ArchiveError) in chunk.withUnsafeBytes { bytes += $0 } }
      entries.append(entry)
      contents.append(bytes)
    }
    #expect(reader.takeWarnings() == [])
    return Written(image: image, entries: entries, contents: contents)
  }

  private static let (lower, upper, new) = (sha(SampleImage.lower), sha(SampleImage.upper), sha(SampleBuild.layer))

  // MARK: Entries

  @Test func `the hybrid has the entries of both forms`() throws {
    #expect(
      try Self.write(.hybrid).listing == [
        "dir 0755 0 blobs", "dir 0755 0 blobs/sha256", "file 0644 4608 blobs/sha256/LOWER",
        "file 0644 737 blobs/sha256/CONFIG", "file 0644 697 blobs/sha256/MANIFEST", "file 0644 2048 blobs/sha256/NEW",
        "file 0644 2560 blobs/sha256/UPPER", "file 0644 414 index.json", "file 0644 366 manifest.json",
        "file 0644 30 oci-layout", "file 0644 82 repositories",
      ])
  }

  @Test func `an archive of docker's has no manifest`() throws {
    #expect(
      try Self.write(.docker).listing == [
        "dir 0755 0 blobs", "dir 0755 0 blobs/sha256", "file 0644 4608 blobs/sha256/LOWER",
        "file 0644 737 blobs/sha256/CONFIG", "file 0644 2048 blobs/sha256/NEW",
        "file 0644 2560 blobs/sha256/UPPER", "file 0644 366 manifest.json", "file 0644 82 repositories",
      ])
  }

  @Test func `a layout has the blobs and two documents`() throws {
    #expect(
      try Self.write(.oci).listing == [
        "dir 0755 0 blobs", "dir 0755 0 blobs/sha256", "file 0644 4608 blobs/sha256/LOWER",
        "file 0644 737 blobs/sha256/CONFIG", "file 0644 697 blobs/sha256/MANIFEST", "file 0644 2048 blobs/sha256/NEW",
        "file 0644 2560 blobs/sha256/UPPER", "file 0644 414 index.json", "file 0644 30 oci-layout",
      ])
  }

  @Test(arguments: ImageFormat.allCases)
  func `blobs are named by their digests, and all names are sorted by their bytes`(format: ImageFormat) throws {
    let written = try Self.write(format)
    let blobs = "blobs/sha256/"
    for (entry, bytes) in zip(written.entries, written.contents) where entry.name.count == blobs.utf8.count + 64 {
      #expect(String(decoding: entry.name, as: UTF8.self) == blobs + sha(bytes))
    }
    let names = written.entries.map(\.name)
    #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test(arguments: ImageFormat.allCases)
  func `all entries belong to root and are of the time that is given`(format: ImageFormat) throws {
    for entry in try Self.write(format).entries {
      let plain = TarEntry(
        name: entry.name, kind: entry.kind, mode: entry.mode, size: entry.size, mtime: 1_500_000_000,
        uname: Array("root".utf8), gname: Array("root".utf8))
      #expect(entry == plain)
    }
  }

  @Test(arguments: ImageFormat.allCases)
  func `a blob that occurs twice is stored once, and named twice`(format: ImageFormat) throws {
    // The base has the very layer that is added.
    var sample = SampleBuild(baseLayers: [SampleImage.lower, SampleBuild.layer])
    sample.config = sample.config.replacing(Self.upper, with: Self.new)
    let written = try Self.write(format, ["tool:v1"], sample)
    let paths = written.entries.map { String(decoding: $0.name, as: UTF8.self) }
    #expect(paths.filter { $0 == "blobs/sha256/\(Self.new)" }.count == 1)
    #expect(written.image.layers.map(\.hex) == [Self.lower, Self.new, Self.new])
    if let text = written.text("manifest.json") {
      #expect(
        text.contains(#"["blobs/sha256/\#(Self.lower)","blobs/sha256/\#(Self.new)","blobs/sha256/\#(Self.new)"]"#))
    }
    #expect(Set(paths).count == paths.count)
  }

  @Test(arguments: ImageFormat.allCases)
  func `the same image makes the same bytes`(format: ImageFormat) throws {
    let bytes = try (0..<2).map { _ in
      let (image, store) = try SampleBuild().build()
      return try format.sink.archive(of: image, names: [Reference("tool:v1")], mtime: 0, in: store).bytes()
    }
    #expect(bytes[0] == bytes[1])
  }

  // MARK: Documents

  @Test(arguments: [ImageFormat.hybrid, .oci])
  func `oci-layout tells the version of the layout`(format: ImageFormat) throws {
    #expect(try Self.write(format).text("oci-layout") == #"{"imageLayoutVersion":"1.0.0"}"#)
  }

  @Test(arguments: [ImageFormat.hybrid, .docker])
  func `manifest.json tells docker of config, names and layers, by the names of their files`(
    format: ImageFormat
  ) throws {
    let written = try Self.write(format, ["tool:v1", "gcr.io/team/tool-arm:v1"])
    #expect(
      written.text("manifest.json") == """
        [{"Config":"blobs/sha256/\(written.image.config.digest.hex)",\
        "RepoTags":["tool:v1","gcr.io/team/tool-arm:v1"],\
        "Layers":["blobs/sha256/\(Self.lower)","blobs/sha256/\(Self.upper)","blobs/sha256/\(Self.new)"]}]
        """)
  }

  @Test(arguments: [ImageFormat.hybrid, .oci])
  func `index.json has the manifest once a name, with the platform, the whole name and the tag`(
    format: ImageFormat
  ) throws {
    let written = try Self.write(format, ["tool:v1", "gcr.io/team/tool-arm:v2"])
    let manifest = """
      "mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\(written.image.manifest.digest)",\
      "size":\(written.image.manifest.size),"platform":{"architecture":"arm","os":"linux","variant":"v7"}
      """
    #expect(
      written.text("index.json") == """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[\
        {\(manifest),"annotations":{"io.containerd.image.name":"docker.io/library/tool:v1",\
        "org.opencontainers.image.ref.name":"v1"}},\
        {\(manifest),"annotations":{"io.containerd.image.name":"gcr.io/team/tool-arm:v2",\
        "org.opencontainers.image.ref.name":"v2"}}]}
        """)
  }

  @Test(arguments: [
    (["tool:v1"], ["v1"]), (["tool:v1", "other:v2"], ["v1", "v2"]),
    (["tool:v1", "gcr.io/team/tool:v1"], ["v1", "gcr.io/team/tool:v1"]),
    (["gcr.io/team/tool:v1", "tool:v1", "tool:v2"], ["v1", "docker.io/library/tool:v1", "v2"]),
  ])
  func `a tag that a name before has is no ref.name again: the whole name is`(names: [String], refNames: [String])
    throws
  {
    for format in [ImageFormat.hybrid, .oci] {
      let written = try Self.write(format, names)
      let index = try DocumentField(reading: Array(try #require(written.text("index.json")).utf8), place: "index.json")
      let found = try index.required("manifests").elements().map {
        try $0.required("annotations").required("org.opencontainers.image.ref.name").string()
      }
      #expect(found == refNames)
    }
  }

  @Test(arguments: ImageFormat.allCases)
  func `an archive with two names of one tag is read back under both`(format: ImageFormat) throws {
    let (image, store) = try SampleBuild().build()
    let names = try ["tool:v1", "gcr.io/team/tool:v1"].map { try Reference($0) }
    let rope = format.sink.archive(of: image, names: names, mtime: 0, in: store)
    let folder = try ImageFolder()
    let path = try folder.write(try rope.bytes(), to: "image.tar")
    let found = try ImageSources.open(path, spoolingNear: folder.path).images()
    #expect(found.map { Set($0.references) } == [Set(names)])
  }

  @Test func `the files of an OCI archive are a layout, in a folder too`() throws {
    let (image, store) = try SampleBuild().build()
    let folder = try ImageFolder()
    for file in OCISink().files(of: image, names: [try Reference("tool:v1")]) {
      _ = try folder.write(try store.bytes(of: file.body), to: "layout/\(file.name)")
    }
    let source = try ImageSources.open("\(folder.path)/layout", spoolingNear: folder.path)
    let found = try #require(source.images().first)
    #expect(found.manifestDigest == image.manifest.digest)
    #expect(try source.read(found, as: Reference("tool:v1")).layers.map(\.diffID) == image.layers)
  }

  @Test(
    arguments: [
      (["tool:v1"], #"{"tool":{"v1":"NEW"}}"#),
      (["gcr.io/team/tool:v1", "tool:v1"], #"{"gcr.io/team/tool":{"v1":"NEW"},"tool":{"v1":"NEW"}}"#),
      (["tool:v2", "other/tool:v2", "tool:v1"], #"{"tool":{"v2":"NEW","v1":"NEW"},"other/tool":{"v2":"NEW"}}"#),
    ])
  func `repositories has the tags of each repository with the topmost layer`(names: [String], text: String) throws {
    for format in [ImageFormat.hybrid, .docker] {
      #expect(try Self.write(format, names).text("repositories") == text.replacing("NEW", with: Self.new))
    }
  }
}
