// Finds what a run makes, from the names on the command line, the platforms and the flags, and from what each tarball
// holds.

import Basics
import Layout

/// The artifacts that the command line asks for. Nil means none of that kind, an empty list means all.
struct WantedArtifacts {
  var tarballs: [String]?
  /// By the names of their layouts.
  var packages: [String]?
  var images: [String]?
  /// Whether the tarballs are only staged, and not written.
  private(set) var isStageAlone = false
  /// Whether it is all that there is: `kpack release` without names.
  var isWhole = false
  /// Names that are neither a tarball's nor an image's.
  private(set) var unknown: [String] = []

  init(tarballs: [String]? = nil, packages: [String]? = nil, images: [String]? = nil) {
    (self.tarballs, self.packages, self.images) = (tarballs, packages, images)
  }

  /// The stage folders of these tarballs.
  init(staged names: [String]) { (tarballs, isStageAlone) = (names, true) }

  /// The artifacts with these names; all artifacts when there are no names.
  init(ofAll names: [String], in rules: Rules) {
    self.init(withoutImages: names, in: rules)
    let known = rules.images.map(\.rule.name)
    unknown = unknown.filter { !known.contains($0) }
    let named = names.filter(known.contains)
    images = named.isEmpty && !names.isEmpty ? nil : named
    isWhole = names.isEmpty
  }

  /// The tarballs and packages with these names; all of them when there are no names.
  init(withoutImages names: [String], in rules: Rules) {
    let layouts = rules.layouts.tarballs
    func named(_ isOfPackages: Bool) -> [String]? {
      let known = layouts.filter { $0.isOfPackages == isOfPackages }.map(\.name)
      let named = names.filter(known.contains)
      return named.isEmpty && !names.isEmpty || isOfPackages && known.isEmpty ? nil : named
    }
    (tarballs, packages) = (named(false), named(true))
    unknown = names.filter { name in !layouts.contains { $0.name == name } }
  }
}

/// Finds the scope of a run.
struct ScopeFinder {
  private let rules: Rules
  private let facts: Facts
  /// The platform lists, with the result of reading the folder of binaries.
  private(set) var lists: PlatformLists
  private(set) var said = Diagnostics()
  /// Facts that decide on the scope and were not asked for. If there are any, find them first and then the scope again.
  private(set) var unasked: Set<Fact> = []
  /// For each tarball, how many levels of tarballs it holds.
  private var depths: [TarballKey: Int] = [:]
  private var tarballs: [TarballKey: ScopedTarball] = [:]
  private var knownHolders: [ImageHolder]?

  /// `lists` are those of an earlier search in the same run.
  init(_ rules: Rules, _ facts: Facts, lists: PlatformLists? = nil) {
    self.rules = rules
    self.facts = facts
    self.lists = lists ?? PlatformLists(rules.layouts, facts.options)
  }

  private var layouts: LayoutSet { rules.layouts }

  /// The scope of a run that makes what is `wanted`.
  mutating func scope(of wanted: WantedArtifacts) -> Scope {
    checkFlags()
    do {
      for mistake in try lists.mistakesOfWanted(facts) { said.refuse(mistake) }
    } catch {
      unasked.insert(error.fact)
    }
    let known = layouts.tarballs.map(\.name) + rules.images.map(\.rule.name)
    for name in wanted.unknown {
      let near = didYouMean(name, in: known)
      said.refuse(Diagnostic(.usage, "no layout and no image is named \(quoted(name))\(near)"))
    }
    var scope = Scope()
    // A list of a part would look like that of the whole.
    scope.checksums = layouts.release.checksums.filter { wanted.isWhole || !$0.isList }
    if let names = wanted.images { scope.images = wantedImages(names).compactMap { image($0) } }
    if let names = wanted.tarballs {
      let layouts = wanted.isStageAlone ? selectedForStage(names) : selected(names, ofPackages: false)
      for key in layouts.flatMap({ keys(of: $0, isNamed: !names.isEmpty) }) { _ = depth(of: key) }
    }
    if let names = wanted.packages {
      let layouts = selected(names, ofPackages: true)
      for key in layouts.flatMap({ keys(of: $0, isNamed: !names.isEmpty) }) { _ = depth(of: key) }
    }
    let written = wanted.isStageAlone ? [] : Set(depths.keys)
    if facts.options.isStaging { for key in holders(of: scope.images) { _ = depth(of: key) } }
    scope.tarballs = order.compactMap { tarballs[$0] }
    for (index, tarball) in scope.tarballs.enumerated() {
      scope.tarballs[index].isWritten = written.contains(tarball.key)
    }
    var seen: Set<ImageKey> = []
    let held = scope.tarballs.flatMap(\.rules).flatMap(\.places).flatMap(\.held.images)
    scope.heldImages = held.filter { seen.insert($0).inserted }.compactMap { image($0) }
    return scope
  }

  /// Adds the rules of the images; only a run that makes the images needs them.
  mutating func addRules(toImagesOf scope: inout Scope) {
    scope.heldImages = scope.heldImages.map { withRules($0) }
    scope.images = scope.images.map { withRules($0) }
  }

  /// Whether the condition holds; a condition that cannot be checked is noted as a mistake.
  private mutating func holds(_ condition: Condition?, at origin: RuleOrigin? = nil) -> Bool {
    do {
      return try facts.holds(condition)
    } catch let error as UnaskedFact {
      // True in any case, because what it decides on may need more facts.
      unasked.insert(error.fact)
      return true
    } catch {
      said.refuse(Diagnostic(error, at: origin).aboutFact)
      return false
    }
  }

  /// Whether all conditions of a rule hold. All are looked at, so that what they need is found at once.
  private mutating func holds(_ rule: Rule) -> Bool {
    var isPlaced = true
    for condition in rule.conditions where !holds(condition, at: rule.origin) { isPlaced = false }
    return isPlaced
  }

  private mutating func platforms(_ selector: PlatformSelector) -> [Platform] {
    prepare(selector)
    return lists.platforms(selector)
  }

  private mutating func matches(_ selector: PlatformSelector?, _ platform: Platform) -> Bool {
    prepare(selector)
    return lists.matches(selector, platform)
  }

  private mutating func prepare(_ selector: PlatformSelector?) {
    do {
      try lists.prepare(selector, facts)
    } catch let error as UnaskedFact {
      unasked.insert(error.fact)
    } catch {
      said.refuse(error)
    }
  }

  private mutating func checkFlags() {
    let known = layouts.release.flags.keys.sorted() + [ReleaseLayout.gitCleanFlag]
    for flag in facts.options.flags.keys.sorted() where !known.contains(flag) {
      let near = didYouMean(flag, in: known)
      said.refuse(Diagnostic(.usage, "--flag: no flag is named \(quoted(flag))\(near)"))
    }
  }
}

// Tarballs
extension ScopeFinder {
  private mutating func selected(_ names: [String], ofPackages: Bool) -> [TarballLayout] {
    let known = layouts.tarballs.filter { $0.isOfPackages == ofPackages }
    for name in names where !known.contains(where: { $0.name == name }) {
      if let other = layouts.tarball(name) {
        let made =
          ofPackages ? "a tarball, and no package" : "packages, which `kpack packages` and `kpack release` make"
        said.refuse(Diagnostic(.usage, "\(quoted(name)) is the layout of \(made)", at: other.origin))
        continue
      }
      let near = didYouMean(name, in: known.map(\.name))
      said.refuse(Diagnostic(.usage, "no layout is named \(quoted(name))\(near)"))
    }
    var selected: [TarballLayout] = []
    for layout in known where names.isEmpty || names.contains(layout.name) {
      if holds(layout.condition, at: layout.origin) {
        selected.append(layout)
      } else if !names.isEmpty {
        said.refuse(turnedOff(layout.name, layout.condition, at: layout.origin))
      }
    }
    return selected
  }

  /// The named layouts, or all, that have a folder in the stage.
  private mutating func selectedForStage(_ names: [String]) -> [TarballLayout] {
    let selected = selected(names, ofPackages: false)
    if names.isEmpty { return selected.filter(\.isStaged) }
    for layout in selected where !layout.isStaged {
      let reason = "\(quoted(layout.name)) has no folder in the stage: its layout says \"stage\": false"
      said.refuse(Diagnostic(.usage, reason, at: layout.origin))
    }
    return selected
  }

  /// The tarballs that hold `images`, on their platforms.
  private mutating func holders(of images: [ScopedImage]) -> [TarballKey] {
    var keys: [TarballKey] = []
    for holder in holders() where holder.layout.isStaged {
      let isNeeded = images.contains {
        $0.key.platform == holder.platform && holder.holds($0.key.name, of: $0.key.group)
      }
      let key = TarballKey(
        layout: holder.layout.name, platform: holder.layout.platforms == nil ? nil : holder.platform)
      if isNeeded && !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  private func turnedOff(_ name: String, _ condition: Condition?, at origin: RuleOrigin?) -> Diagnostic {
    Diagnostic(.usage, "\(quoted(name)) is turned off by the flag \(quoted(condition?.flag ?? ""))", at: origin)
  }

  private mutating func keys(of layout: TarballLayout, isNamed: Bool) -> [TarballKey] {
    guard let selector = layout.platforms else { return [TarballKey(layout: layout.name, platform: nil)] }
    let platforms = platforms(selector)
    if platforms.isEmpty && isNamed && !lists.isUnknown {
      said.refuse(Diagnostic(.usage, "\(quoted(layout.name)) is made for none of the platforms of this run"))
    }
    return platforms.map { TarballKey(layout: layout.name, platform: $0) }
  }

  /// All tarballs that were looked at, those that hold nothing first.
  private var order: [TarballKey] {
    depths.keys.sorted { first, second in
      let (left, right) = (depths[first] ?? 0, depths[second] ?? 0)
      return left == right ? first.sortKey.lexicographicallyPrecedes(second.sortKey) : left < right
    }
  }

  /// How many levels of tarballs it holds. The layouts were checked for circles, so this ends.
  private mutating func depth(of key: TarballKey, heldBy holder: RuleOrigin? = nil) -> Int {
    if let depth = depths[key] { return depth }
    guard let layout = layouts.tarball(key.layout) else { return 0 }
    if !holds(layout.condition, at: layout.origin) {
      said.refuse(turnedOff(layout.name, layout.condition, at: holder))
    }
    var placed: [PlacedRule] = []
    var depth = 0
    for rule in rules.of(layout.entries) {
      let rule = place(rule, of: layout, on: key.platform)
      placed.append(rule)
      for held in rule.places.flatMap(\.held.tarballs) {
        depth = max(depth, self.depth(of: held, heldBy: rule.rule.origin) + 1)
      }
    }
    depths[key] = depth
    tarballs[key] = ScopedTarball(key: key, layout: layout, rules: placed)
    return depth
  }

  /// The rule with its platforms in a tarball for `platform`.
  private mutating func place(_ rule: Rule, of layout: TarballLayout, on platform: Platform?) -> PlacedRule {
    guard holds(rule) else { return PlacedRule(rule: rule, places: []) }
    var places: [(platform: Platform?, held: HeldArtifacts)] = []
    for platform in platforms(of: rule, on: platform) {
      var held = HeldArtifacts()
      if let name = rule.verb.tarball, let key = tarball(name, heldBy: rule, of: layout, on: platform) {
        held.tarballs = [key]
      }
      if let list = rule.verb.images, let platform {
        for (group, image) in images(list, rule, on: platform) where matches(image.platforms, platform) {
          held.images.append(ImageKey(group: group, name: image.name, platform: platform))
        }
      }
      places.append((platform, held))
    }
    return PlacedRule(rule: rule, places: places)
  }

  /// The platforms of a rule. In a tarball without a platform they are the rule's own; else it is the tarball's, if the
  /// rule selects it.
  private mutating func platforms(of rule: Rule, on platform: Platform?) -> [Platform?] {
    if let platform { return matches(rule.platforms, platform) ? [platform] : [] }
    guard let selector = rule.platforms else { return [nil] }
    return platforms(selector)
  }

  /// The tarball of the layout `name` that a rule of a tarball for `platform` takes; nil, with the mistake noted, when
  /// it cannot take it.
  private mutating func tarball(
    _ name: String, heldBy rule: Rule, of holder: TarballLayout, on platform: Platform?
  ) -> TarballKey? {
    guard let held = layouts.tarball(name) else { return nil }
    if held.isOfPackages {
      let reason = "\(quoted(name)) is the layout of packages, which no artifact holds"
      said.refuse(Diagnostic(.usage, reason, at: rule.origin))
      return nil
    }
    guard let selector = held.platforms else { return TarballKey(layout: name, platform: nil) }
    guard let platform else {
      let reason = "is made for platforms; give the entry \"platforms\" to say which"
      said.refuse(Diagnostic(.usage, "\(quoted(name)) \(reason)", at: rule.origin))
      return nil
    }
    if platforms(selector).contains(platform) { return TarballKey(layout: name, platform: platform) }
    // Without the folder of binaries its platforms are not known.
    let isFromFolder = [selector, holder.platforms, rule.platforms].contains { lists.isPresent($0) }
    let isOpen = lists.isUnknown || facts.options.isDry && isFromFolder
    if !isOpen { said.refuse(Diagnostic(.usage, "\(quoted(name)) is not made", for: platform, at: rule.origin)) }
    return nil
  }
}

extension TarballKey {
  fileprivate var sortKey: [UInt8] { Array("\(layout)/\(platform?.description ?? "")".utf8) }
}

// Images
extension ScopeFinder {
  /// The images that a run makes: those with these names, or all whose flags are on.
  private mutating func wantedImages(_ names: [String]) -> [ImageKey] {
    for name in names { checkWanted(name) }
    var wanted: [ImageKey] = []
    for (group, rule) in rules.images where names.isEmpty || names.contains(rule.name) {
      guard holds(rule.condition, at: rule.origin) else { continue }
      wanted += platforms(of: rule, in: group).map { ImageKey(group: group, name: rule.name, platform: $0) }
    }
    return wanted
  }

  /// Notes a mistake when no image has the name, or all images with it are off.
  private mutating func checkWanted(_ name: String) {
    let named = rules.images.map(\.rule).filter { $0.name == name }
    for rule in named where holds(rule.condition) { return }
    if named.isEmpty { said.refuse(noImage(name)) }
    for rule in named { said.refuse(turnedOff(rule.name, rule.condition, at: rule.origin)) }
  }

  private func noImage(_ name: String) -> Diagnostic {
    let near = didYouMean(name, in: rules.images.map(\.rule.name))
    return Diagnostic(.usage, "no image is named \(quoted(name))\(near)")
  }

  /// The images of a rule's list whose flags are on, in order, with their groups. Unknown names are mistakes.
  private mutating func images(
    _ list: NameList, _ rule: Rule, on platform: Platform?
  ) -> [(group: String, rule: ImageRule)] {
    switch list {
    case .list(let name): return on((layouts.images?.groups[name] ?? []).map { (name, $0) })
    case .names(let names): return names.flatMap { images(named: $0, rule, on: platform) }
    }
  }

  private mutating func images(
    named template: Template, _ rule: Rule, on platform: Platform?
  ) -> [(group: String, rule: ImageRule)] {
    do {
      let name = try facts.fill(template, on: platform)
      let named = rules.images.filter { $0.rule.name == name }
      if !named.isEmpty { return on(named) }
      throw noImage(name)
    } catch let error as UnaskedFact {
      unasked.insert(error.fact)
    } catch {
      said.refuse(error, at: rule.origin)
    }
    return []
  }

  private mutating func on(_ images: [(group: String, rule: ImageRule)]) -> [(group: String, rule: ImageRule)] {
    var found: [(group: String, rule: ImageRule)] = []
    for image in images where holds(image.rule.condition) { found.append(image) }
    return found
  }

  /// The platforms that the image is made for: its own, else those of the tarballs that hold it.
  private mutating func platforms(of image: ImageRule, in group: String) -> [Platform] {
    if let selector = image.platforms { return platforms(selector) }
    var platforms: [Platform] = []
    for holder in holders() where holder.holds(image.name, of: group) {
      if let platform = holder.platform, !platforms.contains(platform) { platforms.append(platform) }
    }
    return platforms
  }

  /// Every rule that puts images into a tarball, on every platform.
  private mutating func holders() -> [ImageHolder] {
    if let knownHolders { return knownHolders }
    var holders: [ImageHolder] = []
    for layout in layouts.tarballs where holds(layout.condition, at: layout.origin) {
      let platforms: [Platform?] = layout.platforms.map { self.platforms($0) } ?? [nil]
      for rule in rules.of(layout.entries) {
        guard let list = rule.verb.images, holds(rule) else { continue }
        for platform in platforms.flatMap({ self.platforms(of: rule, on: $0) }) {
          let images = images(list, rule, on: platform).map { (group: $0.group, name: $0.rule.name) }
          holders.append(ImageHolder(layout: layout, to: rule.options.to, platform: platform, images: images))
        }
      }
    }
    knownHolders = holders
    return holders
  }

  private func image(_ key: ImageKey) -> ScopedImage? {
    layouts.images?.groups[key.group]?.first { $0.name == key.name }.map { ScopedImage(key: key, rule: $0) }
  }

  private mutating func withRules(_ image: ScopedImage) -> ScopedImage {
    var image = image
    image.holders = holders().filter {
      $0.platform == image.key.platform && $0.holds(image.key.name, of: image.key.group)
    }
    image.baseRules = placed(layouts.images?.bases[image.rule.base]?.entries ?? [], on: image.key.platform)
    image.rules = placed(image.rule.entries, on: image.key.platform)
    return image
  }

  private mutating func placed(_ entries: [LayoutEntry], on platform: Platform) -> [PlacedRule] {
    rules.of(entries).map { rule in
      let isPlaced = holds(rule) && matches(rule.platforms, platform)
      return PlacedRule(rule: rule, places: isPlaced ? [(platform, HeldArtifacts())] : [])
    }
  }
}
