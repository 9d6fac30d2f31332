// Makes a plan from layouts: which tarballs and images, for which platforms, in which order, with which entries. It
// reads the tree with lstat alone, and collects all mistakes before it stops.

import Basics
package import Layout

/// Makes the plan of a release.
package enum Planner {
  /// A line for each verb that an entry may have, for --help.
  package static var verbGuide: String { VerbTable.guide }

  /// The rules of a set of layouts; `files` were read from `place`, and `finder` finds what they extend. Throws all
  /// mistakes of the set.
  package static func rules(
    _ files: [LayoutFile], from place: String, extending finder: SetFinder = SetFinder()
  ) throws(LayoutErrors) -> Rules {
    try Rules(LayoutSet(files, from: place, extending: finder), verbs: VerbTable.verbs)
  }

  /// The plan of the named tarballs, or of all, with the tarballs that they hold.
  package static func plan(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(tarballs: names))
  }

  /// The same for people who want to read it, with the lists of checksums that the whole release has, where no tarball
  /// is named. Images whose bases are missing are in it without them, and a warning tells that; nothing can be written
  /// from it.
  package static func planToTell(
    _ rules: Rules, _ options: ReleaseOptions, names: [String]
  ) throws(PlanErrors) -> Plan {
    var wanted = WantedArtifacts(withoutImages: names, in: rules)
    wanted.isWhole = names.isEmpty
    do {
      return try plan(rules, options, wanted)
    } catch {
      guard error.diagnostics.contains(where: \.isAboutBases) else { throw error }
      var options = options
      options.assumesBases = true
      var plan = try plan(rules, options, wanted)
      let bases = escapedName(options.locations.bases.utf8)
      plan.warnings.append(
        "\(bases): bases are missing, so images are here without them and have no size; "
          + "`kpack base list --wanted` tells which are needed")
      return plan
    }
  }

  /// The bases that the images of the release need on the platforms of the run, sorted by name and platform.
  package static func wantedBases(_ rules: Rules, _ options: ReleaseOptions) throws(PlanErrors) -> [WantedBase] {
    var finder = WantedBaseFinder(rules, options)
    return try finder.find()
  }

  /// The plan of the stage folders of the named tarballs, or of all, and of the tarballs that they hold. No archive is
  /// written but into the stage.
  package static func planStage(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    var options = options
    options.isStaging = true
    return try plan(rules, options, WantedArtifacts(staged: names))
  }

  /// The plan of the named images, or of all, on the platforms of the run, without tarballs.
  package static func planImages(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(images: names), hasOCI: hasOCI(rules, options))
  }

  /// The plan of the packages of the named layouts, or of all.
  package static func planPackages(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(packages: names))
  }

  /// The plan of the named tarballs, packages and images, or of all, each once. If there is nothing to make of one kind,
  /// the others are made.
  package static func planRelease(
    _ rules: Rules, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try plan(rules, options, WantedArtifacts(ofAll: names, in: rules), hasOCI: hasOCI(rules, options))
  }

  /// Finds mistakes that do not depend on the tree, the folders or the environment, and reads none of them.
  ///
  /// Returns the mistakes that another flag or a fast run would give, as warnings.
  package static func check(_ rules: Rules) throws(PlanErrors) -> [String] {
    let checks = LayoutChecks(rules)
    var mistakes = checks.mistakes()
    mistakes += checks.sameNames().filter { same in !mistakes.contains { $0.origin == same.origin } }
    if !mistakes.isEmpty { throw PlanErrors(diagnostics: mistakes) }
    return checks.warnings()
  }

  /// Whether an OCI image layout of the images is wanted.
  private static func hasOCI(_ rules: Rules, _ options: ReleaseOptions) -> Bool {
    options.isOCIAsked || rules.layouts.images?.oci == true
  }

  private static func plan(
    _ rules: Rules, _ options: ReleaseOptions, _ wanted: WantedArtifacts, hasOCI: Bool = false
  ) throws(PlanErrors) -> Plan {
    var drafts = ReleaseDrafts(rules, options, wanted)
    var said = drafts.said
    if said.mistakes.isEmpty {
      var join = PlanJoin(drafts.images, drafts.git, options)
      for key in drafts.ownImages { said.attempt { try join.addOwn(key) } }
      for index in drafts.tarballs.indices { said.attempt { try join.add(&drafts.tarballs[index]) } }
      if said.mistakes.isEmpty {
        do {
          return try join.finished(
            drafts.release, for: options.locations, said.warnings, cut: drafts.platformCut,
            checksums: drafts.checksums, hasOCI: hasOCI)
        } catch {
          said.refuse(error)
        }
      }
    }
    let causes = SharedCauses(options.locations, rules.layouts.release, stagedImages: drafts.stagedImages)
    throw PlanErrors(diagnostics: causes.combined(said.mistakes))
  }
}

extension Diagnostics {
  /// Runs `body`; its error is noted as a mistake.
  fileprivate mutating func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      refuse(error)
    }
  }
}
