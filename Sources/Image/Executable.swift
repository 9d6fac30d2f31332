// What a file is to the system that is told to run it, by its first bytes: ELF, a script, a program of another
// system, or none of these.

package import Archive

/// The format of an executable file.
package enum Executable: Equatable, Sendable {
  /// A program or shared object in the format of Linux and its like.
  case elf(ELFFile)
  /// A file that begins as an ELF file and is cut or contradicts itself, and the machines that it is for, where its
  /// first bytes tell.
  case damagedELF(Machines?)
  /// An ELF file that no system runs: an object file, a core, one of a type that is not known here.
  case otherELF(Machines)
  /// Text that names its interpreter in the first line (execve(2), "Interpreter scripts").
  case script
  /// A portable executable.
  case windows(PEFile)
  /// A Mach-O file, for one architecture or for several.
  case darwin(MachOFile)
  /// An archive, or something compressed: `ADD` in a Dockerfile unpacks it (docs.docker.com, Dockerfile reference, "ADD").
  case archive
  /// No format known here.
  case unknown

  /// What `file` is.
  ///
  /// Reads its headers alone. Throws `SourceChanged` or `SystemError`.
  package static func inspect(_ file: SourceFile) throws -> Executable {
    let size = UInt64(clamping: file.identity.size)
    guard let start = try file.part(from: 0, count: min(size, startSize)) else { return .unknown }
    if start.starts(with: ELFFormat.magic) { return try elf(file, start) }
    if start.starts(with: "#!".utf8) { return .script }
    if let pe = try PEFile.read(file, start: start) { return .windows(pe) }
    if let machO = try MachOFile.read(file, start: start) { return .darwin(machO) }
    return try isArchive(file, start) ? .archive : .unknown
  }

  /// The machines that the file is for; nil where its format does not tell.
  package var machines: Machines? {
    switch self {
    case .elf(let file): file.machines
    case .damagedELF(let machines): machines
    case .otherELF(let machines): machines
    case .windows(let file): file.machines
    case .darwin(let file): file.machines
    case .script, .archive, .unknown: nil
    }
  }

  /// Whether the file is surely a program, and no library or plug-in that looks the same.
  package var isProgram: Bool {
    switch self {
    case .elf(let file): file.isProgram
    case .darwin(let file): file.isProgram
    case .damagedELF, .otherELF, .windows, .script, .archive, .unknown: false
    }
  }

  /// Bytes that hold an ELF header of either class, and the stub of MS-DOS.
  private static let startSize = UInt64(PEFile.stubSize)

  private static func elf(_ file: SourceFile, _ start: [UInt8]) throws -> Executable {
    if let elf = try ELFFile.read(file, start: start) { return .elf(elf) }
    let machines = ELFFile.machines(start)
    if let machines, !ELFFile.isDamaged(start) { return .otherELF(machines) }
    return .damagedELF(machines)
  }

  /// Compressed, or a tar archive by the magic of ustar (POSIX.1-2024, pax, "ustar Interchange Format").
  private static func isArchive(_ file: SourceFile, _ start: [UInt8]) throws -> Bool {
    try FileFormat.isCompressed(start) || file.part(from: 257, count: 5) == Array("ustar".utf8)
  }
}
