// "set": the entries of a set of release.json.

import Layout

/// A set of entries. The entries that it brings in follow it as entries of their own, so it adds none itself.
struct SetVerb: Verb {
  static let key = LayoutEntry.setKey
  static let guide = VerbGuide(argument: "NAME", brings: "the entries of this set of release.json")
  static let options = ["to"]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    guard let name = entry.field.string else { return nil }
    entry.names.check("set", name, in: entry.names.sets.names, at: entry.field)
  }

  var templates: [Template] { [] }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {}
}
