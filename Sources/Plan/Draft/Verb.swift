// What a rule does: the one seam between the planning of artifacts and the things that rules put into them.

import Layout

/// What a rule puts into an artifact.
protocol Verb: Sendable {
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
