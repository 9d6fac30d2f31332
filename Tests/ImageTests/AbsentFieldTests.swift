// Fields of documents that are null or not there: both tell the same, as to Go, which most tools are written in.

@testable import Basics
@testable import Image
@testable import JSON
@testable import TestSupport
import Testing

struct AbsentFieldTests {
  private static let layer = Member.tar([Member(name: "x")])

  private static func config(_ members: String) throws -> ImageConfig {
    let text = #"{"architecture":"amd64","os":"linux",\#(members)}"#
    return try ImageConfig(DocumentField(reading: Array(text.utf8), place: "config"))
  }

  @Test(arguments: [
    #""rootfs":{}"#, #""rootfs":{"type":null,"diff_ids":null}"#, #""rootfs":{"type":"layers","diff_ids":[]}"#,
    #""rootfs":{},"variant":null,"history":null,"config":null,"created":null"#,
    #""rootfs":{},"history":[],"config":{}"#, #""rootfs":{},"history":[null]"#,
    #""rootfs":{},"config":{"Env":null,"Cmd":null,"Entrypoint":null,"WorkingDir":null,"User":null,"Labels":null,"OnBuild":null}"#,
    #""rootfs":{},"config":{"Env":[null],"Labels":{"x":null}}"#,
  ])
  func `a config without layers and settings may say so or be silent`(members: String) throws {
    let config = try Self.config(members)
    #expect(config.diffIDs == [] && config.settings.environment == [] && config.settings.labels == [])
    #expect(config.platform == Platform(os: "linux", architecture: "amd64"))
    let added = config.adding(
      layer: ImageDigest(of: [1]), settings: config.settings, platform: config.platform, created: 0, createdBy: "c")
    let history = #""history":[{"created":"1970-01-01T00:00:00Z","created_by":"c"}]"#
    #expect(added.json.text.contains(history), "\(added.json.text)")
  }

  @Test(arguments: [
    (#""x":1"#, "rootfs: missing"), (#""rootfs":null"#, "rootfs: missing"),
    (#""rootfs":[]"#, "rootfs: expected an object"), (#""rootfs":{"diff_ids":{}}"#, "rootfs.diff_ids: expected an"),
    (#""rootfs":{"diff_ids":[null]}"#, "rootfs.diff_ids[0]: expected a string"),
    (#""rootfs":{"type":""}"#, "rootfs.type: expected \"layers\""),
    (#""rootfs":{},"history":{}"#, "history: expected an array"),
    (#""rootfs":{},"config":{"Env":[1]}"#, "config.Env[0]: expected a string"),
  ])
  func `what is there is still looked at`(members: String, message: String) throws {
    let error = try #require(throws: ImageError.self) { _ = try Self.config(members) }
    #expect(error.description.hasPrefix("config: \(message)"), "\(error)")
  }

  @Test(arguments: ["null", "[]", nil] as [String?], ["null", "[]", nil] as [String?])
  func `an image without layers is an image`(layers: String?, ids: String?) throws {
    var image = LayeredImage([LayeredImage.Layer]())
    image.members = [ids.map { #""rootfs":{"type":"layers","diff_ids":\#($0)}"# } ?? #""rootfs":{}"#]
    let edit = { (member: Member, key: String) in
      var member = member
      let text = String(decoding: member.bytes, as: UTF8.self)
      let other = layers.map { ",\"\(key)\":\($0)" } ?? ""
      member.bytes = Array(text.replacing(",\"\(key)\":[]", with: other).utf8)
      return member
    }
    let docker = image.docker.map { $0.name == "manifest.json" ? edit($0, "Layers") : $0 }
    let read = try docker.readAsArchive()
    #expect(read.layers.isEmpty && read.config.diffIDs == [] && read.warnings == [])
    var layout = image.layout
    let manifest = edit(Member(name: "", bytes: image.manifest), "layers")
    layout = layout.map { member in
      var member = member
      if member.bytes == image.manifest {
        member = Member(name: "blobs/sha256/\(sha(manifest.bytes))", bytes: manifest.bytes)
      } else if member.name == "index.json" {
        let text = String(decoding: member.bytes, as: UTF8.self)
        member.bytes = Array(
          text.replacing(sha(image.manifest), with: sha(manifest.bytes))
            .replacing("\"size\":\(image.manifest.count)", with: "\"size\":\(manifest.bytes.count)").utf8)
      }
      return member
    }
    #expect(try layout.readAsFolder().manifestDigest == ImageDigest(of: manifest.bytes))
  }

  @Test(arguments: ["null", "[null]", "[]", #"[null,"sample:1"]"#])
  func `an image may have no names`(tags: String) throws {
    let docker = LayeredImage([.init(Self.layer)]).docker.map { member in
      var member = member
      if member.name == "manifest.json" {
        let text = String(decoding: member.bytes, as: UTF8.self)
        member.bytes = Array(text.replacing(#"["sample:1"]"#, with: tags).utf8)
      }
      return member
    }
    #expect(try docker.readAsArchive().entry("x") == "file")
  }
}
