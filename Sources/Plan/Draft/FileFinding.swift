// What is to be said of the files that are packed: executables for another machine than their platform's, or without
// an execute bit (the layers of images have a gate of their own), and what files have that no archive keeps. It is said
// of the entries that stay: a later rule may replace what an earlier one brought.

import Basics
import Files
import Image
import Layout

/// What is to be said of one file, if the entry of its rule stays.
package struct FileFinding: Sendable {
  /// What kind of finding it is.
  enum Kind: Sendable {
    case refusal(Diagnostic)
    case executable(String)
    case attributes(String)
  }

  /// The name that the entry is stored under.
  let name: [UInt8]
  /// The number of the rule.
  let rule: UInt32
  let kind: Kind

  /// What is to be said of the file `path` whose extended attributes are left out.
  package static func warning(path: [UInt8], attributes: [[UInt8]]) -> String {
    "\(escapedName(path)): its attributes are left out: \(attributes.map { escapedName($0) }.joined(separator: ", "))"
  }
}

/// What the files of a rule are for, as far as the rule says, and so what is looked for in them.
struct FilePurpose {
  /// What brings the files.
  enum Source {
    /// The folder of built binaries.
    case binaries
    /// A rule for this very file.
    case file
    /// One of several paths, which is this very file's.
    case path
    /// A folder above the file.
    case tree
  }

  let source: Source
  /// The platform of the rule, for messages.
  let platform: Platform?
  /// What their machines are compared with; nil for what they may be for.
  private(set) var os: String?
  private(set) var architecture: String?

  /// Of binaries that were built for `platform`.
  init(builtFor platform: Platform) {
    source = .binaries
    self.platform = platform
    (os, architecture) = (platform.os, platform.architecture)
  }

  /// Of what `template`, the source of a rule, leads to: for the platform, as far as it names that.
  init(_ source: Source, of template: Template, _ place: RulePlace) {
    self.source = source
    platform = place.platform
    let variables = template.variables
    os = variables.contains(.os) ? platform?.os : nil
    architecture = variables.contains(.arch) ? platform?.architecture : nil
  }

  /// Whether files may be for another machine than theirs.
  var isCompared: Bool { os != nil || architecture != nil }
}

/// A file that goes into an archive.
struct PackedFile {
  let file: SourceFile
  let status: FileStatus
  /// Below the archive's root, as the rule has it.
  let path: [UInt8]
  /// Of its entry.
  let mode: FileMode
  /// The name that the entry is stored under.
  let name: [UInt8]

  /// What is to be said of the file; `isLayer` when it goes into an image.
  ///
  /// Throws what is a mistake whatever becomes of the entry: `SourceChanged`, `SystemError`.
  func findings(for purpose: FilePurpose, at place: RulePlace, isLayer: Bool) throws -> [FileFinding] {
    var kinds: [FileFinding.Kind?] = []
    // Of trees only what is to be run is looked at: another call for each file would be felt.
    let isLookedAt = [.binaries, .file].contains(purpose.source) || status.mode & 0o111 != 0
    if isLookedAt { kinds.append(try attributes()) }
    // The gate of an image looks at all that its layer brings.
    if purpose.isCompared && !isLayer && !place.options.isUnchecked {
      let format = try Executable.inspect(file)
      kinds.append(misfit(format, purpose, place) ?? missingBit(format, purpose))
    }
    return kinds.compactMap { $0 }.map { FileFinding(name: name, rule: place.number, kind: $0) }
  }

  private func attributes() throws -> FileFinding.Kind? {
    let names = try ExtendedAttributes.given(to: file.path)
    if names.isEmpty { return nil }
    return .attributes("\(escapedName(path)): \(FileFinding.warning(path: file.path, attributes: names))")
  }

  /// What is wrong with an executable that the platform of `purpose` does not run.
  private func misfit(_ format: Executable, _ purpose: FilePurpose, _ place: RulePlace) -> FileFinding.Kind? {
    if let platform = purpose.platform,
      let reason = format.reason(against: platform, os: purpose.os, architecture: purpose.architecture)
    {
      return .refusal(Diagnostic(.data, "\(shown): \(reason)", at: place.origin))
    }
    guard case .damagedELF = format else { return nil }
    return .executable("\(shown): \(Executable.damaged)")
  }

  private func missingBit(_ format: Executable, _ purpose: FilePurpose) -> FileFinding.Kind? {
    let isToBeRun = format.isProgram || (purpose.source == .binaries && format.machines != nil)
    if !isToBeRun || mode.bits & 0o111 != 0 || purpose.platform?.os == "windows" { return nil }
    return .executable("\(shown): \(Executable.withoutExecuteBit("\"mode\": \"0755\""))")
  }

  private var shown: String { "\(escapedName(path)): \(escapedName(file.path))" }
}

extension Executable {
  static let damaged = "begins as an ELF file and is cut or damaged"

  /// Why a file of this format is none for `platform`, of which `os` and `architecture` are compared where they are not
  /// nil; nil when it is one.
  func reason(against platform: Platform, os: String?, architecture: String?) -> String? {
    guard let machines, !machines.suit(os: os, architecture: architecture) else { return nil }
    return "expected a file for \(platform), found \(machines.fileDescription)"
  }

  /// What is said of one without an execute bit, and what gives it one.
  static func withoutExecuteBit(_ mend: String) -> String {
    "is an executable without an execute bit; \(mend) gives it one"
  }
}
