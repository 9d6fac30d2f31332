// The protocol between planning and the things that rules put into artifacts.

import Layout

/// A kind of rule: it puts its entries into an artifact.
protocol Verb: Sendable {
  /// The key of a layout's entry with this verb.
  static var key: String { get }
  /// The options that such an entry may have beside those of all entries.
  static var options: [String] { get }
  /// The text for --help.
  static var guide: VerbGuide { get }
  /// Whether `to` must be given, because it is the path of the entry itself.
  static var needsTo: Bool { get }
  /// Whether only tarballs may have it, because it brings things that are made from images.
  static var isOfTarballs: Bool { get }

  /// Reads the verb from an entry; nil, with the mistake noted, when it cannot be read.
  init?(_ entry: VerbEntry)

  /// The templates that it fills in, without `to`.
  var templates: [Template] { get }
  /// The paths of the source tree that it takes.
  var sourcePaths: [Template] { get }
  /// The images that it takes, if it takes any.
  var images: NameList? { get }
  /// The base image whose files it takes, by its name in images.json; nil for those of the tree.
  var base: String? { get }
  /// The layout whose tarball it takes, if it takes one.
  var tarball: String? { get }
  /// The facts that it needs beside those of its templates.
  var facts: Set<Fact> { get }
  /// Whether the platform that a rule stands on chooses the files that it brings.
  var isChosenByPlatform: Bool { get }

  /// Adds its entries; an error that it throws is a mistake of the rule.
  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws

  /// Adds the entries that are known from the layouts alone, and fills in all its templates: for a run without a tree.
  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws
}

extension Verb {
  static var isOfTarballs: Bool { false }

  var sourcePaths: [Template] { [] }
  var images: NameList? { nil }
  var tarball: String? { nil }
  var base: String? { nil }
  var facts: Set<Fact> { [] }
  var isChosenByPlatform: Bool {
    sourcePaths.contains(where: \.isChosenByPlatform)
  }

  /// The same as with a tree, for verbs that need only the layouts.
  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    try add(to: &draft, at: place, in: context)
  }
}

/// The text of --help about a verb.
struct VerbGuide {
  /// The word after its key: "PATH".
  let argument: String
  /// The things it puts into an artifact, in a few words.
  let brings: String
}

/// An entry of a layout, as its verb reads it.
struct VerbEntry {
  /// The value at the verb's key.
  let field: LayoutField
  /// The whole entry.
  let object: LayoutObject
  let templates: TemplateDecoder
  /// The folder that the entry's own paths are below, where it stands in a set.
  var folder: Template?

  var names: LayoutNames { templates.names }

  /// The value as names, or as the name of a list of this kind, which must be in `known`.
  func nameList(of kind: String, _ known: Set<String>) -> NameList? {
    if field.isArray {
      if field.isEmpty { field.refuse("expected at least one name") }
      return field.elements.map { .names($0.compactMap(templates.name)) }
    }
    guard let name = field.string else { return nil }
    names.check(kind, name, in: known, at: field)
    return .list(name)
  }

  /// The base image that "from" names, in images alone.
  var base: String? {
    guard let field = object["from"], let name = field.string else { return nil }
    if templates.place == .image { names.check("base", name, in: names.bases, at: field) }
    return name
  }

  /// Notes a mistake when the entry has no platform.
  func checkPlatform() {
    if templates.hasPlatform { return }
    object.field.refuse("needs a platform: give the entry or its tarball \"platforms\"")
  }
}

/// Names that a rule gives itself or takes from a list.
enum NameList: Equatable, Sendable {
  case list(String)
  case names([Template])

  /// The names that the rule gives itself.
  var templates: [Template] { if case .names(let names) = self { names } else { [] } }
}
