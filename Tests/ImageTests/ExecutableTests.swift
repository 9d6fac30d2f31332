// What a file is to the system that is told to run it.

@testable import Files
import Glibc
@testable import Image
@testable import TestSupport
import Testing

@Suite struct `Executables` {
  private static func inspect(_ bytes: [UInt8]) throws -> Executable {
    let folder = try ImageFolder()
    return try Executable.inspect(folder.file(bytes))
  }

  private static let loader = "/lib/ld.so.1"

  @Test(
    arguments: [
      (3, false, false, "386"), (40, false, false, "arm"), (62, true, false, "amd64"), (183, true, false, "arm64"),
      (21, true, true, "ppc64"), (21, true, false, "ppc64le"), (22, true, true, "s390x"), (8, false, true, "mips"),
      (8, false, false, "mipsle"), (8, true, true, "mips64"), (8, true, false, "mips64le"),
      (243, true, false, "riscv64"), (258, true, false, "loong64"),
      // Sparc, 31-bit s390, x32, big-endian arm, 32-bit RISC-V
      (2, false, true, "ELF machine 2"), (22, false, true, "ELF machine 22"), (62, false, false, "ELF machine 62"),
      (40, false, true, "ELF machine 40"), (243, false, false, "ELF machine 243"),
    ] as [(Int, Bool, Bool, String)])
  func `machine, class and byte order give the architecture`(
    machine: Int, is64Bit: Bool, isBigEndian: Bool, architecture: String
  ) throws {
    var sample = SampleELF(is64Bit: is64Bit, isBigEndian: isBigEndian, machine: machine)
    #expect(try Self.inspect(sample.bytes) == .elf(ELFFile(architecture: architecture)))
    sample.interpreter = Array("\(Self.loader)\0".utf8)
    let dynamic = ELFFile(architecture: architecture, interpreter: Array(Self.loader.utf8))
    #expect(try Self.inspect(sample.bytes) == .elf(dynamic))
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func `an ELF file that is cut anywhere behind its magic is damaged`(is64Bit: Bool, isBigEndian: Bool) throws {
    let whole = SampleELF(
      is64Bit: is64Bit, isBigEndian: isBigEndian, interpreter: Array("\(Self.loader)\0".utf8)
    ).bytes
    // EM_X86_64, which no other class and byte order has, and where it ends.
    let architecture = is64Bit && !isBigEndian ? "amd64" : "ELF machine 62"
    for count in whole.indices {
      let machines = count < 20 ? nil : ELFFile(architecture: architecture).machines
      let format: Executable = count < 4 ? .unknown : .damagedELF(machines)
      #expect(try Self.inspect(Array(whole[..<count])) == format, "the first \(count) bytes")
    }
  }

  private static func sample(_ change: (inout SampleELF) -> Void) -> [UInt8] {
    var sample = SampleELF(interpreter: Array("\(loader)\0".utf8))
    change(&sample)
    return sample.bytes
  }

  @Test(
    arguments: [
      ("no type", sample { $0.type = 0 }),
      ("program headers of another size", sample { $0.entrySize = 32 }),
      ("program headers of no size", sample { $0.entrySize = 0 }),
      ("program headers behind the end", sample { $0.tableOffset = 1 << 40 }),
      ("program headers at the end of all numbers", sample { $0.tableOffset = .max }),
      ("more program headers than bytes", sample { $0.entryCount = 4 }),
      ("the most program headers", sample { $0.entryCount = 0xFFFF }),
      ("an interpreter behind the end", sample { $0.segmentOffset = 1 << 62 }),
      ("an interpreter at the end of all numbers", sample { $0.segmentOffset = .max }),
      ("an interpreter as long as all numbers", sample { $0.segmentSize = .max }),
      ("an interpreter of no bytes", sample { $0.segmentSize = 0 }),
      ("an interpreter without a NUL", sample { $0.interpreter = Array(loader.utf8) }),
      ("an empty interpreter", sample { $0.interpreter = [0] }),
      ("an interpreter of 4097 bytes", sample { $0.interpreter = [UInt8](repeating: 0x61, count: 4096) + [0] }),
    ])
  func `an ELF file that contradicts itself is damaged`(what: String, bytes: [UInt8]) throws {
    #expect(try Self.inspect(bytes) == .damagedELF(ELFFile(architecture: "amd64").machines))
  }

  @Test func `what objcopy --only-keep-debug leaves of a program is none, and not damaged`() throws {
    let bytes = Self.sample {
      ($0.segmentSize, $0.segmentMemorySize) = (0, 28)
    }
    #expect(try Self.inspect(bytes) == .otherELF(ELFFile(architecture: "amd64").machines))
  }

  @Test(arguments: [1, 4, 0xFE00]) func `an object file, a core and what is like them are no programs`(type: Int) throws
  {
    #expect(try Self.inspect(Self.sample { $0.type = type }) == .otherELF(ELFFile(architecture: "amd64").machines))
    // EM_BPF: such files are shipped to all machines.
    let bpf = try Self.inspect(SampleELF(type: type, machine: 247).bytes)
    #expect(
      bpf == .otherELF(Machines(format: "ELF", systems: ELFFile(architecture: "").machines.systems, architectures: nil))
    )
  }

  @Test(arguments: [(4, 0), (4, 3), (5, 0), (5, 3), (6, 0), (6, 2)] as [(Int, UInt8)])
  func `an unknown class, encoding or version is damage`(offset: Int, value: UInt8) throws {
    var bytes = SampleELF().bytes
    bytes[offset] = value
    // Where a number stands depends on class and encoding alone.
    #expect(try Self.inspect(bytes) == .damagedELF(offset == 6 ? ELFFile(architecture: "amd64").machines : nil))
  }

  @Test(arguments: [(0, true), (3, true), (9, false), (2, false), (12, false), (6, false)] as [(UInt8, Bool)])
  func `a file that tells its system is for no other`(osABI: UInt8, isForLinux: Bool) throws {
    var bytes = SampleELF().bytes
    bytes[7] = osABI
    let machines = try #require(try Self.inspect(bytes).machines)
    #expect(machines.suit(os: "linux", architecture: "amd64") == isForLinux)
    let own: [UInt8: [String]] = [9: ["freebsd"], 2: ["netbsd"], 12: ["openbsd"], 6: ["solaris", "illumos"]]
    for system in own[osABI] ?? ["android", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos"] {
      #expect(machines.suit(os: system, architecture: "amd64"), "\(system)")
    }
    for system in ["windows", "darwin", "ios"] { #expect(!machines.suit(os: system, architecture: nil), "\(system)") }
  }

  @Test func `a program is told from what may be a library`() throws {
    #expect(try Self.inspect(SampleELF().bytes).isProgram)
    #expect(try Self.inspect(SampleELF(type: 3, interpreter: Array("\(Self.loader)\0".utf8)).bytes).isProgram)
    #expect(try !Self.inspect(SampleELF(type: 3).bytes).isProgram)
  }

  @Test func `an ELF file without program headers is static`() throws {
    let bytes = SampleELF(entrySize: 0, entryCount: 0).bytes
    #expect(try Self.inspect(bytes) == .elf(ELFFile(architecture: "amd64")))
  }

  @Test func `the longest interpreter has 4095 bytes before its NUL`() throws {
    let path = [UInt8](repeating: 0x61, count: 4095)
    let file = ELFFile(architecture: "amd64", interpreter: path)
    #expect(try Self.inspect(SampleELF(interpreter: path + [0]).bytes) == .elf(file))
  }

  private static let stub = Array("MZ".utf8) + [UInt8](repeating: 0, count: 58)
  /// CPU_TYPE_X86_64 and CPU_TYPE_POWERPC.
  private static let machO = MachOFile(architectures: ["amd64"])

  private static let others: [([UInt8], Executable)] = [
    (Array("#!/bin/sh\n".utf8), .script(ScriptLine(interpreter: Array("/bin/sh".utf8)))),
    (stub + [0x40, 0, 0, 0] + Array("PE\0\0".utf8), .windows(PEFile(architecture: nil))),
    (stub + [0x40, 0, 0, 0] + Array("NE\0\0".utf8), .unknown),
    (stub + [0xFF, 0xFF, 0xFF, 0xFF], .unknown),
    (Array("MZ".utf8), .unknown),
    ([0xFE, 0xED, 0xFA, 0xCE, 0, 0, 0, 18], .darwin(MachOFile(architectures: ["ppc"]))),
    ([0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1], .darwin(machO)),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2], .darwin(MachOFile(architectures: nil))),
    // A Java class of version 52.0.
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52], .unknown),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0xFF, 0xFF, 0xFF, 0xFF], .unknown),
    ([0xCF, 0xFA, 0xED, 0xFE], .unknown),
    (Array("text\n".utf8), .unknown),
    ([0x1F, 0x8B, 8, 0], .archive), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .archive),
    ([UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8), .archive),
    ([UInt8](repeating: 0x61, count: 256) + Array("ustar\0".utf8), .unknown),
    ([], .unknown),
  ]

  @Test(arguments: others) func `other formats are told by their first bytes`(bytes: [UInt8], format: Executable) throws
  {
    #expect(try Self.inspect(bytes) == format)
  }

  private static let machOs: [([UInt8], MachOFile)] = [
    (SampleMachO.thin(0x0100_0007), MachOFile(architectures: ["amd64"], isProgram: true)),
    (SampleMachO.thin(0x0100_000C), MachOFile(architectures: ["arm64"], isProgram: true)),
    // MH_DYLIB
    (SampleMachO.thin(0x0100_000C, fileType: 6), MachOFile(architectures: ["arm64"])),
    (SampleMachO.thin(7, is64Bit: false), MachOFile(architectures: ["386"], isProgram: true)),
    (SampleMachO.thin(18, is64Bit: false, isBigEndian: true), MachOFile(architectures: ["ppc"], isProgram: true)),
    (SampleMachO.thin(0x0100_0012, isBigEndian: true), MachOFile(architectures: ["ppc64"], isProgram: true)),
    (SampleMachO.thin(99), MachOFile(architectures: ["Mach-O processor 99"], isProgram: true)),
    (SampleMachO.universal([0x0100_0007, 0x0100_000C]), MachOFile(architectures: ["amd64", "arm64"])),
    // arm64 and arm64e
    (SampleMachO.universal([0x0100_000C, 0x0100_000C]), MachOFile(architectures: ["arm64"])),
    (SampleMachO.universal([7, 0x0100_0007], width: 32), MachOFile(architectures: ["386", "amd64"])),
    (SampleMachO.universal([7, 0x0100_0007], width: 32).dropLast(), MachOFile(architectures: nil)),
    (SampleMachO.universal([UInt32](repeating: 12, count: 44)), MachOFile(architectures: ["arm"])),
  ]

  @Test(arguments: machOs) func `a Mach-O file tells its processors`(bytes: [UInt8], file: MachOFile) throws {
    #expect(try Self.inspect(bytes) == .darwin(file))
  }

  private static let portables: [([UInt8], PEFile)] = [
    (SamplePE(machine: 0x8664).bytes, PEFile(architecture: "amd64")),
    (SamplePE(machine: 0x14C, isLong: false).bytes, PEFile(architecture: "386")),
    (SamplePE(machine: 0xAA64).bytes, PEFile(architecture: "arm64")),
    (SamplePE(machine: 0x1C0, isLong: false).bytes, PEFile(architecture: "arm")),
    (SamplePE(machine: 0x1C4, isLong: false).bytes, PEFile(architecture: "arm")),
    (SamplePE(machine: 0x200).bytes, PEFile(architecture: "PE machine 512")),
    (SamplePE(machine: 0).bytes, PEFile(architecture: nil)),
    // Of .NET: for all machines, where the directory is there, is counted and is not empty.
    (SamplePE(machine: 0x14C, isLong: false, clr: (0x2008, 72)).bytes, PEFile(architecture: nil, isForWindows: false)),
    (SamplePE(machine: 0x8664, clr: (0x2008, 72)).bytes, PEFile(architecture: nil, isForWindows: false)),
    (SamplePE(machine: 0x8664, clr: (0, 0)).bytes, PEFile(architecture: "amd64")),
    (SamplePE(machine: 0x8664, clr: (0x2008, 72), directories: 14).bytes, PEFile(architecture: "amd64")),
    (SamplePE(machine: 0x8664, clr: (0x2008, 72), headerSize: 224).bytes, PEFile(architecture: "amd64")),
    // A program of the firmware, as kernels are.
    (SamplePE(machine: 0xAA64, subsystem: 10).bytes, PEFile(architecture: "arm64", isForWindows: false)),
    (Array(SamplePE(machine: 0x8664).bytes[..<70]), PEFile(architecture: "amd64")),
    (Array(SamplePE(machine: 0x8664).bytes[..<69]), PEFile(architecture: nil)),
  ]

  @Test(arguments: portables) func `a portable executable tells its machine`(bytes: [UInt8], file: PEFile) throws {
    #expect(try Self.inspect(bytes) == .windows(file))
  }

  @Test func `headers that are cut anywhere, or hold any number, are read without a trap`() throws {
    let samples = [
      SamplePE(machine: 0x8664, clr: (1, 1)).bytes, SampleMachO.universal([7, 12]), SampleMachO.thin(7),
      SampleELF(interpreter: Array("\(Self.loader)\0".utf8)).bytes,
    ]
    for sample in samples {
      for count in sample.indices { _ = try Self.inspect(Array(sample[..<count])) }
      for place in sample.indices {
        var bytes = sample
        for index in place..<min(place + 8, bytes.count) { bytes[index] = 0xFF }
        _ = try Self.inspect(bytes)
      }
    }
  }

  private static let suitable: [(Machines, String?, String?, Bool)] = [
    (ELFFile(architecture: "arm64").machines, "linux", "arm64", true),
    (ELFFile(architecture: "arm64").machines, "linux", "amd64", false),
    (ELFFile(architecture: "arm64").machines, "windows", "arm64", false),
    (ELFFile(architecture: "arm64").machines, "plan9", "arm64", false),
    (ELFFile(architecture: "arm64").machines, "windows", nil, false),
    (ELFFile(architecture: "arm64").machines, nil, "amd64", false),
    (ELFFile(architecture: "arm64").machines, nil, nil, true),
    // Names of a layout's own, and architectures that no file is known by.
    (ELFFile(architecture: "arm64").machines, "linux", "x86_64", true),
    (ELFFile(architecture: "arm64").machines, "linux", "sparc64", true),
    (ELFFile(architecture: "arm64").machines, "macos", "arm64", true),
    (ELFFile(architecture: "arm64").machines, "macos", "amd64", false),
    (ELFFile(architecture: "ELF machine 2").machines, "linux", "amd64", false),
    (MachOFile(architectures: ["amd64", "arm64"]).machines, "darwin", "arm64", true),
    (MachOFile(architectures: ["amd64", "arm64"]).machines, "ios", "arm64", true),
    (MachOFile(architectures: ["amd64", "arm64"]).machines, "darwin", "386", false),
    (MachOFile(architectures: ["amd64", "arm64"]).machines, "darwin", "riscv64", false),
    (MachOFile(architectures: nil).machines, "darwin", "386", true),
    (MachOFile(architectures: ["arm64"]).machines, "linux", "arm64", false),
    (PEFile(architecture: "amd64").machines, "windows", "amd64", true),
    (PEFile(architecture: "amd64").machines, "windows", "arm64", false),
    (PEFile(architecture: "amd64").machines, "linux", "amd64", false),
    (PEFile(architecture: nil, isForWindows: false).machines, "linux", "arm64", true),
  ]

  @Test(arguments: suitable)
  func `one comparison tells whether a platform runs a file`(
    machines: Machines, os: String?, architecture: String?, isSuitable: Bool
  ) {
    #expect(machines.suit(os: os, architecture: architecture) == isSuitable)
  }

  @Test func `a file that changed is not inspected`() throws {
    let folder = try ImageFolder()
    let file = try folder.file(SampleELF().bytes)
    _ = try folder.file([])
    #expect(throws: SourceChanged(path: file.path, planned: file.identity.size, found: 0)) {
      try Executable.inspect(file)
    }
  }

  #if arch(x86_64)
    @Test func `the shell of this machine is dynamic`() throws {
      let path = try #require(realpath("/bin/sh", nil))
      defer { free(path) }
      let shell = ELFFile(architecture: "amd64", interpreter: Array("/lib64/ld-linux-x86-64.so.2".utf8))
      #expect(try Executable.inspect(SourceFile.found(at: String(cString: path))) == .elf(shell))
    }
  #endif
}
