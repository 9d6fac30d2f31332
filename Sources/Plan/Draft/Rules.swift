// The rules of a set of layouts, as the verbs understand them.

import Layout

/// All rules of a set of layouts.
struct Rules: Sendable {
  let layouts: LayoutSet
  private let verb: @Sendable (EntryRule) -> any Verb

  init(_ layouts: LayoutSet, verb: @escaping @Sendable (EntryRule) -> any Verb) {
    self.layouts = layouts
    self.verb = verb
  }

  /// The rules that entries of a layout or an image spell out, in order.
  func of(_ entries: [EntryRule]) -> [Rule] {
    entries.map { entry in
      let options = RuleOptions(
        to: entry.to, include: entry.include, exclude: entry.exclude, isOptional: entry.isOptional, mode: entry.mode,
        isUnchecked: entry.isUnchecked)
      return Rule(
        origin: entry.origin, verb: verb(entry), options: options, isOverlay: entry.isOverlay,
        platforms: entry.platforms, condition: entry.condition)
    }
  }

  /// All images of the layouts, by the name of their group.
  var images: [(group: String, rule: ImageRule)] {
    let groups = layouts.images?.groups ?? [:]
    return groups.keys.sorted().flatMap { group in (groups[group] ?? []).map { (group: group, rule: $0) } }
  }
}
