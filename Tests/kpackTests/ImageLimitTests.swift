// The option that ends a bomb where images are read.

import Foundation
import Testing

@Suite struct ImageLimitTests {
  @Test(arguments: [
    ["inspect", "_output/bases"], ["base", "add", "copy", "_output/bases", "--bases", "copies"],
    ["base", "add", "copy", "--rootfs", "rootfs", "--arch", "amd64", "--bases", "copies"],
  ])
  func `the limit ends a bomb in an image`(words: [String]) throws {
    let box = try Sandbox()
    try box.write(String(repeating: "x", count: 20_000), to: "rootfs/x")
    let made = try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "amd64")
    try #require(made.status == 0, "\(made.errors)")
    let outcome = try box.kpack(words: words + ["--limit", "20000"])
    #expect(outcome.status == 3)
    #expect(outcome.errors.contains("the image unpacks to more than the limit of 20000 bytes"), "\(outcome.errors)")
    #expect(try box.kpack(words: words + ["--limit", "40000"]).status == 0)
  }
}
