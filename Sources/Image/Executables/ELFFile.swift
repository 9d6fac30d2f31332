// ELF files: the architecture that a program was built for, on arm its variant, and the interpreter that loads it when
// it is dynamic.

/// What the headers of an ELF program say.
package struct ELFFile: Equatable, Sendable {
  /// Go's GOARCH, such as "amd64"; "ELF machine N" for a machine, class and byte order that Go has no name for.
  package let architecture: String
  /// The path of the program that loads this one, without its NUL; nil when it is static.
  package let interpreter: [UInt8]?
  /// EI_OSABI: the system that it is for; most files leave it open.
  package let osABI: UInt8
  /// Whether it is surely a program: a static one that runs at any address looks like a shared object.
  package let isProgram: Bool
  /// The lowest variant of arm that it runs on, such as "v7"; nil where its build attributes do not say it, and for
  /// other architectures.
  package let variant: String?

  package init(
    architecture: String, interpreter: [UInt8]? = nil, osABI: UInt8 = 0, isProgram: Bool = true, variant: String? = nil
  ) {
    self.architecture = architecture
    self.interpreter = interpreter
    self.osABI = osABI
    self.isProgram = isProgram
    self.variant = variant
  }

  /// EI_MAG0 to EI_MAG3, with which every ELF file begins.
  static let magic = [0x7F] + Array("ELF".utf8)

  var machines: Machines {
    Machines(format: "ELF", systems: Self.systems(osABI), architectures: [architecture])
  }

  /// The program that `file` is; nil when it is no program, or one that is cut or contradicts itself.
  static func read(_ file: StartedFile) throws -> ELFFile? {
    let start = file.start
    guard let format = ELFFormat(start), format.isCurrent, start.count >= format.headerSize else { return nil }
    // ET_EXEC and ET_DYN: the types that a system runs (gABI, "ELF Header").
    let type = format.number(format.type, in: start)
    guard (2...3).contains(type), let segments = try segments(of: file, format),
      segments.allSatisfy({ file.holds($0.size, from: $0.offset) })
    else { return nil }
    let architecture = architecture(format.number(format.machine, in: start), format)
    let variant = architecture == "arm" ? try ARMAttributes.variant(of: file, format) : nil
    guard let segment = segments.first(where: { $0.isInterpreter }) else {
      return ELFFile(architecture: architecture, osABI: format.osABI, isProgram: type == 2, variant: variant)
    }
    guard let interpreter = try interpreter(in: segment, of: file) else { return nil }
    return ELFFile(architecture: architecture, interpreter: interpreter, osABI: format.osABI, variant: variant)
  }
}

extension ELFFile {
  /// Whether the ELF file that begins with `start`, and is no program, is cut or contradicts itself; an object file, a
  /// core or a file of a type that is not known here is sound.
  static func isDamaged(_ start: [UInt8]) -> Bool {
    guard let format = ELFFormat(start), format.isCurrent, start.count >= format.headerSize else { return true }
    // ET_NONE is no type at all.
    return [0, 2, 3].contains(format.number(format.type, in: start))
  }

  /// The machines that an ELF file is for, by its first bytes alone; nil where these are too few or of no known class.
  static func machines(_ start: [UInt8]) -> Machines? {
    guard let format = ELFFormat(start), start.count >= format.machine.offset + format.machine.width else { return nil }
    let machine = format.number(format.machine, in: start)
    let architecture = architecture(machine, format)
    // Sound files for machines without a Go name, such as object files for virtual machines, belong to no platform.
    let isBound = architectures.values.contains(architecture) || isDamaged(start)
    return Machines(format: "ELF", systems: systems(format.osABI), architectures: isBound ? [architecture] : nil)
  }
}

// Program headers
extension ELFFile {
  /// Whether the file has what a debugger needs of a program, and not the program itself: `objcopy --only-keep-debug`
  /// leaves segments that have bytes in memory and none in the file.
  static func isSeparateDebugFile(_ file: StartedFile) throws -> Bool {
    guard let format = ELFFormat(file.start), let segments = try segments(of: file, format) else { return false }
    return segments.contains { $0.isInterpreter && $0.size == 0 && $0.memorySize > 0 }
  }

  /// A part of the file that is loaded into memory, or that names the interpreter.
  private struct Segment {
    let isInterpreter: Bool
    let offset: UInt64
    let size: UInt64
    let memorySize: UInt64
  }

  /// PT_LOAD and PT_INTERP (gABI, "Program Header").
  private static let loadType: UInt64 = 1
  private static let interpreterType: UInt64 = 3
  /// Linux runs no file with more bytes of program headers (fs/binfmt_elf.c, load_elf_phdrs).
  private static let longestTable: UInt64 = 65_536
  /// PATH_MAX: Linux accepts no longer name of an interpreter (fs/binfmt_elf.c, load_elf_binary).
  private static let longestInterpreter: UInt64 = 4096

  /// The segments of both types; nil when the table of program headers does not lie within the file.
  private static func segments(of file: StartedFile, _ format: ELFFormat) throws -> [Segment]? {
    let start = file.start
    let count = format.number(format.programHeaderCount, in: start)
    if count == 0 { return [] }
    let width = format.programHeaderSize
    // A count has 16 bits, so that nothing overflows here.
    let tableSize = count * UInt64(width)
    guard format.number(format.programHeaderWidth, in: start) == UInt64(width), tableSize <= longestTable,
      let table = try file.part(from: format.number(format.programHeaderOffset, in: start), count: tableSize)
    else { return nil }
    return stride(from: 0, to: table.count, by: width).compactMap { segment(table[$0..<($0 + width)], format) }
  }

  private static func segment(_ header: ArraySlice<UInt8>, _ format: ELFFormat) -> Segment? {
    let type = format.number(format.segmentType, in: header)
    guard type == loadType || type == interpreterType else { return nil }
    return Segment(
      isInterpreter: type == interpreterType, offset: format.number(format.segmentOffset, in: header),
      size: format.number(format.segmentSize, in: header),
      memorySize: format.number(format.segmentMemorySize, in: header))
  }

  /// The path that the segment holds, up to its first NUL; nil when it is empty, or no NUL ends the segment.
  private static func interpreter(in segment: Segment, of file: StartedFile) throws -> [UInt8]? {
    guard segment.size <= longestInterpreter,
      let bytes = try file.part(from: segment.offset, count: segment.size), bytes.last == 0
    else { return nil }
    let path = bytes.prefix { $0 != 0 }
    return path.isEmpty ? nil : Array(path)
  }
}

// Systems and architectures
extension ELFFile {
  /// What the architecture depends on: e_machine, class and byte order.
  struct Machine: Hashable {
    let number: UInt64
    let is64Bit: Bool
    let isBigEndian: Bool

    init(_ number: UInt64, is64Bit: Bool, isBigEndian: Bool = false) {
      (self.number, self.is64Bit, self.isBigEndian) = (number, is64Bit, isBigEndian)
    }
  }

  /// Go's names (go/src/internal/syslist) by e_machine (gABI, "ELF Header", and elf.h), class and byte order.
  static let architectures: [Machine: String] = [
    Machine(3, is64Bit: false): "386",
    Machine(8, is64Bit: false, isBigEndian: true): "mips",
    Machine(8, is64Bit: false): "mipsle",
    Machine(8, is64Bit: true, isBigEndian: true): "mips64",
    Machine(8, is64Bit: true): "mips64le",
    Machine(21, is64Bit: true, isBigEndian: true): "ppc64",
    Machine(21, is64Bit: true): "ppc64le",
    Machine(22, is64Bit: true, isBigEndian: true): "s390x",
    Machine(40, is64Bit: false): "arm",
    Machine(62, is64Bit: true): "amd64",
    Machine(183, is64Bit: true): "arm64",
    Machine(243, is64Bit: true): "riscv64",
    Machine(258, is64Bit: true): "loong64",
  ]

  private static func architecture(_ machine: UInt64, _ format: ELFFormat) -> String {
    architectures[Machine(machine, is64Bit: format.is64Bit, isBigEndian: format.isBigEndian)] ?? name(machine)
  }

  private static func name(_ machine: UInt64) -> String { "ELF machine \(machine)" }

  /// The names of files for the processors above, in a class and byte order that Go has no name for.
  static let processors = Set(architectures.keys.map { name($0.number) })

  /// The systems that run a file of this EI_OSABI (gABI, "ELF Identification").
  private static func systems(_ osABI: UInt8) -> [String] {
    switch osABI {
    case 2: ["netbsd"]
    case 6: ["solaris", "illumos"]
    case 9: ["freebsd"]
    case 12: ["openbsd"]
    default:
      [
        "linux", "android", "freebsd", "netbsd", "openbsd", "dragonfly", "solaris", "illumos", "hurd", "nacl",
      ]
    }
  }
}

// Where the fields of an ELF file are: System V gABI, chapters "ELF Header", "Program Header" and "Section Header", and
// elf(5).

/// A number in a header.
private struct ELFField {
  /// Bytes from the start of the header.
  let offset: Int
  /// Bytes of the number: 2, 4 or 8.
  let width: Int
}

/// The layout of an ELF file by its first bytes: the class gives the offsets, the encoding the byte order.
private struct ELFFormat {
  let is64Bit: Bool
  let isBigEndian: Bool
  /// EI_OSABI: the system that it is for; most files leave it open.
  let osABI: UInt8
  /// Whether EI_VERSION is EV_CURRENT, the only version.
  let isCurrent: Bool

  /// The format of the file that begins with `start`; nil when it is no ELF file of a known class and encoding.
  init?(_ start: [UInt8]) {
    guard start.count >= Self.identificationSize, start.starts(with: ELFFile.magic) else { return nil }
    // EI_CLASS and EI_DATA.
    let (kind, encoding) = (start[4], start[5])
    guard (1...2).contains(kind), (1...2).contains(encoding) else { return nil }
    is64Bit = kind == 2
    isBigEndian = encoding == 2
    isCurrent = start[6] == 1
    osABI = start[7]
  }

  /// EI_NIDENT.
  private static let identificationSize = 16

  // MARK: The file header

  /// Bytes of the file header.
  var headerSize: Int { is64Bit ? 64 : 52 }
  /// e_type: what kind of object file it is.
  var type: ELFField { ELFField(offset: 16, width: 2) }
  /// e_machine.
  var machine: ELFField { ELFField(offset: 18, width: 2) }
  /// e_phoff: where the program headers begin.
  var programHeaderOffset: ELFField { is64Bit ? ELFField(offset: 32, width: 8) : ELFField(offset: 28, width: 4) }
  /// e_phentsize: bytes of one program header.
  var programHeaderWidth: ELFField { ELFField(offset: is64Bit ? 54 : 42, width: 2) }
  /// e_phnum: how many program headers there are.
  var programHeaderCount: ELFField { ELFField(offset: is64Bit ? 56 : 44, width: 2) }

  // MARK: A program header

  /// Bytes of a program header.
  var programHeaderSize: Int { is64Bit ? 56 : 32 }
  /// p_type.
  var segmentType: ELFField { ELFField(offset: 0, width: 4) }
  /// p_offset: where the segment begins in the file.
  var segmentOffset: ELFField { is64Bit ? ELFField(offset: 8, width: 8) : ELFField(offset: 4, width: 4) }
  /// p_filesz: bytes of the segment in the file.
  var segmentSize: ELFField { is64Bit ? ELFField(offset: 32, width: 8) : ELFField(offset: 16, width: 4) }
  /// p_memsz: bytes of the segment in memory.
  var segmentMemorySize: ELFField { is64Bit ? ELFField(offset: 40, width: 8) : ELFField(offset: 20, width: 4) }

  // MARK: A section header, of 32 bits: only files for arm of 32 bits are searched for sections

  /// e_shoff: where the section headers begin.
  var sectionHeaderOffset: ELFField { ELFField(offset: 32, width: 4) }
  /// e_shentsize: bytes of one section header.
  var sectionHeaderWidth: ELFField { ELFField(offset: 46, width: 2) }
  /// e_shnum: how many section headers there are.
  var sectionHeaderCount: ELFField { ELFField(offset: 48, width: 2) }
  /// Bytes of a section header.
  var sectionHeaderSize: Int { 40 }
  /// sh_type.
  var sectionType: ELFField { ELFField(offset: 4, width: 4) }
  /// sh_offset: where the section begins in the file.
  var sectionOffset: ELFField { ELFField(offset: 16, width: 4) }
  /// sh_size: bytes of the section.
  var sectionSize: ELFField { ELFField(offset: 20, width: 4) }

  /// The number that `field` of the whole header `header` holds.
  func number(_ field: ELFField, in header: some BidirectionalCollection<UInt8>) -> UInt64 {
    UInt64(header.dropFirst(field.offset).prefix(field.width), isBigEndian: isBigEndian)
  }
}

// The variant of arm that an ELF file was built for, in its build attributes: "Addenda to, and Errata in, the ABI for
// the Arm Architecture", sections "Build Attributes" and "The target-related attributes".

/// The build attributes of an ELF file for arm.
private struct ARMAttributes {
  /// SHT_ARM_ATTRIBUTES ("ELF for the Arm Architecture", "Section Types").
  private static let sectionType: UInt64 = 0x7000_0003
  /// The most bytes of the table of sections, and of the attributes; most files have some hundred.
  private static let longest: UInt64 = 65_536
  /// 'A': the only version of the format.
  private static let version = UInt8(ascii: "A")
  private static let vendor = Array("aeabi".utf8)
  /// Tag_File: attributes of the whole file.
  private static let fileTag: UInt64 = 1
  private static let architectureTag: UInt64 = 6
  private static let profileTag: UInt64 = 7

  /// The variants, in the words of OCI and Go, by the values of Tag_CPU_arch that Linux runs programs of. What is older
  /// than v6 counts as "v5"; microcontrollers, and what is older than v4, are missing.
  private static let variants: [UInt64: String] = [
    1: "v5", 2: "v5", 3: "v5", 4: "v5", 5: "v5", 6: "v6", 7: "v6", 8: "v6", 9: "v6", 10: "v7", 14: "v8", 18: "v8",
    19: "v8", 20: "v8", 22: "v8",
  ]

  /// The lowest variant that `file` runs on, "v5" to "v8"; nil when its attributes do not say it or are damaged.
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
    // Each begins with its length, which counts itself, and the name of the vendor that defines its tags.
    while var section = sections.sized(counted: 4) {
      guard let name = section.string() else { return nil }
      if name.elementsEqual(Self.vendor) { return section.architecture() }
    }
    return nil
  }

  /// The variant in the first part about the whole file.
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
      // Strings are Tag_CPU_raw_name, Tag_CPU_name and, from 32 on, what has an odd number; 32 itself,
      // Tag_compatibility, is a number and a string.
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

// The pieces of the format: each function takes the bytes of its piece, or gives nil where they are no such piece.
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

  /// The bytes after a length of 32 bits, which counts also itself and the bytes before it: `counted` bytes in all.
  private mutating func sized(counted: Int) -> ARMAttributes? {
    guard bytes.count >= 4 else { return nil }
    let length = Int(UInt64(bytes.prefix(4), isBigEndian: isBigEndian))
    guard length >= counted, length - counted <= bytes.count - 4 else { return nil }
    var part = self
    part.bytes = bytes.dropFirst(4).prefix(length - counted)
    bytes = bytes.dropFirst(4 + length - counted)
    return part
  }
}
