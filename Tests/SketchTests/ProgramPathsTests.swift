// The template of the paths at which programs were found.

@testable import Basics
@testable import JSON
@testable import Sketch
import Testing

@Suite struct ProgramPathsTests {
  @Test(
    arguments: [
      (
        ["_output/dockerized/bin/linux/amd64/kubectl", "_output/dockerized/bin/windows/arm64/kubectl.exe"],
        "_output/dockerized/bin", nil
      ),
      (["bin/linux/armv6/kubectl", "bin/linux/amd64/kubectl"], "bin", nil),
      (["kubectl-linux-amd64", "kubectl-darwin-arm64"], "", #""{binary}-{os}-{arch}""#),
      (
        ["out/kubectl-Linux-x86_64", "out/kubectl-Darwin-arm64"], "out",
        #"{"darwin/*":"{binary}-Darwin-{arch}","*":"{binary}-Linux-x86_64"}"#
      ),
      (
        [
          "dist/kubectl_linux_amd64_v1/kubectl", "dist/kubectl_linux_arm_6/kubectl",
          "dist/kubectl_windows_arm64/kubectl.exe",
        ],
        "dist",
        #"{"linux/arm/v6":"kubectl_{os}_arm_6/{binary}","windows/*":"kubectl_{os}_{arch}/{binary}","*":"kubectl_{os}_{arch}_v1/{binary}"}"#
      ),
      (
        ["target/x86_64-unknown-linux-gnu/release/kubectl", "target/aarch64-apple-darwin/release/kubectl"], "target",
        #"{"darwin/*":"aarch64-apple-{os}/release/{binary}","*":"x86_64-unknown-linux-gnu/release/{binary}"}"#
      ),
      (["target/x86_64-unknown-linux-gnu/release/kubectl"], "target/x86_64-unknown-linux-gnu/release", #""{binary}""#),
      (["bin/kubectl"], "bin", #""{binary}""#),
    ] as [([String], String, String?)])
  func `a path by platform says them`(paths: [String], folder: String, path: String?) throws {
    let places = paths.map { path in
      ProgramPaths.Place(
        platform: NameWords(path).platform ?? Platform(os: "linux", architecture: "amd64"), name: "kubectl",
        path: Array(path.utf8))
    }
    let found = try #require(ProgramPaths(places, PlatformNameTable()))
    #expect(found.folder == folder)
    #expect(found.json?.text == path)
  }

  @Test func `a name that is a part of a folder's is the binary's where all have it so`() throws {
    let platform = Platform(os: "linux", architecture: "amd64")
    let places = ["etcd", "etcdctl"].map {
      ProgramPaths.Place(platform: platform, name: $0, path: Array("dist/\($0)_linux_amd64/\($0)".utf8))
    }
    #expect(try #require(ProgramPaths(places, PlatformNameTable())).json?.text == #""{binary}_{os}_{arch}/{binary}""#)
    let loose = places + [ProgramPaths.Place(platform: platform, name: "x", path: Array("bin/x".utf8))]
    #expect(ProgramPaths(loose, PlatformNameTable()) == nil)
  }
}
