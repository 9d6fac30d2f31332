// ELF files made by hand, field by field in the order of the gABI, chapters "ELF Header" and "Program Header".

/// The headers of a small ELF file, right unless a test says otherwise.
struct SampleELF {
  var is64Bit = true
  var isBigEndian = false
  /// ET_EXEC.
  var type = 2
  /// EM_X86_64.
  var machine = 62
  /// Bytes of the one PT_INTERP segment; nil for none.
  var interpreter: [UInt8]?
  /// e_phoff; nil where the program headers are.
  var tableOffset: UInt64?
  /// e_phentsize; nil for the right one.
  var entrySize: Int?
  /// e_phnum; nil for the right one.
  var entryCount: Int?
  /// p_offset and p_filesz of the PT_INTERP segment; nil where it is.
  var segmentOffset: UInt64?
  var segmentSize: UInt64?
  /// p_memsz of the PT_INTERP segment; nil for as many bytes as in the file.
  var segmentMemorySize: UInt64?

  /// The file: its header, a PT_LOAD segment that is the whole file, the PT_INTERP segment.
  var bytes: [UInt8] {
    let headerSize = is64Bit ? 64 : 52
    let entrySize = is64Bit ? 56 : 32
    let count = interpreter == nil ? 1 : 2
    let end = headerSize + count * entrySize
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, is64Bit ? 2 : 1, isBigEndian ? 2 : 1, 1]
    bytes += [UInt8](repeating: 0, count: 9)
    // e_type, e_machine, e_version, e_entry, e_phoff, e_shoff, e_flags, e_ehsize
    bytes += half(type) + half(machine) + word(1) + wide(0) + wide(tableOffset ?? UInt64(headerSize)) + wide(0)
    bytes += word(0) + half(headerSize)
    // e_phentsize, e_phnum, e_shentsize, e_shnum, e_shstrndx
    bytes += half(self.entrySize ?? entrySize) + half(entryCount ?? count) + half(0) + half(0) + half(0)
    bytes += segment(type: 1, offset: 0, size: UInt64(end + (interpreter?.count ?? 0)))
    guard let interpreter else { return bytes }
    let size = segmentSize ?? UInt64(interpreter.count)
    return bytes + segment(type: 3, offset: segmentOffset ?? UInt64(end), size: size, segmentMemorySize)
      + interpreter
  }

  /// p_flags stands second in one class and last but one in the other.
  private func segment(type: UInt64, offset: UInt64, size: UInt64, _ memorySize: UInt64? = nil) -> [UInt8] {
    let places = wide(offset) + wide(0) + wide(0) + wide(size) + wide(memorySize ?? size)
    return is64Bit ? word(type) + word(4) + places + wide(1) : word(type) + places + word(4) + wide(1)
  }

  private func half(_ number: Int) -> [UInt8] { encoded(UInt64(number), 2) }
  private func word(_ number: UInt64) -> [UInt8] { encoded(number, 4) }
  private func wide(_ number: UInt64) -> [UInt8] { encoded(number, is64Bit ? 8 : 4) }

  private func encoded(_ number: UInt64, _ width: Int) -> [UInt8] {
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
    return isBigEndian ? bytes.reversed() : bytes
  }
}
