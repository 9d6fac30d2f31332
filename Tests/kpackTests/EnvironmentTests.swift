// The environment variables that stand in for options, as release scripts set them.

import Foundation
import Testing

@Suite struct EnvironmentTests {
  /// What a run of the greeter's layouts wrote, less what all names begin and end with.
  private func tarballs(
    _ environment: [String: String], _ words: [String] = [], version: String? = "v1", in box: Sandbox
  ) throws -> [String] {
    let given = version.map { ["--version", $0] } ?? []
    let outcome = try box.kpack(
      words: ["tarballs", "--quiet", "--layouts", "layouts", "--format=json"] + given + words, environment: environment)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return try outcome.rows().compactMap { $0["artifact"]?.text.dropFirst(8).dropLast(7) }.map(String.init)
  }

  private static let all = ["v1-darwin-arm64", "v1-linux-amd64", "v1-windows-amd64"]

  @Test(
    arguments: [
      ([:], [], all),
      (["KUBE_BUILD_PLATFORMS": "linux/amd64"], [], ["v1-linux-amd64"]),
      (["KUBE_BUILD_PLATFORMS": " linux/amd64  darwin/arm64\n"], [], ["v1-darwin-arm64", "v1-linux-amd64"]),
      (["KUBE_BUILD_PLATFORMS": ""], [], all),
      (["KUBE_BUILD_PLATFORMS": "linux/amd64"], ["--platform", "windows/amd64"], ["v1-windows-amd64"]),
      ([:], ["--platform=linux/amd64", "--platform=windows/amd64"], ["v1-linux-amd64", "v1-windows-amd64"]),
      ([:], ["--platform=linux/amd64,windows/amd64,linux/amd64"], ["v1-linux-amd64", "v1-windows-amd64"]),
      (["KUBE_FASTBUILD": "true"], [], ["v1-linux-amd64"]),
      (["KUBE_FASTBUILD": "false"], [], all),
      ([:], ["--fast"], ["v1-linux-amd64"]),
    ] as [([String: String], [String], [String])])
  func `platforms come from the command line, else from the environment`(
    environment: [String: String], words: [String], names: [String]
  ) throws {
    #expect(try tarballs(environment, words, in: Sandbox.greeter()) == names)
  }

  @Test func `platforms of the environment that leave something out are told at the start of a run`() throws {
    let box = try Sandbox.greeter()
    func told(_ command: String, _ words: String...) throws -> [String] {
      let outcome = try box.kpack(
        words: [command, "--layouts", "layouts", "--version", "v1"] + words,
        environment: ["KUBE_BUILD_PLATFORMS": "linux/amd64"])
      try #require(outcome.status == 0, "\(outcome.errors)")
      return outcome.errors.split(separator: "\n").map(String.init).filter { $0.contains("KUBE_BUILD_PLATFORMS") }
    }
    let line = "only linux/amd64, as KUBE_BUILD_PLATFORMS says: 1 of 3 tarballs"
    #expect(try told("plan") == [line] && told("tarballs") == [line])
    #expect(try told("tarballs", "--quiet") == [] && told("tarballs", "--platform=linux/amd64") == [])
    #expect(try told("tarballs", "--fast") == [])
  }

  @Test(
    arguments: [
      (["KUBE_GIT_VERSION": "v1.7.4-1+abc"], nil, "v1.7.4-1+abc"),
      (["KUBE_GIT_VERSION": "v2"], "v3", "v3"),
      (["KUBE_GIT_VERSION_FILE": "file", "KUBE_GIT_VERSION": "v2"], nil, "v4+"),
      (["KUBE_GIT_VERSION_FILE": "file"], "v3", "v3"),
      (["KUBE_GIT_VERSION_FILE": "", "KUBE_GIT_VERSION": "v2"], nil, "v2"),
    ] as [([String: String], String?, String)])
  func `the version comes from the command line, a file, the environment`(
    environment: [String: String], option: String?, version: String
  ) throws {
    let box = try Sandbox.greeter()
    try box.write("# saved\nKUBE_GIT_COMMIT='c'\nKUBE_GIT_VERSION='v4+'\n", to: "file")
    let names = try tarballs(environment, ["--platform=linux/amd64"], version: option, in: box)
    #expect(names == ["\(version)-linux-amd64"])
    let path = "_output/release-tars/greeter-\(names[0]).tar.gz"
    #expect(
      try box.sh("tar -xOzf \"$1\" \"greeter-$2/VERSION\"", path, version)
        == "greeter \(version) for linux/amd64\n")
  }

  @Test(
    arguments: [
      ("rm -rf x\n", 2, "file:1: expected NAME='VALUE', found 'rm -rf x'"),
      ("A='b'\nKUBE_GIT_VERSION=$(date)\n", 2, "file:2: expected NAME='VALUE', found 'KUBE_GIT_VERSION=%24(date)'"),
      (nil, 4, "file: cannot open: No such file or directory"),
    ] as [(String?, Int32, String)])
  func `a version file is read, not run`(text: String?, status: Int32, message: String) throws {
    let box = try Sandbox.greeter()
    if let text { try box.write(text, to: "file") }
    let outcome = try box.kpack(
      "tarballs", "--layouts", "layouts", environment: ["KUBE_GIT_VERSION_FILE": "file"])
    // "$" is shown as it is: only what does not print is escaped.
    let shown = message.replacingOccurrences(of: "%24", with: "$")
    #expect(outcome == Outcome(status: status, output: "", errors: "kpack: error: \(shown)\n"))
  }

  @Test(
    arguments: [
      (["SOURCE_DATE_EPOCH": "1500000000"], [], 1_500_000_000),
      (["SOURCE_DATE_EPOCH": "0"], [], 0),
      (["SOURCE_DATE_EPOCH": "8589934591"], [], 8_589_934_591),
      (["SOURCE_DATE_EPOCH": "5"], ["--epoch", "6"], 6),
      ([:], [], 0),
    ] as [([String: String], [String], Int64)])
  func `the time of every entry is the epoch`(environment: [String: String], words: [String], time: Int64) throws {
    let box = try Sandbox.greeter()
    try #require(try box.kpack(words: Sandbox.packGreeter + words, environment: environment).status == 0)
    let rows = try box.listing(of: "_output/release-tars/greeter-v1.2.3-linux-amd64.tar.gz")
    #expect(Set(rows.map { $0["mtime"] }) == [.number(time)])
  }

  @Test(arguments: ["", "x", "-1", "+1", " 1", "1.5", "1e3", "8589934592", "18446744073709551616", "0x10", "\u{661}"])
  func `an epoch that is no time of an archive is refused`(epoch: String) throws {
    let outcome = try Sandbox.greeter().kpack(words: Sandbox.packGreeter, environment: ["SOURCE_DATE_EPOCH": epoch])
    let message = "SOURCE_DATE_EPOCH: expected a whole number from 0 to 8589934591, found \"\(epoch)\""
    #expect(
      outcome
        == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\nusage: see `kpack tarballs --help`\n"))
  }

  @Test func `a platform of the environment that is none is refused`() throws {
    let outcome = try Sandbox.greeter().kpack(
      "tarballs", "--layouts", "layouts", environment: ["KUBE_BUILD_PLATFORMS": "linux/amd64 linux"])
    let message = #"KUBE_BUILD_PLATFORMS: expected a platform such as linux/amd64, found "linux""#
    #expect(
      outcome
        == Outcome(status: 2, output: "", errors: "kpack: error: \(message)\nusage: see `kpack tarballs --help`\n"))
  }

  @Test(
    arguments: [
      (["OUT_DIR": "built"], [], "", "built"),
      (["OUT_DIR": ""], [], "", "_output"),
      (["OUT_DIR": "built"], ["--stage", "built/release-stage"], "", "built"),
      ([:], ["--stage", "../built/release-stage", "--root", "..", "--layouts", "../layouts"], "built", "built"),
      ([:], ["--stage", "_output/release-stage/"], "", "_output"),
      ([:], ["--stage", "../_output/release-stage", "--layouts", "../layouts"], "man", "_output"),
    ] as [([String: String], [String], String, String)])
  func `one name fixes where everything is, from any folder, and the bytes are the same`(
    environment: [String: String], words: [String], folder: String, output: String
  ) throws {
    let box = try Sandbox.greeter()
    if output != "_output" { try box.sh("mv _output \"$1\"", output) }
    let outcome = try box.start(
      Sandbox.packGreeter + ["--format=json"] + words, in: folder, environment: environment
    ).wait()
    #expect(outcome.errors == "")
    #expect(
      try outcome.rows().first?["tarSha256"]
        == "5e4492cd28cb7535d57ab021d13181f482e895c4fb8540aebafb33d7db757eba")
    #expect(try box.names(in: "\(output)/release-tars") == ["greeter-v1.2.3-linux-amd64.tar.gz"])
  }
}
