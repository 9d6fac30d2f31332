// What is wrong with a release that cannot be planned: every mistake, each with the exit code of its kind.

import Basics
import Files
import Git
import Glibc
package import Layout

/// Whose fault a mistake is; the numbers are the command's exit codes.
package enum Fault: Int32, Comparable, Sendable {
  /// Usage or layout.
  case usage = 2
  /// Input data that is not acceptable.
  case data = 3
  /// The source tree or the operating system.
  case system = 4

  package static func < (first: Fault, second: Fault) -> Bool { first.rawValue < second.rawValue }
}

/// One mistake, told in one sentence on one line: nothing of what it quotes drives a terminal.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  package let fault: Fault
  /// The rule or setting that it is about; nil when it is about none.
  package let origin: RuleOrigin?
  package let message: String
  /// What it comes from, where others come from that too.
  let cause: SharedCause?

  package init(_ fault: Fault, _ message: String, at origin: RuleOrigin? = nil) {
    self.init(fault, message, at: origin, cause: nil)
  }

  init(_ fault: Fault, _ message: String, at origin: RuleOrigin? = nil, cause: SharedCause?) {
    self.fault = fault
    self.origin = origin
    self.cause = cause
    self.message = escapedControls(message)
  }

  /// The mistake that something is so for a platform; it may be for others too.
  init(_ fault: Fault, _ what: String, for platform: Platform, at origin: RuleOrigin) {
    let cause = SharedCause(kind: .platforms("\(origin): \(what)"), subject: "\(platform)")
    self.init(fault, "\(what) for \(platform)", at: origin, cause: cause)
  }

  /// The mistake that an error of any layer is, at `origin` unless it knows its place itself.
  init(_ error: any Error, at origin: RuleOrigin? = nil) {
    switch error {
    case let diagnostic as Diagnostic:
      self.init(diagnostic.fault, diagnostic.message, at: diagnostic.origin ?? origin, cause: diagnostic.cause)
    case let error as SystemError where error.isAboutMissingFile:
      self.init(.system, "\(error)", at: origin, cause: SharedCause(kind: .source(error.path), subject: ""))
    case let error as VersionError:
      let isFile = if case .file = error { true } else { false }
      // It is no rule's fault, and says itself where it is.
      self.init(isFile ? .usage : .system, "\(error)")
    // As little.
    case let error as NamedFolderError: self.init(.usage, "\(error)")
    default:
      self.init(.system, "\(error)", at: origin)
    }
  }

  /// The mistake as one about the release as a whole, whichever rule asks for it first.
  var aboutFact: Diagnostic {
    Diagnostic(fault, message, at: origin, cause: SharedCause(kind: .fact(message), subject: ""))
  }

  /// "PLACE: MESSAGE".
  package var description: String { origin.map { "\($0): \(message)" } ?? message }
}

/// All mistakes that planning a release found: at least one.
package struct PlanErrors: Error, Equatable, Sendable {
  package let diagnostics: [Diagnostic]

  /// The exit code: a mistake of the user's goes before one of the data, and that before one of the system.
  package var fault: Fault { diagnostics.map(\.fault).min() ?? .usage }
}

/// Mistakes and warnings; one that a rule makes on every platform is told once.
struct Diagnostics: Sendable {
  private(set) var mistakes: [Diagnostic] = []
  private(set) var warnings: [String] = []
  private var told: Set<[UInt8]> = []
  private var warned: Set<[UInt8]> = []

  /// Takes note of a mistake.
  mutating func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.description.utf8)).inserted { mistakes.append(diagnostic) }
  }

  /// Takes note of a mistake, which is at `origin` unless the error knows its place itself.
  mutating func refuse(_ error: any Error, at origin: RuleOrigin? = nil) {
    refuse(Diagnostic(error, at: origin))
  }

  /// Takes note of what is not wrong, but seldom meant.
  mutating func warn(_ warning: String) {
    if warned.insert(Array(warning.utf8)).inserted { warnings.append(warning) }
  }

  /// Takes note of all that `other` says.
  mutating func add(_ other: Diagnostics) {
    for mistake in other.mistakes { refuse(mistake) }
    for warning in other.warnings { warn(warning) }
  }
}

/// What a mistake comes from, where others come from it too.
package struct SharedCause: Equatable, Sendable {
  /// What is missing.
  package enum Kind: Equatable, Sendable {
    /// A source, by its path.
    case source([UInt8])
    /// Any bases, and images in the stage folder.
    case bases
    /// One base, by its name.
    case base(String)
    /// What the environment and the command line say of the release, by what is wrong with it.
    case fact(String)
    /// What is so on a platform, as a rule does it on each.
    case platforms(String)
  }

  package let kind: Kind
  /// What cannot be made for want of it, or the platform; empty for a source and a fact.
  package let subject: String
}

/// Puts together what comes from one cause.
struct SharedCauses {
  private let locations: Locations

  init(_ locations: Locations) { self.locations = locations }

  /// What the mistakes of a cause have in common.
  private enum Group: Hashable {
    case folder([UInt8])
    case bases
    case base
    case fact(String)
    case platforms(String)
  }

  /// `diagnostics` with those of each group as one, where the first of them was; one alone says itself best.
  func combined(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    let groups = diagnostics.map { $0.cause.flatMap { group(of: $0) } }
    var members: [Group: [Diagnostic]] = [:]
    for (group, diagnostic) in zip(groups, diagnostics) { group.map { members[$0, default: []].append(diagnostic) } }
    var done: Set<Group> = []
    return zip(groups, diagnostics).compactMap { group, diagnostic in
      guard let group, let all = members[group] else { return diagnostic }
      return done.insert(group).inserted ? combined(group, all) : nil
    }
  }

  private func group(of cause: SharedCause) -> Group? {
    switch cause.kind {
    case .bases: .bases
    case .base: .base
    case .fact(let text): .fact(text)
    case .platforms(let text): .platforms(text)
    case .source(let path): missingFolder(of: path).map(Group.folder)
    }
  }

  /// The folder whose want keeps back the source at `path`; nil when it is the source alone that is missing.
  ///
  /// That of all binaries where it is missing, else the highest one.
  private func missingFolder(of path: [UInt8]) -> [UInt8]? {
    let bin = Array(locations.bin.utf8)
    if (path == bin || path.starts(with: bin + [slash])) && isMissing(bin) { return bin }
    return path.indices.dropFirst().lazy.filter { path[$0] == slash }.map { Array(path[..<$0]) }.first(where: isMissing)
  }

  private var slash: UInt8 { UInt8(ascii: "/") }

  private func isMissing(_ path: [UInt8]) -> Bool {
    var status = stat()
    return lstat(cString(path), &status) != 0 && errno == ENOENT
  }

  private func combined(_ group: Group, _ all: [Diagnostic]) -> Diagnostic {
    var subjects: [String] = []
    for diagnostic in all {
      guard let subject = subject(of: diagnostic, in: group), !subjects.contains(subject) else { continue }
      subjects.append(subject)
    }
    guard all.count > 1, subjects.count > 1 || group != .bases else { return all[0] }
    switch group {
    case .fact: return all[0]
    case .platforms:
      let shared = all[0].message.utf8.dropLast(subjects[0].utf8.count)
      return Diagnostic(
        all[0].fault, String(decoding: Array(shared), as: UTF8.self) + subjects.joined(separator: ", "),
        at: all[0].origin)
    case .folder, .bases, .base: return Diagnostic(all[0].fault, message(group, subjects, all))
    }
  }

  private func subject(of diagnostic: Diagnostic, in group: Group) -> String? {
    guard case .folder(let folder) = group else { return diagnostic.cause?.subject }
    guard case .source(let path) = diagnostic.cause?.kind, path.count > folder.count else { return nil }
    return escapedName(path.dropFirst(folder.count + 1))
  }

  private func message(_ group: Group, _ subjects: [String], _ all: [Diagnostic]) -> String {
    let bases = escapedName(locations.bases.utf8)
    let filling = "`kpack base add REF FILE`, `kpack base make REF` or `skopeo copy docker://REF oci:\(bases):REF`"
    let images = "\(subjects.count) image\(subjects.count == 1 ? "" : "s"): \(subjects.firstFew)"
    switch group {
    case .fact, .platforms: return all[0].message
    case .folder(let folder):
      let isBin = folder == Array(locations.bin.utf8)
      let hint = isBin ? "; the build puts binaries there, below OS/ARCH, and --bin names another folder" : ""
      let count = subjects.count == 1 ? "1 source is" : "\(subjects.count) sources are"
      return "\(escapedName(folder)): no such folder, where \(count) to be found: \(subjects.firstFew)\(hint)"
    case .bases:
      let stage = escapedName(locations.stage.utf8)
      return "\(bases): no bases to make images from, and \(stage) has not got \(images); "
        + "\(filling) fills the one, `kpack images` or a build of the images the other"
    case .base:
      var names: [String] = []
      for case .base(let name)? in all.map(\.cause?.kind) where !names.contains(name) { names.append(name) }
      return "\(bases): no base \(names.firstFew), needed for \(images); "
        + "\(filling) adds one, `kpack base list` tells what is there"
    }
  }
}
