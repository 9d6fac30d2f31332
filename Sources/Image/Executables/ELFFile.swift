// An ELF program: the architecture that it was built for, and the interpreter that loads it when it is dynamic.

/// What the headers of an ELF program say.
package struct ELFFile: Equatable, Sendable {
  /// Go's GOARCH, such as "amd64"; "ELF machine N" for a machine, class and byte order that Go has no name for.
  package let architecture: String
  /// The path of the program that loads this one, without the NUL behind it; nil when it is static.
  package let interpreter: [UInt8]?
  /// EI_OSABI, which tells the system of some.
  package let osABI: UInt8
  /// Whether it is surely a program: a static one that runs at any address looks like a shared object.
  package let isProgram: Bool
  /// The variant of arm that it wants at least, such as "v7"; nil where its build attributes do not tell, and for all
  /// else.
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

  var machines: Machines {
    Machines(format: "ELF", systems: Self.systems(osABI), architectures: [architecture])
  }

  /// The program that `file` is; nil when it is no program, or one that is cut or contradicts itself.
  ///
  /// Throws `SourceChanged` or `SystemError`.
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
  /// Whether `start`, the first bytes of a file that is no program, are those of an ELF file all the same: of one that
  /// is cut or contradicts itself, but not of an object file, a core or a file of a type that is not known here.
  static func isDamaged(_ start: [UInt8]) -> Bool {
    guard let format = ELFFormat(start), format.isCurrent, start.count >= format.headerSize else { return true }
    // ET_NONE is no type at all.
    return [0, 2, 3].contains(format.number(format.type, in: start))
  }

  /// The machines that an ELF file is for, by its first bytes alone; nil where these are too few or odd.
  static func machines(_ start: [UInt8]) -> Machines? {
    guard let format = ELFFormat(start), start.count >= format.machine.offset + format.machine.width else { return nil }
    let machine = format.number(format.machine, in: start)
    let architecture = architecture(machine, format)
    // Object files for virtual machines and firmware are built on any machine and shipped to any.
    let isTold = architectures.values.contains(architecture) || isDamaged(start)
    return Machines(format: "ELF", systems: systems(format.osABI), architectures: isTold ? [architecture] : nil)
  }
}

// Program headers
extension ELFFile {
  /// Whether the file holds what a debugger needs of a program, and the program's bytes no more: `objcopy
  /// --only-keep-debug` leaves segments their places in memory and takes those in the file away.
  static func isSeparateDebugFile(_ file: StartedFile) throws -> Bool {
    guard let format = ELFFormat(file.start), let segments = try segments(of: file, format) else { return false }
    return segments.contains { $0.isInterpreter && $0.size == 0 && $0.memorySize > 0 }
  }

  /// A part of the file that is loaded, or that names the interpreter.
  private struct Segment {
    let isInterpreter: Bool
    let offset: UInt64
    let size: UInt64
    let memorySize: UInt64
  }

  /// PT_LOAD and PT_INTERP (gABI, "Program Header").
  private static let loadType: UInt64 = 1
  private static let interpreterType: UInt64 = 3
  /// Linux runs nothing with more bytes of program headers (fs/binfmt_elf.c, load_elf_phdrs).
  private static let longestTable: UInt64 = 65_536
  /// PATH_MAX: Linux takes no longer name of an interpreter (fs/binfmt_elf.c, load_elf_binary).
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

  /// The path that the segment holds, up to its first NUL; nil when it is none, or no NUL ends the segment.
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
  /// What tells the architecture: e_machine, class and byte order.
  package struct Machine: Hashable {
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

  /// What files are called that are for a processor of those above, in a class and byte order that Go has no name for.
  static let processors = Set(architectures.keys.map { name($0.number) })

  /// The systems that run a file of this EI_OSABI (gABI, "ELF Identification"); most files leave it open.
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

// Where the fields of an ELF file stand: System V gABI, chapters "ELF Header", "Program Header" and "Section
// Header", and elf(5).

/// A number in a header.
struct ELFField {
  /// Bytes from the start of the header.
  let offset: Int
  /// Bytes of the number: 2, 4 or 8.
  let width: Int
}

/// The layout of an ELF file, which its first bytes tell: the class gives the places, the encoding the byte order.
struct ELFFormat {
  let is64Bit: Bool
  let isBigEndian: Bool
  /// EI_OSABI: the system that it is for, where that is told.
  let osABI: UInt8
  /// Whether EI_VERSION is EV_CURRENT, the one version that there is.
  let isCurrent: Bool

  /// The format that `start`, the first bytes of a file, tells; nil when it is no ELF file of a known class and
  /// encoding.
  init?(_ start: [UInt8]) {
    guard start.count >= Self.identificationSize, start.starts(with: Self.magic) else { return nil }
    // EI_CLASS and EI_DATA.
    let (kind, encoding) = (start[4], start[5])
    guard (1...2).contains(kind), (1...2).contains(encoding) else { return nil }
    is64Bit = kind == 2
    isBigEndian = encoding == 2
    isCurrent = start[6] == 1
    osABI = start[7]
  }

  /// EI_MAG0 to EI_MAG3.
  static let magic = [0x7F] + Array("ELF".utf8)
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

  // MARK: A section header, of the shorter form: what is looked for in sections is in files of 32 bits

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
  /// p_memsz: bytes of the segment in memory.
  var segmentMemorySize: ELFField { is64Bit ? ELFField(offset: 40, width: 8) : ELFField(offset: 20, width: 4) }

  /// The number that `field` of the whole header `header` holds.
  func number(_ field: ELFField, in header: some BidirectionalCollection<UInt8>) -> UInt64 {
    let bytes = header.dropFirst(field.offset).prefix(field.width)
    if isBigEndian { return bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
