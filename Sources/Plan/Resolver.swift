// From layouts to a plan: which tarballs, for which platforms, in which order, with which entries. It looks at the
// tree with lstat alone and collects every mistake before it gives up.

import Archive
import Basics
import Files
import Image
package import Layout

/// Makes the plan of a release.
package final class Resolver {
  let layouts: LayoutSet
  let options: ReleaseOptions
  let facts: ReleaseFacts
  let lists: PlatformLists
  var plan = PlanDraft()
  var own = OwnPlaces()
  /// The distinct contents that source files have become, by file.
  var sourceContents: [FileKey: ContentID] = [:]
  /// The git archives by commit, and their files' contents by item; nil for what is no file.
  var commits: [String: Int] = [:]
  var gitContents: [[ContentID?]] = []
  /// The numbers of the images that are planned.
  var imageNumbers: [ImageInstance: Int] = [:]
  private var openedBases: Bases?
  private(set) var rules: [EntryRule] = []
  private var diagnostics: [Diagnostic] = []
  /// Bytes of all contents planned so far, and the most that they may be: an exbibyte.
  private var bytes: Int64 = 0
  private static let mostBytes: Int64 = 1 << 60
  private var told: Set<[UInt8]> = []

  /// One archive to make: a layout on a platform, or on none.
  struct Instance: Hashable {
    let layout: String
    let platform: Platform?
  }

  /// The numbers of the instances that are planned.
  private(set) var numbers: [Instance: Int] = [:]

  private init(_ layouts: LayoutSet, _ options: ReleaseOptions) {
    self.layouts = layouts
    self.options = options
    facts = ReleaseFacts(options, layouts)
    lists = PlatformLists(layouts, options)
    lists.refuse = { [unowned self] in refuse($0) }
  }

  /// The plan of the tarballs whose layouts are named, or of all, and of those that they hold.
  ///
  /// Throws `PlanErrors` with all mistakes.
  package static func plan(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try run(layouts, options) { $0.resolve(names) }
  }

  /// The plan of the images that are named, or of all, on the platforms of the run; no tarballs.
  ///
  /// Throws `PlanErrors` with all mistakes.
  package static func planImages(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try run(layouts, options) { $0.resolveImages(names) }
  }

  /// The plan of all tarballs and all images of a run, each image once.
  package static func planRelease(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try run(layouts, options) { $0.resolveRelease(names) }
  }

  /// What planning would refuse whatever the tree, the folders and the environment hold: nothing of them is looked at.
  ///
  /// What it would refuse with another flag, or in a fast run, is returned, for warnings. Throws `PlanErrors` with all
  /// other mistakes.
  package static func check(_ layouts: LayoutSet) throws(PlanErrors) -> [String] {
    let mistakes = mistakes(of: layouts, dry(layouts))
    if !mistakes.isEmpty { throw PlanErrors(diagnostics: mistakes) }
    var warnings: [String] = []
    for flag in layouts.release.flags.keys.sorted() + [ReleaseLayout.gitCleanFlag] {
      var options = dry(layouts)
      options.flags[flag]?.toggle()
      let change = "--flag \(flag)=\(options.flags[flag] == true ? "y" : "n")"
      warnings += Self.mistakes(of: layouts, options).map { "with \(change): \($0)" }
    }
    guard layouts.release.fast != nil else { return warnings }
    var options = dry(layouts)
    options.isFast = true
    return warnings + Self.mistakes(of: layouts, options).map { "with --fast: \($0)" }
  }

  /// The choices of a run that looks at layouts alone, each flag as it is by default. What stands for the version is as
  /// short as one can be, and like no name that a layout spells out.
  private static func dry(_ layouts: LayoutSet) -> ReleaseOptions {
    var options = ReleaseOptions(locations: Locations(Locations.Given(), outputName: nil), environment: [:])
    (options.isDry, options.version, options.epoch) = (true, "_", 0)
    options.flags = layouts.release.flags.mapValues(\.isOnByDefault)
    options.flags[ReleaseLayout.gitCleanFlag] = false
    return options
  }

  private static func mistakes(of layouts: LayoutSet, _ options: ReleaseOptions) -> [Diagnostic] {
    let resolver = Resolver(layouts, options)
    resolver.checkConditions()
    resolver.resolve([])
    resolver.resolveImages([])
    // Whatever it would be with a tree, here it is the layouts' fault.
    return SharedCauses(options.locations).combined(resolver.diagnostics).map {
      Diagnostic(.usage, $0.message, at: $0.origin)
    }
  }

  /// A condition that no platform of its tarball or image meets is a mistake.
  private func checkConditions() {
    // What replaces the lists may be anything.
    if layouts.release.replacesPlatforms { return }
    // As the layouts say them, whatever this run is for.
    let lists = PlatformLists(layouts, Self.dry(layouts))
    let images = allImages.map { ($0.rule.platforms, $0.rule.entries) }
    for (selector, rules) in layouts.tarballs.map({ ($0.platforms, $0.rules) }) + images {
      guard let selector, !lists.isPresent(selector) else { continue }
      let platforms = lists.platforms(selector) + (layouts.release.fast ?? [])
      for rule in rules where !lists.isPresent(rule.platforms) {
        if platforms.isEmpty || platforms.contains(where: { lists.matches(rule.platforms, $0) }) { continue }
        let reason = "none of its platforms is one of those that it is made for"
        refuse(Diagnostic(.usage, reason, at: rule.origin))
      }
    }
  }

  /// What `body` plans, which tells its mistakes to the resolver.
  private static func run(
    _ layouts: LayoutSet, _ options: ReleaseOptions, _ body: (Resolver) -> Void
  ) throws(PlanErrors) -> Plan {
    let resolver = Resolver(layouts, options)
    do {
      try options.locations.check(.root)
      resolver.checkConditions()
      body(resolver)
    } catch {
      resolver.refuse(Diagnostic(error))
    }
    if resolver.diagnostics.isEmpty { return resolver.plan.finished(for: options.locations) }
    throw PlanErrors(diagnostics: SharedCauses(options.locations).combined(resolver.diagnostics))
  }

  /// Takes note of a mistake; one that a rule makes on every platform is told once.
  func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.description.utf8)).inserted { diagnostics.append(diagnostic) }
  }

  /// Whether the condition holds; that it cannot be told is noted as a mistake.
  func holds(_ condition: Condition?, at origin: RuleOrigin? = nil) -> Bool {
    do {
      return try facts.holds(condition)
    } catch {
      refuse(Diagnostic(error, at: origin).aboutFact)
      return false
    }
  }

  /// Whether a folder of binaries that is named is there, if one of `images` has a binary.
  private func haveBinaries(for images: [ImageRule]) -> Bool {
    if images.allSatisfy({ $0.binary == nil }) { return true }
    do {
      try options.locations.check(.bin)
      return true
    } catch {
      refuse(Diagnostic(error))
      return false
    }
  }

  /// Whether images can be made from bases; that it cannot be told is noted as a mistake.
  private var haveBases: Bool {
    do {
      if try bases().exist { return true }
      let folder = escapedName(options.locations.bases.utf8)
      let reason = "no bases; `kpack base add` and `skopeo copy ... oci:\(folder):REF` fill it"
      refuse(Diagnostic(.data, "\(folder): \(reason)"))
    } catch {
      refuse(Diagnostic(error))
    }
    return false
  }

  /// Finds the run's own folders and outputs, which no tree takes in; false, with the mistake noted, when they cannot be
  /// looked at.
  private func findOwnPlaces(fileNames: [String]) -> Bool {
    if options.isDry { return true }
    do {
      own = try OwnPlaces(options.locations, fileNames: fileNames, isCacheOfOthers: options.isCacheOfOthers)
      return true
    } catch {
      refuse(Diagnostic(error))
      return false
    }
  }

  /// The tarballs and images that are named, or all. A run that has nothing to make of one kind makes the other.
  private func resolveRelease(_ names: [String]) {
    let (tarballs, images) = (Set(layouts.tarballs.map(\.name)), Set(allImages.map(\.rule.name)))
    let known = layouts.tarballs.map(\.name) + allImages.map(\.rule.name)
    for name in names where !tarballs.contains(name) && !images.contains(name) {
      let near = nearName(to: name, in: known).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "no layout and no image is named \(quoted(name))\(near)"))
    }
    let (wantedTarballs, wantedImages) = (names.filter(tarballs.contains), names.filter(images.contains))
    if names.isEmpty || !wantedImages.isEmpty { resolveImages(wantedImages, mayBeNone: names.isEmpty) }
    if names.isEmpty || !wantedTarballs.isEmpty { resolve(wantedTarballs, mayBeNone: names.isEmpty) }
    if plan.tarballs.isEmpty && plan.images.isEmpty && diagnostics.isEmpty {
      refuse(Diagnostic(.usage, "no tarball and no image is left to build on the platforms of this run"))
    }
  }

  private func resolveImages(_ names: [String], mayBeNone: Bool = false) {
    checkFlags()
    lists.checkWanted()
    let wanted = wantedImages(names)
    if wanted.isEmpty {
      if diagnostics.isEmpty && !options.isDry && !mayBeNone {
        refuse(Diagnostic(.usage, "no image is left to build on the platforms of this run"))
      }
      return
    }
    if !options.isDry {
      let (haveBinaries, haveBases) = (haveBinaries(for: wanted.map(\.rule)), haveBases)
      guard haveBinaries && haveBases else { return }
    }
    guard findOwnPlaces(fileNames: []) else { return }
    for (group, rule, platform) in wanted {
      do {
        _ = try image(rule, of: group, on: platform)
      } catch {
        refuse(Diagnostic(error, at: rule.origin))
      }
    }
    plan.writtenImages = plan.images.count
    checkImageFiles()
    checkImageNames()
    plan.rules = rules.map(\.origin)
  }

  private func resolve(_ names: [String], mayBeNone: Bool = false) {
    checkFlags()
    lists.checkWanted()
    let wanted = selected(names).flatMap { instances(of: $0, isNamed: !names.isEmpty) }
    if wanted.isEmpty {
      if diagnostics.isEmpty && !options.isDry && !mayBeNone {
        refuse(Diagnostic(.usage, "no tarball is left to build on the platforms of this run"))
      }
      return
    }
    var dependencies = Dependencies(self)
    let order = dependencies.order(wanted)
    let fileNames = order.map(fileName)
    checkFileNames(fileNames, of: order)
    guard findOwnPlaces(fileNames: fileNames.compactMap { $0 }) else { return }
    for (instance, fileName) in zip(order, fileNames) {
      do {
        let tarball = try tarball(instance, fileName ?? "\(instance)")
        numbers[instance] = plan.tarballs.count
        plan.tarballs.append(tarball)
      } catch {
        refuse(Diagnostic(error))
      }
    }
    checkImageNames()
    plan.rules = rules.map(\.origin)
  }

  private func checkFlags() {
    let known = layouts.release.flags.keys.sorted() + [ReleaseLayout.gitCleanFlag]
    for flag in options.flags.keys.sorted() where !known.contains(flag) {
      let near = nearName(to: flag, in: known).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "--flag: no flag is named \(quoted(flag))\(near)"))
    }
  }

  private func selected(_ names: [String]) -> [TarballLayout] {
    for name in names where layout(name) == nil {
      let near = nearName(to: name, in: layouts.tarballs.map(\.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "no layout is named \(quoted(name))\(near)"))
    }
    return layouts.tarballs.filter { layout in
      guard names.isEmpty || names.contains(layout.name) else { return false }
      if holds(layout.condition, at: layout.origin) { return true }
      if names.isEmpty { return false }
      let flag = quoted(layout.condition?.flag ?? "")
      refuse(Diagnostic(.usage, "\(quoted(layout.name)) is turned off by the flag \(flag)", at: layout.origin))
      return false
    }
  }

  func layout(_ name: String) -> TarballLayout? { layouts.tarballs.first { $0.name == name } }

  private func instances(of layout: TarballLayout, isNamed: Bool) -> [Instance] {
    guard let selector = layout.platforms else { return [Instance(layout: layout.name, platform: nil)] }
    let platforms = lists.platforms(selector)
    if platforms.isEmpty && isNamed && !lists.isUnknown {
      refuse(Diagnostic(.usage, "\(quoted(layout.name)) is made for none of the platforms of this run"))
    }
    return platforms.map { Instance(layout: layout.name, platform: $0) }
  }

  /// The name of the archive; nil, with the mistake noted, when it is none.
  private func fileName(of instance: Instance) -> String? {
    guard let layout = layout(instance.layout) else { return nil }
    do {
      let name = try facts.fill(layout.fileName, on: instance.platform)
      if ArchivePath.isName(name) && !name.utf8.starts(with: OutputFolder.temporaryPrefix.utf8) { return name }
      throw Diagnostic(.usage, "expected a file name, found \(quoted(name))")
    } catch {
      refuse(Diagnostic(error, at: layout.fileNameOrigin))
      return nil
    }
  }

  private func checkFileNames(_ names: [String?], of order: [Instance]) {
    var seen: [[UInt8]: Instance] = [:]
    for (name, instance) in zip(names, order) {
      guard let name, let other = seen.updateValue(instance, forKey: Array(name.utf8)) else { continue }
      let reason = "two tarballs have the name \(quoted(name)): \(other) and \(instance)"
      refuse(Diagnostic(.usage, reason, at: layout(instance.layout)?.fileNameOrigin))
    }
  }

  private func tarball(_ instance: Instance, _ fileName: String) throws -> PlannedTarball {
    // Every instance comes from a layout of the set.
    guard let layout = layout(instance.layout) else { throw Diagnostic(.usage, "no layout \(instance.layout)") }
    let builder = try TarballBuilder(self, layout, instance.platform)
    for rule in layout.rules { builder.add(rule, number: number(of: rule)) }
    let tarball = builder.finish(fileName: fileName, level: options.level ?? layout.settings.level)
    try checkSize(of: tarball)
    return tarball
  }

  /// A new number for a rule, which its entries have as their origin.
  func number(of rule: EntryRule) -> UInt32 {
    rules.append(rule)
    return UInt32(truncatingIfNeeded: rules.count - 1)
  }

  /// The bases of the run. Throws `Diagnostic` when their lock cannot be read.
  func bases() throws -> Bases {
    if let openedBases { return openedBases }
    do {
      let bases = try Bases(options.locations)
      openedBases = bases
      return bases
    } catch let error as ImageError {
      throw Diagnostic(.data, "\(error)")
    }
  }

  /// Keeps the sum of all sizes far from where 64 bits end, so that nothing after has to ask.
  private func checkSize(of tarball: PlannedTarball) throws {
    for index in 0..<tarball.entries.count {
      let (sum, overflows) = bytes.addingReportingOverflow(plan.size(of: tarball, at: index) ?? 0)
      guard !overflows, sum <= Self.mostBytes else {
        let name = escapedName(tarball.entries.name(at: index))
        throw Diagnostic(.system, "\(tarball.fileName): \(name): more than \(Self.mostBytes) bytes in one release")
      }
      bytes = sum
    }
  }
}

extension Resolver.Instance: CustomStringConvertible {
  var description: String { platform.map { "\(layout) for \($0)" } ?? layout }
}

// The images of a release: which are made for which platforms, from which bases, and where in the stage they stand.

extension Resolver {
  /// The images that a run makes: those that are named, or all whose flags are on.
  func wantedImages(_ names: [String]) -> [(group: String, rule: ImageRule, platform: Platform)] {
    for name in names { checkWanted(name) }
    var wanted: [(group: String, rule: ImageRule, platform: Platform)] = []
    for (group, rule) in allImages where names.isEmpty || names.contains(rule.name) {
      if holds(rule.condition, at: rule.origin) { wanted += platforms(of: rule, in: group).map { (group, rule, $0) } }
    }
    return wanted
  }

  /// Takes note of a mistake when no image has the name, or all that have it are off.
  private func checkWanted(_ name: String) {
    let named = allImages.map(\.rule).filter { $0.name == name }
    if named.contains(where: { holds($0.condition) }) { return }
    if named.isEmpty {
      let near = nearName(to: name, in: allImages.map(\.rule.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "no image is named \(quoted(name))\(near)"))
    }
    for rule in named {
      let flag = quoted(rule.condition?.flag ?? "")
      refuse(Diagnostic(.usage, "\(quoted(rule.name)) is turned off by the flag \(flag)", at: rule.origin))
    }
  }

  /// All images of the layouts, by the name of their group.
  var allImages: [(group: String, rule: ImageRule)] {
    let groups = layouts.images?.groups ?? [:]
    return groups.keys.sorted().flatMap { group in (groups[group] ?? []).map { (group: group, rule: $0) } }
  }

  /// Two images with one output are a mistake.
  func checkImageFiles() {
    var writers: [[UInt8]: PlannedImage] = [:]
    for image in plan.images {
      for output in outputs(of: image) {
        guard let other = writers.updateValue(image, forKey: Array(output.utf8)) else { continue }
        let both = "\(other.origin) for \(other.platform) and \(image.origin) for \(image.platform)"
        refuse(Diagnostic(.usage, "two images have the output \(escapedName(output.utf8)): \(both)"))
        break
      }
    }
  }

  /// Two images of one name on one platform are a mistake: whoever loads the second takes the name from the first.
  func checkImageNames() {
    var owners: [Platform: [Reference: PlannedImage]] = [:]
    for image in plan.images {
      for reference in image.references {
        guard let owner = owners[image.platform, default: [:]].updateValue(image, forKey: reference) else { continue }
        let both = "\(owner.origin) for \(owner.platform) and \(image.origin) for \(image.platform)"
        refuse(Diagnostic(.usage, "two images are named \(reference.familiar): \(both)"))
        break
      }
    }
  }

  /// The archives of an image, and the folder that `docker build` makes it from. The tags' names follow from those.
  private func outputs(of image: PlannedImage) -> [String] {
    let staged = image.stagePlaces.map { place in
      "\(options.locations.stage)/\(place.folder)/\(place.place(of: image.fileName))"
    }
    if !image.isKept { return staged }
    let folder = "\(options.locations.images)/\(image.platform.architecture)"
    return staged + ["\(folder)/\(image.fileName)", "\(folder)/\(image.buildFolder)"]
  }

  /// One image on one platform.
  struct ImageInstance: Hashable {
    let group: String
    let name: String
    let platform: Platform
  }

  /// The number of the image in the plan; it is planned once. Throws `Diagnostic`.
  func image(_ rule: ImageRule, of group: String, on platform: Platform) throws -> Int {
    let instance = ImageInstance(group: group, name: rule.name, platform: platform)
    if let number = imageNumbers[instance] { return number }
    let image = try ImagePlanner(self, rule, on: platform).plan(stagePlaces: stagePlaces(of: rule, group, platform))
    imageNumbers[instance] = plan.images.count
    plan.images.append(image)
    return plan.images.count - 1
  }

  /// The images of a rule's list whose flags are on, in order, with their groups; names that are none are mistakes.
  func images(_ list: NameList, _ place: RulePlace) -> [(group: String, rule: ImageRule)] {
    switch list {
    case .list(let name):
      return (layouts.images?.groups[name] ?? []).filter { holds($0.condition) }.map { (name, $0) }
    case .names(let names):
      let all = allImages
      return names.flatMap { template in
        do {
          let name = try place.fill(template)
          let named = all.filter { $0.rule.name == name }
          if !named.isEmpty { return named.filter { holds($0.rule.condition) } }
          let near = nearName(to: name, in: all.map(\.rule.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
          throw Diagnostic(.usage, "no image is named \(quoted(name))\(near)")
        } catch {
          refuse(Diagnostic(error, at: place.rule.origin))
          return []
        }
      }
    }
  }

  /// Every place in the stage where a tarball looks for the image.
  private func stagePlaces(
    of wanted: ImageRule, _ group: String, _ platform: Platform
  ) -> [PlannedImage.StagePlace] {
    var places: [PlannedImage.StagePlace] = []
    forEachHolder { layout, place, images in
      guard place.platform == platform,
        images.contains(where: { $0.group == group && $0.rule.name == wanted.name })
      else { return }
      // What the root and the folder cannot be filled in with is told where the tarball is planned.
      let root = (try? facts.fill(layout.settings.root, on: layout.platforms == nil ? nil : platform)) ?? ""
      let path = [root, (try? place.to())?.text ?? ""].filter { !$0.isEmpty && $0 != "." }.joined(separator: "/")
      let stagePlace = PlannedImage.StagePlace(
        folder: "\(layout.name)/\(platform.os)-\(platform.architecture)", path: path)
      if !places.contains(stagePlace) { places.append(stagePlace) }
    }
    return places
  }

  /// The platforms that the image is made for: its own, else those on which tarballs hold it.
  func platforms(of rule: ImageRule, in group: String) -> [Platform] {
    if let selector = rule.platforms { return lists.platforms(selector) }
    var platforms: [Platform] = []
    forEachHolder { _, place, images in
      guard let platform = place.platform, !platforms.contains(platform),
        images.contains(where: { $0.group == group && $0.rule.name == rule.name })
      else { return }
      platforms.append(platform)
    }
    return platforms
  }

  /// Every rule that puts images into a tarball, on every platform.
  private func forEachHolder(
    _ body: (TarballLayout, RulePlace, [(group: String, rule: ImageRule)]) -> Void
  ) {
    for layout in layouts.tarballs where holds(layout.condition, at: layout.origin) {
      let platforms: [Platform?] = layout.platforms.map { lists.platforms($0) } ?? [nil]
      for rule in layout.rules {
        guard case .images(let list) = rule.verb, holds(rule.condition, at: rule.origin) else { continue }
        for platform in platforms.flatMap({ self.platforms(of: rule, on: $0) }) {
          let place = RulePlace(resolver: self, rule: rule, number: 0, platform: platform, image: nil)
          body(layout, place, images(list, place))
        }
      }
    }
  }

  /// The name of the file that the image is saved as. Throws `Diagnostic`.
  func fileName(of rule: ImageRule, _ subject: TemplateSubject) throws -> String {
    let name = try rule.file.map { try facts.fill($0, subject) } ?? rule.name + ImageRule.fileSuffix
    let isNamed =
      name != ImageRule.fileSuffix && name.utf8.reversed().starts(with: ImageRule.fileSuffix.utf8.reversed())
    if ArchivePath.isName(name) && isNamed { return name }
    throw Diagnostic(.usage, "expected a file name that ends in .tar, found \(quoted(name))", at: rule.origin)
  }

  /// What the templates of an image on `platform` are about. Throws `SystemError`.
  func subject(of rule: ImageRule, on platform: Platform) throws(SystemError) -> TemplateSubject {
    guard !options.isDry, let name = rule.binary else { return TemplateSubject(platform: platform, image: rule) }
    let binary = try binaryFile(name, on: platform)
    return TemplateSubject(platform: platform, image: rule, binary: binary)
  }

  /// The built executable; nil when it is not there, or no file, which the rule that brings it tells.
  ///
  /// Throws `SystemError` for all else: without a binary, the image would be another one.
  func binaryFile(_ name: String, on platform: Platform) throws(SystemError) -> SourceFile? {
    let path = binaryPath(name, on: platform)
    guard let link = try FileStatus.ifThere(path), let status = try FileStatus.followingIfThere(path), status.isFile
    else { return nil }
    return SourceFile(path: link.isSymlink ? try FilePath.resolved(path) : path, identity: status.identity)
  }

  func binaryPath(_ name: String, on platform: Platform) -> [UInt8] {
    let file = name + platform.executableSuffix
    return Array("\(options.locations.bin)/\(platform.os)/\(platform.architecture)/\(file)".utf8)
  }

  func warn(_ warning: String) { if !plan.warnings.contains(warning) { plan.warnings.append(warning) } }
}
