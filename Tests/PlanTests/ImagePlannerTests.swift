// Which images a run makes, what they are called, where they go and what their configs say.

@testable import Archive
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Plans of images` {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary()
    try tree.addBase()
  }

  private func plan(_ keys: String = "", _ change: (inout ReleaseOptions) -> Void = { _ in }) throws -> PlannedImage {
    try #require(try tree.planImages(image(keys)) { change(&$0) }.images.first)
  }

  private func mistakes(_ keys: String, _ change: (inout ReleaseOptions) -> Void = { _ in }) throws -> [String] {
    try tree.imageMistakes(image(keys)) { change(&$0) }
  }

  // MARK: Names

  @Test func `an image is named by registry, name and version, whose plus is an underscore`() throws {
    let image = try plan()
    #expect(image.name == "tool" && image.platform == .amd64)
    #expect(image.references == [try Reference("example.org/tool:v1.2.3_4")])
    #expect(image.fileName == "tool.tar" && image.tagFileName == "tool.docker_tag")
    #expect(image.tagText == Array("v1.2.3_4\n".utf8))
  }

  @Test func `md5 in a tag is that of the executable`() throws {
    try tree.addBinary("tool", .amd64, Executables.unknown)
    let image = try plan(#""tag": "{md5}-{arch}""#)
    // printf 'text\n' | md5sum
    #expect(image.references.map(\.tag) == ["e1cbb0c3879af8347246f12c559a86b5-amd64"])
  }

  @Test func `md5 needs an executable`() throws {
    let image = #"{"name": "files", "base": "base", "platforms": "one", "tag": "{md5}"}"#
    #expect(try tree.imageMistakes(image) == ["usage: groups.main[0]: {md5} is not known: the image has no binary"])
  }

  @Test func `repository and base are those of the architecture`() throws {
    try tree.addBase("arm-base", .arm64)
    try tree.addBinary("tool", .arm64, Executables.arm64)
    let plan = try tree.planImages(
      image(platforms: "two"),
      keys: """
        "bases": {"base": {"amd64": "base", "*": "arm-base"}},
        "repository": {"amd64": "{registry}/{name}", "*": "{registry}/{name}-{arch}"}
        """)
    #expect(
      plan.images.map { $0.references.map(\.familiar) }
        == [["example.org/tool:v1.2.3_4"], ["example.org/tool-arm64:v1.2.3_4"]])
    #expect(plan.images.map(\.platform) == [.amd64, .arm64])
    #expect(plan.images.map(\.dockerfile.base) == ["base", "arm-base"])
  }

  @Test func `an architecture without a repository or a base is refused`() throws {
    #expect(
      try mistakes(#""repository": {"arm": "x"}"#)
        == [#"usage: groups.main[0]: "tool" has no repository for linux/amd64"#])
    #expect(
      try tree.imageMistakes(image(), keys: #""bases": {"base": {"arm": "base"}}"#)
        == [#"usage: bases.base: the base "base" has no image for linux/amd64"#])
  }

  @Test func `registry and tag of the release give a second name where they are asked for`() throws {
    let own = ["example.org/tool:v1.2.3_4"]
    let environment = ["KUBE_DOCKER_REGISTRY": "gcr.io/mine", "KUBE_DOCKER_IMAGE_TAG": "rel"]
    #expect(try plan { $0.environment.merge(environment) { $1 } }.references.map(\.familiar) == own)
    let image = try plan { $0.releaseNames = ReleaseNames(registry: "gcr.io/mine", tag: "rel") }
    #expect(image.references.map(\.familiar) == own + ["gcr.io/mine/tool-amd64:rel"])
  }

  @Test func `a second name that is the first is told once`() throws {
    let image = try plan(#""repository": "example.org/tool-amd64", "tag": "rel""#) {
      $0.releaseNames = ReleaseNames(registry: "example.org", tag: "rel")
    }
    #expect(image.references == [try Reference("example.org/tool-amd64:rel")])
  }

  @Test func `a second name that is none is refused`() throws {
    let mistake =
      "usage: groups.main[0]: expected the name of an image such as \"busybox:1.36\", found \"UP/tool-amd64:a\""
    #expect(
      try tree.imageMistakes(image()) { $0.releaseNames = ReleaseNames(registry: "UP", tag: "a") } == [mistake])
  }

  @Test(
    arguments: [
      (#""tag": "a b""#, #"usage: groups.main[0]: "tool": expected a tag, found "a b""#),
      (#""tag": ".x""#, #"usage: groups.main[0]: "tool": expected a tag, found ".x""#),
      (
        #""repository": "Upper/Case""#,
        #"usage: groups.main[0]: expected the name of an image such as "busybox:1.36", found "Upper/Case:v1.2.3_4""#
      ),
    ])
  func `what is no tag or no name is refused`(keys: String, mistake: String) throws {
    #expect(try mistakes(keys) == [mistake])
  }

  // MARK: Files

  @Test func `file names the archive, and the tag's file after it`() throws {
    let image = try plan(#""file": "{name}-{arch}.tar""#)
    #expect(image.fileName == "tool-amd64.tar" && image.tagFileName == "tool-amd64.docker_tag")
  }

  @Test func `two images for one file are refused`() throws {
    try tree.addBinary("other")
    #expect(
      try tree.imageMistakes(image(), image(#""file": "tool.tar""#, binary: "other"))
        == [
          "usage: two images have the output ROOT/_output/release-images/amd64/tool.tar: "
            + "groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"
        ])
  }

  @Test func `an archive and a folder for docker build in one place are refused`() throws {
    try tree.addBinary("other")
    let images = "\(tree.root)/_output/release-images"
    let mistakes = try tree.imageMistakes(image(), image(#""name": "tool.tar", "file": "x.tar""#, binary: "other")) {
      var given = Locations.Given()
      (given.root, given.dockerfiles) = (tree.root, images)
      $0.locations = Locations(given, outputName: nil)
    }
    #expect(
      mistakes == [
        "usage: two images have the output ROOT/_output/release-images/amd64/tool.tar: "
          + "groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"
      ])
  }

  @Test func `two images of one name are refused, on two platforms they are not`() throws {
    try tree.addBinary("other")
    let name = #""repository": "example.org/one""#
    #expect(
      try tree.imageMistakes(image(name), image(name, binary: "other"))
        == [
          "usage: two images are named example.org/one:v1.2.3_4: "
            + "groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"
        ])
    try tree.addBase("base", .arm64)
    try tree.addBinary("tool", .arm64)
    #expect(try tree.imageMistakes(image(name, platforms: "two")) == [])
    let arm = #"{"binary": "tool", "name": "arm", "base": "base", "platforms": ["linux/arm64"], \#(name)}"#
    #expect(try tree.imageMistakes(image(name), arm) == [])
  }

  @Test func `the release's name of an image may not be another's own, where it is used`() throws {
    try tree.addBinary("other")
    let other = image(#""repository": "gcr.io/mine/tool-amd64", "tag": "rel""#, binary: "other")
    #expect(try tree.imageMistakes(image(), other) == [])
    func mistakes(_ images: String...) throws -> [String] {
      try tree.imageMistakes(images[0], images[1]) {
        $0.releaseNames = ReleaseNames(registry: "gcr.io/mine", tag: "rel")
      }
    }
    #expect(
      try mistakes(image(), other) == [
        "usage: two images are named gcr.io/mine/tool-amd64:rel: "
          + "groups.main[0] for linux/amd64 and groups.main[1] for linux/amd64"
      ])
    // In the stage folder it has its own name alone.
    let staged = image(#""outputs": ["stage"]"#)
    let layouts: KeyValuePairs = [
      "release": imageRelease,
      "images": "{\"registry\": \"example.org\", \(plainImages), \"groups\": {\"main\": [\(staged), \(other)]}}",
      "app": tarball([#"{"images": "main"}"#], head: #""platforms": "one""#),
    ]
    let options = tree.options {
      $0.version = "v1"
      $0.releaseNames = ReleaseNames(registry: "gcr.io/mine", tag: "rel")
    }
    let plan = try Planner.planImages(try Rules.of(layouts), options)
    #expect(plan.images.map(\.references.count) == [1, 1, 2])
  }

  @Test func `the size is that of the archive, in each form`() throws {
    for format in ImageFormat.allCases {
      let plan = try tree.planImages(image(#""entries": [{"text": "x", "to": "a"}]"#)) { $0.imageFormat = format }
      let image = plan.images[0]
      #expect(image.format == format)
      #expect(try image.rope(in: SourceStore(plan.sources)).count == image.size)
    }
  }

  // MARK: Which images are made

  @Test(arguments: [(false, ["tool"]), (true, ["tool", "other"])])
  func `an image with a flag is made when the flag is on`(isOn: Bool, names: [String]) throws {
    try tree.addBinary("other")
    let plan = try tree.planImages(image(), image(#""when": "extra""#, binary: "other")) { $0.flags = ["extra": isOn] }
    #expect(plan.images.map(\.name) == names)
  }

  @Test func `an image that is named must be there and turned on`() throws {
    try tree.addBinary("other")
    let images = (image(), image(#""when": "extra""#, binary: "other"))
    #expect(try tree.planImages(images.0, images.1, names: ["tool"]).images.map(\.name) == ["tool"])
    #expect(
      try tree.imageMistakes(images.0, images.1, names: ["other", "tol"]) == [
        #"usage: groups.main[1]: "other" is turned off by the flag "extra""#,
        #"usage: no image is named "tol"; did you mean "tool"?"#,
      ])
  }

  @Test func `platforms narrow the images, and none left is refused`() throws {
    try tree.addBase("base", .arm64)
    try tree.addBinary("tool", .arm64)
    #expect(try tree.planImages(image(platforms: "two")) { $0.platforms = [.arm64] }.images.map(\.platform) == [.arm64])
    #expect(
      try tree.imageMistakes(image(), image(#""name": "x""#, platforms: "two"), names: ["tool"]) {
        $0.platforms = [.arm64]
      } == ["usage: no image is left to build on the platforms of this run"])
  }

  @Test(
    arguments: [
      ("", true, true), (#""outputs": ["images", "stage"]"#, true, true), (#""outputs": ["images"]"#, true, false),
      (#""outputs": ["stage"]"#, false, true),
    ])
  func `outputs tells whether an image is kept, and whether it is staged where a tarball looks for it`(
    keys: String, isKept: Bool, isStaged: Bool
  ) throws {
    let server = """
      {"tarball": "s-{arch}.tar.gz", "platforms": "one", "archive": {"root": "kubernetes"},
       "entries": [{"images": "main", "to": "server/bin"}]}
      """
    let set = try Rules.of([
      "release": imageRelease, "server": server,
      "images": #"{"registry": "r", \#(plainImages), "groups": {"main": [\#(image(keys))]}}"#,
    ])
    let image = try #require(try Planner.planImages(set, tree.options { $0.version = "v1" }).images.first)
    let place = PlannedImage.StagePlace(folder: "server/linux-amd64", path: "kubernetes/server/bin")
    #expect(image.isKept == isKept && image.stagePlaces == (isStaged ? [place] : []))
  }

  @Test func `an image for the stage that no tarball holds is refused`() throws {
    #expect(
      try mistakes(#""outputs": ["stage"]"#)
        == [
          #"usage: groups.main[0]: image tool for linux/amd64: no tarball holds it, and "outputs" says the stage alone"#
        ])
  }

  // MARK: Warnings and bases

  @Test func `an executable in no known format is a warning`() throws {
    try tree.addBinary("tool", .amd64, Executables.unknown)
    let warnings = try tree.planImages(image()).warnings.map { $0.replacing(tree.root, with: "ROOT") }
    #expect(
      warnings == ["image tool: ROOT/_output/dockerized/bin/linux/amd64/tool is in no known executable format"])
  }

  @Test func `an executable for another machine is the fault of the data, told with the image's rule`() throws {
    try tree.addBinary("tool", .amd64, Executables.arm64)
    #expect(
      try mistakes("") == [
        #"data: groups.main[0]: image "tool" for linux/amd64: ROOT/_output/dockerized/bin/linux/amd64/tool: "#
          + "the binary is for arm64, the stage folder ROOT/_output/release-images/amd64 is for amd64, "
          + "the image's config for linux/amd64, the base base:latest for linux/amd64"
      ])
  }

  @Test(
    arguments: [
      (#""base": "base""#, "linux/amd64"), (#""base": {"amd64": "base"}"#, "linux/amd64"),
      (#""base": {"*": "base"}"#, "linux/amd64"),
      (#""base": {"ref": "{arch}/base"}"#, nil),
    ])
  func `a Dockerfile asks for the platform where the base's name does not tell it`(base: String, asked: String?) throws
  {
    try tree.addBase("amd64/base", .amd64)
    let plan = try tree.planImages(image(), keys: "\"bases\": {\(base)}")
    #expect(plan.images[0].dockerfile.platform.map { "\($0)" } == asked)
  }

  @Test func `a lock does not make the Dockerfile name a digest, which no registry may know`() throws {
    let store = BaseStore("\(tree.root)/_output/bases")
    try tree.write(Array(BaseLock(store.list().bases, path: "").text.utf8), to: "_output/bases/bases.lock.json")
    #expect(try plan().dockerfile.text.hasPrefix("FROM --platform=linux/amd64 base\n"))
  }

  @Test func `a digest that the layout has is in the Dockerfile, as the layout spells it`() throws {
    let store = BaseStore("\(tree.root)/_output/bases")
    let name = "base@\(try store.image(Reference("base"), for: .amd64).manifestDigest)"
    let plan = try tree.planImages(image(), keys: #""bases": {"base": "\#(name)"}"#)
    #expect(plan.images[0].dockerfile.text.hasPrefix("FROM --platform=linux/amd64 \(name)\n"))
  }
}
