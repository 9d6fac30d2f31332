// Executables in tarballs: for which machine they are, and whether they can be run.

@testable import Plan
@testable import TestSupport
import Testing

@Suite struct FileFindingTests {
  private let tree: TemporaryTree
  private static let linux = "_output/dockerized/bin/linux"

  init() throws { tree = try TemporaryTree() }

  private func write(_ bytes: [UInt8], to path: String, mode: UInt16 = 0o755) throws {
    try tree.write(bytes, to: path)
    try tree.change(path, mode: .init(mode))
  }

  /// What planning a tarball with this rule for `platform` says.
  private func said(_ rules: String..., platform: String = "linux/amd64") throws -> [String] {
    let head = #""platforms": ["\#(platform)"]"#
    let layouts: KeyValuePairs = ["release": plainRelease, "app": tarball(rules, head: head)]
    let mistakes = try tree.mistakes(layouts)
    if !mistakes.isEmpty { return mistakes }
    return try tree.plan(layouts).warnings.map { $0.replacing(tree.root, with: "ROOT") }
  }

  private static let binaries = #"{"binaries": ["tool"], "to": "bin"}"#

  private static let misfits: [(String, [UInt8], String)] = [
    ("linux/amd64", Executables.arm64, "an ELF file for arm64"),
    ("linux/arm64", Executables.amd64, "an ELF file for amd64"),
    ("linux/amd64", Executables.elf(machine: 2), "an ELF file for ELF machine 2"),
    ("linux/amd64", Executables.windows, "a PE file for windows"),
    ("linux/amd64", Executables.darwin, "a Mach-O file for darwin/amd64"),
    ("darwin/arm64", Executables.darwin, "a Mach-O file for darwin/amd64"),
    ("darwin/amd64", Executables.amd64, "an ELF file for amd64"),
    // Cut, and for another machine all the same.
    ("linux/amd64", Array(Executables.arm64.prefix(20)), "an ELF file for arm64"),
  ]

  @Test(arguments: misfits)
  func `a binary for another machine is refused with both`(platform: String, bytes: [UInt8], found: String) throws {
    try write(bytes, to: "_output/dockerized/bin/\(platform)/tool")
    let source = "ROOT/_output/dockerized/bin/\(platform)/tool"
    let message = "data: entries[0]: bin/tool: \(source): expected a file for \(platform), found \(found)"
    #expect(try said(Self.binaries, platform: platform) == [message])
    // What is shipped to other machines on purpose.
    #expect(try said(#"{"binaries": ["tool"], "to": "bin", "unchecked": true}"#, platform: platform) == [])
  }

  @Test(
    arguments: [
      ("linux/amd64", Executables.amd64), ("freebsd/amd64", Executables.amd64), ("darwin/amd64", Executables.darwin),
      ("linux/mychip", Executables.arm64), ("linux/amd64", Executables.script), ("linux/arm64", Executables.unknown),
      ("linux/arm64", Array("\0asm\u{1}\0\0\0".utf8)), ("linux/arm64", [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52]),
    ] as [(String, [UInt8])])
  func `what the platform runs, and what nobody can tell, passes`(platform: String, bytes: [UInt8]) throws {
    try write(bytes, to: "_output/dockerized/bin/\(platform)/tool")
    #expect(try said(Self.binaries, platform: platform) == [])
    // Only of a program it is known that it is one.
    try write(bytes, to: "_output/dockerized/bin/\(platform)/tool", mode: 0o644)
    let isProgram = bytes == Executables.amd64 || bytes == Executables.darwin || bytes == Executables.arm64
    #expect(try said(Self.binaries, platform: platform).count == (isProgram ? 1 : 0))
  }

  @Test func `a damaged binary of the right machine is warned of`() throws {
    try write(Executables.amd64.dropLast(), to: "\(Self.linux)/amd64/tool")
    let warning = "app.tgz: bin/tool: ROOT/\(Self.linux)/amd64/tool: begins as an ELF file and is cut or damaged"
    #expect(try said(Self.binaries) == [warning])
  }

  @Test func `a binary without an execute bit is warned of, unless the rule gives it one`() throws {
    try write(Executables.amd64, to: "\(Self.linux)/amd64/tool", mode: 0o644)
    let place = "app.tgz: bin/tool: ROOT/\(Self.linux)/amd64/tool"
    #expect(
      try said(Self.binaries)
        == [#"\#(place): is an executable without an execute bit; "mode": "0755" gives it one"#])
    #expect(try said(#"{"binaries": ["tool"], "mode": "0755"}"#) == [])
    #expect(try said(#"{"binaries": ["tool"], "mode": "0644"}"#).count == 1)
    try write(Executables.windows, to: "_output/dockerized/bin/windows/amd64/tool.exe", mode: 0o644)
    #expect(try said(Self.binaries, platform: "windows/amd64") == [])
  }

  private static let named: [(String, String)] = [
    (#"{"file": "out/{os}-{arch}/tool", "to": "t"}"#, "t"), (#"{"file": "out/linux-{arch}/tool", "to": "t"}"#, "t"),
    (#"{"paths": ["out/{os}-{arch}/tool"]}"#, "out/linux-amd64/tool"),
    (#"{"paths": ["out/{os}-{arch}"]}"#, "out/linux-amd64/tool"),
    (#"{"tree": "out/{os}-{arch}", "to": "t"}"#, "t/tool"),
  ]

  @Test(arguments: named)
  func `what a source names is compared, with an execute bit or without`(rule: String, path: String) throws {
    for mode: UInt16 in [0o755, 0o644] {
      try write(Executables.arm64, to: "out/linux-amd64/tool", mode: mode)
      let message = "\(path): ROOT/out/linux-amd64/tool: expected a file for linux/amd64, found an ELF file for arm64"
      #expect(try said(rule) == ["data: entries[0]: \(message)"])
    }
    try write(Executables.amd64, to: "out/linux-amd64/tool")
    #expect(try said(rule) == [])
    try write(Executables.unknown, to: "out/linux-amd64/tool")
    #expect(try said(rule) == [])
  }

  @Test func `what a source does not name is not compared`() throws {
    try write(Executables.arm64, to: "out/linux/tool")
    try write(Executables.windows, to: "out/amd64/tool")
    #expect(try said(#"{"file": "out/{os}/tool", "to": "t"}"#) == [])
    #expect(try said(#"{"file": "out/{arch}/tool", "to": "t"}"#) == [])
    #expect(
      try said(#"{"file": "out/linux/tool", "to": "{os}-{arch}"}"#, #"{"tree": "out"}"#, #"{"paths": ["out"]}"#) == [])
    try write(Executables.windows, to: "out/linux/tool")
    #expect(try said(#"{"tree": "out/{os}"}"#).count == 1)
    try write(Executables.arm64, to: "out/amd64/tool")
    #expect(try said(#"{"tree": "out/{arch}"}"#).count == 1)
  }

  @Test func `a binary that another takes the place of is not told of`() throws {
    try write(Executables.arm64, to: "out/amd64/tool")
    try write(Executables.amd64, to: "mended")
    #expect(
      try said(#"{"tree": "out/{arch}"}"#, #"{"file": "mended", "to": "tool", "overlay": true}"#) == [])
  }
}
