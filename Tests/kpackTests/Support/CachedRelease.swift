// A release that a cache has something to keep of, and what a run of it with a cache makes and says.

import Foundation
import Testing

extension Sandbox {
  /// A project with all that is kept in a way of its own: contents of more than 1 MiB in two tarballs, one of them
  /// compressed already; small and empty files, two of them one inode; a tarball in a tarball; an image on a base.
  static func cached() throws -> Sandbox {
    let box = try Sandbox.imaged(base: nil)
    try box.write(
      #"{"name":"p","platforms":{"server":["linux/amd64"]},"archive":{"root":"top"}}"#, to: "layouts/release.json")
    try box.write(#"{"tarball":"src.tar.gz","entries":[{"tree":"src"}]}"#, to: "layouts/src.json")
    try box.write(
      #"{"tarball":"all.tar.gz","entries":[{"artifact":"src","to":"src.tar.gz"},{"file":"src/big","to":"big"}]}"#,
      to: "layouts/all.json")
    try box.sh(
      """
      mkdir src src/small
      seq 1 180000 > src/big
      seq 1 170000 > rootfs/data
      seq 2 180000 >> _output/dockerized/bin/linux/amd64/tool
      head -c 1100000 /dev/urandom | gzip -1 > src/packed.gz
      for number in $(seq 150); do echo "file $number" > src/small/$number; done
      : > src/small/empty
      ln src/small/1 src/small/link
      """)
    let base = try box.kpack("base", "add", "base", "--rootfs", "rootfs", "--arch", "amd64", "--cmd", "sh")
    try #require(base.status == 0, "\(base.errors)")
    return box
  }

  /// Starts packing it, with the cache in the folder cache.
  func startCached(
    _ words: [String] = [], out: String = "out", environment: [String: String] = [:], through prefix: [String] = []
  ) throws -> RunningProgram {
    let common = ["tarballs", "--layouts=layouts", "--version=v1", "--cache=cache", "--out=\(out)"]
    return try start(common + words, environment: environment, through: prefix)
  }

  /// Packs it; its tarballs. The test fails when the run does, or warns of anything else than `warnings`.
  func packCached(
    _ words: [String] = [], out: String = "out", environment: [String: String] = [:], through prefix: [String] = [],
    warnings: [String] = [], at location: SourceLocation = #_sourceLocation
  ) throws -> [String: Data] {
    let outcome = try startCached(words, out: out, environment: environment, through: prefix).wait()
    try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: location)
    #expect(outcome.warnings == warnings, sourceLocation: location)
    return try files(in: out)
  }

  /// The files of the cache's objects, sorted.
  func objects() throws -> [String] {
    try sh("find cache/objects -type f | sort").split(separator: "\n").map(String.init)
  }
}

extension Outcome {
  /// What is warned of.
  var warnings: [String] {
    let mark = "kpack: warning: "
    return errors.split(separator: "\n").filter { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
  }
}
