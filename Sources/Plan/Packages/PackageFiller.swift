// Fills in what a package says of itself in one format, and checks it.

import Basics
import Layout

/// Makes the facts of a package from its layout.
enum PackageFiller {
  /// The release of a package that sets none.
  private static let usualRelease = "1"
  /// The version in a run on layouts alone.
  private static let anyVersion = "0"

  /// The facts of `settings` for `platform`; mistakes are added to `said`. Nil when it has no version or architecture.
  static func fields(
    _ settings: PackageSettings, on platform: Platform?, _ facts: Facts, _ said: inout Diagnostics
  ) -> PackageFields? {
    let format = settings.format
    let version = settings.version
    let subject = TemplateSubject(platform: platform)
    let architecture: String
    let filledVersion: String
    do {
      architecture = try PackageArchitecture.name(of: platform, in: format)
      let text = try facts.fill(version?.template ?? PackageSettings.ownVersion, subject)
      // In a run on layouts alone the version of the release stands for any.
      let isOpen = facts.options.isDry && !(version?.template.variables.isEmpty ?? false)
      filledVersion = isOpen ? anyVersion : try PackageVersion.version(text, in: format)
    } catch {
      said.refuse(error, at: version?.origin ?? settings.origin)
      return nil
    }
    let release: String
    do {
      release = try PackageVersion.release(
        try settings.release.map { try facts.fill($0.template, subject) } ?? usualRelease, in: format)
    } catch {
      said.refuse(error, at: settings.release?.origin ?? settings.origin)
      return nil
    }
    var fields = PackageFields(
      format, name: settings.name, version: filledVersion, release: release, epoch: settings.epoch,
      architecture: architecture)
    let values = Values(name: settings.name, version: filledVersion, release: release, architecture: architecture)
    func take(_ placed: PlacedTemplate, _ body: (String) throws -> Void) {
      do {
        try body(try values.fill(placed.template, subject, facts))
      } catch {
        said.refuse(error, at: placed.origin)
      }
    }
    for text in PackageText.allCases {
      guard let placed = settings.texts[text] else { continue }
      take(placed) { fields.texts[text] = try checked($0, as: text) }
    }
    for kind in PackageRelation.allCases {
      var dependencies: [[PackageDependency]] = []
      for placed in settings.relations[kind] ?? [] {
        take(placed) { dependencies.append(try PackageDependency.alternatives($0, kind, in: format)) }
      }
      if !dependencies.isEmpty {
        fields.relations.append(PackageFields.Relation(kind: kind, dependencies: dependencies))
      }
    }
    if format == .rpm {
      var ghosts: [[UInt8]] = []
      for placed in settings.ghosts {
        take(placed) { ghosts.append(try ArchivePath(String($0.dropFirst())).bytes) }
      }
      fields.ghosts = ghosts.sorted(by: bytesPrecede)
    }
    take(settings.fileName) { fields.fileName = try fileName($0) }
    return fields.fileName.isEmpty ? nil : fields
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
