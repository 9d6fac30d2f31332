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
}
