// Programs of other systems made by hand: Mach-O files (mach-o/loader.h, mach-o/fat.h) and portable executables
// (Microsoft, "PE Format"), as far as their headers are looked at.

/// Mach-O files.
enum SampleMachO {
  /// A `mach_header` for one processor; MH_EXECUTE unless a test says otherwise.
  static func thin(_ type: UInt32, is64Bit: Bool = true, isBigEndian: Bool = false, fileType: UInt32 = 2) -> [UInt8] {
    // magic, cputype, cpusubtype, filetype, ncmds, sizeofcmds, flags, and reserved in the longer form
    let words = [is64Bit ? 0xFEED_FACF : 0xFEED_FACE, type, 3, fileType, 0, 0, 0] + (is64Bit ? [0] : [])
    return words.flatMap { isBigEndian ? littleEndian($0, 4).reversed() : littleEndian($0, 4) }
  }

  /// A `fat_header` and its table, of records of `width` bytes.
  static func universal(_ types: [UInt32], width: Int = 20) -> [UInt8] {
    let magic: UInt32 = width == 20 ? 0xCAFE_BABE : 0xCAFE_BABF
    let head = littleEndian(magic, 4).reversed() + littleEndian(UInt32(types.count), 4).reversed()
    return head + types.flatMap { littleEndian($0, 4).reversed() + [UInt8](repeating: 0, count: width - 4) }
  }
}

/// A portable executable.
struct SamplePE {
  let machine: UInt32
  /// Whether it is PE32+.
  var isLong = true
  /// Windows, on a console.
  var subsystem: UInt32 = 3
  /// Place and size of the CLR runtime header.
  var clr: (UInt32, UInt32) = (0, 0)
  /// `NumberOfRvaAndSizes`.
  var directories: UInt32 = 16
  /// `SizeOfOptionalHeader`; nil for the right one.
  var headerSize: Int?

  var bytes: [UInt8] {
    let start = isLong ? 112 : 96
    var optional = [UInt8](repeating: 0, count: start + 16 * 8)
    optional.replaceSubrange(0..<2, with: littleEndian(isLong ? 0x20B : 0x10B, 2))
    optional.replaceSubrange(68..<70, with: littleEndian(subsystem, 2))
    optional.replaceSubrange((start - 4)..<start, with: littleEndian(directories, 4))
    let place = start + 14 * 8
    optional.replaceSubrange(place..<(place + 8), with: littleEndian(clr.0, 4) + littleEndian(clr.1, 4))
    let stub = Array("MZ".utf8) + [UInt8](repeating: 0, count: 58) + [0x40, 0, 0, 0] + Array("PE\0\0".utf8)
    let header = littleEndian(machine, 2) + [UInt8](repeating: 0, count: 14)
    return stub + header + littleEndian(UInt32(headerSize ?? optional.count), 2) + [0, 0] + optional
  }
}

private func littleEndian(_ number: UInt32, _ width: Int) -> [UInt8] {
  (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
}
