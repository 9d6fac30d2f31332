// Mistakes of layouts that do not depend on the tree, the folders or the environment.

import Basics
import Layout

/// Checks layouts without a tree.
struct LayoutChecks {
  private let rules: Rules

  init(_ rules: Rules) { self.rules = rules }

  private var release: ReleaseLayout { rules.layouts.release }

  /// The mistakes of a run on layouts alone, with each flag at its default.
  func mistakes() -> [Diagnostic] { mistakes(with: Self.options(for: rules.layouts)) }

  /// Warnings: the mistakes that another flag or a fast run would give.
  func warnings() -> [String] {
    var warnings: [String] = []
    for flag in release.flags.keys.sorted() + [ReleaseLayout.gitCleanFlag] {
      var options = Self.options(for: rules.layouts)
      options.flags[flag]?.toggle()
      let change = "--flag \(flag)=\(options.flags[flag] == true ? "y" : "n")"
      warnings += mistakes(with: options).map { "with \(change): \($0)" }
    }
    if release.fast == nil { return warnings }
    var options = Self.options(for: rules.layouts)
    options.isFast = true
    let ofFast = mistakes(with: options).map(\.description)
    warnings += ofFast.map { "with --fast: \($0)" }
    for addition in release.fastWith {
      options.environment = [addition.variable: addition.prefix]
      let change = "with --fast and \(addition.variable)=\(addition.prefix)"
      let mistakes = mistakes(with: options).map(\.description).filter { !ofFast.contains($0) }
      warnings += mistakes.map { "\(change): \($0)" }
    }
    return warnings
  }

  private func mistakes(with options: ReleaseOptions) -> [Diagnostic] {
    let drafts = ReleaseDrafts(rules, options, WantedArtifacts(ofAll: [], in: rules))
    // Here they are the layouts' fault, whatever they would be with a tree.
    return SharedCauses(options.locations, release, stagedImages: 0).combined(drafts.said.mistakes).map {
      Diagnostic(.usage, $0.message, at: $0.origin)
    }
  }

  /// The options of a run on layouts alone, with each flag at its default. The version is as short as possible, and a
  /// name that no layout spells out.
  private static func options(for layouts: LayoutSet) -> ReleaseOptions {
    var options = ReleaseOptions(locations: Locations(Locations.Given(), outputName: nil), environment: [:])
    (options.isDry, options.version, options.epoch) = (true, "_", 0)
    options.flags = layouts.release.flags.mapValues(\.isOnByDefault)
    options.flags[ReleaseLayout.gitCleanFlag] = false
    return options
  }

  /// Conditions that hold on no platform of their tarball, image or base.
  func unmetConditions() -> [Diagnostic] {
    // A list that replaces the layouts' own may have any platform.
    if release.replacesPlatforms { return [] }
    // The lists as the layouts have them, without the choices of a run.
    let lists = PlatformLists(rules.layouts, Self.options(for: rules.layouts))
    let tarballs = rules.layouts.tarballs.map { ($0.platforms.map { [$0] } ?? [], $0.entries) }
    let images = rules.images.map { (selectors(of: $0.rule, in: $0.group), $0.rule.entries) }
    let bases = (rules.layouts.images?.bases.sorted { $0.key < $1.key } ?? []).map { name, base in
      let users = rules.images.filter { $0.rule.base == name }
      return (users.flatMap { selectors(of: $0.rule, in: $0.group) }, base.entries)
    }
    var mistakes: [Diagnostic] = []
    // Entries that several share, by their places, which one of these has a platform for.
    var met: Set<String> = []
    for (selectors, entries) in tarballs + images + bases {
      // Nothing is known of what the folder of binaries decides.
      if selectors.isEmpty || selectors.contains(where: lists.isPresent) { continue }
      let platforms =
        selectors.flatMap { lists.platforms($0) + release.fastAdditions(to: $0) } + (release.fast ?? [])
      for rule in entries where !lists.isPresent(rule.platforms) {
        if platforms.isEmpty || platforms.contains(where: { lists.matches(rule.platforms, $0) }) {
          met.insert(rule.origin.place)
          continue
        }
        let reason = "none of its platforms is one of those that it is made for"
        mistakes.append(Diagnostic(.usage, reason, at: rule.origin))
      }
    }
    var told: Set<String> = []
    return mistakes.filter { mistake in
      mistake.origin.map { !met.contains($0.place) && told.insert($0.place).inserted } ?? true
    }
  }

  /// The platforms that an image is made for: its own, else those of the tarballs that hold it.
  private func selectors(of image: ImageRule, in group: String) -> [PlatformSelector] {
    if let selector = image.platforms { return [selector] }
    return rules.layouts.tarballs.flatMap { tarball in
      rules.of(tarball.entries).compactMap { rule -> PlatformSelector? in
        guard let list = rule.verb.images, list.mayHold(image.name, of: group) else { return nil }
        return tarball.platforms.map { outer in rule.platforms.map { .both(outer, $0) } ?? outer } ?? rule.platforms
      }
    }
  }

  /// Tarballs for what the folder of binaries holds whose name is the same on every platform. Those of a list are told
  /// with the platforms that they have one name on.
  func sameNames() -> [Diagnostic] {
    let lists = PlatformLists(rules.layouts, Self.options(for: rules.layouts))
    return rules.layouts.tarballs.compactMap { tarball in
      guard lists.isPresent(tarball.platforms), !tarball.fileName.isChosenByPlatform else { return nil }
      let reason = "the name is the same on every platform; {os} and {arch} in it tell them apart"
      return Diagnostic(.usage, reason, at: tarball.fileNameOrigin)
    }
  }
}

extension NameList {
  /// Whether the image of this name is in it, as far as the layouts tell.
  fileprivate func mayHold(_ image: String, of group: String) -> Bool {
    switch self {
    case .list(let name): name == group
    case .names(let names): names.contains { $0.text == image || !$0.variables.isEmpty }
    }
  }
}

extension ReleaseLayout {
  /// All platforms that fast runs may add to what `selector` selects.
  fileprivate func fastAdditions(to selector: PlatformSelector) -> [Platform] {
    switch selector {
    case .list(let name): fastWith.flatMap { $0.platforms[name] ?? [] }
    case .both(let first, let second): fastAdditions(to: first) + fastAdditions(to: second)
    case .patterns: []
    }
  }
}
