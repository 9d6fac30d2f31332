// What a file is to the system that runs it, by its first bytes: the table of the formats of executable files.

import Archive
import Basics

/// The format of an executable file.
package enum Executable: Equatable, Sendable {
  /// A program or shared object in the format of Linux and its like.
  case elf(ELFFile)
  /// A file that begins as an ELF file and is cut or contradicts itself; with the machines that it is for, where its
  /// first bytes say them.
  case damagedELF(Machines?)
  /// An ELF file that no system runs: an object file, a core, a file for debuggers, one of an unknown type.
  case otherELF(Machines)
  /// Text that names its interpreter in the first line (execve(2), "Interpreter scripts").
  case script(ScriptLine)
  /// A portable executable.
  case windows(PEFile)
  /// A Mach-O file, for one architecture or for several.
  case darwin(MachOFile)
  /// An archive, or something compressed: `ADD` in a Dockerfile unpacks it (docs.docker.com, Dockerfile reference,
  /// "ADD").
  case archive
  /// No format known here.
  case unknown

  /// What `file` is; only its headers are read.
  package static func inspect(_ file: some PartSource) throws -> Executable {
    let file = try StartedFile(file)
    if file.start.starts(with: ELFFile.magic) { return try elf(file) }
    if let line = ScriptLine(file.start) { return .script(line) }
    if let pe = try PEFile.read(file) { return .windows(pe) }
    if let machO = try MachOFile.read(file) { return .darwin(machO) }
    return isArchive(file.start) ? .archive : .unknown
  }

  /// The machines that the file is for; nil where its format does not say them.
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

  /// Whether the file is surely a program: libraries and plug-ins may look the same.
  package var isProgram: Bool {
    switch self {
    case .elf(let file): file.isProgram
    case .darwin(let file): file.isProgram
    case .damagedELF, .otherELF, .windows, .script, .archive, .unknown: false
    }
  }

  private static func elf(_ file: StartedFile) throws -> Executable {
    if let elf = try ELFFile.read(file) { return .elf(elf) }
    let machines = ELFFile.machines(file.start)
    if let machines, try !ELFFile.isDamaged(file.start) || ELFFile.isSeparateDebugFile(file) {
      return .otherELF(machines)
    }
    return .damagedELF(machines)
  }

  /// Compressed, or a tar archive by the magic of ustar (POSIX.1-2024, pax, "ustar Interchange Format").
  private static func isArchive(_ start: [UInt8]) -> Bool {
    FileFormat.isCompressed(start) || start.dropFirst(257).starts(with: "ustar".utf8)
  }
}

/// The systems and architectures that an executable file runs on.
package struct Machines: Equatable, Sendable {
  /// The name of the file's format, such as "ELF".
  let format: String
  /// The systems in Go's words (GOOS); nil for all.
  package let systems: [String]?
  /// The architectures in Go's words (GOARCH), or as "ELF machine N"; nil for all, and where the file does not say it.
  package let architectures: [String]?

  /// Whether the file is for `os` and `architecture`; nil is not compared.
  ///
  /// A name that is none of Go's may mean any machine, for layouts may have names of their own.
  package func suit(os: String?, architecture: String?) -> Bool {
    isAmong(systems, os, of: PlatformNames.systems) && isAmong(architectures, architecture, of: Self.knownArchitectures)
  }

  /// Whether the file is for machines that Go builds nothing for: graphics processors, devices, other firmware.
  package var isForDevices: Bool {
    guard let architectures else { return false }
    return architectures.allSatisfy { !Self.knownArchitectures.contains($0) && !ELFFile.processors.contains($0) }
  }

  /// Whether the format is not ELF, that of all systems that images are made for.
  package var isForeignFormat: Bool { format != "ELF" }

  private func isAmong(_ names: [String]?, _ name: String?, of known: Set<String>) -> Bool {
    guard let names, let name, known.contains(name) else { return true }
    return names.contains(name)
  }

  /// The architectures that are recognized in files; Go has names for more.
  private static let knownArchitectures = Set(ELFFile.architectures.values)
    .union(MachOFile.architectures.values).union(PEFile.architectures.values)
}

extension Machines: CustomStringConvertible {
  /// "arm64", or "windows/arm64" for a file of one or two systems; several with commas between them.
  package var description: String {
    let known = architectures?.joined(separator: ", ")
    // A list of many systems, as ELF files have it, says nothing.
    guard let systems, let first = systems.first, systems.count <= 2 else { return known ?? "any machine" }
    guard let architectures else { return first }
    return architectures.map { "\(first)/\($0)" }.joined(separator: ", ")
  }

  /// "an ELF file for arm64".
  package var fileDescription: String { "\(format == "ELF" ? "an" : "a") \(format) file for \(self)" }
}
