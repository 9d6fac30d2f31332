// One rule of a tarball's layout or of an image, and a rule on one of the platforms that it stands on.

import Basics
import Layout

/// What a rule says that several verbs understand.
struct RuleOptions: Sendable {
  /// Where it goes: a folder for the verbs that bring several entries, else the entry's own path.
  var to: Template?
  var include: [Glob] = []
  var exclude: [Glob] = []
  var isOptional = false
  var mode: FileMode?
  /// Whether its files are taken as they are, whatever machine they are for and whatever runs them.
  var isUnchecked = false
}

/// One rule.
struct Rule: Sendable {
  let origin: RuleOrigin
  let verb: any Verb
  let options: RuleOptions
  let isOverlay: Bool
  let platforms: PlatformSelector?
  let condition: Condition?
}

/// Where the entries of an artifact come from: its rule, or an image's own binary.
struct EntryOrigin: Sendable {
  let origin: RuleOrigin
  /// Whether its entries may take the place of earlier ones.
  var isOverlay = false
  var isUnchecked = false
  /// Whether the platform chooses its files.
  var isChosenByPlatform = false
}

/// A rule on one platform, or what adds entries as a rule does.
struct RulePlace {
  let origin: RuleOrigin
  /// The number that its entries have as their origin.
  let number: UInt32
  let options: RuleOptions
  /// What its templates are about.
  let subject: TemplateSubject
  let facts: Facts
  /// The images and tarballs that it takes here.
  var held = HeldArtifacts()

  var platform: Platform? { subject.platform }

  func fill(_ template: Template) throws -> String { try facts.fill(template, subject) }

  /// The path that `template` fills in to.
  func archivePath(_ template: Template) throws -> ArchivePath { try facts.path(template, subject) }

  /// Where the rule's entries go; nil for the archive's root.
  func to() throws -> ArchivePath? { try options.to.map(archivePath) }

  /// `name` below where the rule's entries go.
  func below(_ name: String) throws -> ArchivePath {
    try archivePath(Template(literal: try to().map { "\($0.text)/\(name)" } ?? name))
  }

  /// The names of a list, or those that the rule spells out.
  func names(_ list: NameList, of lists: [String: [String]]) throws -> [String] {
    switch list {
    case .list(let name): lists[name] ?? []
    case .names(let names): try names.map(fill)
    }
  }
}
