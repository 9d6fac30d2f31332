// The architecture that an ELF file for arm was built for, as its build attributes tell: "Addenda to, and Errata in, the
// ABI for the Arm Architecture", sections "Build Attributes" and "The target-related attributes".

/// Reads the build attributes of ELF files for arm.
struct ARMAttributes {
  /// SHT_ARM_ATTRIBUTES ("ELF for the Arm Architecture", "Section Types").
  private static let sectionType: UInt64 = 0x7000_0003
  /// The most bytes that are read of the table of sections, and of the attributes: both have hundreds, mostly.
  private static let longest: UInt64 = 65_536
  /// 'A': the one version of the format that there is.
  private static let version = UInt8(ascii: "A")
  private static let vendor = Array("aeabi".utf8)
  /// Tag_File: what is said of the whole file.
  private static let fileTag: UInt64 = 1
  private static let architectureTag: UInt64 = 6
  private static let profileTag: UInt64 = 7

  /// The values of Tag_CPU_arch that Linux runs programs of, as OCI and Go tell variants: those before v6 are "v5".
  /// What is not here is the microcontrollers', or of the time before v4.
  private static let variants: [UInt64: String] = [
    1: "v5", 2: "v5", 3: "v5", 4: "v5", 5: "v5", 6: "v6", 7: "v6", 8: "v6", 9: "v6", 10: "v7", 14: "v8", 18: "v8",
    19: "v8", 20: "v8", 22: "v8",
  ]

  /// The variant that `file` wants at least, "v5" to "v8"; nil when it does not tell, or what it tells is damaged.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  static func variant(of file: StartedFile, _ format: ELFFormat) throws -> String? {
    guard let bytes = try section(of: file, format) else { return nil }
    return ARMAttributes(bytes, isBigEndian: format.isBigEndian).variant
  }

  private static func section(of file: StartedFile, _ format: ELFFormat) throws -> [UInt8]? {
    let width = UInt64(format.sectionHeaderSize)
    // A count has 16 bits, so that nothing overflows here.
    let tableSize = format.number(format.sectionHeaderCount, in: file.start) * width
    guard format.number(format.sectionHeaderWidth, in: file.start) == width, tableSize <= longest,
      let table = try file.part(from: format.number(format.sectionHeaderOffset, in: file.start), count: tableSize)
    else { return nil }
    for start in stride(from: 0, to: table.count, by: Int(width)) {
      let header = table[start..<(start + Int(width))]
      guard format.number(format.sectionType, in: header) == sectionType else { continue }
      let size = format.number(format.sectionSize, in: header)
      return size > longest ? nil : try file.part(from: format.number(format.sectionOffset, in: header), count: size)
    }
    return nil
  }

  private var bytes: ArraySlice<UInt8>
  private let isBigEndian: Bool

  private init(_ bytes: [UInt8], isBigEndian: Bool) {
    self.bytes = bytes[...]
    self.isBigEndian = isBigEndian
  }

  private var variant: String? {
    var sections = self
    guard sections.byte() == Self.version else { return nil }
    // Each begins with its length, which counts itself, and the name of who defines its tags.
    while var section = sections.sized(counted: 4) {
      guard let name = section.string() else { return nil }
      if name.elementsEqual(Self.vendor) { return section.architecture() }
    }
    return nil
  }

  /// The variant that the first part about the whole file tells.
  private mutating func architecture() -> String? {
    while !bytes.isEmpty {
      let start = bytes.startIndex
      guard let tag = number(), var part = sized(counted: bytes.startIndex - start + 4) else { return nil }
      if tag == Self.fileTag { return part.values() }
    }
    return nil
  }

  private mutating func values() -> String? {
    var variant: String?
    while !bytes.isEmpty {
      guard let tag = number() else { return nil }
      // Strings are Tag_CPU_raw_name, Tag_CPU_name and, from 32 on, what has an odd number; 32 itself, Tag_compatibility,
      // is a number and a string.
      let isString = tag == 4 || tag == 5 || (tag > 32 && tag % 2 == 1)
      if isString {
        guard string() != nil else { return nil }
        continue
      }
      guard let value = number(), tag != 32 || string() != nil else { return nil }
      if tag == Self.architectureTag { variant = Self.variants[value] }
      // Tag_CPU_arch_profile, 'M': a microcontroller.
      if tag == Self.profileTag && value == UInt64(UInt8(ascii: "M")) { return nil }
    }
    return variant
  }
}

// The pieces of the format; each takes its bytes, or is nil where these are no such piece.
extension ARMAttributes {
  private mutating func byte() -> UInt8? { bytes.popFirst() }

  /// The bytes up to a NUL, which is taken too.
  private mutating func string() -> ArraySlice<UInt8>? {
    guard let end = bytes.firstIndex(of: 0) else { return nil }
    defer { bytes = bytes[(end + 1)...] }
    return bytes[..<end]
  }

  /// A ULEB128 (DWARF, "Variable Length Data") of 63 bits at most.
  private mutating func number() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard let byte = byte() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }

  /// What a length of 32 bits tells, which counts itself and what else of the `counted` bytes up to its end there is.
  private mutating func sized(counted: Int) -> ARMAttributes? {
    guard bytes.count >= 4 else { return nil }
    let word = isBigEndian ? Array(bytes.prefix(4)) : bytes.prefix(4).reversed()
    let length = word.reduce(0) { $0 << 8 | Int($1) }
    guard length >= counted, length - counted <= bytes.count - 4 else { return nil }
    var part = self
    part.bytes = bytes.dropFirst(4).prefix(length - counted)
    bytes = bytes.dropFirst(4 + length - counted)
    return part
  }
}
