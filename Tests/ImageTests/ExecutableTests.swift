// What a file is to the system that is told to run it.

import Glibc
import Testing

@testable import Archive
@testable import Image

@Suite struct `Executables` {
  private static func inspect(_ bytes: [UInt8]) throws -> Executable {
    let folder = try ScratchFolder()
    return try Executable.inspect(folder.write(bytes))
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
    for count in whole.indices {
      let format: Executable = count < 4 ? .unknown : .damagedELF
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
    #expect(try Self.inspect(bytes) == .damagedELF)
  }

  @Test(arguments: [1, 4, 0xFE00]) func `an object file, a core and what is like them are unknown`(type: Int) throws {
    #expect(try Self.inspect(Self.sample { $0.type = type }) == .unknown)
  }

  @Test(arguments: [(4, 0), (4, 3), (5, 0), (5, 3), (6, 0), (6, 2)] as [(Int, UInt8)])
  func `an unknown class, encoding or version is damage`(offset: Int, value: UInt8) throws {
    var bytes = SampleELF().bytes
    bytes[offset] = value
    #expect(try Self.inspect(bytes) == .damagedELF)
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

  @Test(
    arguments: [
      (Array("#!/bin/sh\n".utf8), .script),
      (stub + [0x40, 0, 0, 0] + Array("PE\0\0".utf8), .windows),
      (stub + [0x40, 0, 0, 0] + Array("NE\0\0".utf8), .unknown),
      (stub + [0xFF, 0xFF, 0xFF, 0xFF], .unknown),
      (Array("MZ".utf8), .unknown),
      ([0xFE, 0xED, 0xFA, 0xCE, 0, 0, 0, 18], .darwin),
      ([0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1], .darwin),
      ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2], .darwin),
      // A Java class of version 52.0.
      ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52], .unknown),
      ([0xCF, 0xFA, 0xED, 0xFE], .unknown),
      (Array("text\n".utf8), .unknown),
      ([0x1F, 0x8B, 8, 0], .archive), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .archive),
      ([UInt8](repeating: 0x61, count: 257) + Array("ustar\0".utf8), .archive),
      ([UInt8](repeating: 0x61, count: 256) + Array("ustar\0".utf8), .unknown),
      ([], .unknown),
    ] as [([UInt8], Executable)])
  func `other formats are told by their first bytes`(bytes: [UInt8], format: Executable) throws {
    #expect(try Self.inspect(bytes) == format)
  }

  @Test func `a file that changed is not inspected`() throws {
    let folder = try ScratchFolder()
    let file = try folder.write(SampleELF().bytes)
    _ = try folder.write([])
    #expect(throws: SourceChanged(path: file.path, planned: file.identity.size, found: 0)) {
      try Executable.inspect(file)
    }
  }

  #if arch(x86_64)
    @Test func `the shell of this machine is dynamic`() throws {
      let path = try #require(realpath("/bin/sh", nil))
      defer { free(path) }
      let shell = ELFFile(architecture: "amd64", interpreter: Array("/lib64/ld-linux-x86-64.so.2".utf8))
      #expect(try Executable.inspect(.found(at: String(cString: path))) == .elf(shell))
    }
  #endif
}
