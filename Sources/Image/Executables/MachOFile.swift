// Mach-O files, for one architecture or for several: what their headers say. mach-o/loader.h (`mach_header`),
// mach-o/fat.h (`fat_header`, `fat_arch`, `fat_arch_64`) and mach/machine.h (CPU_TYPE_*) of Apple's XNU and cctools.

/// What the headers of a Mach-O file say.
package struct MachOFile: Equatable, Sendable {
  /// Go's GOARCH of each that it is for; nil when the headers are cut.
  package let architectures: [String]?
  /// Whether it is a program and no library; only known of a file for one architecture.
  package let isProgram: Bool

  package init(architectures: [String]?, isProgram: Bool = false) {
    self.architectures = architectures
    self.isProgram = isProgram
  }

  var machines: Machines { Machines(format: "Mach-O", systems: ["darwin", "ios"], architectures: architectures) }

  /// The file; nil when it is no Mach-O file.
  static func read(_ file: StartedFile) throws -> MachOFile? {
    let start = file.start
    guard start.count >= 8 else { return nil }
    let second = word(start[4..<8], isBigEndian: true)
    switch word(start[0..<4], isBigEndian: true) {
    // MH_MAGIC and MH_MAGIC_64 in both byte orders.
    case 0xFEED_FACE, 0xFEED_FACF: return thin(start, isBigEndian: true)
    case 0xCEFA_EDFE, 0xCFFA_EDFE: return thin(start, isBigEndian: false)
    // FAT_MAGIC and FAT_MAGIC_64, always big-endian, then the number of architectures. A Java class begins with the
    // first of them too, but has its version there, which is 45 or more (JVM specification, 4.1).
    case 0xCAFE_BABE where (1..<45).contains(second): return try universal(file, count: UInt64(second), width: 20)
    case 0xCAFE_BABF where (1..<45).contains(second): return try universal(file, count: UInt64(second), width: 32)
    default: return nil
    }
  }

  /// `cputype` is at 4 and `filetype` at 12; MH_EXECUTE is 2.
  private static func thin(_ start: [UInt8], isBigEndian: Bool) -> MachOFile {
    let isProgram = start.count >= 16 && word(start[12..<16], isBigEndian: isBigEndian) == 2
    return MachOFile(architectures: [name(of: word(start[4..<8], isBigEndian: isBigEndian))], isProgram: isProgram)
  }

  /// A table of `count` records of `width` bytes behind the first 8 bytes, each of which begins with `cputype`.
  private static func universal(_ file: StartedFile, count: UInt64, width: Int) throws -> MachOFile {
    guard let table = try file.part(from: 8, count: count * UInt64(width)) else { return MachOFile(architectures: nil) }
    let names = stride(from: 0, to: table.count, by: width).map {
      name(of: word(table[$0..<$0 + 4], isBigEndian: true))
    }
    var seen: Set<String> = []
    return MachOFile(architectures: names.filter { seen.insert($0).inserted })
  }

  /// CPU_TYPE_*; CPU_ARCH_ABI64 is 0x0100_0000. A subtype, such as that of arm64e, makes no other architecture.
  static let architectures: [UInt32: String] = [
    7: "386", 0x0100_0007: "amd64", 12: "arm", 0x0100_000C: "arm64", 18: "ppc", 0x0100_0012: "ppc64",
  ]

  private static func name(of type: UInt32) -> String { architectures[type] ?? "Mach-O processor \(type)" }

  /// The number that `bytes`, four of them, spell.
  private static func word(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> UInt32 {
    UInt32(UInt64(bytes, isBigEndian: isBigEndian))
  }
}
