// The gate before an image is made: four machines that must be one.

@testable import Basics
@testable import Files
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `The gate of images` {
  private let tree: TemporaryTree

  init() throws { tree = try TemporaryTree() }

  /// What the gate says of an executable of these bytes: its warning, its error, or nothing.
  private func check(
    _ bytes: [UInt8], on platform: Platform = .amd64, base basePlatform: Platform = .amd64
  ) throws -> String? {
    try tree.addBinary("tool", .amd64, bytes)
    let path = Array("\(tree.root)/_output/dockerized/bin/linux/amd64/tool".utf8)
    let file = SourceFile(path: path, identity: try FileStatus.of(path).identity)
    let base = try tree.addBase("base", basePlatform)
    do {
      let gate = try ImageGate(file, platform, stageFolder: "stage/server/\(platform.os)-\(platform.architecture)")
      try gate.check(base.config, of: base.reference)
      return gate.warning.map { "warning: \($0.replacing(tree.root, with: "ROOT"))" }
    } catch let error as ImageError {
      #expect(error.place == String(decoding: path, as: UTF8.self) && error.field.isEmpty)
      return error.reason
    }
  }

  @Test(
    arguments: [
      ("amd64", Executables.amd64, .amd64, .amd64), ("arm64", Executables.arm64, .arm64, .arm64),
      (
        "a variant of the base", Executables.elf(machine: 183), .arm64,
        Platform(os: "linux", architecture: "arm64", variant: "v8")
      ),
      ("a script", Executables.script, .amd64, .amd64), ("a script on arm64", Executables.script, .arm64, .arm64),
      (
        "Windows", Executables.windows, Platform(os: "windows", architecture: "amd64"),
        Platform(os: "windows", architecture: "amd64")
      ),
    ] as [(String, [UInt8], Platform, Platform)])
  func `what fits passes`(what: String, bytes: [UInt8], platform: Platform, base: Platform) throws {
    #expect(try check(bytes, on: platform, base: base) == nil)
  }

  @Test(
    arguments: [
      ("the binary is for arm64", Executables.arm64, .amd64, .amd64),
      ("the binary is for amd64", Executables.amd64, .arm64, .arm64),
      ("the binary is for amd64", Executables.amd64, .amd64, .arm64),
      ("the binary is for amd64", Executables.amd64, .arm64, .amd64),
      ("the binary is for ELF machine 2", Executables.elf(machine: 2), .amd64, .amd64),
      ("the binary is for windows", Executables.windows, .amd64, .amd64),
      ("the binary is for darwin/amd64", Executables.darwin, .amd64, .amd64),
      (
        "the binary is for darwin/amd64", Executables.darwin, Platform(os: "darwin", architecture: "arm64"),
        Platform(os: "darwin", architecture: "arm64")
      ),
      ("the binary is for any machine", Executables.script, .amd64, .arm64),
      ("the binary is for no known machine", Executables.unknown, .amd64, .arm64),
    ] as [(String, [UInt8], Platform, Platform)])
  func `what does not is told with all four machines`(
    start: String, bytes: [UInt8], platform: Platform, base: Platform
  ) throws {
    let reason =
      "\(start), the stage folder stage/server/\(platform.os)-\(platform.architecture) is for \(platform.architecture), "
      + "the image's config for \(platform), the base base:latest for \(base)"
    #expect(try check(bytes, on: platform, base: base) == reason)
  }

  @Test func `an executable of Linux is for no other system`() throws {
    let windows = Platform(os: "windows", architecture: "amd64")
    #expect(
      try check(Executables.amd64, on: windows, base: windows)
        == "the binary is for amd64, the stage folder stage/server/windows-amd64 is for amd64, "
        + "the image's config for windows/amd64, the base base:latest for windows/amd64")
  }

  @Test func `a file in no known format is a warning`() throws {
    #expect(
      try check(Executables.unknown)
        == "warning: ROOT/_output/dockerized/bin/linux/amd64/tool is in no known executable format")
  }

  @Test func `an ELF file that is cut is refused`() throws {
    #expect(try check(Executables.amd64.dropLast()) == "begins as an ELF file and is cut or damaged")
  }

  @Test func `a base that is there for others alone is told with all of them`() throws {
    let gate = try ImageGate(nil, .amd64, stageFolder: "images/amd64")
    let reason =
      "the stage folder images/amd64 is for amd64, the image's config for linux/amd64, "
      + "the base base:latest for linux/arm, linux/arm64"
    #expect(throws: ImageError("no binary", "", reason)) {
      try gate.checkMachines(on: Reference("base"), for: [.arm, .arm64])
    }
  }

  @Test(arguments: [("[]", false), ("null", false), (#"["RUN make"]"#, true)])
  func `a base whose builder is to run more is refused`(triggers: String, isRefused: Bool) throws {
    let text = """
      {"architecture": "amd64", "os": "linux", "config": {"OnBuild": \(triggers)},
       "rootfs": {"type": "layers", "diff_ids": []}}
      """
    let config = try ImageConfig(DocumentField(reading: Array(text.utf8), place: "config"))
    let gate = try ImageGate(nil, .amd64, stageFolder: "images/amd64")
    var error: ImageError?
    do { try gate.check(config, of: Reference("base")) } catch let thrown as ImageError { error = thrown }
    let refusal = ImageError("base:latest", "config.OnBuild", "asks for instructions to be run, which takes a builder")
    #expect(error == (isRefused ? refusal : nil))
  }
}
