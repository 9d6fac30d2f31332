// Objects of a cache that change while a run uses them.

import Foundation
import Testing

@Suite struct CacheChangeTests {
  @Test(arguments: ["printf XXXX | dd of=$0 bs=1 seek=$(($(stat -c %s $0) - 999)) conv=notrunc", "truncate -s 999 $0"])
  func `an object that changes while it is spliced is made anew`(change: String) throws {
    let box = try Sandbox.slowProject()
    try #require(try box.packed().count == 2)
    let bytes = try box.read("out/p.tar.gz")
    let object = try box.sh("find cache/objects -type f -size +1M").split(separator: "\n").map(String.init)
    try #require(object.count == 1)
    for words in [[], ["--format=json"]] {
      let run = try box.startSplicing(["--force"] + words)
      try box.sh("sh -c '\(change)' \(object[0]) 2>&1")
      run.resume()
      let outcome = try run.wait()
      #expect(outcome.status == 0)
      #expect(outcome.warnings == ["\(object[0]): damaged in the cache, made anew"])
      #expect(try box.read("out/p.tar.gz") == bytes)
      if !words.isEmpty {
        let digest = try box.sh("gunzip -c out/p.tar.gz | sha256sum | head -c 64")
        #expect(try outcome.rows().first?["tarSha256"] == .text(digest))
      }
      try box.expectNothingDamaged()
    }
    #expect(try box.kpack(words: Sandbox.packProject + ["--force"]).warnings == [])
    #expect(try box.read("out/p.tar.gz") == bytes)
  }
}

extension Sandbox {
  /// Starts packing the slow project from its cache; comes back when a part of the large file is spliced, with the run
  /// stopped. Throws when the run was always faster.
  fileprivate func startSplicing(_ words: [String]) throws -> RunningProgram {
    for _ in 0..<20 {
      let run = try start(Self.packProject.filter { $0 != "--quiet" } + words)
      while run.isRunning && outputSize < 1 << 20 { usleep(100) }
      run.signal(SIGSTOP)
      if (1 << 20..<30 << 20).contains(outputSize) { return run }
      run.resume()
      _ = try run.wait()
    }
    throw POSIXError(.ETIMEDOUT)
  }

  /// Bytes of the output that is being written; 0 where there is none.
  private var outputSize: Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: "\(root)/out/.kpack-tmp-0")
    return attributes?[.size] as? Int ?? 0
  }
}
