// The gate before an image is made: an executable for one machine on a base for another starts nowhere, and nobody
// notices before it is deployed.

import Basics
import Files
import Image

/// Checks an image's executable against what it is put on.
struct ImageGate {
  private let platform: Platform
  private let stageFolder: String
  /// Nil for an image without an executable of its own.
  private let binary: (path: String, format: Executable)?

  /// The gate of an image that goes into `stageFolder`, whose config will say `platform`.
  ///
  /// Throws `SourceChanged` or `SystemError`.
  init(_ binary: SourceFile?, _ platform: Platform, stageFolder: String) throws {
    self.platform = platform
    self.stageFolder = stageFolder
    self.binary = try binary.map { (escapedName($0.path), try Executable.inspect($0)) }
  }

  /// What is to be said of an executable that nobody can tell the machine of.
  var warning: String? {
    switch binary?.format {
    case .unknown, .archive, .otherELF: binary.map { "\($0.path) is in no known executable format" }
    case .elf, .damagedELF, .script, .windows, .darwin, nil: nil
    }
  }

  /// The variant of the processor that the executable wants at least; nil where nobody tells.
  var variant: String? {
    guard case .elf(let file)? = binary?.format else { return nil }
    return file.variant
  }

  /// Whether builders unpack the executable where they are to add it.
  var isArchive: Bool { binary?.format == .archive }

  /// Throws `ImageError` when the image cannot be made on the base `reference` of this config.
  func check(_ config: ImageConfig, of reference: Reference) throws(ImageError) {
    try checkMachines(on: reference, for: [config.platform])
    if config.settings.hasTriggers {
      throw ImageError(reference.familiar, "config.OnBuild", "asks for instructions to be run, which takes a builder")
    }
  }

  /// Throws `ImageError` when the executable is damaged, and when it, the platform and the base, which is there for
  /// `found`, differ; their variants may.
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
