// What platforms are called.

@testable import Basics
import Testing

@Suite struct `Platforms` {
  @Test func `a platform is written with its variant when it has one`() {
    #expect("\(Platform(os: "linux", architecture: "amd64"))" == "linux/amd64")
    #expect("\(Platform(os: "linux", architecture: "arm", variant: "v7"))" == "linux/arm/v7")
  }

  @Test func `a variant makes another platform, and can be left out`() {
    let arm = Platform(os: "linux", architecture: "arm", variant: "v7")
    #expect(arm != Platform(os: "linux", architecture: "arm"))
    #expect(arm.withoutVariant == Platform(os: "linux", architecture: "arm"))
  }

  @Test(
    arguments: [
      ("amd64", "v1", nil), ("amd64", "v3", "v3"), ("arm64", "v8", nil), ("arm64", nil, nil), ("arm", nil, "v7"),
      ("arm", "7", "v7"), ("arm", "v7", "v7"), ("arm", "6", "v6"), ("arm", "v5", "v5"),
    ] as [(String, String?, String?)])
  func `a variant that goes without saying is none`(architecture: String, variant: String?, usual: String?) {
    let platform = Platform(os: "linux", architecture: architecture, variant: variant).normalized
    #expect(platform == Platform(os: "linux", architecture: architecture, variant: usual))
  }

  private static let otherNames = [
    ("x86_64", "amd64"), ("x64", "amd64"), ("AMD64", "amd64"), ("aarch64", "arm64"), ("arm64v8", "arm64"),
    ("i386", "386"),
    ("i486", "386"), ("i586", "386"), ("i686", "386"), ("x86", "386"), ("armv5", "arm"), ("armv5tel", "arm"),
    ("armv6l", "arm"), ("armv7", "arm"), ("armv7l", "arm"), ("armv8l", "arm"), ("armhf", "arm"), ("armel", "arm"),
    ("ppc64el", "ppc64le"), ("mipsel", "mipsle"), ("riscv", "riscv64"), ("loongarch64", "loong64"),
  ]

  @Test(arguments: otherNames) func `other names of an architecture lead to Go's`(name: String, usual: String) {
    #expect(PlatformNames.usual(forArchitecture: name) == usual)
    #expect(Platform(os: "linux", architecture: name).usual == Platform(os: "linux", architecture: usual))
    #expect(!PlatformNames.architectures.contains(name) && PlatformNames.architectures.contains(usual))
  }

  @Test func `Go's own names, and names that nobody has, lead to no other`() {
    for name in PlatformNames.architectures { #expect(PlatformNames.usual(forArchitecture: name) == nil) }
    for name in PlatformNames.systems { #expect(PlatformNames.usual(forSystem: name) == nil) }
    for name in ["", "chip", "armored", "x86_6"] { #expect(PlatformNames.usual(forArchitecture: name) == nil) }
    #expect(Platform(os: "linux", architecture: "chip").usual == nil)
    #expect(Platform(os: "macOS", architecture: "arm64").usual == Platform(os: "darwin", architecture: "arm64"))
  }
}
