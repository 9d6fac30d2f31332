// The rules of a set of layouts: each entry read by its verb, and every mistake of the set told at once.

import Basics
package import Layout

/// All rules of a set of layouts.
package struct Rules: Sendable {
  package let layouts: LayoutSet
  /// Names that are declared and never used: mistakes for whoever checks the set, told when there are no others.
  package let unused: [LayoutError]
  /// What is no mistake, but seldom meant.
  package var warnings: [String] { layouts.release.warningsOfPlatforms }
  private let rules: [RuleOrigin: Rule]

  /// Reads all entries of `layouts`, each with one of `verbs`. Throws all mistakes of the set.
  init(_ layouts: LayoutSet, verbs: [any Verb.Type]) throws(LayoutErrors) {
    let notes = LayoutNotes()
    let decoder = RuleDecoder(verbs: verbs)
    var rules: [RuleOrigin: Rule] = [:]
    // First, so that a mistake of a set is told once and not with each use.
    for entry in layouts.entriesOfSets { _ = decoder.rule(entry, notes) }
    for entry in layouts.entries { rules[entry.origin] = decoder.rule(entry, notes) }
    self.layouts = layouts
    self.rules = rules
    unused = layouts.unused(usedNames: notes.usedNames)
    let circles = TarballCircles(self).mistakes
    var mistakes = layouts.sorted(layouts.mistakes + notes.errors + circles)
    // Only without other mistakes: a rule that could not be read may hold such an image.
    if mistakes.isEmpty { mistakes = LooseImages(self).mistakes }
    if !mistakes.isEmpty { throw LayoutErrors(errors: mistakes) }
  }

  /// The rules of the entries of a layout or an image, in order.
  func of(_ entries: [LayoutEntry]) -> [Rule] { entries.compactMap { rules[$0.origin] } }

  /// All images of the layouts, by the name of their group.
  var images: [(group: String, rule: ImageRule)] {
    let groups = layouts.images?.groups ?? [:]
    return groups.keys.sorted().flatMap { group in (groups[group] ?? []).map { (group: group, rule: $0) } }
  }

  /// The files and folders of the source tree that the tarballs take. Paths with a variable are left out.
  package var sourcePaths: [String] {
    let templates = layouts.tarballs.flatMap { of($0.entries) }.flatMap(\.verb.sourcePaths)
    return templates.flatMap(\.choices).filter(\.variables.isEmpty).map(\.text)
  }
}

/// Tarballs that hold one another in a circle, or in a row that is too long.
private struct TarballCircles {
  private let rules: Rules
  private var done: Set<String> = []
  /// Each circle once, as the chain of its layouts.
  private(set) var mistakes: [LayoutError] = []
  /// The most tarballs that hold one another in a row.
  private static let longestChain = 64

  init(_ rules: Rules) {
    self.rules = rules
    for tarball in rules.layouts.tarballs { visit(tarball, [], nil) }
  }

  /// `origin` is the rule that led here.
  private mutating func visit(_ tarball: TarballLayout, _ chain: [String], _ origin: RuleOrigin?) {
    if let start = chain.firstIndex(of: tarball.name), let origin {
      let circle = (chain[start...] + [tarball.name]).joined(separator: " -> ")
      return mistakes.append(LayoutError(at: origin, reason: "a tarball cannot hold itself: \(circle)"))
    }
    guard !done.contains(tarball.name) else { return }
    if let origin, chain.count == Self.longestChain {
      let reason = "expected at most \(Self.longestChain) tarballs that hold one another in a row, found more"
      return mistakes.append(LayoutError(at: origin, reason: reason))
    }
    for rule in rules.of(tarball.entries) {
      guard let held = rule.verb.tarball.flatMap(rules.layouts.tarball) else { continue }
      visit(held, chain + [tarball.name], rule.origin)
    }
    done.insert(tarball.name)
  }
}

/// Images without platforms: they list none, and no tarball holds them.
private struct LooseImages {
  /// A mistake for each image that is made on no platform.
  private(set) var mistakes: [LayoutError] = []

  init(_ rules: Rules) {
    let names = Set(rules.images.map(\.rule.name))
    let lists = rules.layouts.tarballs.flatMap { rules.of($0.entries) }.compactMap(\.verb.images)
    for (group, members) in (rules.layouts.images?.groups ?? [:]).sorted(by: { $0.key < $1.key }) {
      if lists.contains(where: { Self.holds($0, group, members, among: names) }) { continue }
      for image in members where image.platforms == nil {
        let reason = "image \(quoted(image.name)): no tarball holds it; give it \"platforms\""
        mistakes.append(LayoutError(at: image.origin, reason: reason))
      }
    }
  }

  /// Whether `list` may hold images of `group`; `names` are those of all images.
  private static func holds(
    _ list: NameList, _ group: String, _ members: [ImageRule], among names: Set<String>
  ) -> Bool {
    switch list {
    case .list(let name): name == group
    case .names(let templates):
      // A name that is no image's may have variables, or is refused when the plan is made.
      templates.flatMap(\.choices).contains { name in
        !names.contains(name.text) || members.contains { $0.name == name.text }
      }
    }
  }
}

extension LayoutError {
  fileprivate init(at origin: RuleOrigin, reason: String) {
    self.init(file: origin.file, position: origin.position, path: origin.path, reason: reason)
  }
}
