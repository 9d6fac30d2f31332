// kpack base on folders of bases of its own making: what it takes, what it refuses, and that a refusal changes nothing.

import Foundation
import Testing

@Suite struct BaseCommandTests {
  @Test func `an architecture that the file does not have is refused with those it has`() throws {
    let box = try Sandbox.stored(["one --arch amd64", "one --arch arm64"])
    let outcome = try box.kpack("base", "add", "one", "old", "--bases", "new", "--arch", "riscv64")
    #expect(outcome == .refused(3, "old: is for linux/amd64, linux/arm64, not for the architecture riscv64"))
    #expect(!box.isThere("new"))
  }
}

extension Outcome {
  fileprivate static func refused(_ status: Int32, _ message: String) -> Outcome {
    Outcome(status: status, output: "", errors: "kpack: error: \(message)\n")
  }
}

extension Sandbox {
  /// A folder with a root file system and the store "old" of bases made from it; each word list is "REF --arch A".
  fileprivate static func stored(_ bases: [String]) throws -> Sandbox {
    let box = try Sandbox()
    try box.write("root:x:0:0::/:/bin/sh\n", to: "rootfs/etc/passwd")
    for base in bases {
      let words =
        ["base", "add", "--rootfs", "rootfs", "--bases", "old"] + base.split(separator: " ").map { String($0) }
      let outcome = try box.kpack(words: words)
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    return box
  }

  /// What a store holds: "REF PLATFORM" a base.
  fileprivate func bases(in store: String) throws -> [String] {
    let outcome = try kpack("base", "list", "--format", "json", "--bases", store)
    try #require(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try outcome.lines.map { line in
      let base = try JSONDecoder().decode(Base.self, from: Data(line.utf8))
      return "\(base.reference) \(base.platform)"
    }
  }

  private struct Base: Decodable {
    let reference, platform: String
  }
}
