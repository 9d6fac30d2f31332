// The machines that an executable file was built for, as its headers say.

/// The systems and architectures that an executable file runs on.
package struct Machines: Equatable, Sendable {
  /// The name of the file's format, such as "ELF".
  let format: String
  /// The systems in Go's words (GOOS); nil for all.
  let systems: [String]?
  /// The architectures in Go's words (GOARCH), or as "ELF machine N"; nil for all, and where the file does not say it.
  let architectures: [String]?

  /// Whether the format is not ELF, that of all systems that images are made for.
  package var isForeignFormat: Bool { format != "ELF" }
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
