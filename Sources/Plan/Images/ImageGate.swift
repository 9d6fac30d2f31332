// The check before an image is made. An executable for one machine on a base for another cannot start, and without a
// check this is seen only after deployment.

import Basics
import Files
import Image

/// Checks an image's executable against its base and platform.
struct ImageGate {
  private let platform: Platform
  private let stageFolder: String
  /// Nil for an image without an executable of its own.
  private let binary: (path: String, format: Executable)?

  /// The gate of an image that goes into `stageFolder` and whose config gets `platform`. Reads the executable.
  init(_ binary: SourceFile?, _ platform: Platform, stageFolder: String) throws {
    self.platform = platform
    self.stageFolder = stageFolder
    self.binary = try binary.map { (escapedName($0.path), try Executable.inspect($0)) }
  }

  /// The warning about an executable whose machine is not known.
  var warning: String? {
    switch binary?.format {
    case .unknown, .archive, .otherELF: binary.map { "\($0.path) is in no known executable format" }
    case .elf, .damagedELF, .script, .windows, .darwin, nil: nil
    }
  }

  /// The lowest processor variant that the executable needs; nil where it is not known.
  var variant: String? {
    guard case .elf(let file)? = binary?.format else { return nil }
    return file.variant
  }

  /// Whether the executable is an archive, which builders unpack when they add it.
  var isArchive: Bool { binary?.format == .archive }

  /// Throws `ImageError` when the image cannot be made on the base `reference` with this config.
  func check(_ config: ImageConfig, of reference: Reference) throws(ImageError) {
    try checkMachines(on: reference, for: [config.platform])
    if config.settings.hasTriggers {
      throw ImageError(reference.familiar, "config.OnBuild", "asks for instructions to be run, which takes a builder")
    }
  }

  /// Throws `ImageError` when the executable is damaged, or when it, the platform and the base differ. `found` are the
  /// base's platforms; variants may differ.
  func checkMachines(on base: Reference, for found: [Platform]) throws(ImageError) {
    if let binary, case .damagedELF = binary.format {
      throw ImageError(binary.path, "", Executable.damaged)
    }
    if isForPlatform && found.contains(where: { $0.withoutVariant == platform.withoutVariant }) { return }
    let bases = found.map { "\($0)" }.joined(separator: ", ")
    let reason =
      "the stage folder \(escapedName(stageFolder.utf8)) is for \(platform.architecture), "
      + "the image's config for \(platform), the base \(base.familiar) for \(bases)"
    guard let binary else { throw ImageError("no binary", "", reason) }
    throw ImageError(binary.path, "", "the binary is for \(machine(of: binary.format)), \(reason)")
  }

  private var isForPlatform: Bool {
    binary?.format.machines?.suit(os: platform.os, architecture: platform.architecture) ?? true
  }

  private func machine(of format: Executable) -> String {
    switch format {
    case .script: "any machine"
    case .damagedELF, .archive, .unknown: "no known machine"
    case .elf, .otherELF, .windows, .darwin: format.machines?.description ?? "no known machine"
    }
  }
}
