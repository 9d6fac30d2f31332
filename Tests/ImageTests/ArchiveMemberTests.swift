// The members of the archive of an image: names as engines read them, one member twice, configs under any name.

@testable import Archive
@testable import Image
@testable import TestSupport
import Testing

struct ArchiveMemberTests {
  private static let image = LayeredImage([Member(name: "x")])

  @Test(arguments: ["/", "./", "//", "/./", ".//", "./././"])
  func `the names of members may begin at the root`(prefix: String) throws {
    for members in [Self.image.docker, Self.image.layout] {
      let renamed = members.map { Member(name: prefix + $0.name, bytes: $0.bytes) }
      #expect(try renamed.readAsArchive().entry("x") == "file")
    }
  }

  @Test(arguments: ["0", "./0", "/0"])
  func `a member twice with the same bytes is the first`(name: String) throws {
    let layer = Member(name: name, bytes: Member.tar([Member(name: "x")]))
    let folder = Member(name: "folder/", kind: .directory)
    let members = [folder] + Self.image.docker + [layer, folder, layer]
    #expect(try members.readAsArchive().entry("x") == "file")
    let archive = try ImageFolder()
    let image = try ImageSourceTests.read(archive.write(Gzip.stored(Member.tar(members)), to: "image.tar.gz"))
    #expect(image.entry("x") == "file")
  }

  @Test func `a link twice with the same target is the first`() throws {
    let layer = Member(name: "layer", bytes: Member.tar([Member(name: "x")]))
    let links = [
      Member(name: "0", kind: .symlink, link: "layer"), Member(name: "./0", kind: .symlink, link: "./layer"),
      Member(name: "/0", kind: .hardlink, link: "/layer"),
    ]
    let others = Self.image.docker.filter { $0.name != "0" }
    #expect(try (others + [layer] + links).readAsArchive().entry("x") == "file")
  }

  @Test(arguments: ["config.json", "image", "a/b/config", "sha256:X.json", "/config.json", "./c"])
  func `the config of an archive of docker save may have any name`(name: String) throws {
    var image = Self.image
    image.configName = name
    #expect(try image.docker.readAsArchive().configDigest == ImageDigest(of: image.config))
  }

  @Test(arguments: ["D", "D.json", "sha256:D", "blobs/sha256/D", "a/D.json", "sha256:D.json"])
  func `a config whose name is a digest has its bytes`(name: String) throws {
    var image = Self.image
    image.configName = name.replacing("D", with: sha(image.config))
    #expect(try image.docker.readAsArchive().configDigest == ImageDigest(of: image.config))
    image.configName = name.replacing("D", with: sha([1]))
    let error = try #require(throws: ImageError.self) { _ = try image.docker.readAsArchive() }
    #expect(error.field == "[0].Config")
    #expect(error.reason.hasSuffix(": its bytes are \(ImageDigest(of: image.config))"), "\(error)")
  }

  @Test func `two images may have one config`() throws {
    var image = Self.image
    image.configName = "config.json"
    let item = #"{"Config":"config.json","RepoTags":["TAG"],"Layers":["0"]}"#
    let manifest = "[\(item.replacing("TAG", with: "sample:1")),\(item.replacing("TAG", with: "other:1"))]"
    let members = image.docker.map {
      $0.name == "manifest.json" ? Member(name: $0.name, bytes: Array(manifest.utf8)) : $0
    }
    #expect(try members.readAsArchive().entry("x") == "file")
  }

  @Test(arguments: ["layer.tar", "blobs/layer.tar", "blobs/sha256/layer", "blobs/sha256/D/layer.tar", "D.tar"])
  func `a layer may have any name but that of another blob`(name: String) throws {
    let name = name.replacing("D", with: sha([1]))
    let rename = { (name: String) in
      Self.image.docker.map { member in
        switch member.name {
        case "0": Member(name: name, bytes: member.bytes)
        case "manifest.json":
          Member(
            name: member.name,
            bytes: Array(String(decoding: member.bytes, as: UTF8.self).replacing("\"0\"", with: "\"\(name)\"").utf8))
        default: member
        }
      }
    }
    #expect(try rename(name).readAsArchive().entry("x") == "file")
    let error = try #require(throws: ImageError.self) {
      _ = try rename("blobs/sha256/\(sha([1]))").readAsArchive()
    }
    #expect(error.reason.contains(": its bytes are sha256:"), "\(error)")
  }
}
