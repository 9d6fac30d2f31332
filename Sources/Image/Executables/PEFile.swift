// Portable executables, the format of Windows: what their headers say. Microsoft's "PE Format", sections "MS-DOS Stub",
// "COFF File Header", "Optional Header" and "Machine Types".

/// What the headers of a portable executable say.
package struct PEFile: Equatable, Sendable {
  /// Go's GOARCH; nil when the headers are cut, or say that it is for any.
  package let architecture: String?
  /// Whether it runs on Windows alone: firmware runs files of this format too, and .NET its own on all systems.
  package let isForWindows: Bool

  package init(architecture: String?, isForWindows: Bool = true) {
    self.architecture = architecture
    self.isForWindows = isForWindows
  }

  var machines: Machines {
    Machines(format: "PE", systems: isForWindows ? ["windows"] : nil, architectures: architecture.map { [$0] })
  }

  /// Where the offset of the signature is in the MS-DOS stub, and the bytes of the stub up to that offset's end.
  private static let signaturePlace = 0x3C
  private static let stubSize = 0x40
  /// "PE" and two zeros.
  private static let signature = Array("PE\0\0".utf8)
  /// Bytes of the signature and of the COFF file header.
  private static let fileHeaderSize = 24
  /// Bytes of the optional header up to the end of the directory of the CLR runtime header, in its longer form.
  private static let optionalHeaderSize = 232

  /// The file; nil when it is no portable executable.
  static func read(_ file: StartedFile) throws -> PEFile? {
    let start = file.start
    guard start.starts(with: "MZ".utf8), start.count >= stubSize else { return nil }
    let place = UInt64(number(at: signaturePlace, width: 4, in: start) ?? 0)
    let rest = file.size
    let wanted = UInt64(fileHeaderSize + optionalHeaderSize)
    guard place <= rest, let headers = try file.part(from: place, count: min(wanted, rest - place)),
      headers.starts(with: signature)
    else { return nil }
    return PEFile(headers)
  }

  /// What the headers say, from the signature on; they may be cut.
  private init(_ headers: [UInt8]) {
    // `SizeOfOptionalHeader` is at 20; bytes beyond it do not belong to the header.
    let count = Self.number(at: 20, width: 2, in: headers) ?? 0
    let optional = Array(headers.dropFirst(Self.fileHeaderSize).prefix(Int(count)))
    if Self.isManaged(optional) {
      self.init(architecture: nil, isForWindows: false)
      return
    }
    // `Subsystem`; 10 to 13 are those of EFI, which kernels of Linux have.
    let subsystem = Self.number(at: 68, width: 2, in: optional) ?? 0
    let machine = Self.number(at: 4, width: 2, in: headers)
    let architecture = machine.flatMap { machine -> String? in
      // IMAGE_FILE_MACHINE_UNKNOWN: for any machine.
      machine == 0 ? nil : Self.architectures[machine] ?? "PE machine \(machine)"
    }
    self.init(architecture: architecture, isForWindows: !(10...13).contains(subsystem))
  }

  /// Whether the directory of the CLR runtime header, the fifteenth, is not empty.
  private static func isManaged(_ optional: [UInt8]) -> Bool {
    let directories: Int
    switch number(at: 0, width: 2, in: optional) {
    // PE32 and PE32+.
    case 0x10B: directories = 96
    case 0x20B: directories = 112
    default: return false
    }
    // `NumberOfRvaAndSizes` is before the directories, of 8 bytes each: place and size.
    guard let count = number(at: directories - 4, width: 4, in: optional), count > 14,
      let place = number(at: directories + 14 * 8, width: 4, in: optional),
      let size = number(at: directories + 14 * 8 + 4, width: 4, in: optional)
    else { return false }
    return place != 0 && size != 0
  }

  /// IMAGE_FILE_MACHINE_*: those of I386, ARM, THUMB, ARMNT, POWERPC, RISCV64, LOONGARCH64, AMD64, ARM64EC and ARM64.
  static let architectures: [UInt32: String] = [
    0x14C: "386", 0x1C0: "arm", 0x1C2: "arm", 0x1C4: "arm", 0x1F0: "ppc", 0x5064: "riscv64", 0x6264: "loong64",
    0x8664: "amd64", 0xA641: "arm64", 0xAA64: "arm64",
  ]

  /// The little-endian number of `width` bytes, 4 at most; nil when it does not lie within `bytes`.
  private static func number(at place: Int, width: Int, in bytes: [UInt8]) -> UInt32? {
    guard place + width <= bytes.count else { return nil }
    return UInt32(UInt64(bytes[place..<(place + width)], isBigEndian: false))
  }
}
