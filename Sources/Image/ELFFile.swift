// An ELF program: the architecture that it was built for, and the interpreter that loads it when it is dynamic.

import Archive

/// What the headers of an ELF program say.
package struct ELFFile: Equatable, Sendable {
  /// Go's GOARCH, such as "amd64"; "ELF machine N" for a machine, class and byte order that Go has no name for.
  package let architecture: String
  /// The path of the program that loads this one, without the NUL behind it; nil when it is static.
  package let interpreter: [UInt8]?

  package init(architecture: String, interpreter: [UInt8]? = nil) {
    self.architecture = architecture
    self.interpreter = interpreter
  }

  /// The program that `file` is; nil when it is no program, or one that is cut or contradicts itself.
  ///
  /// `start` is its first bytes, 64 of them if it has as many. Throws `SourceChanged` or `SystemError`.
  static func read(_ file: SourceFile, start: [UInt8]) throws -> ELFFile? {
    guard let format = ELFFormat(start), start.count >= format.headerSize else { return nil }
    // ET_EXEC and ET_DYN: the types that a system runs (gABI, "ELF Header").
    guard (2...3).contains(format.number(format.type, in: start)),
      let segments = try segments(of: file, start, format),
      segments.allSatisfy({ file.holds($0.size, from: $0.offset) })
    else { return nil }
    let architecture = architecture(format.number(format.machine, in: start), format)
    guard let segment = segments.first(where: { $0.isInterpreter }) else { return ELFFile(architecture: architecture) }
    guard let interpreter = try interpreter(in: segment, of: file) else { return nil }
    return ELFFile(architecture: architecture, interpreter: interpreter)
  }
}

extension ELFFile {
  /// Whether `start`, the first bytes of a file that is no program, are those of an ELF file all the same: of one that
  /// is cut or contradicts itself, but not of an object file, a core or a file of a type that is not known here.
  static func isDamaged(_ start: [UInt8]) -> Bool {
    guard start.starts(with: ELFFormat.magic) else { return false }
    guard let format = ELFFormat(start), start.count >= format.headerSize else { return true }
    // ET_NONE is no type at all.
    return [0, 2, 3].contains(format.number(format.type, in: start))
  }
}

// Program headers
extension ELFFile {
  /// A part of the file that is loaded, or that names the interpreter.
  private struct Segment {
    let isInterpreter: Bool
    let offset: UInt64
    let size: UInt64
  }

  /// PT_LOAD and PT_INTERP (gABI, "Program Header").
  private static let loadType: UInt64 = 1
  private static let interpreterType: UInt64 = 3
  /// Linux runs nothing with more bytes of program headers (fs/binfmt_elf.c, load_elf_phdrs).
  private static let longestTable: UInt64 = 65_536
  /// PATH_MAX: Linux takes no longer name of an interpreter (fs/binfmt_elf.c, load_elf_binary).
  private static let longestInterpreter: UInt64 = 4096

  /// The segments of both types; nil when the table of program headers does not lie within the file.
  private static func segments(of file: SourceFile, _ start: [UInt8], _ format: ELFFormat) throws -> [Segment]? {
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
      size: format.number(format.segmentSize, in: header))
  }

  /// The path that the segment holds, up to its first NUL; nil when it is none, or no NUL ends the segment.
  private static func interpreter(in segment: Segment, of file: SourceFile) throws -> [UInt8]? {
    guard segment.size <= longestInterpreter,
      let bytes = try file.part(from: segment.offset, count: segment.size), bytes.last == 0
    else { return nil }
    let path = bytes.prefix { $0 != 0 }
    return path.isEmpty ? nil : Array(path)
  }
}

// Architectures
extension ELFFile {
  /// Go's name (go/src/internal/syslist) for an e_machine (gABI, "ELF Header", and elf.h) of one class and byte order.
  private static func architecture(_ machine: UInt64, _ format: ELFFormat) -> String {
    let name: String? =
      switch (machine, format.is64Bit, format.isBigEndian) {
      case (3, false, false): "386"
      case (8, false, true): "mips"
      case (8, false, false): "mipsle"
      case (8, true, true): "mips64"
      case (8, true, false): "mips64le"
      case (21, true, true): "ppc64"
      case (21, true, false): "ppc64le"
      case (22, true, true): "s390x"
      case (40, false, false): "arm"
      case (62, true, false): "amd64"
      case (183, true, false): "arm64"
      case (243, true, false): "riscv64"
      case (258, true, false): "loong64"
      default: nil
      }
    return name ?? "ELF machine \(machine)"
  }
}
