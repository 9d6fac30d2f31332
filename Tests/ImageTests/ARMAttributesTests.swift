// The variant of arm that the build attributes of an ELF file tell.

@testable import Files
@testable import Image
import Testing

@Suite struct `Build attributes of arm` {
  /// What an executable with this section says, which `count` and `offset` may say to be elsewhere.
  private static func variant(
    _ section: [UInt8], isBigEndian: Bool = false, offset: UInt32 = 92, count: UInt32? = nil, type: UInt32 = 0x7000_0003
  ) throws -> String? {
    func number(_ value: UInt32, _ width: Int) -> [UInt8] {
      let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
      return isBigEndian ? bytes.reversed() : bytes
    }
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, isBigEndian ? 2 : 1, 1] + [UInt8](repeating: 0, count: 9)
    // e_type, e_machine, e_version, e_entry, e_phoff, e_shoff, e_flags, e_ehsize, e_phentsize, e_phnum, e_shentsize,
    // e_shnum, e_shstrndx
    bytes += number(2, 2) + number(40, 2) + number(1, 4) + number(0, 4) + number(0, 4) + number(52, 4) + number(0, 4)
    bytes += number(52, 2) + number(32, 2) + number(0, 2) + number(40, 2) + number(1, 2) + number(0, 2)
    // sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size and four more
    bytes += number(0, 4) + number(type, 4) + number(0, 8) + number(offset, 4)
    bytes += number(count ?? UInt32(section.count), 4) + number(0, 16) + section
    let folder = try ImageFolder()
    let format = try Executable.inspect(folder.file(bytes))
    guard case .elf(let file) = format else {
      // Big-endian arm has no name in Go, and damaged attributes are no damage of the program.
      #expect(Bool(false), "\(format)")
      return nil
    }
    return file.variant
  }

  /// A section of these attributes of the whole file.
  private static func section(_ attributes: [UInt8], vendor: String = "aeabi", before: [UInt8] = []) -> [UInt8] {
    let file: [UInt8] = [1, UInt8(attributes.count + 5), 0, 0, 0] + attributes
    let own = Array("\(vendor)\0".utf8) + before + file
    return [0x41, UInt8(own.count + 4), 0, 0, 0] + own
  }

  @Test(
    arguments: [
      (0, nil), (1, "v5"), (2, "v5"), (3, "v5"), (4, "v5"), (5, "v5"), (6, "v6"), (7, "v6"), (8, "v6"), (9, "v6"),
      (10, "v7"), (11, nil), (12, nil), (13, nil), (14, "v8"), (15, nil), (16, nil), (17, nil), (18, "v8"), (20, "v8"),
      (21, nil), (22, "v8"), (23, nil), (127, nil),
    ] as [(UInt8, String?)])
  func `the architecture gives the variant`(tag: UInt8, variant: String?) throws {
    #expect(try Self.variant(Self.section([6, tag])) == variant)
  }

  // Tag_CPU_raw_name, Tag_CPU_name, Tag_ARM_ISA_use, Tag_compatibility, 65 and 66, a number of two bytes.
  @Test(
    arguments: [
      ("names before it", Array("\u{4}raw\0\u{5}7-A\0".utf8) + [6, 10]), ("a profile behind it", [6, 10, 7, 0x41]),
      ("numbers before it", [8, 1, 10, 0x80, 1, 6, 10]), ("tag 32", [32, 1, 0x67, 0, 6, 10]),
      ("an odd tag is a string", [65, 6, 9, 0, 6, 10]), ("an even one a number", [66, 6, 6, 10]),
    ] as [(String, [UInt8])])
  func `others stand around it`(what: String, attributes: [UInt8]) throws {
    #expect(try Self.variant(Self.section(attributes)) == "v7")
  }

  @Test func `those of others, and of parts of the file, are left out`() throws {
    #expect(try Self.variant(Self.section([6, 10], vendor: "gnu")) == nil)
    let gnu = Self.section([6, 7], vendor: "gnu")
    #expect(try Self.variant(gnu + Self.section([6, 10]).dropFirst()) == "v7")
    // Tag_Section of section 1.
    #expect(try Self.variant(Self.section([6, 10], before: [2, 9, 0, 0, 0, 1, 0, 6, 7])) == "v7")
    #expect(try Self.variant(Self.section([6, 10, 7, 0x4D])) == nil)
    #expect(try Self.variant(Self.section([6, 10]), type: 1) == nil)
  }

  @Test func `a file that is cut or contradicts itself tells nothing`() throws {
    let whole = Self.section([6, 10])
    for count in whole.indices { #expect(try Self.variant(Array(whole[..<count])) == nil, "\(count)") }
    for index in whole.indices {
      for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = whole
        bytes[index] = byte
        _ = try Self.variant(bytes)
      }
    }
    #expect(try Self.variant(whole, offset: .max) == nil)
    #expect(try Self.variant(whole, count: .max) == nil)
    #expect(try Self.variant(whole, offset: 93) == nil)
    #expect(try Self.variant([UInt8](repeating: 0xFF, count: 64)) == nil)
    // More is not read.
    #expect(try Self.variant(whole + [UInt8](repeating: 0, count: 65_536)) == nil)
  }
}
