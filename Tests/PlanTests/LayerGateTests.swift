// The gate behind an image's layer: every file that it brings is for the image's machine, and what is to be run can be.

@testable import Archive
@testable import Image
@testable import Plan
@testable import TestSupport
import Testing

@Suite struct `The gate of layers` {
  private let tree: TemporaryTree

  init() throws {
    tree = try TemporaryTree()
    try tree.addBinary("tool", .arm64)
    try tree.addBase("base", .arm64, Self.base)
  }

  private static let base: [TarEntry] = [
    .program("usr/bin/env"), .program("usr/bin/python3"), .program("usr/bin/perl"), .program("bin/busybox"),
    .link("bin/sh", to: "busybox"),
    .link("bin/bash", to: "gone"), .folder("bin/folder"), .file("opt/run"),
    .program("lib/ld-musl-aarch64.so.1"), .link("lib64", to: "usr/lib64"), .program("usr/lib64/ld.so"),
    .link("bin/loop", to: "loop"),
  ]
  private static let release = imageRelease.replacing(#"["linux/amd64"]"#, with: #"["linux/arm64"]"#)
  private static let start = "image tool for linux/arm64: "

  private func write(_ bytes: [UInt8], to path: String = "src/x", mode: UInt16 = 0o755) throws {
    try tree.write(bytes, to: path)
    try tree.change(path, mode: .init(mode))
  }

  /// What planning the image of the tool with these keys says: mistakes, else warnings.
  private func said(_ keys: String, bases: String = plainImages) throws -> [String] {
    let image = image(keys)
    let mistakes = try tree.imageMistakes(image, keys: bases, release: Self.release)
    if !mistakes.isEmpty {
      return mistakes.map { $0.replacing(#/^data: .*?\]: /#, with: "3: ").replacing(Self.start, with: "") }
    }
    return try tree.planImages(image, keys: bases, release: Self.release).warnings.map {
      $0.replacing(tree.root, with: "ROOT").replacing(Self.start, with: "")
    }
  }

  private static let file = #""entries": [{"file": "src/x", "to": "bin/x"}]"#
  private static let remedy = #"; "unchecked": true takes files that are not run in the image"#
  private static let misfit = "expected a file for linux/arm64, found an ELF file for amd64\(remedy)"

  // MARK: Machines

  @Test(
    arguments: [
      ("a file", file, "bin/x: ROOT/src/x"),
      ("a tree", #""entries": [{"tree": "src", "to": "lib"}]"#, "lib/x: ROOT/src/x"),
      ("a path", #""entries": [{"paths": ["src/x"]}]"#, "src/x: ROOT/src/x"),
      ("of another mode", #""entries": [{"file": "src/x", "to": "x", "mode": "0700"}]"#, "x: ROOT/src/x"),
      ("behind a link of the base", #""entries": [{"file": "src/x", "to": "lib64/x"}]"#, "usr/lib64/x: ROOT/src/x"),
    ], [0o755, 0o644] as [UInt16])
  func `a file of ELF for another machine is refused, whatever brings it`(
    entry: (what: String, keys: String, place: String), mode: UInt16
  ) throws {
    try write(Executables.amd64, mode: mode)
    #expect(try said(entry.keys) == ["3: \(entry.place): \(Self.misfit)"])
    try write(Executables.arm64, mode: 0o755)
    #expect(try said(entry.keys) == [])
  }

  @Test func `what every image on a base gets is looked at too`() throws {
    let bases = #""bases": {"base": {"ref": "base", "entries": [{"file": "src/x", "to": "go-runner"}]}}"#
    try write(Executables.amd64)
    #expect(try said("", bases: bases) == ["3: go-runner: ROOT/src/x: \(Self.misfit)"])
    try write(Executables.arm64)
    #expect(try said("", bases: bases) == [])
  }

  @Test func `a large file is looked at as a small one`() throws {
    try write(Executables.amd64 + [UInt8](repeating: 0, count: 1 << 20))
    #expect(try said(Self.file) == ["3: bin/x: ROOT/src/x: \(Self.misfit)"])
  }

  @Test func `all mistakes are told at once, those of one kind as one`() throws {
    try tree.addBinary("tool", .arm64, Executables.amd64)
    for name in ["a", "b", "c", "d", "e"] { try write(Executables.amd64, to: "src/\(name)") }
    try write(Array("#!/bin/zsh\n".utf8), to: "src/z")
    let said = try said(#""entries": [{"tree": "src", "to": "x"}]"#)
    #expect(said.count == 3 && said[0].contains("the binary is for amd64"))
    #expect(
      said.dropFirst() == [
        "3: x/a: ROOT/src/a, x/b: ROOT/src/b, x/c: ROOT/src/c and 2 more: \(Self.misfit)",
        "3: x/z: ROOT/src/z: its interpreter /bin/zsh is not in the image on base:latest\(Self.remedy)",
      ])
  }

  @Test func `programs of other systems are warned of, unless they are chosen or are to be run`() throws {
    for (bytes, found) in [
      (Executables.windows, "a PE file for windows"), (Executables.darwin, "a Mach-O file for darwin/amd64"),
    ] {
      try write(bytes)
      let reason = "expected a file for linux/arm64, found \(found)"
      #expect(try said(Self.file) == ["bin/x: ROOT/src/x: \(reason)"])
      #expect(try said(#""entrypoint": ["/bin/x"], \#(Self.file)"#) == ["3: bin/x: ROOT/src/x: \(reason)"])
      try write(bytes, to: "out/arm64/x")
      let entry = #""entries": [{"file": "out/{arch}/x", "to": "x"}]"#
      #expect(try said(entry) == ["3: x: ROOT/out/arm64/x: \(reason)"])
    }
  }

  @Test(arguments: [[0x7F, 0x45, 0x4C, 0x46] + [UInt8](repeating: 9, count: 60), Executables.arm64.dropLast()])
  func `a damaged file is a warning, and refused where the image starts with it`(bytes: [UInt8]) throws {
    try write(bytes)
    let message = "bin/x: ROOT/src/x: begins as an ELF file and is cut or damaged"
    #expect(try said(Self.file) == [message])
    #expect(try said(#""entrypoint": ["x"], \#(Self.file)"#) == ["3: \(message)"])
  }

  /// e_machine is EM_BPF and e_type ET_REL.
  private static let bpf = Array(Executables.arm64.prefix(16)) + [1, 0, 247, 0] + Executables.arm64.dropFirst(20)

  @Test(
    arguments: [
      Executables.unknown, Executables.arm64, bpf, [0x1F, 0x8B, 8, 0], [], Array("\0asm\u{1}\0\0\0".utf8),
    ] as [[UInt8]])
  func `what is for the machine or for none passes`(bytes: [UInt8]) throws {
    try write(bytes)
    #expect(try said(Self.file) == [])
  }

  /// The file for arm64 with another e_type and e_machine.
  private static func elf(type: UInt8, machine: UInt8) -> [UInt8] {
    Array(Executables.arm64.prefix(16)) + [type, 0, machine, 0] + Executables.arm64.dropFirst(20)
  }

  @Test(
    arguments: [
      ("an object file for amd64", elf(type: 1, machine: 62), nil),
      ("a core of amd64", elf(type: 4, machine: 62), nil),
      ("a program of a graphics processor", elf(type: 3, machine: 224), "ELF machine 224"),
      ("firmware of a device", elf(type: 2, machine: 164), "ELF machine 164"),
    ] as [(String, [UInt8], String?)])
  func `what other machines run and load from here is no mistake`(
    what: String, bytes: [UInt8], machine: String?
  ) throws {
    try write(bytes)
    let warning = machine.map { "bin/x: ROOT/src/x: expected a file for linux/arm64, found an ELF file for \($0)" }
    #expect(try said(Self.file) == (warning.map { [$0] } ?? []))
    // An entrypoint is run here.
    let started = try said(#""entrypoint": ["x"], \#(Self.file)"#)
    #expect(started.count == 1 && started.allSatisfy { $0.hasPrefix("3: bin/x: ROOT/src/x: expected") }, "\(started)")
  }

  @Test(arguments: [Executables.amd64, Executables.elf(machine: 183, interpreter: "/lib/no"), Array("#!/no\n".utf8)])
  func `an entry may say that its files are not run in the image`(bytes: [UInt8]) throws {
    try write(bytes)
    let unchecked = #""entries": [{"file": "src/x", "to": "bin/x", "unchecked": true}]"#
    #expect(try said(Self.file).count == 1 && said(Self.file)[0].hasSuffix(Self.remedy))
    #expect(try said(unchecked) == [])
    // Of the entrypoint nobody can say so.
    #expect(try said(#""entrypoint": ["x"], \#(unchecked)"#).map { $0.prefix(3) } == ["3: "])
  }

  // MARK: Scripts

  @Test(
    arguments: [
      "#!/bin/sh", "#! /bin/sh -e", "#!\t/bin/busybox sh", "#!/usr/bin/env python3", "#!/usr/bin/env sh",
      "#!/usr/bin/env -S zsh -x", "#!/usr/bin/env A=b", "#!/usr/bin/env /bin/sh", "#!usr/bin/python3",
      "#!/bin/../usr/bin/perl", "#!/usr/bin/perl -w\r", "#!/usr/bin/env -S sh -e\r", "#![allow(dead_code)]",
      "#!/bin/sh\n\r",
    ])
  func `a script whose interpreter is in the image passes`(text: String) throws {
    try write(Array("\(text)\n".utf8))
    #expect(try said(Self.file) == [])
  }

  private static let scripts: [(String, String)] = [
    ("#!/bin/zsh", "its interpreter /bin/zsh is not in the image on base:latest"),
    // A link to nothing, a loop, a folder.
    ("#!/bin/bash -e", "its interpreter /bin/bash is not in the image on base:latest"),
    ("#!/bin/loop", "its interpreter /bin/loop is behind a loop of links on base:latest"),
    ("#!/bin/folder", "its interpreter /bin/folder is not in the image on base:latest"),
    ("#!python3", "its interpreter python3 is not in the image on base:latest"),
    (
      "#!/usr/bin/env zsh",
      "/usr/bin/env looks for zsh, which is nowhere on the image's PATH "
        + "(/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin), on base:latest"
    ),
    (
      "#!/usr/bin/env python3 -u",
      "/usr/bin/env looks for python3 -u, which is nowhere on the image's PATH "
        + "(/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin), on base:latest"
    ),
    (
      "#!/bin/sh\r",
      #"a carriage return ends its first line, and belongs to the name there: found #!/bin/sh%0D"#
    ),
    (
      "#!/usr/bin/env python3\r",
      #"a carriage return ends its first line, and belongs to the name there: found #!/usr/bin/env python3%0D"#
    ),
  ]

  @Test(arguments: scripts) func `a script that nothing runs is refused`(text: String, reason: String) throws {
    try write(Array("\(text)\n".utf8))
    let remedy = text.hasSuffix("\r") ? "" : Self.remedy
    #expect(try said(Self.file) == ["3: bin/x: ROOT/src/x: \(reason)\(remedy)"])
    // A text is no other file.
    let quoted = text.replacing("\r", with: "\\r")
    let entry = #""entries": [{"text": "\#(quoted)\n", "to": "x", "mode": "0755"}]"#
    #expect(try said(entry) == ["3: x: text: \(reason)\(remedy)"])
    // What is not to be run is no program.
    try write(Array("\(text)\n".utf8), mode: 0o644)
    #expect(try said(Self.file) == [])
  }

  @Test func `a first line that names nothing is a warning`() throws {
    try write(Array("#!\n".utf8))
    #expect(try said(Self.file) == ["bin/x: ROOT/src/x: begins with \"#!\" and names no interpreter"])
  }

  @Test func `the layer may bring the interpreter, and the image a PATH and a working directory`() throws {
    try write(Array("#!/usr/bin/env zsh\n".utf8))
    let shell = #"{"file": "zsh", "to": "opt/shells/zsh"}"#
    try write(Executables.arm64, to: "zsh")
    let entries = #""entries": [{"file": "src/x", "to": "bin/x"}, \#(shell)]"#
    #expect(try said(entries).count == 1)
    #expect(try said(#""env": ["PATH=/bin:/opt/shells"], \#(entries)"#) == [])
    #expect(try said(#""env": ["PATH=/bin:"], "workdir": "/opt/shells", \#(entries)"#) == [])
    try write(Array("#!shells/zsh\n".utf8))
    #expect(try said(#""workdir": "/opt", \#(entries)"#) == [])
  }

  @Test func `the image's own script is looked at as others are`() throws {
    try tree.addBinary("tool", .arm64, Array("#!/bin/zsh\n".utf8))
    let place = "usr/local/bin/tool: ROOT/_output/dockerized/bin/linux/arm64/tool"
    #expect(try said("") == ["3: \(place): its interpreter /bin/zsh is not in the image on base:latest"])
    try tree.addBinary("tool", .arm64, Executables.script)
    #expect(try said("") == [])
  }

  // MARK: Loaders of dynamic executables

  @Test(
    arguments: [
      ("/lib/ld-musl-aarch64.so.1", true), ("/lib64/ld.so", true), ("/usr/lib64/ld.so", true), ("/lib64/other", false),
      ("/lib64", false), ("/bin/bash", false), ("/bin/loop", false), ("lib/ld-musl-aarch64.so.1", true),
    ])
  func `a dynamic executable finds its loader in the image`(loader: String, isThere: Bool) throws {
    let bytes = Executables.elf(machine: 183, interpreter: loader)
    let fault = loader == "/bin/loop" ? "is behind a loop of links" : "the base base:latest lacks"
    let reason = "needs the interpreter \(loader), which \(fault)"
    try write(bytes)
    #expect(try said(Self.file) == (isThere ? [] : ["3: bin/x: ROOT/src/x: \(reason)\(Self.remedy)"]))
    try write(bytes, mode: 0o644)
    #expect(try said(Self.file).allSatisfy { !$0.hasPrefix("3:") })
    try tree.addBinary("tool", .arm64, bytes)
    let place = "usr/local/bin/tool: ROOT/_output/dockerized/bin/linux/arm64/tool"
    let mistakes = try said("")
    #expect(mistakes == (isThere ? [] : ["3: \(place): \(reason)"]))
  }

  @Test func `an interpreter without an execute bit is a warning`() throws {
    let loader = { (mode: String) in
      #""entries": [{"file": "src/x", "to": "x"}, {"file": "new.so", "to": "lib/new.so", "mode": "\#(mode)"}]"#
    }
    try write(Executables.arm64, to: "new.so")
    for bytes in [Executables.elf(machine: 183, interpreter: "/lib/new.so"), Array("#!/lib/new.so\n".utf8)] {
      try write(bytes)
      #expect(try said(loader("0755")) == [])
      let warnings = try said(loader("0644")).filter { $0.hasPrefix("x: ") }
      #expect(warnings.count == 1, "\(warnings)")
      #expect(warnings.allSatisfy { $0.contains("/lib/new.so") && $0.hasSuffix("has no execute bit") }, "\(warnings)")
    }
  }

  @Test(arguments: [("tool.so.1", 3, false), ("tool", 3, true), ("tool.so.1", 2, true)] as [(String, UInt8, Bool)])
  func `a library that an image is made for is loaded, not run`(name: String, type: UInt8, isRefused: Bool) throws {
    try tree.addBinary(name, .arm64, Self.elf(type: type, machine: 183), mode: 0o644)
    let place = "usr/local/bin/\(name): ROOT/_output/dockerized/bin/linux/arm64/\(name)"
    let reason = "is an executable without an execute bit; chmod a+x gives it one"
    let image = image("").replacing(#""tool""#, with: "\"\(name)\"")
    let release = Self.release.replacing(#""tool""#, with: "\"\(name)\"")
    let mistakes = try tree.imageMistakes(image, keys: plainImages, release: release)
    #expect(mistakes.map { $0.hasSuffix("\(place): \(reason)") } == (isRefused ? [true] : []), "\(mistakes)")
  }

  @Test func `the layer may bring the loader behind a link of the base`() throws {
    try write(Executables.elf(machine: 183, interpreter: "/lib64/new.so"))
    try write(Executables.arm64, to: "new.so")
    let loader = #"{"file": "new.so", "to": "usr/lib64/new.so"}"#
    #expect(try said(#""entries": [{"file": "src/x", "to": "x"}, \#(loader)]"#) == [])
  }

  // MARK: Execute bits

  @Test(arguments: [(Executables.arm64, true), (Executables.script, true), (Executables.unknown, false)])
  func `the image's own executable has its execute bit`(bytes: [UInt8], isRefused: Bool) throws {
    try tree.addBinary("tool", .arm64, bytes, mode: 0o644)
    let place = "usr/local/bin/tool: ROOT/_output/dockerized/bin/linux/arm64/tool"
    let refusal = "3: \(place): is an executable without an execute bit; chmod a+x gives it one"
    let warning = "image tool: ROOT/_output/dockerized/bin/linux/arm64/tool is in no known executable format"
    #expect(try said("") == [isRefused ? refusal : warning])
    try tree.addBinary("tool", .arm64, bytes, mode: 0o555)
    #expect(try said("") == (isRefused ? [] : [warning]))
  }

  private static let entrypoints = [
    #""entrypoint": ["/bin/x"]"#, #""entrypoint": ["x", "-v"]"#, #""cmd": ["x"]"#,
    #""entrypoint": [], "cmd": ["/bin/x"]"#,
    #""entrypoint": ["./x"], "workdir": "/bin""#, #""entrypoint": ["bin/x"]"#,
    #""entrypoint": ["y"], "env": ["PATH=/links:/bin"]"#,
  ]

  @Test(arguments: entrypoints) func `so has the file that a container starts with`(entrypoint: String) throws {
    let keys =
      #"\#(entrypoint), "entries": [{"file": "src/x", "to": "bin/x"}, {"symlink": "../bin/x", "to": "links/y"}]"#
    for bytes in [Executables.unknown, Executables.arm64, Executables.script] {
      try write(bytes, mode: 0o644)
      let reason = #"is the entrypoint, and has no execute bit; "mode": "0755" gives it one"#
      #expect(try said(keys).filter { $0.hasPrefix("3: ") } == ["3: bin/x: ROOT/src/x: \(reason)"])
      try write(bytes)
      let warnings = bytes == Executables.unknown ? ["bin/x: ROOT/src/x: is in no known executable format"] : []
      #expect(try said(keys) == warnings)
    }
  }

  @Test func `so has one of the base, if the image's rule names it`() throws {
    let message = #"the entrypoint "/opt/run" is the file opt/run of the base base:latest, which has no execute bit"#
    #expect(try said(#""entrypoint": ["/opt/run"]"#) == ["3: \(message)"])
    var settings = ImageSettings()
    settings.entrypoint = ["/opt/run"]
    try tree.addBase("base", .arm64, Self.base, settings: settings)
    #expect(try said("") == [])
  }

  @Test func `what can be run goes before what cannot on the image's PATH`() throws {
    try write(Executables.unknown, mode: 0o644)
    try write(Executables.arm64, to: "src/y")
    let entries = #"[{"file": "src/x", "to": "a/x"}, {"file": "src/y", "to": "b/x"}]"#
    #expect(try said(#""entrypoint": ["x"], "env": ["PATH=/a:/b"], "entries": \#(entries)"#) == [])
  }

  @Test func `an entrypoint that is nowhere is a warning`() throws {
    let warning = #"the entrypoint "/nowhere" is not in the image on base:latest"#
    #expect(try said(#""entrypoint": ["/nowhere"]"#) == [warning])
    #expect(try said(#""cmd": ["nowhere"]"#) == [warning.replacing("/", with: "")])
  }

  @Test func `another program without an execute bit is a warning`() throws {
    try write(Executables.arm64, mode: 0o644)
    #expect(
      try said(Self.file)
        == [#"bin/x: ROOT/src/x: is an executable without an execute bit; "mode": "0755" gives it one"#])
  }

  // MARK: Tarballs that hold the image

  @Test func `a tarball that holds an image has it looked at too`() throws {
    let server = #"{"tarball": "s.tgz", "platforms": "one", "entries": [{"images": "main"}]}"#
    let images = #"{"registry": "r", \#(plainImages), "groups": {"main": [\#(image(Self.file))]}}"#
    let layouts: KeyValuePairs = ["release": Self.release, "server": server, "images": images]
    try write(Executables.amd64)
    let mistakes = try tree.mistakes(layouts) { $0.version = "v1" }
    #expect(mistakes.count == 1)
    #expect(mistakes.first?.hasSuffix("image tool for linux/arm64: bin/x: ROOT/src/x: \(Self.misfit)") == true)
    #expect(mistakes.first?.hasPrefix("data: ") == true)
    try write(Executables.arm64)
    #expect(try tree.mistakes(layouts) { $0.version = "v1" } == [])
  }
}

extension TarEntry {
  /// A file that can be run.
  fileprivate static func program(_ name: String) -> TarEntry { .file(name, mode: 0o755) }
}
