// The gate before an image is made: an executable for one machine on a base for another starts nowhere, and nobody
// notices before it is deployed.

import Archive
import Image

/// Checks an image's executable against what it is put on.
struct ImageGate {
  private let name: String
  private let platform: Platform
  private let stageFolder: String

  /// The gate of the image `name`, which goes into `stageFolder` and whose config will say `platform`.
  init(_ name: String, _ platform: Platform, stageFolder: String) {
    self.name = name
    self.platform = platform
    self.stageFolder = stageFolder
  }

  /// A warning about `binary`, or nil. Throws `ImageError` when it cannot run on `base`.
  func check(_ binary: SourceFile, on base: BaseImage) throws -> String? {
    let path = escapedName(binary.path)
    let isFitting = base.config.platform.withoutVariant == platform.withoutVariant
    switch try Executable.inspect(binary) {
    case .elf(let file):
      guard platform.os == "linux", file.architecture == platform.architecture, isFitting else {
        throw mismatch(path, file.architecture, base)
      }
      try checkInterpreter(file, path, base)
    case .windows where platform.os != "windows": throw mismatch(path, "windows", base)
    case .darwin where platform.os != "darwin": throw mismatch(path, "darwin", base)
    case .unknown:
      if isFitting { return "image \(name): \(path) is in no known executable format" }
      throw mismatch(path, "no known machine", base)
    case .script, .windows, .darwin:
      if !isFitting { throw mismatch(path, "any machine", base) }
    }
    return nil
  }

  private func mismatch(_ path: String, _ found: String, _ base: BaseImage) -> ImageError {
    ImageError(
      path, "",
      "the binary is for \(found), the stage folder \(escapedName(stageFolder.utf8)) for \(platform.architecture), "
        + "the image's config for \(platform), the base \(base.reference.familiar) for \(base.config.platform)")
  }

  private func checkInterpreter(_ file: ELFFile, _ path: String, _ base: BaseImage) throws(ImageError) {
    guard let interpreter = file.interpreter else { return }
    let wanted = Array(interpreter.drop { $0 == UInt8(ascii: "/") })
    if let resolved = base.files.resolve(wanted), base.files[resolved]?.kind == .file { return }
    throw ImageError(
      path, "", "needs the interpreter \(escapedName(interpreter)), which the base \(base.reference.familiar) lacks")
  }
}
