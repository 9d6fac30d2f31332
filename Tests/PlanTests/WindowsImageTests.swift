// Images for Windows, which are not made, whatever asks for them; other systems have theirs.

@testable import Basics
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Images for windows` {
  private let tree: TemporaryTree
  private static let platform = Platform(os: "windows", architecture: "amd64")
  private static let release = imageRelease.replacing("linux/amd64", with: "windows/amd64")
  private static let refusal =
    "usage: groups.main[0]: image tool for windows/amd64: images for windows are not made: "
    + "what stands outside Files/ is not in the container"

  init() throws {
    tree = try TemporaryTree()
    try tree.addBase("base", Self.platform, [.folder("Files"), .folder("Hives")])
    try tree.addBinary("tool.exe", Self.platform, Executables.windows)
  }

  @Test func `they are refused with the image and its platform`() throws {
    #expect(try tree.imageMistakes(image(), release: Self.release) == [Self.refusal])
  }

  @Test func `a tarball cannot hold them`() throws {
    let server = #"{"tarball": "s.tgz", "platforms": "one", "entries": [{"images": "main"}]}"#
    let images = #"{"registry": "r", \#(plainImages), "groups": {"main": [\#(image())]}}"#
    let mistakes = try tree.mistakes(["release": Self.release, "server": server, "images": images])
    #expect(mistakes.count == 1 && mistakes.first?.contains("images for windows are not made") == true)
    #expect(mistakes.first?.hasPrefix("usage: ") == true)
  }

  @Test func `a look at layouts alone finds them`() throws {
    let images = #"{"registry": "r", \#(plainImages), "groups": {"main": [\#(image())]}}"#
    #expect(throws: PlanErrors.self) {
      try Planner.check(try Rules.of(["release": Self.release, "images": images]))
    }
    _ = try Planner.check(try Rules.of(["release": imageRelease, "images": images]))
  }

  @Test func `those of other systems are made`() throws {
    let platform = Platform(os: "freebsd", architecture: "amd64")
    try tree.addBase("base", platform)
    try tree.addBinary("tool", platform)
    let release = imageRelease.replacing("linux/amd64", with: "freebsd/amd64")
    #expect(try tree.planImages(image(), release: release).images.map(\.platform) == [platform])
  }
}
