// From layouts to a plan: which tarballs and images, for which platforms, in which order, with which entries. It looks
// at the tree with lstat alone and collects every mistake before it gives up.

package import Layout

/// Makes the plan of a release.
package enum Planner {
  /// A line for each verb that an entry may have, for --help.
  package static var verbGuide: String { VerbTable.guide }

  /// The rules of a set of layouts, whose `files` were read from `place`. Throws all mistakes of the set.
  package static func rules(_ files: [LayoutFile], from place: String) throws(LayoutErrors) -> Rules {
    try Rules(LayoutSet(files, from: place), verbs: VerbTable.verbs)
  }

  /// The plan of the tarballs whose layouts are named, or of all, and of those that they hold.
  package static func plan(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(tarballs: names))
  }

  /// The plan of the images that are named, or of all, on the platforms of the run; no tarballs.
  package static func planImages(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(images: names))
  }

  /// The plan of the tarballs and images that are named, or of all, each once. A run that has nothing to make of one kind
  /// makes the other.
  package static func planRelease(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(ofBoth: names, in: rules))
  }

  /// What planning would refuse whatever the tree, the folders and the environment hold: nothing of them is looked at.
  ///
  /// What it would refuse with another flag, or in a fast run, is returned, for warnings.
  package static func check(_ rules: Rules) throws(PlanErrors) -> [String] {
    let checks = LayoutChecks(rules)
    let mistakes = checks.mistakes()
    if !mistakes.isEmpty { throw PlanErrors(diagnostics: mistakes) }
    return checks.warnings()
  }

  private static func plan(
    _ rules: Rules, _ options: ReleaseOptions, _ wanted: WantedArtifacts
  ) throws(PlanErrors) -> Plan {
    var drafts = ReleaseDrafts(rules, options, wanted)
    var said = drafts.said
    if said.mistakes.isEmpty {
      var join = PlanJoin(drafts.images, drafts.git, options.imageFormat)
      for key in drafts.ownImages { said.attempt { try join.add(key) } }
      for index in drafts.tarballs.indices { said.attempt { try join.add(&drafts.tarballs[index]) } }
      if said.mistakes.isEmpty {
        return join.finished(for: options.locations, ownImages: drafts.ownImages, said.warnings)
      }
    }
    throw PlanErrors(diagnostics: SharedCauses(options.locations).combined(said.mistakes))
  }
}

extension Diagnostics {
  /// Does `body`, whose error is a mistake.
  fileprivate mutating func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      refuse(error)
    }
  }
}
