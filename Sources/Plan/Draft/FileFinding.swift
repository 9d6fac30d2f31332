// Findings about packed files: executables for another platform or without an execute bit, and attributes that the
// archive does not keep. Layers of images have a gate of their own. Only findings whose entries stay are told, because a later
// rule may replace an entry.

import Basics
import Files
import Image
import Layout

/// A finding about one file, told if its entry stays.
package struct FileFinding: Sendable {
  /// The kind of a finding.
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

  /// The warning about the file `path` whose extended attributes are left out.
  package static func warning(path: [UInt8], attributes: [[UInt8]]) -> String {
    "\(escapedName(path)): its attributes are left out: \(attributes.map { escapedName($0) }.joined(separator: ", "))"
  }
}

/// What the files of a rule are for, as far as the rule says. It decides which checks are made.
struct FilePurpose {
  /// How the rule names the files.
  enum Source {
    /// The folder of built binaries.
    case binaries
    /// A rule for exactly this file.
    case file
    /// One of several paths, which names exactly this file.
    case path
    /// A folder above the file.
    case tree
  }

  let source: Source
  /// The platform of the rule, for messages.
  let platform: Platform?
  /// The system and machine that files must be for; nil where any will do.
  private(set) var os: String?
  private(set) var architecture: String?

  /// The purpose of binaries that were built for `platform`.
  init(builtFor platform: Platform) {
    source = .binaries
    self.platform = platform
    (os, architecture) = (platform.os, platform.architecture)
  }

  /// The purpose of files at `template`, a rule's source: for the parts of the platform that the template names.
  init(_ source: Source, of template: Template, _ place: RulePlace) {
    self.source = source
    platform = place.platform
    let variables = template.choice(on: platform)?.variables ?? []
    let pattern = template.pattern(on: platform)
    let namesSystem = variables.contains { [.os, .osName].contains($0) } || pattern?.namesSystem ?? false
    let namesMachine = variables.contains { [.arch, .archName].contains($0) } || pattern?.namesArchitecture ?? false
    os = namesSystem ? platform?.os : nil
    architecture = namesMachine ? platform?.architecture : nil
  }

  /// Whether the files' machines are checked.
  var isCompared: Bool { os != nil || architecture != nil }
}

/// The attributes of a file that goes into an archive.
struct PackedAttributes {
  /// The value of security.capability that it has there; empty for none.
  var capabilities: [UInt8] = []
  /// The names of attributes that are left out.
  var lost: [[UInt8]] = []

  /// None.
  init() {}

  /// The attributes of `file` in an archive of this style. In trees only executables are looked at, because a system
  /// call for every file would take noticeable time.
  init(
    of file: SourceFile, _ status: FileStatus, for purpose: FilePurpose, in style: EntryStyle, _ options: RuleOptions
  ) throws {
    capabilities = options.capabilities ?? []
    guard [.binaries, .file].contains(purpose.source) || status.mode & 0o111 != 0 else { return }
    lost = try ExtendedAttributes.given(to: file.path)
    guard style.keepsCapabilities, let index = lost.firstIndex(of: Array(Capabilities.attribute.utf8)) else { return }
    if options.capabilities != nil {
      // What the rule says is meant to be in its place.
      lost.remove(at: index)
      return
    }
    // In a form that is not known it is left out, with the warning of all others.
    guard let value = try ExtendedAttributes.value(of: Capabilities.attribute, at: file.path),
      let own = Capabilities(bytes: value)
    else { return }
    lost.remove(at: index)
    capabilities = own.bytes
  }
}

/// A file that goes into an archive.
struct PackedFile {
  let file: SourceFile
  let status: FileStatus
  /// The path below the archive's root, as the rule gives it.
  let path: [UInt8]
  /// The mode of the entry.
  let mode: FileMode
  /// The name that the entry is stored under.
  let name: [UInt8]
  /// The names of its attributes that the archive leaves out.
  let lostAttributes: [[UInt8]]

  /// Findings about the file; `isLayer` when it goes into an image.
  ///
  /// Throws errors that are mistakes even if the entry is replaced later.
  func findings(for purpose: FilePurpose, at place: RulePlace, isLayer: Bool) throws -> [FileFinding] {
    var kinds: [FileFinding.Kind?] = []
    if !lostAttributes.isEmpty {
      let warning = FileFinding.warning(path: file.path, attributes: lostAttributes)
      kinds.append(.attributes("\(escapedName(path)): \(warning)"))
    }
    // The gate of an image checks all files of its layer.
    if purpose.isCompared && !isLayer && !place.options.isUnchecked {
      let format = try Executable.inspect(file)
      kinds.append(misfit(format, purpose, place) ?? missingBit(format, purpose))
    }
    return kinds.compactMap { $0 }.map { FileFinding(name: name, rule: place.number, kind: $0) }
  }

  /// The finding about an executable that does not run on the platform of `purpose`.
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

  /// Why a file of this format does not run on `platform`; nil when it does. `os` and `architecture` are compared where
  /// they are not nil, and with the architecture the variant that the platform says.
  func reason(against platform: Platform, os: String?, architecture: String?) -> String? {
    guard let machines else { return nil }
    let expected = "expected a file for \(platform), found \(machines.fileDescription)"
    if !machines.suit(os: os, architecture: architecture) { return expected }
    guard architecture != nil, platform.variant != nil, case .elf(let file) = self, let variant = file.variant,
      platform.lacks(armVariant: variant)
    else { return nil }
    return "\(expected)/\(variant)"
  }

  /// The text about an executable without an execute bit; `mend` is the way to set one.
  static func withoutExecuteBit(_ mend: String) -> String {
    "is an executable without an execute bit; \(mend) gives it one"
  }
}
