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
