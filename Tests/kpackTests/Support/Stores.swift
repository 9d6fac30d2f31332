// Stores of bases that kpack makes from a small root file system, and what is told of them.

import Foundation
import Testing

extension Outcome {
  /// An error and nothing else.
  static func refused(_ status: Int32, _ message: String) -> Outcome {
    Outcome(status: status, output: "", errors: "kpack: error: \(message)\n")
  }
}

extension Sandbox {
  /// A folder with a root file system, rootfs, and a store of bases made from it; each is "REF --arch A".
  static func stored(_ bases: [String], in store: String = "old") throws -> Sandbox {
    let box = try Sandbox()
    try box.write("root:x:0:0::/:/bin/sh\n", to: "rootfs/etc/passwd")
    for base in bases { try box.addBase(base, to: store) }
    return box
  }

  /// Adds the root file system to `store`; `base` is "REF --arch A".
  func addBase(_ base: String, to store: String) throws {
    let words = ["base", "add", "--rootfs", "rootfs", "--bases", store] + base.split(separator: " ").map { String($0) }
    let outcome = try kpack(words: words)
    try #require(outcome.status == 0, "\(outcome.errors)")
  }

  /// The platforms of all bases in a store, in the order of a list, which says no more unless it `mayNote` something.
  func platforms(in store: String, mayNote: Bool = false) throws -> [String] {
    let outcome = try kpack("base", "list", "--bases", store)
    try #require(outcome.status == 0 && (mayNote || outcome.errors.isEmpty), "\(outcome.errors)")
    return outcome.lines.compactMap { line in line.split(separator: " ").dropFirst().first.map { String($0) } }
  }
}
