// What a rule does: the one seam between the planning of artifacts and the things that rules put into them.

import Layout

/// What a rule puts into an artifact.
protocol Verb: Sendable {
  /// The key of an entry that names it.
  static var key: String { get }
  /// The options that an entry with it may have beside those of all entries.
  static var options: [String] { get }
  /// What --help says of it.
  static var guide: VerbGuide { get }
  /// Whether `to` must be given, for it is the path of the entry itself.
  static var needsTo: Bool { get }
  /// Whether images do not have it: what it brings is made from images.
  static var isOfTarballs: Bool { get }

  /// Reads it from an entry; nil, with the mistake noted, when it cannot be read.
  init?(_ entry: VerbEntry)

  /// The templates that it fills in, `to` left out.
  var templates: [Template] { get }
  /// The paths of the source tree that it takes.
  var sourcePaths: [Template] { get }
  /// The images that it takes, if it takes any.
  var images: NameList? { get }
  /// The layout whose tarball it takes, if it takes one.
  var tarball: String? { get }
  /// The facts that it asks for beside those of its templates.
  var facts: Set<Fact> { get }
  /// Whether the platform that a rule stands on chooses the files that it brings.
  var isChosenByPlatform: Bool { get }

  /// Adds what it brings; what it throws is a mistake of the rule.
  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws

  /// Adds what the layouts alone tell of it, and fills in all that it says: for a look at layouts without a tree.
  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws
}

extension Verb {
  static var isOfTarballs: Bool { false }

  var sourcePaths: [Template] { [] }
  var images: NameList? { nil }
  var tarball: String? { nil }
  var facts: Set<Fact> { [] }
  var isChosenByPlatform: Bool {
    sourcePaths.contains { $0.variables.contains(.os) || $0.variables.contains(.arch) }
  }

  /// The same as with a tree: for verbs of which the layouts tell all.
  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    try add(to: &draft, at: place, in: context)
  }
}

/// What --help says of a verb.
struct VerbGuide {
  /// What stands behind its key: "PATH".
  let argument: String
  /// What it puts into an artifact, in a few words.
  let brings: String
}

/// An entry of a layout, as its verb reads it.
struct VerbEntry {
  /// The value at the verb's key.
  let field: LayoutField
  /// The whole entry.
  let object: LayoutObject
  let templates: TemplateDecoder

  var names: LayoutNames { templates.names }

  /// The value as the name of a list of this kind, one of `known`, or as names.
  func nameList(of kind: String, _ known: Set<String>) -> NameList? {
    if field.isArray { return field.elements.map { .names($0.compactMap(templates.path)) } }
    guard let name = field.string else { return nil }
    names.check(kind, name, in: known, at: field)
    return .list(name)
  }

  /// Takes note of a mistake when the entry stands on no platform.
  func checkPlatform() {
    if templates.hasPlatform { return }
    object.field.refuse("needs a platform: give the entry or its tarball \"platforms\"")
  }
}

/// Names that a rule spells out or takes from a list.
enum NameList: Equatable, Sendable {
  case list(String)
  case names([Template])

  /// The names that are spelled out.
  var templates: [Template] { if case .names(let names) = self { names } else { [] } }
}
