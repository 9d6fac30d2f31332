// What platforms are called.

import Image
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
}
