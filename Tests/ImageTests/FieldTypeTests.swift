// Fields of a config that kpack carries along: of a type that no engine takes, they would give images that none loads.

@testable import Basics
@testable import Image
@testable import JSON
@testable import TestSupport
import Testing

struct FieldTypeTests {
  private static func config(_ members: String) throws -> ImageConfig {
    let text = #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},\#(members)}"#
    return try ImageConfig(DocumentField(reading: Array(text.utf8), place: "config"))
  }

  private static func expect(_ members: String, _ field: String, _ reason: String) {
    #expect(throws: ImageError("config", field, reason)) { _ = try Self.config(members) }
  }

  @Test(arguments: ["author", "docker_version", "container", "parent", "id", "comment"])
  func `a text of a config is a string`(key: String) {
    Self.expect(#""\#(key)":1"#, key, "expected a string")
    for sound in ["null", #""""#, #""x""#] {
      #expect(throws: Never.self) { try Self.config(#""\#(key)":\#(sound)"#) }
    }
  }

  @Test(arguments: [
    (#""os.features":"win32k""#, "os.features", "expected an array"),
    (#""os.features":[1]"#, "os.features[0]", "expected a string"),
    (#""container_config":[]"#, "container_config", "expected an object"),
    (#""container_config":{"Tty":1}"#, "container_config.Tty", "expected true or false"),
    (#""Size":"1""#, "Size", "expected a whole number"), (#""Size":1.5"#, "Size", "expected a whole number"),
    (#""history":[{"empty_layer":true,"created_by":1}]"#, "history[0].created_by", "expected a string"),
    (#""history":[{"empty_layer":true,"comment":{}}]"#, "history[0].comment", "expected a string"),
    (#""history":[{"empty_layer":true,"author":[]}]"#, "history[0].author", "expected a string"),
    (#""history":[{"empty_layer":"true"}]"#, "history[0].empty_layer", "expected true or false"),
  ])
  func `other fields of a config have their types`(members: String, field: String, reason: String) {
    Self.expect(members, field, reason)
  }

  @Test(arguments: [
    (["StopSignal", "Hostname", "Domainname", "WorkingDir", "User", "Image", "MacAddress"], "1", "expected a string"),
    (
      [
        "ArgsEscaped", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce",
        "NetworkDisabled",
      ], #""true""#, "expected true or false"
    ),
    (["StopTimeout", "Memory", "MemorySwap", "CpuShares"], #""10""#, "expected a whole number"),
    (["StopTimeout"], "1e1", "expected a whole number"),
    (["StopTimeout"], "9223372036854775808", "expected a whole number"),
    (["Healthcheck", "ExposedPorts", "Volumes", "Labels"], "[]", "expected an object"),
    (["Shell", "OnBuild", "Env", "Cmd", "Entrypoint"], #""x""#, "expected an array"),
  ])
  func `a setting has its type`(keys: [String], value: String, reason: String) {
    for key in keys {
      Self.expect(#""config":{"\#(key)":\#(value)}"#, "config.\(key)", reason)
      #expect(throws: Never.self) { try Self.config(#""config":{"\#(key)":null}"#) }
    }
  }

  @Test(arguments: [
    (#""Shell":[1]"#, "Shell[0]", "expected a string"), (#""OnBuild":[{}]"#, "OnBuild[0]", "expected a string"),
    (#""ExposedPorts":{"80/tcp":1}"#, "ExposedPorts.80/tcp", "expected an object"),
    (#""Volumes":{"/data":"/data"}"#, "Volumes./data", "expected an object"),
    (#""Labels":{"a":1}"#, "Labels.a", "expected a string"),
    (#""Healthcheck":{"Test":"true"}"#, "Healthcheck.Test", "expected an array"),
    (#""Healthcheck":{"Interval":"1s"}"#, "Healthcheck.Interval", "expected a whole number"),
  ])
  func `what a setting holds has its type`(setting: String, field: String, reason: String) {
    Self.expect(#""config":{\#(setting)}"#, "config.\(field)", reason)
  }

  @Test func `a config of all fields is carried along`() throws {
    let settings = #"""
      "Hostname":"h","Domainname":"","AttachStdin":false,"Tty":true,"ExposedPorts":{"80/tcp":{}},"Volumes":{"/d":null},\#
      "StopSignal":"SIGTERM","StopTimeout":-1,"Shell":["sh",null],"ArgsEscaped":true,"Memory":0,\#
      "Healthcheck":{"Test":["CMD","true"],"Interval":1000000000,"Retries":3},"OnBuild":[]
      """#
    let members = #"""
      "author":"a","os.features":["win32k"],"docker_version":"1.12","id":"","Size":5,\#
      "container_config":{\#(settings)},"created":"yesterday"
      """#
    let text = try Self.config(#"\#(members),"config":{\#(settings)}"#).json.text
    #expect(text.contains(members) && text.contains(#""config":{\#(settings)"#), "\(text)")
  }

  private static func created(_ created: String) throws -> String {
    let config = try Self.config(#""history":[{"created":\#(created),"empty_layer":true}]"#).adding(
      layer: ImageDigest(of: [1]), settings: ImageSettings(), platform: Platform(os: "linux", architecture: "amd64"),
      created: 0, createdBy: "new")
    return config.json.text
  }

  @Test(arguments: [
    "2017-07-14T02:40:00Z", "2017-07-14T02:40:00.5Z", "2017-07-14T02:40:00.123456789012Z", "2017-07-14T02:40:00+02:00",
    "2016-02-29T23:59:59-23:59", "2000-02-29T00:00:00Z", "0001-01-01T00:00:00Z",
  ])
  func `a time of the history is kept`(time: String) throws {
    #expect(try Self.created("\"\(time)\"").contains(#"{"created":"\#(time)","empty_layer":true}"#))
  }

  @Test(arguments: [
    "", "yesterday", "2017-07-14", "2017-07-14 02:40:00Z", "2017-07-14t02:40:00Z", "2017-07-14T02:40:00z",
    "2017-07-14T02:40:00", "2017-07-14T2:40:00Z", "2017-13-14T02:40:00Z", "2017-00-14T02:40:00Z",
    "2017-02-29T02:40:00Z",
    "1900-02-29T02:40:00Z", "2017-04-31T02:40:00Z", "2017-07-00T02:40:00Z", "2017-07-14T24:00:00Z",
    "2017-07-14T02:60:00Z", "2017-07-14T02:40:60Z", "2017-07-14T02:40:00.Z", "2017-07-14T02:40:00,5Z",
    "2017-07-14T02:40:00+0200", "2017-07-14T02:40:00+24:00", "2017-07-14T02:40:00+02:60", "2017-07-14T02:40:00ZZ",
    "２017-07-14T02:40:00Z",
  ])
  func `what is no time becomes that of the image`(time: String) throws {
    #expect(try Self.created("\"\(time)\"").contains(#"{"created":"1970-01-01T00:00:00Z","empty_layer":true}"#))
  }
}
