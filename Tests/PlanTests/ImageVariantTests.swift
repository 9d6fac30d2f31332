// The variant of an image's platform: the base's, for arm that of the executable where it wants more.

@testable import Archive
@testable import Basics
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `Variants of images` {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// What the image on such a base says, of an executable with such attributes.
  private func platform(of platform: Platform, base: String?, executable: UInt8? = nil) throws -> String? {
    try tree.addBase("base", Platform(os: "linux", architecture: platform.architecture, variant: base))
    let attributes = executable.map { Executables.arm(architectureTag: $0) }
    try tree.addBinary("tool", platform, attributes ?? Executables.elf(for: platform))
    let release = imageRelease.replacing(#""one": ["linux/amd64"]"#, with: #""one": ["\#(platform)"]"#)
    let image = try #require(try tree.planImages(image(), release: release).images.first)
    #expect(image.platform == platform)
    return "\(image.builder.platform)"
  }

  @Test(
    arguments: [
      (.amd64, "v3", "linux/amd64/v3"), (.amd64, nil, "linux/amd64"), (.arm64, "v8", "linux/arm64/v8"),
      (.arm64, "v9", "linux/arm64/v9"), (.arm64, nil, "linux/arm64"), (.arm, "v5", "linux/arm/v5"),
      (.arm, "v6", "linux/arm/v6"), (.arm, "6", "linux/arm/v6"), (.arm, "v7", "linux/arm/v7"),
      (.arm, "v8", "linux/arm/v8"), (.arm, nil, "linux/arm/v7"),
    ] as [(Platform, String?, String)])
  func `an image has its base's variant, for arm v7 where nobody tells`(
    platform: Platform, base: String?, written: String
  ) throws {
    #expect(try self.platform(of: platform, base: base) == written)
  }

  // ARMv5TE, ARMv6KZ, ARMv7, ARMv8-A, and ARMv6-M, which no system runs that has images.
  @Test(
    arguments: [
      ("v6", 10, "v7"), ("v6", 7, "v6"), ("v6", 4, "v6"), ("v5", 7, "v6"), ("v7", 14, "v8"), ("v8", 10, "v8"),
      (nil, 4, "v5"), (nil, 7, "v6"), (nil, 10, "v7"), (nil, 14, "v8"), (nil, 11, "v7"), ("v6", 11, "v6"),
    ] as [(String?, UInt8, String)])
  func `an executable that wants more than its base has the image want it too`(
    base: String?, executable: UInt8, variant: String
  ) throws {
    #expect(try platform(of: .arm, base: base, executable: executable) == "linux/arm/\(variant)")
  }

  @Test(arguments: [(nil, nil, true), ("v6", nil, false), (nil, 7, false)] as [(String?, UInt8?, Bool)])
  func `an arm image whose variant nobody tells is v7, with a warning`(
    base: String?, executable: UInt8?, isTold: Bool
  ) throws {
    try tree.addBase("base", Platform(os: "linux", architecture: "arm", variant: base))
    try tree.addBinary("tool", .arm, Executables.arm(architectureTag: executable))
    let release = imageRelease.replacing(#""one": ["linux/amd64"]"#, with: #""one": ["linux/arm"]"#)
    let warning =
      "image tool for linux/arm: neither it nor its base says a variant, so it gets v7; "
      + "platforms such as linux/arm/v7 say which"
    #expect(try tree.planImages(image(), release: release).warnings.contains(warning) == isTold)
  }

  @Test(
    arguments: [
      ("v5", nil, nil), ("v6", 7, nil), (nil, nil, nil),
      (
        "v7", nil,
        "data: groups.main[0]: image tool for linux/arm/v6: its base is for linux/arm/v7, which does not run on linux/arm/v6"
      ),
      (
        "v6", 10,
        "data: groups.main[0]: image tool for linux/arm/v6: its executable is for linux/arm/v7, which does not run "
          + "on linux/arm/v6"
      ),
    ] as [(String?, UInt8?, String?)])
  func `a variant that is asked for is what the image says, and what base and executable must fit`(
    base: String?, executable: UInt8?, mistake: String?
  ) throws {
    let platform = Platform(os: "linux", architecture: "arm", variant: "v6")
    try tree.addBase("base", Platform(os: "linux", architecture: "arm", variant: base))
    try tree.addBinary("tool", platform, Executables.arm(architectureTag: executable))
    let release = imageRelease.replacing(#""one": ["linux/amd64"]"#, with: #""one": ["linux/arm/v6"]"#)
    if let mistake {
      let found = try tree.imageMistakes(image(), release: release)
      return #expect(found == [mistake])
    }
    let plan = try tree.planImages(image(), release: release)
    #expect(plan.images.map { "\($0.builder.platform)" } == ["linux/arm/v6"])
  }

  @Test func `the config and the image's descriptor agree`() throws {
    try tree.addBase("base", Platform(os: "linux", architecture: "arm", variant: "v6"))
    try tree.addBinary("tool", .arm)
    let release = imageRelease.replacing(#""one": ["linux/amd64"]"#, with: #""one": ["linux/arm"]"#)
    let plan = try tree.planImages(image(), release: release)
    let image = try #require(plan.images.first)
    let built = image.builder.build(layer: Rope(image.layer, in: plan.store()), diffID: ImageDigest(of: []))
    #expect(built.manifest.platform?.variant == "v6" && built.platform.variant == "v6")
    guard case .document(let bytes)? = built.blobs.first?.blob else { return #expect(Bool(false)) }
    #expect(String(decoding: bytes, as: UTF8.self).contains(#""variant":"v6""#))
  }
}
