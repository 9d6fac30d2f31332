// Damaged archives and layouts: each is refused, with the file, the field and the layer.

@testable import Archive
import Glibc
@testable import Image
@testable import TestSupport
import Testing

struct DamagedImageTests {
  /// One damage and what is said of it, without the path.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let members: @Sendable () -> [Member]
    /// What the message must hold.
    let fault: String

    init(_ name: String, _ members: @autoclosure @escaping @Sendable () -> [Member], _ fault: String) {
      (testDescription, self.members, self.fault) = (name, members, fault)
    }
  }

  private static func docker(_ manifest: String) -> [Member] { SampleImage { $0 == "docker" ? manifest : $1 }.docker }

  /// The sample with `from` replaced in one document.
  private static func sample(_ document: String, _ from: String, _ to: String) -> SampleImage {
    SampleImage { name, text in
      guard name == document, let start = text.firstRange(of: from) else { return text }
      return text.replacingCharacters(of: start, with: to)
    }
  }

  private static func changed(_ members: [Member], _ name: String, _ change: (inout Member) -> Void) -> [Member] {
    var members = members
    for index in members.indices where members[index].name == name { change(&members[index]) }
    return members
  }

  private static func without(_ members: [Member], _ name: String) -> [Member] { members.filter { $0.name != name } }

  static let archives: [Damage] = [
    Damage("no manifest", without(SampleImage().docker, "manifest.json"), "found neither manifest.json nor oci-layout"),
    Damage("null", docker("null"), "manifest.json: expected an array"),
    Damage("an empty array", docker("[]"), "manifest.json: expected an image, found an empty array"),
    Damage("no JSON", docker("["), "manifest.json: [0]: line 1, column 2"),
    Damage("an object", docker("{}"), "manifest.json: expected an array"),
    Damage("no config", docker(#"[{"Layers":[]}]"#), "manifest.json: [0].Config: missing"),
    Damage("config above", docker(#"[{"Config":"../x","Layers":[]}]"#), "[0].Config: ../x: a name with '..'"),
    Damage("no name", docker(#"[{"Config":"","Layers":[]}]"#), #"[0].Config: "": a name that is empty"#),
    Damage(
      "hard link", changed(SampleImage().docker, "a/layer.tar") { $0.bytes = Member.tar([link]) },
      "[0].Layers[0]: a/layer.tar: a at byte 0: a link without a target in its header"),
    Damage(
      "root", changed(SampleImage().docker, "a/layer.tar") { $0.bytes = Member.tar([Member(name: ".")]) },
      "[0].Layers[0]: a/layer.tar: .: the root, but no folder"),
    Damage(
      "other config bytes", changed(SampleImage().docker, sha(SampleImage().config) + ".json") { $0.bytes += [32] },
      "[0].Config: "),
    Damage("layer missing", without(SampleImage().docker, "a/layer.tar"), "[0].Layers[0]: a/layer.tar: missing"),
    Damage(
      "link to nothing", without(SampleImage().docker, "c/x.tar"),
      "[0].Layers[1]: b/layer.tar: a link to c/x.tar, which is missing"),
    Damage(
      "link loop", changed(SampleImage().docker, "b/layer.tar") { $0.link = "layer.tar" },
      "[0].Layers[1]: b/layer.tar: a loop of links"),
    Damage(
      "link out", changed(SampleImage().docker, "b/layer.tar") { $0.link = "../../x" },
      "[0].Layers[1]: b/layer.tar: a link out of the archive"),
    Damage(
      "one layer fewer", sample("docker", #","b/layer.tar""#, "").docker,
      "[0].Layers: 1 layers, rootfs.diff_ids of the config has 2"),
    Damage(
      "swapped", sample("docker", #""a/layer.tar","b/layer.tar""#, #""b/layer.tar","a/layer.tar""#).docker,
      "[0].Layers[0]: b/layer.tar: does not unpack to sha256:"),
    Damage(
      "cut", changed(SampleImage().docker, "c/x.tar") { $0.bytes = Array($0.bytes.prefix(700)) },
      "[0].Layers[1]: b/layer.tar: "),
    Damage(
      "flipped", changed(SampleImage().docker, "a/layer.tar") { $0.bytes[1024] ^= 1 },
      "[0].Layers[0]: a/layer.tar: does not unpack to sha256:"),
    Damage("empty", changed(SampleImage().docker, "a/layer.tar") { $0.bytes = [] }, "[0].Layers[0]: a/layer.tar: "),
    Damage(
      "twice with other bytes", SampleImage().docker + changed(SampleImage().docker, "c/x.tar") { $0.bytes[0] ^= 1 },
      "c/x.tar: a second entry of this name, with other contents"),
    Damage(
      "twice with more bytes", SampleImage().docker + [Member(name: "/c/./x.tar", bytes: [1])],
      "/c/./x.tar: a second entry of this name, with other contents"),
    Damage(
      "twice with another link", SampleImage().docker + [Member(name: "b/layer.tar", kind: .symlink, link: "x")],
      "b/layer.tar: a second entry of this name, with other contents"),
    Damage(
      "twice, a link and a file", SampleImage().docker + [Member(name: "b/layer.tar", bytes: SampleImage.upper)],
      "b/layer.tar: a second entry of this name, with other contents"),
    Damage(
      "a long name", [Member(name: String(repeating: "x", count: 4097))] + SampleImage().docker,
      "xxx: a name or link that is too long"),
    Damage("a name above", [Member(name: "../x")] + SampleImage().docker, "../x: a name with '..'"),
    Damage(
      "zstd", changed(SampleImage().docker, "a/layer.tar") { $0.bytes = [0x28, 0xB5, 0x2F, 0xFD, 0] },
      "[0].Layers[0]: a/layer.tar: zstd: the file ends at byte 5, inside a frame"),
    Damage("no tag", sample("docker", "sample:1", "A B").docker, "[0].RepoTags[0]: expected the name of an image"),
    Damage("diff ID of md5", sample("config", "[\"sha256:", "[\"md5:").docker, "rootfs.diff_ids[0]: expected"),
    Damage("another rootfs", sample("config", #""layers""#, #""disks""#).docker, "rootfs.type: expected \"layers\""),
    Damage(
      "no rootfs", sample("config", "rootfs", "rootfz").docker, "rootfs: missing"),
    Damage(
      "an escape in the architecture", sample("config", "amd64", #"a\u001b[31md"#).docker,
      #"architecture: expected letters, digits, '.', '_' and '-', found "a\u001B[31md""#),
    Damage("no name of a system", sample("config", #""linux""#, #""""#).docker, "os: expected letters"),
    Damage("a line in the variant", sample("config", #""os""#, ##""variant":"v7\nx","os""##).docker, "variant: exp"),
    Damage("too much history", sample("config", #",{"x":2}"#, #",{},{"x":2}"#).docker, "history: tells of 3 layers"),
  ]

  static let layouts: [Damage] = [
    Damage("no oci-layout", without(SampleImage().layout, "oci-layout"), "oci-layout: missing"),
    Damage("version 2", sample("version", "1.0.0", "2.0.0").layout, "imageLayoutVersion: expected \"1.0.0\""),
    Damage("no index", without(SampleImage().layout, "index.json"), "index.json: missing"),
    Damage("size", sample("index", "\"size\":", "\"size\":1").layout, "manifests[0]: blobs/sha256/"),
    Damage("digest of md5", sample("index", "sha256:", "md5:").layout, "manifests[0].digest: expected"),
    Damage("digest with a path", sample("index", "sha256:", "sha256:../../").layout, "manifests[0].digest: expected"),
    Damage(
      "a manifest said to be an index", sample("index", MediaType.manifest, MediaType.index).layout,
      "as its descriptor says"),
    Damage(
      "a manifest of another type", sample("manifest", MediaType.manifest, MediaType.index).layout, "mediaType: exp"),
    Damage("both lists", sample("manifest", "{\"s", "{\"manifests\":[],\"s").layout, "manifests: cannot stand in"),
    Damage(
      "for another", sample("index", "\"annot", platform + "\"annot").layout, "manifests[0]: for linux/arm64, but"),
    Damage(
      "a bell in a platform",
      sample("index", "\"annot", platform.replacing("arm64", with: #"\u0007"#) + "\"annot").layout,
      "manifests[0].platform.architecture: expected letters"),
    Damage(
      "lz4", sample("manifest", MediaType.gzipLayer, MediaType.layer + "+lz4").layout, "layers[1]: expected a pl"),
    Damage("no config", without(SampleImage().layout, blob(SampleImage().config)), "config: blobs/sha256/"),
    Damage("a layer missing", without(SampleImage().layout, blob(SampleImage.lower)), "layers[0]: blobs/sha256/"),
    Damage(
      "a layer changed", changed(SampleImage().layout, blob(SampleImage.lower)) { $0.bytes[1024] ^= 1 },
      "its bytes are sha256:"),
    Damage(
      "a layer cut", changed(SampleImage().layout, blob(SampleImage.lower)) { $0.bytes.removeLast() },
      "layers[0]: blobs/sha256/"),
  ]

  private static let link = Member(name: "a", kind: .hardlink)
  private static let platform = #""platform":{"os":"linux","architecture":"arm64"},"#
  private static func blob(_ bytes: [UInt8]) -> String { "blobs/sha256/\(sha(bytes))" }

  @Test(arguments: archives + layouts)
  func `a damaged archive is refused`(damage: Damage) throws {
    let folder = try ImageFolder()
    try Self.check(folder.write(Member.tar(damage.members()), to: "image.tar"), damage.fault)
  }

  @Test(arguments: layouts)
  func `a damaged layout folder is refused`(damage: Damage) throws {
    let folder = try ImageFolder()
    try Self.check(folder.write(damage.members(), to: "layout"), damage.fault)
  }

  private static func check(_ path: String, _ fault: String) throws {
    let error = try #require(throws: ImageError.self) { _ = try ImageSourceTests.read(path) }
    #expect(error.place.hasPrefix(path))
    #expect(error.description.contains(fault), "\(error)")
  }

  @Test(arguments: [true, false])
  func `a blob that is a FIFO or a symlink is refused at once`(isFIFO: Bool) throws {
    let folder = try ImageFolder()
    let path = try folder.write(SampleImage().layout, to: "layout")
    let blob = "\(path)/\(Self.blob(SampleImage.lower))"
    unlink(blob)
    #expect((isFIFO ? mkfifo(blob, 0o600) : symlink("/etc/passwd", blob)) == 0)
    try Self.check(path, isFIFO ? "expected a regular file" : "found a symlink")
  }

  @Test func `an error is told in one line that no terminal obeys`() {
    let error = ImageError("a\nb%", "x\u{1B}[31m", "\u{9B}m and \u{202E}")
    #expect(error.description == "a%0Ab%: x%1B[31m: %C2%9Bm and %E2%80%AE")
  }

  @Test(arguments: [(4, nil), (5, "indexes nested more than 4 deep")] as [(Int, String?)])
  func `indexes may be nested four deep`(depth: Int, fault: String?) throws {
    let folder = try ImageFolder()
    var members = SampleImage().layout
    for _ in 0..<depth {
      guard let top = members.firstIndex(where: { $0.name == "index.json" }) else { return }
      let below = members[top].bytes
      let text = """
        {"schemaVersion":2,"manifests":[{"mediaType":"\(MediaType.index)","digest":"sha256:\(sha(below))",\
        "size":\(below.count)}]}
        """
      members[top].bytes = Array(text.utf8)
      members.append(Member(name: Self.blob(below), bytes: below))
    }
    let path = try folder.write(members, to: "layout")
    if let fault { try Self.check(path, fault) } else { _ = try ImageSourceTests.read(path) }
  }

  @Test func `several images and no choice are refused with the choices`() throws {
    let folder = try ImageFolder()
    let item = { (text: String) in String(text.dropFirst().dropLast()) }
    let members = SampleImage { name, text in
      name == "docker"
        ? "[\(item(text)),\(item(text))]".replacing("sample:1", with: "other") : text
    }.docker
    let path = try folder.write(Member.tar(members), to: "two.tar")
    let reason = "holds several images, none named sample:1: other (linux/amd64), other (linux/amd64)"
    #expect(throws: ImageError(path, "", reason)) { _ = try ImageSourceTests.read(path) }
  }
}

extension String {
  fileprivate func replacingCharacters(of range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}

extension SampleImage {
  fileprivate init(_ edit: @escaping (String, String) -> String) {
    self.init()
    self.edit = edit
  }
}
