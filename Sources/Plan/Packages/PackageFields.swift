// What a package says of itself in one format, with all variables filled in and checked.

import Basics
package import Layout

/// The facts of one package.
package struct PackageFields: Equatable, Sendable {
  /// The related packages of one kind: each time one of several.
  package struct Relation: Equatable, Sendable {
    package let kind: PackageRelation
    package let dependencies: [[PackageDependency]]
  }

  package let format: PackageFormat
  package let name: String
  package let version: String
  package let release: String
  package let epoch: UInt32?
  /// In the words of the format.
  package let architecture: String
  package private(set) var texts: [PackageText: String] = [:]
  /// In the order of `PackageRelation`.
  package private(set) var relations: [Relation] = []
  /// The paths below the root of files that it owns and does not have, sorted.
  package private(set) var ghosts: [[UInt8]] = []
  /// The contents of its scripts.
  package internal(set) var scripts: [PackageScript: [UInt8]] = [:]
  /// The paths below the root of its files that are for something, by what that is.
  package internal(set) var marks: [PackageMark: Set<[UInt8]>] = [:]
  /// The name of its file.
  private(set) var fileName = ""

  /// The release of a package that sets none.
  private static let usualRelease = "1"
  /// The version in a run on layouts alone.
  private static let anyVersion = "0"

  /// Fills in `settings` for `platform`; mistakes are added to `said`. Nil when it has no version or architecture.
  init?(_ settings: PackageSettings, on platform: Platform?, _ facts: Facts, _ said: inout Diagnostics) {
    format = settings.format
    name = settings.name
    epoch = settings.epoch
    let version = settings.version
    let subject = TemplateSubject(platform: platform)
    do {
      architecture = try PackageArchitecture.name(of: platform, in: format)
      let text = try facts.fill(version?.template ?? PackageSettings.ownVersion, subject)
      self.version =
        facts.options.isDry && !(version?.template.variables.isEmpty ?? false)
        ? Self.anyVersion : try PackageVersion.version(text, in: format)
    } catch {
      said.refuse(error, at: version?.origin ?? settings.origin)
      return nil
    }
    do {
      release = try PackageVersion.release(
        try settings.release.map { try facts.fill($0.template, subject) } ?? Self.usualRelease, in: format)
    } catch {
      said.refuse(error, at: settings.release?.origin ?? settings.origin)
      return nil
    }
    let values = Values(name: name, version: self.version, release: release, architecture: architecture)
    func take(_ placed: PlacedTemplate, _ body: (String) throws -> Void) {
      do {
        try body(try values.fill(placed.template, subject, facts))
      } catch {
        said.refuse(error, at: placed.origin)
      }
    }
    for text in PackageText.allCases {
      guard let placed = settings.texts[text] else { continue }
      take(placed) { texts[text] = try Self.checked($0, as: text) }
    }
    for kind in PackageRelation.allCases {
      var dependencies: [[PackageDependency]] = []
      for placed in settings.relations[kind] ?? [] {
        take(placed) { dependencies.append(try PackageDependency.alternatives($0, in: format)) }
      }
      if !dependencies.isEmpty { relations.append(Relation(kind: kind, dependencies: dependencies)) }
    }
    if format == .rpm {
      var ghosts: [[UInt8]] = []
      for placed in settings.ghosts {
        take(placed) { ghosts.append(try ArchivePath(String($0.dropFirst())).bytes) }
      }
      self.ghosts = ghosts.sorted(by: bytesPrecede)
    }
    take(settings.fileName) { fileName = try Self.fileName($0) }
    if fileName.isEmpty { return nil }
  }

  private static func fileName(_ name: String) throws -> String {
    if ArchivePath.isName(name) { return name }
    throw Diagnostic(.usage, "expected a file name, found \(quoted(name))")
  }

  /// Only a description has several lines.
  private static func checked(_ text: String, as kind: PackageText) throws -> String {
    let isLine = !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    let isText = kind == .description && !text.utf8.contains { $0 < 0x20 && $0 != UInt8(ascii: "\n") || $0 == 0x7F }
    let firstLine = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    let isEmpty = firstLine.utf8.allSatisfy { $0 == UInt8(ascii: " ") }
    if (isLine || isText) && !isEmpty { return text }
    if isEmpty { throw Diagnostic(.usage, "expected text in the first line, found \(quoted(text))") }
    let wanted = kind == .description ? "text without control characters but line ends" : "one line of text"
    throw Diagnostic(.usage, "expected \(wanted), found \(quoted(text))")
  }

  /// The summary in one line, and what the description says beside it.
  package var described: (summary: String, more: [Substring]) {
    let lines = (texts[.description] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
    var more = texts[.summary] == nil ? lines.dropFirst() : lines[...]
    while more.last?.isEmpty == true { more.removeLast() }
    return (texts[.summary] ?? lines.first.map(String.init) ?? "", Array(more))
  }

  /// Version and release, with the epoch before them.
  package var fullVersion: String { "\(epoch.map { "\($0):" } ?? "")\(version)-\(release)" }
}

/// The values that a package gives its own variables.
private struct Values {
  let name, version, release, architecture: String

  func fill(_ template: Template, _ subject: TemplateSubject, _ facts: Facts) throws -> String {
    try facts.choice(template, on: subject.platform).filled { variable in
      switch variable {
      case .name: name
      case .version: version
      case .release: release
      case .arch: architecture
      case .os: "linux"
      default: try facts.fill(Template(variable: variable), subject)
      }
    }
  }
}
