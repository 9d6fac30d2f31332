// What the config of a planned image and its Dockerfile say.

@testable import Archive
@testable import Basics
@testable import Image
@testable import JSON
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Settings of planned images` {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary()
  }

  private static let base: ImageSettings = {
    var settings = ImageSettings()
    settings.environment = ["PATH=/bin", "A=1"]
    settings.command = ["sh"]
    settings.user = "nobody"
    return settings
  }()

  private func plan(_ keys: String = "") throws -> PlannedImage {
    try tree.addBase("base", .amd64, settings: Self.base)
    return try #require(try tree.planImages(image(keys)).images.first)
  }

  @Test func `what the image does not set is the base's`() throws {
    #expect(try plan().builder.settings == Self.base)
  }

  @Test func `ports, volumes and a signal are added to those of the base`() throws {
    let config = try DocumentField(
      reading: Array(#"{"ExposedPorts": {"80/tcp": {}}, "Volumes": {"/v": {}}, "StopSignal": "SIGHUP"}"#.utf8),
      place: "")
    guard case .object(let members) = JSONLiteral(config.value) else { preconditionFailure("no object") }
    let image = try plan(
      #""expose": ["80", "53/udp"], "volumes": ["/v", "/var/{name}"], "stopsignal": "SIGTERM", "annotations": {"a": "{version}"}"#
    )
    var settings = image.builder.settings
    (settings.environment, settings.command, settings.user) = ([], nil, nil)
    #expect(
      JSONLiteral.object(settings.members(over: members)).text
        == #"{"ExposedPorts":{"80/tcp":{},"53/udp":{}},"Volumes":{"/v":{},"/var/tool":{}},"StopSignal":"SIGTERM"}"#)
    #expect(JSONLiteral.object(ImageSettings().members(over: members)).text == JSONLiteral.object(members).text)
    #expect(image.builder.annotations == [.init("a", "v1.2.3+4")])
    #expect(
      image.dockerfile.text.hasSuffix(
        """
        EXPOSE 80/tcp 53/udp
        VOLUME ["/v","/var/tool"]
        STOPSIGNAL SIGTERM
        # Not in here: annotations, which `docker buildx build --annotation` sets: a

        """))
  }

  @Test func `a group and the file say what holds for all of their images`() throws {
    try tree.addBase("base", .amd64, settings: Self.base)
    let images = try tree.planImages(
      #"{"name": "plain"}"#, #"{"name": "own", "user": "3", "labels": {"a": "own"}, "entrypoint": ["/x"]}"#,
      keys: #""bases": {"base": "base"}, "defaults": {"base": "base", "platforms": "one", "user": "1", "cmd": ["c"], "#
        + #""labels": {"a": "file", "b": "file"}, "entries": [{"text": "", "to": "{name}"}]}"#
    ).images
    #expect(images.map(\.builder.settings.user) == ["1", "3"])
    #expect(
      images.map { $0.builder.settings.labels.map { "\($0.key)=\($0.value)" } } == [
        ["a=file", "b=file"], ["a=own", "b=file"],
      ])
    // As in a Dockerfile, an entrypoint drops the arguments.
    #expect(images.map(\.builder.settings.command) == [["c"], nil])
    #expect(images.map { String(decoding: $0.layer.name(at: 0), as: UTF8.self) } == ["plain", "own"])
  }

  @Test func `an image has its own name first, then more names, each once`() throws {
    let image = try plan(
      #""names": ["quay.io/team/{name}:{version}", "example.org/{name}:{tag}", "{registry}/{name}", "quay.io/team/tool:v1.2.3_4"]"#
    )
    #expect(
      image.references.map(\.familiar) == [
        "example.org/tool:v1.2.3_4", "quay.io/team/tool:v1.2.3_4", "example.org/tool:latest",
      ])
    #expect(image.tagText == Array("v1.2.3_4\n".utf8))
    let digest = "x@sha256:\(String(repeating: "0", count: 64))"
    let mistakes = try tree.imageMistakes(TestSupport.image(#""names": ["\#(digest)"]"#))
    #expect(
      mistakes == [
        "usage: groups.main[0]: \"tool\": expected a name without a digest, found \"\(digest.prefix(64))\"..."
      ])
  }

  @Test func `an image on scratch needs no base in the store`() throws {
    let image = #"{"binary": "tool", "to": ".", "base": "scratch", "platforms": "one", "entrypoint": ["/tool"]}"#
    let plan = try tree.planImages(image, keys: #""tag": "t""#)
    #expect(try plan.layer() == ["file 0755 0:0 tool"])
    let planned = try #require(plan.images.first)
    #expect(planned.builder.baseLayers.isEmpty && planned.builder.settings.environment == [ImageSettings.usualPath])
    #expect(planned.dockerfile.text == "FROM scratch\nADD tool /\nENTRYPOINT [\"/tool\"]\n")
    try tree.addBinary("tool", .amd64, Executables.elf(machine: 62, interpreter: "/lib/ld.so"))
    #expect(
      try tree.imageMistakes(image, keys: #""tag": "t""#) == [
        "data: groups.main[0]: image tool for linux/amd64: tool: ROOT/_output/dockerized/bin/linux/amd64/tool: "
          + "needs the interpreter /lib/ld.so, which the base scratch:latest lacks"
      ])
    try tree.addBinary("tool", .amd64, Executables.arm64)
    #expect(try tree.imageMistakes(image, keys: #""tag": "t""#).count == 1)
  }

  @Test func `every setting is filled in`() throws {
    let image = try plan(
      """
      "env": {"A": "{arch}", "B": "{version}"}, "labels": {"n": "{name}", "t": "{tag}"}, "cmd": ["{os}", ""],
      "entrypoint": ["/{name}"], "workdir": "/srv/{name}", "user": "{name}:1"
      """)
    var expected = Self.base
    expected.environment = ["PATH=/bin", "A=amd64", "B=v1.2.3+4"]
    expected.labels = [.init("n", "tool"), .init("t", "v1.2.3_4")]
    (expected.command, expected.entrypoint) = (["linux", ""], ["/tool"])
    (expected.workingDirectory, expected.user) = ("/srv/tool", "tool:1")
    #expect(image.builder.settings == expected)
    // The base's user would own what WORKDIR makes, so that an archive brings it.
    #expect(
      image.dockerfile.text == """
        FROM --platform=linux/amd64 base
        ADD layer.tar /
        ADD tool /usr/local/bin/
        ENV A="amd64"
        ENV B="v1.2.3+4"
        LABEL "n"="tool"
        LABEL "t"="v1.2.3_4"
        WORKDIR /srv/tool
        USER tool:1
        ENTRYPOINT ["/tool"]
        CMD ["linux",""]

        """)
  }

  @Test func `an entrypoint ends the base's command`() throws {
    let settings = try plan(#""entrypoint": ["/tool"]"#).builder.settings
    #expect(settings.entrypoint == ["/tool"] && settings.command == nil)
  }

  @Test(
    arguments: [
      ("", "ADD tool /usr/local/bin/", nil), (#""to": ".""#, "ADD tool /", nil),
      (
        #""to": "opt", "entries": [{"symlink": "tool", "to": "opt/alias"}]"#,
        "ADD layer.tar /|ADD tool /opt/", ["opt/", "opt/alias"]
      ),
      (#""to": ".", "entries": [{"directory": "empty"}]"#, "ADD layer.tar /|ADD tool /", ["empty/"]),
      (
        #""to": "a b", "name": "x""#, "ADD layer.tar /", ["a b/", "a b/tool"]
      ),
      (#""to": ".", "workdir": "/srv""#, "ADD tool /|WORKDIR /srv", nil),
    ] as [(String, String, [String]?)])
  func `an archive beside the Dockerfile holds what the layer has beside the executable`(
    keys: String, lines: String, names: [String]?
  ) throws {
    try tree.addBase()
    let plan = try tree.planImages(image(keys))
    let image = plan.images[0]
    #expect(image.dockerfile.text == "FROM --platform=linux/amd64 base\n\(lines.replacing("|", with: "\n"))\n")
    let rope = image.contextEntries.map { Rope($0, in: SourceStore(plan.sources)) }
    #expect(try rope.map { try self.names(in: $0) } == names)
  }

  @Test func `the executable is the one that the image's own rule brings`() throws {
    try tree.addBase()
    let entry = #"{"binaries": ["tool"], "to": "copy", "mode": "0700"}"#
    let plan = try tree.planImages(image(#""to": "opt", "entries": [\#(entry)]"#))
    let executable = try #require(plan.images[0].executable)
    #expect(executable.path == Array("opt/tool".utf8) && executable.mode == FileMode(bits: 0o755))
    let context = Rope(try #require(plan.images[0].contextEntries), in: SourceStore(plan.sources))
    #expect(try names(in: context) == ["copy/", "copy/tool", "opt/"])
  }

  @Test func `an executable that builders would unpack stands in the archive`() throws {
    try tree.addBase()
    try tree.addBinary("tool", .amd64, [0x1F, 0x8B, 8, 0])
    let image = try tree.planImages(image()).images[0]
    #expect(image.dockerfile.text == "FROM --platform=linux/amd64 base\nADD layer.tar /\n")
    #expect(image.executable == nil)
  }

  @Test func `an executable that an entry replaces stands in the archive alone`() throws {
    try tree.addBase()
    let entry = #"{"text": "", "to": "opt/tool", "overlay": true}"#
    let plan = try tree.planImages(image(#""to": "opt", "entries": [\#(entry)]"#))
    #expect(plan.images[0].executable == nil)
    #expect(plan.images[0].dockerfile.text == "FROM --platform=linux/amd64 base\nADD layer.tar /\n")
  }

  /// The names in an archive.
  private func names(in rope: Rope) throws -> [String] {
    var bytes = [UInt8](repeating: 0, count: Int(rope.count))
    try bytes.withUnsafeMutableBytes { try rope.read(from: 0, into: $0) }
    try tree.write(bytes, to: "context.tar")
    var reader = try TarReader(path: Array("\(tree.root)/context.tar".utf8))
    var names: [String] = []
    while let entry = try reader.next() { names.append(String(decoding: entry.name, as: UTF8.self)) }
    return names
  }

  @Test func `the history tells of the executable, or of the image`() throws {
    try tree.addBase()
    let files = #"{"name": "files", "base": "base", "platforms": "one", "entries": [{"text": "", "to": "a"}]}"#
    let plan = try tree.planImages(image(#""name": "x""#), files) { $0.epoch = 77 }
    #expect(plan.images.map(\.builder.createdBy) == ["kpack: ADD tool", "kpack: ADD files"])
    #expect(plan.images.map(\.builder.created) == [77, 77])
  }
}
