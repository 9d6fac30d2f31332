// The machines that an executable file was built for, as its headers tell, and the one comparison with a platform.

import Basics

/// The systems and architectures that an executable file runs on.
package struct Machines: Equatable, Sendable {
  /// The name of the file's format, such as "ELF".
  let format: String
  /// The systems in Go's words (GOOS); nil for all.
  let systems: [String]?
  /// The architectures in Go's words (GOARCH), or as "ELF machine N"; nil for all, and where the file does not tell.
  let architectures: [String]?

  /// Whether the file is for `os` and `architecture`, each of which is not compared where it is nil.
  ///
  /// A name that is none of Go's may mean any machine: layouts may have names of their own.
  package func suit(os: String?, architecture: String?) -> Bool {
    isAmong(systems, os, of: PlatformNames.systems) && isAmong(architectures, architecture, of: Self.knownArchitectures)
  }

  /// Whether files of the format are no ELF files, the format of all systems that images are made for.
  package var isForeignFormat: Bool { format != "ELF" }

  /// Whether the file is for machines that Go builds nothing for: graphics processors, devices, other firmware.
  package var isForDevices: Bool {
    guard let architectures else { return false }
    return architectures.allSatisfy { !Self.knownArchitectures.contains($0) && !ELFFile.processors.contains($0) }
  }

  private func isAmong(_ names: [String]?, _ name: String?, of known: Set<String>) -> Bool {
    guard let names, let name, known.contains(name) else { return true }
    return names.contains(name)
  }

  /// The architectures that files tell of; what else Go has a name for is not recognized in a file.
  private static let knownArchitectures = Set(ELFFile.architectures.values)
    .union(MachOFile.architectures.values).union(PEFile.architectures.values)
}

extension Machines: CustomStringConvertible {
  /// "arm64", or "windows/arm64" for a file that tells its system; several with commas between them.
  package var description: String {
    let known = architectures?.joined(separator: ", ")
    // A list of systems as long as that of ELF files tells nothing.
    guard let systems, let first = systems.first, systems.count <= 2 else { return known ?? "any machine" }
    guard let architectures else { return first }
    return architectures.map { "\(first)/\($0)" }.joined(separator: ", ")
  }

  /// "an ELF file for arm64".
  package var fileDescription: String { "\(format == "ELF" ? "an" : "a") \(format) file for \(self)" }
}
