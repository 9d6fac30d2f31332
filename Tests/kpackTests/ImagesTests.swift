// kpack images on a small project of its own: what it writes where, under which names, and what it refuses.

import Foundation
import Testing

@Suite struct ImagesTests {
  @Test func `an image is written where tarballs look for it and into the images folder, as one file`() throws {
    let box = try Sandbox.imaged()
    let outcome = try box.kpack(words: Sandbox.makeTool)
    try #require(outcome.status == 0, "\(outcome.errors)")
    #expect(try box.names(in: Sandbox.stageFolder) == ["tool.docker_tag", "tool.tar"])
    #expect(try box.names(in: Sandbox.imagesFolder) == ["tool.tar"])
    #expect(String(decoding: try box.read("\(Sandbox.stageFolder)/tool.docker_tag"), as: UTF8.self) == "v1.2.3\n")
    let places = try box.sh("stat -c '%d %i %h' $1/tool.tar $2/tool.tar", Sandbox.stageFolder, Sandbox.imagesFolder)
    let files = places.split(separator: "\n")
    #expect(files[0] == files[1] && files[0].hasSuffix(" 2"), "\(files)")
  }

  @Test func `the folder for docker build holds the executable and a Dockerfile of the same settings`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    let folder = "\(Sandbox.dockerfilesFolder)/tool"
    let names = try box.names(in: folder)
    #expect(names.count == 3 && Set(names).isSuperset(of: ["Dockerfile", "tool"]), "\(names)")
    #expect(try box.read("\(folder)/tool") == box.read("_output/dockerized/bin/linux/amd64/tool"))
    let lines = try box.dockerfile().split(separator: "\n")
    #expect(lines.first == "FROM --platform=linux/amd64 base")
    for line in [
      "ADD tool /usr/local/bin", "ENV GREETING=\"hello world\"", "LABEL \"version\"=\"v1.2.3\"", "WORKDIR /srv",
      "CMD [\"tool\",\"--serve\"]",
    ] {
      #expect(lines.contains { $0 == line || $0 == "\(line)/" }, "\(line) in \(lines)")
    }
  }

  @Test func `the image says what the layout sets, over what its base says`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    let image = try box.inspected()
    #expect(image.platform == "linux/amd64" && image.names == ["example.org/team/tool:v1.2.3"])
    let config = image.config.config
    #expect(config.command == ["tool", "--serve"] && config.folder == "/srv")
    #expect(config.labels == ["version": "v1.2.3"])
    #expect(config.environment.last == "GREETING=hello world")
    #expect(config.environment.count == 2 && config.environment[0].hasPrefix("PATH="))
    #expect(image.layers.count == 2)
    let base = try box.sh("sed -n 's/.*\"diffIDs\":\\[\"\\([^\"]*\\)\".*/\\1/p' base.json")
    #expect(image.layers.first?.diffID == base.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  @Test func `a row in JSON tells the image's names, places and digest`() throws {
    let box = try Sandbox.imaged()
    let outcome = try box.kpack(words: Sandbox.makeTool + ["--format", "json"])
    try #require(outcome.status == 0, "\(outcome.errors)")
    let path = "\(Sandbox.stageFolder)/tool.tar"
    let digest = try box.sh("sha256sum \"$1\"", path).prefix(64)
    let row = try JSONDecoder().decode(ImageRow.self, from: Data(outcome.output.utf8))
    let expected = ImageRow(
      image: "tool", platform: "linux/amd64", references: ["example.org/team/tool:v1.2.3"], path: path,
      paths: [path, "\(Sandbox.imagesFolder)/tool.tar"], bytesOut: try box.read(path).count, sha256: String(digest))
    #expect(row == expected)
  }

  @Test func `the tarball that is packed afterwards holds the very bytes`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    let outcome = try box.kpack("tarballs", "--quiet", "--layouts", "layouts", "--version", "v1.2.3")
    try #require(outcome.status == 0, "\(outcome.errors)")
    let inside = try box.sh("tar -xOzf _output/release-tars/server-linux-amd64.tar.gz top/bin/tool.tar | sha256sum")
    #expect(try box.sh("sha256sum < \"$1\"", "\(Sandbox.stageFolder)/tool.tar") == inside)
  }

  @Test func `the bytes are the same on one thread and on two`() throws {
    let box = try Sandbox.imaged()
    func bytes(_ jobs: String) throws -> String {
      try box.sh("rm -rf _output/release-*")
      try box.expectImages("--jobs", jobs)
      return try box.sh("find _output/release-* -type f -exec sha256sum {} + | sort -k 2")
    }
    let first = try bytes("1")
    #expect(try bytes("2") == first && first.split(separator: "\n").count == 6)
  }

  @Test func `a base for another architecture is refused`() throws {
    let box = try Sandbox.imaged(base: nil)
    try box.addBase(arch: "arm64")
    let message = try box.refusal(3)
    #expect(message.contains("linux/arm64") && message.contains("linux/amd64"), "\(message)")
  }

  @Test func `a base that the bases folder does not have is refused`() throws {
    let box = try Sandbox.imaged(base: nil)
    try box.addBase(as: "other")
    let message = try box.refusal(3)
    #expect(message.contains("no base base") && message.contains("other"), "\(message)")
  }

  @Test func `images cannot be made without a bases folder`() throws {
    let message = try Sandbox.imaged(base: nil).refusal(3)
    #expect(message.contains("_output/bases"), "\(message)")
  }

  @Test func `a base that was locked has the name that the layout gives it, and is refused once it changed`() throws {
    let box = try Sandbox.imaged()
    #expect(try box.kpack("base", "lock").status == 0)
    try box.expectImages()
    #expect(try box.dockerfile().hasPrefix("FROM --platform=linux/amd64 base\n"))
    try box.sh("rm -rf _output/release-*")
    try box.write("changed\n", to: "rootfs/etc/motd")
    try box.addBase()
    let message = try box.refusal(3)
    #expect(message.contains("bases.lock.json") && message.contains("base"), "\(message)")
    #expect(message.contains("has changed"), "\(message)")
  }

  @Test func `a damaged blob is refused by its name, and nothing is written`() throws {
    for blob in try Sandbox.imaged().names(in: "_output/bases/blobs/sha256") {
      let box = try Sandbox.imaged()
      let path = "_output/bases/blobs/sha256/\(blob)"
      try box.flipByte(of: path) { $0.count / 2 }
      let message = try box.refusal(3)
      #expect(message.contains(blob), "\(message)")
    }
  }

  @Test func `an unknown form of images is the user's mistake`() throws {
    let message = try Sandbox.imaged().refusal(2, "--image-format", "bogus")
    #expect(message.contains("--image-format") && message.contains("bogus"), "\(message)")
  }

  @Test func `a damaged archive cannot be inspected`() throws {
    let box = try Sandbox.imaged()
    try box.expectImages()
    let path = "\(Sandbox.imagesFolder)/tool.tar"
    try box.flipByte(of: path) { $0.range(of: Data("this is the tool".utf8))?.lowerBound ?? 0 }
    let outcome = try box.kpack("inspect", path)
    #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.errors.hasPrefix("kpack: error: \(path): "), "\(outcome.errors)")
  }
}

/// What `kpack inspect` tells of an image.
private struct Inspected: Decodable {
  struct Config: Decodable { let config: Settings }
  struct Settings: Decodable {
    let environment, command: [String]
    let folder: String
    let labels: [String: String]
    enum CodingKeys: String, CodingKey {
      case environment = "Env", command = "Cmd", folder = "WorkingDir", labels = "Labels"
    }
  }
  struct Layer: Decodable { let diffID: String }

  let platform: String
  let names: [String]
  let config: Config
  let layers: [Layer]
}

/// What `kpack images` tells of an image.
private struct ImageRow: Equatable, Decodable {
  let image, platform: String
  let references: [String]
  let path: String
  let paths: [String]
  let bytesOut: Int
  let sha256: String
}

extension Sandbox {
  fileprivate static let stageFolder = "_output/release-stage/server/linux-amd64/top/bin"
  static let imagesFolder = "_output/release-images/amd64"
  static let dockerfilesFolder = "_output/release-dockerfiles/amd64"
  /// The command line that makes the images for amd64.
  static let makeTool = [
    "images", "--quiet", "--layouts", "layouts", "--version", "v1.2.3", "--arch", "amd64",
  ]

  /// A project with one image, on a base for the architecture `base`, or without any base.
  static func imaged(base: String? = "amd64") throws -> Sandbox {
    let box = try Sandbox()
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64"]},"binaries":{"server":["tool"]},"archive":{"root":"top"}}"#,
      to: "layouts/release.json")
    try box.write(
      #"{"tarball":"server-{os}-{arch}.tar.gz","platforms":"server","entries":[{"images":"server","to":"bin"}]}"#,
      to: "layouts/server.json")
    try box.write(
      """
      {"registry":"example.org/team","bases":{"base":"base"},"groups":{"server":[{"binary":"tool","base":"base",
      "entries":[{"text":"x\\n","to":"etc/tool.conf"},{"symlink":"tool","to":"usr/local/bin/alias"}],
      "env":{"GREETING":"hello world"},"cmd":["tool","--serve"],"workdir":"/srv","labels":{"version":"{version}"}}]}}
      """, to: "layouts/images.json")
    try box.write("#!/bin/sh\necho this is the tool\n", to: "_output/dockerized/bin/linux/amd64/tool")
    try box.write("root:x:0:0::/:/bin/sh\n", to: "rootfs/etc/passwd")
    try box.write("what runs the tool\n", to: "rootfs/bin/sh")
    try box.sh("chmod 755 rootfs/bin/sh _output/dockerized/bin/linux/amd64/tool")
    if let base { try box.addBase(arch: base) }
    return box
  }

  /// Puts a base made from rootfs into the bases folder, and what is told of it into base.json.
  fileprivate func addBase(as name: String = "base", arch: String = "amd64") throws {
    let outcome = try kpack("base", "add", name, "--rootfs", "rootfs", "--arch", arch, "--cmd", "sh")
    try #require(outcome.status == 0, "\(outcome.errors)")
    try write(try kpack("base", "list", "--format", "json").output, to: "base.json")
  }

  func expectImages(_ words: String..., at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try kpack(words: Self.makeTool + words)
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
  }

  /// What making the images is refused with; nothing is to be left of it.
  fileprivate func refusal(
    _ status: Int32, _ words: String..., at location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let outcome = try kpack(words: Self.makeTool + words)
    #expect(outcome.status == status && outcome.output.isEmpty, "\(outcome)", sourceLocation: location)
    for folder in ["release-stage", "release-images", "release-dockerfiles"] {
      #expect(!isThere("_output/\(folder)"), sourceLocation: location)
    }
    return outcome.errors
  }

  fileprivate func dockerfile() throws -> String {
    String(decoding: try read("\(Self.dockerfilesFolder)/tool/Dockerfile"), as: UTF8.self)
  }

  fileprivate func inspected() throws -> Inspected {
    let outcome = try kpack("inspect", "--format", "json", "\(Self.imagesFolder)/tool.tar")
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSONDecoder().decode(Inspected.self, from: Data(outcome.output.utf8))
  }

  fileprivate func flipByte(of path: String, at place: (Data) -> Int) throws {
    var bytes = try read(path)
    bytes[place(bytes)] ^= 1
    try write(bytes, to: path)
  }
}
