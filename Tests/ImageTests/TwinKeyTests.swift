// Keys that engines, which read them in any case, take for others than kpack: such a document would be two images.

@testable import Basics
@testable import Image
@testable import TestSupport
import Testing

struct TwinKeyTests {
  private static func field(_ text: String) throws -> DocumentField {
    try DocumentField(reading: Array(text.utf8), place: "file")
  }

  private static func config(_ members: String, _ settings: String = "") throws -> ImageConfig {
    try ImageConfig(
      field(#"{"architecture":"amd64","os":"linux","rootfs":{},\#(members)"config":{\#(settings)}}"#))
  }

  private static let digest = "sha256:\(sha([]))"

  @Test(arguments: [
    (#""entrypoint":["EVIL"]"#, "Entrypoint", "entrypoint"), (#""ENV":[]"#, "Env", "ENV"),
    (#""cmd":null"#, "Cmd", "cmd"), (#""Workingdir":"/""#, "WorkingDir", "Workingdir"), (#""user":"""#, "User", "user"),
    (#""labels":{}"#, "Labels", "labels"), (#""onbuild":[]"#, "OnBuild", "onbuild"),
    (#""\u017fhell":[]"#, "Shell", "\u{17F}hell"), (#""healthChec\u212A":{}"#, "Healthcheck", "healthChec\u{212A}"),
    (#""exposedports":{}"#, "ExposedPorts", "exposedports"),
  ])
  func `a setting stands under its key alone`(member: String, key: String, found: String) throws {
    let error = ImageError(
      "file", "config.\(key)", "expected the key \"\(key)\", found \"\(found)\": engines read it as that")
    #expect(throws: error) { _ = try Self.config("", member) }
    #expect(throws: error) { _ = try Self.config("", #""\#(key)":null,\#(member)"#) }
    #expect(throws: error) { _ = try Self.config("", #"\#(member),"\#(key)":null"#) }
  }

  @Test(arguments: [
    (#""OS":"linux","#, "os"), (#""Architecture":"arm64","#, "architecture"), (#""Variant":"v7","#, "variant"),
    (#""OS.Version":"1","#, "os.version"), (#""OS.features":[],"#, "os.features"), (#""RootFS":{},"#, "rootfs"),
    (#""History":[],"#, "history"), (#""Created":"","#, "created"), (#""Config":{},"#, "config"),
    (#""history":[{"Empty_layer":true}],"#, "history[0].empty_layer"),
    (#""history":[{"empty_layer":true,"Created":""}],"#, "history[0].created"),
    (#""Container_Config":{},"#, "container_config"),
    (#""container_config":{"env":[]},"#, "container_config.Env"),
  ])
  func `a field of a config stands under its key alone`(member: String, field: String) throws {
    let error = try #require(throws: ImageError.self) { _ = try Self.config(member) }
    #expect(error.field == field && error.reason.hasPrefix("expected the key"), "\(error)")
  }

  @Test(arguments: [
    (#""x":1,"X":2"#, "", "has the keys \"x\" and \"X\", which engines read as one"),
    (#""a":[0,{"ſ":1,"S":2}]"#, "a[1]", "has the keys \"ſ\" and \"S\", which engines read as one"),
    (#""x":{"Labels":{},"labels":{}}"#, "x", "has the keys \"Labels\" and \"labels\", which engines read as one"),
  ])
  func `keys that nobody here knows differ in more than case`(members: String, field: String, reason: String) throws {
    #expect(throws: ImageError("file", field, reason)) { _ = try Self.config(members + ",") }
  }

  @Test(arguments: [
    #""Labels":{"a":"1","A":"2","entrypoint":"3"}"#, #""Volumes":{"/Data":{},"/data":{}}"#,
    #""ExposedPorts":{"80/tcp":{},"80/TCP":{}}"#, #""Entrypoint":["entrypoint"],"entrypoints":[],"É":1,"é":2"#,
    #""a":{"b":1},"c":{"B":1}"#,
  ])
  func `keys of the image's own, and other keys, are as they are`(settings: String) throws {
    #expect(throws: Never.self) { try Self.config("", settings) }
  }

  @Test(arguments: [
    (#""MediaType":"x""#, "mediaType"), (#""Digest":"x""#, "digest"), (#""SIZE":1"#, "size"),
    (#""Platform":{}"#, "platform"), (#""Annotations":{}"#, "annotations"), (#""ArtifactType":"x""#, "artifactType"),
    (#""platform":{"OS":"linux"}"#, "platform.os"), (#""URLs":[]"#, "urls"),
  ])
  func `a descriptor has its keys alone`(member: String, field: String) throws {
    let text = #"{"mediaType":"m","digest":"\#(Self.digest)","size":1,\#(member)}"#
    let error = try #require(throws: ImageError.self) { _ = try Descriptor(Self.field(text)) }
    #expect(error.field == field && error.reason.hasPrefix("expected the key"), "\(error)")
    let annotated = #"{"mediaType":"m","digest":"\#(Self.digest)","size":1,"annotations":{"Size":"1","size":"2"}}"#
    #expect(try Descriptor(Self.field(annotated)).annotations.count == 2)
  }

  @Test(arguments: [
    (#""SchemaVersion":1"#, "schemaVersion"), (#""MediaType":"x""#, "mediaType"), (#""Config":{}"#, "config"),
    (#""Layers":[]"#, "layers"), (#""Manifests":[]"#, "manifests"),
    (#""annotations":{},"Annotations":{}"#, "annotations"),
  ])
  func `a manifest has its keys alone`(member: String, field: String) throws {
    let config = #"{"mediaType":"m","digest":"\#(Self.digest)","size":1}"#
    let text = #"{"schemaVersion":2,"config":\#(config),"layers":[],\#(member)}"#
    let error = try #require(throws: ImageError.self) { _ = try Manifest(Self.field(text), mediaType: "m") }
    #expect(error.field == field && error.reason.hasPrefix("expected the key"), "\(error)")
  }

  @Test(arguments: ["Config", "RepoTags", "Layers"])
  func `an item of manifest.json has its keys alone`(key: String) throws {
    let sample = SampleImage { name, text in
      guard name == "docker" else { return text }
      return text.replacing("\"\(key)\":", with: "\"\(key.lowercased())\":null,\"\(key)\":")
    }
    let error = try #require(throws: ImageError.self) { _ = try sample.docker.readAsArchive() }
    #expect(error.field == "[0].\(key)" && error.reason.hasPrefix("expected the key"), "\(error)")
  }

  @Test func `an item of an index with twin keys says nothing of the others`() throws {
    let edit = { (members: [Member], name: String) in
      members.map { member in
        var member = member
        guard member.name == "index.json" else { return member }
        let text = String(decoding: member.bytes, as: UTF8.self)
        let other = """
          "manifests":[{"mediaType":"\(MediaType.manifest)","digest":"\(Self.digest)","Digest":"x","size":0,\
          "annotations":{"org.opencontainers.image.ref.name":"\(name)"}},
          """
        member.bytes = Array(text.replacing(#""manifests":["#, with: other).utf8)
        return member
      }
    }
    let folder = try ImageFolder()
    let source = try ImageSources.open(
      folder.write(Member.tar(edit(SampleImage().layout, "other:1")), to: "image.tar"), spoolingNear: "/tmp")
    #expect(try source.images(for: Reference("sample:1")).images.count == 1)
    let error = try #require(throws: ImageError.self) { _ = try source.images(for: Reference("other:1")) }
    #expect(error.field == "manifests[0].digest", "\(error)")
  }

  @Test func `a hundred thousand labels are looked through once`() throws {
    let labels = (0..<100_000).map { #""\#($0)":"""# }.joined(separator: ",")
    let clock = ContinuousClock()
    let time = try clock.measure { _ = try Self.config("", #""Labels":{\#(labels)}"#) }
    // In quadratic time it would take minutes.
    #expect(time < .seconds(20))
  }
}
