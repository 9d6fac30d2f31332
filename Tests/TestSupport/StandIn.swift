// Stand-ins for built programs of any platform: the header that says for what machine it is, and a text that makes each
// another file.

@testable import Basics
@testable import Image

/// A small file that is taken for a program.
package enum StandIn {
  /// A program for "OS/ARCH" or "OS/ARCH/VARIANT"; `text` is what differs between programs of one platform.
  package static func program(for platform: String, _ text: String) -> [UInt8] {
    let words = platform.split(separator: "/").map(String.init)
    let tail = Array("\(text) for \(platform)\n".utf8)
    switch words[0] {
    case "windows": return windows(words[1]) + tail
    case "darwin": return darwin(words[1]) + tail
    default: return elf(words[1], variant: words.count > 2 ? words[2] : nil) + tail
    }
  }

  private static func elf(_ architecture: String, variant: String?) -> [UInt8] {
    // Tag_CPU_arch (Addenda to the ABI for the Arm Architecture): v5T, v6 and v7.
    let tags: [String: UInt8] = ["v5": 3, "v6": 6, "v7": 10]
    if architecture == "arm" { return Executables.arm(architectureTag: variant.flatMap { tags[$0] }) }
    guard let machine = ELFFile.architectures.first(where: { $0.value == architecture })?.key else { return [] }
    let isLong = machine.is64Bit
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, isLong ? 2 : 1, machine.isBigEndian ? 2 : 1, 1] + zeros(9)
    // e_type ET_EXEC, e_machine, e_version; then e_entry, e_phoff, e_shoff, e_flags, e_ehsize and no tables.
    bytes += half(2, machine) + half(machine.number, machine) + (machine.isBigEndian ? [0, 0, 0, 1] : [1, 0, 0, 0])
    return bytes + zeros((isLong ? 64 : 52) - bytes.count)
  }

  private static func half(_ number: UInt64, _ machine: ELFFile.Machine) -> [UInt8] {
    let bytes = [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    return machine.isBigEndian ? bytes.reversed() : bytes
  }

  /// MH_MAGIC_64, cputype, cpusubtype, MH_EXECUTE, and no load commands.
  private static func darwin(_ architecture: String) -> [UInt8] {
    let type = MachOFile.architectures.first { $0.value == architecture }?.key ?? 0
    return [0xCF, 0xFA, 0xED, 0xFE] + word(type) + word(3) + word(2) + zeros(16)
  }

  /// The stub, the signature, and a header without an optional one.
  private static func windows(_ architecture: String) -> [UInt8] {
    let types: [String: UInt32] = ["386": 0x14C, "amd64": 0x8664, "arm64": 0xAA64, "arm": 0x1C4]
    let stub = Array("MZ".utf8) + zeros(58) + [0x40, 0, 0, 0] + Array("PE\0\0".utf8)
    return stub + word(types[architecture] ?? 0).prefix(2) + zeros(18)
  }

  private static func word(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
