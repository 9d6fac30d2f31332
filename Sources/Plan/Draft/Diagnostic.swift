// The mistakes for which a release cannot be planned, each with the exit code of its kind.

import Basics
import Files
import Git
import Glibc
package import Layout

/// The origin of a mistake. The numbers are the command's exit codes.
package enum Fault: Int32, Comparable, Sendable {
  /// Usage or layout.
  case usage = 2
  /// Input data that is not acceptable.
  case data = 3
  /// The source tree or the operating system.
  case system = 4

  package static func < (first: Fault, second: Fault) -> Bool { first.rawValue < second.rawValue }
}

/// A mistake in one sentence on one line. Control characters in it are escaped, so that they do not drive a terminal.
package struct Diagnostic: Error, Equatable, Sendable, CustomStringConvertible {
  package let fault: Fault
  /// The rule or setting that it is about, if any.
  package let origin: RuleOrigin?
  package let message: String
  /// The cause, where other mistakes have it too.
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

  /// A mistake about one platform; other platforms may have the same.
  init(_ fault: Fault, _ what: String, for platform: Platform, at origin: RuleOrigin) {
    let cause = SharedCause(kind: .platforms("\(origin): \(what)"), subject: "\(platform)")
    self.init(fault, "\(what) for \(platform)", at: origin, cause: cause)
  }

  /// The mistake for an error of any layer. It stands at `origin` unless the error has a place of its own.
  init(_ error: any Error, at origin: RuleOrigin? = nil) {
    switch error {
    case let diagnostic as Diagnostic:
      self.init(diagnostic.fault, diagnostic.message, at: diagnostic.origin ?? origin, cause: diagnostic.cause)
    case let error as SystemError where error.isAboutMissingFile:
      self.init(.system, "\(error)", at: origin, cause: SharedCause(kind: .source(error.path), subject: ""))
    case let error as VersionError:
      let isFile = if case .file = error { true } else { false }
      // No rule is at fault, and the text names its place.
      self.init(isFile ? .usage : .system, "\(error)")
    // The same.
    case let error as NamedFolderError: self.init(.usage, "\(error)")
    default:
      self.init(.system, "\(error)", at: origin)
    }
  }

  /// The mistake as one about the whole release: several rules may ask for the same fact.
  var aboutFact: Diagnostic {
    Diagnostic(fault, message, at: origin, cause: SharedCause(kind: .fact(message), subject: ""))
  }

  /// Whether it is about bases that are missing.
  var isAboutBases: Bool {
    switch cause?.kind {
    case .base, .bases: true
    default: false
    }
  }

  /// "PLACE: MESSAGE".
  package var description: String { origin.map { "\($0): \(message)" } ?? message }
}

/// All mistakes that planning a release found: at least one.
package struct PlanErrors: Error, Equatable, Sendable {
  package let diagnostics: [Diagnostic]

  /// The exit code: usage goes before data, and data before system.
  package var fault: Fault { diagnostics.map(\.fault).min() ?? .usage }
}

/// Mistakes and warnings. The same text is told once, though a rule may give it on every platform.
struct Diagnostics: Sendable {
  private(set) var mistakes: [Diagnostic] = []
  private(set) var warnings: [String] = []
  /// What is known of the patterns of the rules; told once for the whole run.
  var patterns = PatternUse()
  private var told: Set<[UInt8]> = []
  private var warned: Set<[UInt8]> = []

  /// Adds a mistake.
  mutating func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.description.utf8)).inserted { mistakes.append(diagnostic) }
  }

  /// Adds a mistake, at `origin` unless the error has a place of its own.
  mutating func refuse(_ error: any Error, at origin: RuleOrigin? = nil) {
    refuse(Diagnostic(error, at: origin))
  }

  /// Adds a warning: not a mistake, but seldom meant.
  mutating func warn(_ warning: String) {
    if warned.insert(Array(warning.utf8)).inserted { warnings.append(warning) }
  }

  /// Adds all mistakes and warnings of `other`.
  mutating func add(_ other: Diagnostics) {
    for mistake in other.mistakes { refuse(mistake) }
    for warning in other.warnings { warn(warning) }
    patterns.add(other.patterns)
  }
}

/// The cause of a mistake, where other mistakes have it too.
package struct SharedCause: Equatable, Sendable {
  /// The kind of a cause.
  package enum Kind: Equatable, Sendable {
    /// A source is missing, by its path.
    case source([UInt8])
    /// A built binary is missing, by its name and path. The subject is the platform.
    case binary(String, path: [UInt8])
    /// There are no bases, and an image is not in this folder of the stage. Nil for an image that is made from bases
    /// alone.
    case bases(stage: String?)
    /// One base is missing, by its name.
    case base(String)
    /// A value from the environment or the command line is wrong: the text of the mistake.
    case fact(String)
    /// The same mistake on several platforms: its text without the platform.
    case platforms(String)
  }

  static func missingBinary(_ name: String, at path: [UInt8], _ platform: Platform) -> SharedCause {
    SharedCause(kind: .binary(name, path: path), subject: "\(platform)")
  }

  package let kind: Kind
  /// The thing that cannot be made, or the platform; empty for a source and a fact.
  package let subject: String
}

/// Joins mistakes that have one cause.
struct SharedCauses {
  private let locations: Locations
  /// How many images the run looked for in the stage folder.
  private let stagedImages: Int
  private let release: ReleaseLayout

  init(_ locations: Locations, _ release: ReleaseLayout, stagedImages: Int) {
    self.locations = locations
    self.release = release
    self.stagedImages = stagedImages
  }

  /// The key by which mistakes are joined.
  private enum Group: Hashable {
    case folder([UInt8])
    case binary(String)
    case bases
    case base
    case fact(String)
    case platforms(String)
  }

  /// `diagnostics` with each group joined at the place of its first one. A group of one stays as it is.
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
    case .binary(let name, let path): missingFolder(of: path).map(Group.folder) ?? .binary(name)
    }
  }

  /// The missing folder above the source at `path`; nil when only the source is missing.
  ///
  /// The folder of all binaries goes first, then the highest missing folder.
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
    let isOfImages = group == .bases
    if case .binary(let name) = group { return missing(name, on: subjects, all) }
    // A file that is missing of one image is told as it is, unless no image at all can be made.
    let isOne = all.count == 1 || isOfImages && subjects.count == 1
    if isOne && !(isOfImages && stages(of: all).isEmpty) { return all[0] }
    switch group {
    case .fact: return all[0]
    case .platforms:
      let shared = all[0].message.utf8.dropLast(subjects[0].utf8.count)
      return Diagnostic(
        all[0].fault, String(decoding: Array(shared), as: UTF8.self) + subjects.joined(separator: ", "),
        at: all[0].origin)
    case .folder, .binary, .bases, .base:
      let isOfBases = group == .bases || group == .base
      return Diagnostic(
        all[0].fault, message(group, subjects, all), at: origin(of: group, all), cause: isOfBases ? all[0].cause : nil)
    }
  }

  private func subject(of diagnostic: Diagnostic, in group: Group) -> String? {
    guard case .folder(let folder) = group else { return diagnostic.cause?.subject }
    let path: [UInt8]
    switch diagnostic.cause?.kind {
    case .source(let source): path = source
    case .binary(_, let source): path = source
    default: return nil
    }
    return path.count > folder.count ? escapedName(path.dropFirst(folder.count + 1)) : nil
  }

  /// A binary that is missing on some platforms: at its place in release.json, if that has it.
  private func missing(_ name: String, on platforms: [String], _ all: [Diagnostic]) -> Diagnostic {
    let origin = release.origin(ofBinary: name)
    guard origin != nil || all.count > 1, case .binary(_, let path) = all[0].cause?.kind else { return all[0] }
    let folder = path.lastIndex(of: slash).map { Array(path[..<$0]) } ?? []
    // A folder that cannot be listed has no name to suggest.
    let names = (try? FolderListing.names(of: FileHandle(opening: folder, O_RDONLY | O_DIRECTORY))) ?? []
    let near = didYouMean(name, in: names.map { String(decoding: $0, as: UTF8.self) }.sorted())
    let shown = "no binary \(quoted(name)) for \(platforms.firstFew): \(escapedName(path)) is missing\(near)"
    return Diagnostic(all[0].fault, shown, at: origin ?? all[0].origin)
  }

  /// The place of the platform whose folder of binaries is missing, where release.json lists it.
  private func origin(of group: Group, _ all: [Diagnostic]) -> RuleOrigin? {
    platform(of: group, all).flatMap { release.origin(of: $0) }
  }

  private func platform(of group: Group, _ all: [Diagnostic]) -> Platform? {
    guard case .folder(let folder) = group, folder != Array(locations.bin.utf8) else { return nil }
    let ofBinaries = all.compactMap { diagnostic in
      if case .binary = diagnostic.cause?.kind { diagnostic.cause?.subject } else { String?.none }
    }
    guard let first = ofBinaries.first, ofBinaries.allSatisfy({ $0 == first }) else { return nil }
    return Platform(first)
  }

  /// The commands that bring a base.
  private static func filling(_ bases: String) -> String {
    "`kpack base add REF FILE`, `kpack base make REF` or `skopeo copy docker://REF oci:\(bases):REF`"
  }

  /// The folders of the stage that were looked into; empty when an image can only be made from bases.
  private func stages(of all: [Diagnostic]) -> [String] {
    var stages: [String] = []
    for case .bases(let stage)? in all.map(\.cause?.kind) {
      guard let stage else { return [] }
      if !stages.contains(stage) { stages.append(stage) }
    }
    return stages
  }

  private func message(withoutBases images: [String], _ stages: [String]) -> String {
    let bases = escapedName(locations.bases.utf8)
    let filling = "\(Self.filling(bases)) adds one"
    guard let first = stages.first else { return "\(bases): no bases to make images from; \(filling)" }
    let others = stages.count > 1 ? " and \(stages.count - 1) more such folder\(stages.count == 2 ? "" : "s")" : ""
    // Those of a stage that has others are easily overlooked.
    let names = images.count < stagedImages ? images.joined(separator: ", ") : images.firstFew
    let count = images.count == 1 ? "1 image is" : "\(images.count) images are"
    return "\(bases): no bases to make images from, and \(count) missing in \(escapedName(first.utf8))\(others): "
      + "\(names); \(filling); or let the images' own build put NAME.tar and NAME.docker_tag there"
  }

  private func message(_ group: Group, _ subjects: [String], _ all: [Diagnostic]) -> String {
    let bases = escapedName(locations.bases.utf8)
    let filling = Self.filling(bases)
    let images = "\(subjects.count) image\(subjects.count == 1 ? "" : "s"): \(subjects.firstFew)"
    switch group {
    case .fact, .platforms, .binary: return all[0].message
    case .folder(let folder):
      let isBin = folder == Array(locations.bin.utf8)
      let isUsual = release.binaryPath == ReleaseLayout.usualBinaryPath
      let place = isUsual ? "below OS/ARCH" : "where \"binaryPath\" says"
      let hint = isBin ? "; the build puts binaries there, \(place), and --bin names another folder" : ""
      let count = subjects.count == 1 ? "1 source is" : "\(subjects.count) sources are"
      let near = platform(of: group, all)?.near.map { quoted("\($0)") }
      return "\(escapedName(folder)): no such folder, where \(count) to be found: \(subjects.firstFew)\(hint)"
        + didYouMean(near)
    case .bases: return message(withoutBases: subjects, stages(of: all))
    case .base:
      var names: [String] = []
      for case .base(let name)? in all.map(\.cause?.kind) where !names.contains(name) { names.append(name) }
      return "\(bases): no base \(names.firstFew), needed for \(images); "
        + "\(filling) adds one, `kpack base list` tells what is there"
    }
  }
}
