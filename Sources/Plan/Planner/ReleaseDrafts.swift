// Makes the drafts of a run from its options: finds the scope and the facts, then drafts each image and each tarball.

import Archive
import Basics
import Files
import Git
import Image
import Layout

/// The drafts of a run, with their mistakes and warnings.
struct ReleaseDrafts {
  private(set) var said = Diagnostics()
  /// The tarballs, each after those that it holds.
  var tarballs: [TarballDraft] = []
  /// All images: those that tarballs hold, and those that the command line asks for.
  private(set) var images: [ImageKey: ImageDraft] = [:]
  /// The images that the command line asks for.
  private(set) var ownImages: [ImageKey] = []
  private(set) var release: PlannedRelease
  /// How many images tarballs look for in the stage folder.
  var stagedImages: Int { tarballs.reduce(0) { $0 + $1.draft.stagedImages } }
  /// What a variable of the environment leaves out; nil for nothing.
  private(set) var platformCut: PlatformCut?
  /// The rules for checksum files that hold in this run.
  private(set) var checksums: [FilledChecksumRule] = []
  let git: GitArchives

  private let rules: Rules
  private let options: ReleaseOptions
  private let wanted: WantedArtifacts

  /// Drafts the `wanted` artifacts of the layouts of `rules`.
  init(_ rules: Rules, _ options: ReleaseOptions, _ wanted: WantedArtifacts) {
    (self.rules, self.options, self.wanted) = (rules, options, wanted)
    git = GitArchives(near: options.locations.out)
    release = PlannedRelease(name: rules.layouts.release.name, version: options.version, times: [])
    do {
      if !options.isDry { try options.locations.check(.root) }
      for mistake in LayoutChecks(rules).unmetConditions() + PatternCheck(rules).mistakes() { said.refuse(mistake) }
      draft()
      for warning in said.patterns.warnings { said.warn(warning) }
      // What another mistake left out is not told again.
      if said.mistakes.isEmpty { for mistake in tarballs.compactMap(\.emptiness) { said.refuse(mistake) } }
    } catch {
      said.refuse(error)
    }
  }

  /// The bases of a run, opened when the first image is to be made.
  private struct RunBases {
    /// Nil in a run on layouts alone, and for a plan without bases.
    let store: Result<Bases?, any Error>
    /// Whether one of the images stands on a base.
    let areNeeded: Bool

    /// Whether images are made from the bases, and not taken from the stage folder.
    var areUsed: Bool {
      switch store {
      case .success(let bases): bases?.exist ?? true || !areNeeded
      case .failure: false
      }
    }
  }

  private mutating func draft() {
    guard let (found, facts, bases) = findScope() else { return }
    var scope = found
    if !scope.images.isEmpty && !options.isDry && !options.assumesBases {
      let (haveBinaries, haveBases) = (haveBinaries(for: scope.images), haveBases(bases))
      // Tarballs are still drafted, so that their mistakes are told too.
      if !haveBinaries || !haveBases { scope.images = [] }
      if scope.images.isEmpty && scope.tarballs.isEmpty { return }
    }
    release = Self.release(of: scope, facts)
    release.isWhole = wanted.isWhole
    let outputs = scope.tarballs.flatMap { self.outputs(of: $0, facts) }
    checkFileNames(of: outputs)
    addChecksums(scope, outputs, facts)
    let own: OwnPlaces
    do {
      own =
        try options.isDry
        ? OwnPlaces()
        : OwnPlaces(
          options.locations, fileNames: namesOfOutputs(outputs), isCacheOfOthers: options.isCacheOfOthers)
    } catch {
      return said.refuse(error)
    }
    var context = DraftContext(facts: facts, own: own, git: git, images: .success(nil))
    let results = draftImages(scope, context, bases)
    if let bases { context.images = bases.store.map { _ in bases.areUsed ? results.mapValues(\.held) : nil } }
    draftTarballs(outputs, context)
    checkStageFolders()
    takeOwnImages(scope.images, results)
    for (key, result) in results { images[key] = try? result.image.get() }
    // In the order of the plan.
    var seen: Set<ImageKey> = []
    let keys = (scope.heldImages + scope.images).map(\.key).filter { seen.insert($0).inserted }
    let drafted = keys.compactMap { images[$0] }
    if wanted.images != nil { checkFiles(of: ownImages.compactMap { images[$0] }) }
    checkNames(of: drafted)
  }
}

// Scope and facts
extension ReleaseDrafts {
  /// Nil when there is nothing to make.
  private mutating func findScope() -> (Scope, Facts, RunBases?)? {
    var facts = Facts(rules.layouts, options)
    var lists: PlatformLists?
    var bases: RunBases?
    while true {
      var finder = ScopeFinder(rules, facts, lists: lists)
      var scope = finder.scope(of: wanted)
      let images = scope.images + scope.heldImages
      if bases == nil && !images.isEmpty { bases = openBases(for: images) }
      if bases?.areUsed == true { finder.addRules(toImagesOf: &scope) }
      lists = finder.lists
      // Facts that decide on the scope are found first.
      if !finder.unasked.isEmpty {
        facts = FactFinder(options).adding(finder.unasked, to: facts)
        continue
      }
      said.add(finder.said)
      platformCut = cut(of: scope, facts)
      if scope.tarballs.isEmpty && scope.images.isEmpty {
        refuseEmptiness()
        return nil
      }
      let asked = scope.facts(askedOf: facts, areImagesMade: bases?.areUsed == true)
      return (scope, FactFinder(options).adding(asked, to: facts), bases)
    }
  }

  private static func release(of scope: Scope, _ facts: Facts) -> PlannedRelease {
    let ofImages = (scope.images + scope.heldImages).isEmpty ? [] : [facts.layouts.release.archive.mtime]
    var seen: Set<EntryTime> = []
    // What cannot be found is a mistake of the artifact, told there.
    let times = (scope.tarballs.map(\.layout.settings.mtime) + ofImages).compactMap { try? facts.entryTime($0) }
    return PlannedRelease(
      name: facts.layouts.release.name, version: (try? facts.version?.get()) ?? facts.options.version,
      times: times.filter { seen.insert($0).inserted })
  }

  /// The cut of `scope` from that of a run on all platforms.
  private func cut(of scope: Scope, _ facts: Facts) -> PlatformCut? {
    guard case .variable = options.platformsOrigin else { return nil }
    var finder = ScopeFinder(rules, facts.forAllPlatforms())
    let all = finder.scope(of: wanted)
    // Where the folder of binaries cannot be read, all is not known; the run tells that mistake if it is one of its own.
    return finder.lists.isUnknown ? nil : PlatformCut(scope, of: all, options)
  }

  private mutating func refuseEmptiness() {
    if !said.mistakes.isEmpty || options.isDry { return }
    let kinds = [(wanted.tarballs, "no tarball"), (wanted.packages, "no package"), (wanted.images, "no image")]
    let what = kinds.filter { $0.0 != nil }.map(\.1).joined(separator: " and ")
    let reason = "\(what) is left to build on the platforms of this run"
    said.refuse(Diagnostic(.usage, options.aboutPlatforms(reason)))
  }

  private func openBases(for images: [ScopedImage]) -> RunBases {
    RunBases(
      store: Result {
        if options.isDry { return nil }
        do {
          let bases = try Bases(options.locations)
          return options.assumesBases && !bases.exist ? nil : bases
        } catch let error as ImageError {
          throw Diagnostic(.data, "\(error)")
        }
      },
      areNeeded: images.contains { image in
        image.rule.base != BaseRule.scratch || rules.of(image.rule.entries).contains { $0.verb.base != nil }
      })
  }

  /// Whether the folder of binaries is there, if it is named and one of `images` has a binary.
  private mutating func haveBinaries(for images: [ScopedImage]) -> Bool {
    if images.allSatisfy({ $0.rule.binary == nil }) { return true }
    do {
      try options.locations.check(.bin)
      return true
    } catch {
      said.refuse(error)
      return false
    }
  }

  /// Whether images can be made from bases; an error in finding that out is noted as a mistake.
  private mutating func haveBases(_ bases: RunBases?) -> Bool {
    switch bases?.store {
    case .success(.some) where bases?.areUsed == true: return true
    case .failure(let error): said.refuse(error)
    case .success, nil:
      let folder = escapedName(options.locations.bases.utf8)
      let cause = SharedCause(kind: .bases(stage: nil), subject: "")
      said.refuse(Diagnostic(.data, "\(folder): no bases", cause: cause))
    }
    return false
  }
}

// Tarballs
extension ReleaseDrafts {
  /// The name of the archive; nil, with the mistake noted, when it is not valid.
  private mutating func fileName(of tarball: ScopedTarball, _ facts: Facts) -> String? {
    do {
      var name = try facts.fill(
        tarball.layout.fileName, TemplateSubject(tarball.layout, on: tarball.key.platform))
      let suffix = tarball.key.platform?.executableSuffix ?? ""
      if tarball.layout.isBinary && !name.utf8.reversed().starts(with: suffix.utf8.reversed()) { name += suffix }
      if ArchivePath.isName(name) && !name.utf8.starts(with: OutputFolder.temporaryPrefix.utf8) { return name }
      throw Diagnostic(.usage, "expected a file name, found \(quoted(name))")
    } catch {
      said.refuse(error, at: tarball.layout.fileNameOrigin)
      return nil
    }
  }

  /// The files that are made of a layout on a platform: a tarball, or its packages without those that have mistakes.
  private mutating func outputs(of tarball: ScopedTarball, _ facts: Facts) -> [NamedOutput] {
    if !tarball.layout.isOfPackages {
      return [NamedOutput(name: fileName(of: tarball, facts), tarball: tarball, package: nil)]
    }
    var said = Diagnostics()
    let packages = tarball.layout.packages.compactMap { PackageDraft($0, on: tarball.key.platform, facts, &said) }
    self.said.add(said)
    return packages.map { NamedOutput(name: $0.fields.fileName, tarball: tarball, package: $0) }
  }

  private mutating func checkFileNames(of outputs: [NamedOutput]) {
    var seen: [[UInt8]: TarballKey] = [:]
    for output in outputs {
      let key = output.tarball.key
      guard let name = output.name, let other = seen.updateValue(key, forKey: Array(name.utf8)) else { continue }
      let kind = output.package == nil ? "tarballs" : "packages"
      let reason = "two \(kind) have the name \(quoted(name)): \(other) and \(key)"
      said.refuse(
        Diagnostic(.usage, reason, at: output.package?.fileNameOrigin ?? output.tarball.layout.fileNameOrigin))
    }
  }

  /// Fills in the rules for checksum files. Notes a mistake when one of these would have the name of another output.
  private mutating func addChecksums(_ scope: Scope, _ outputs: [NamedOutput], _ facts: Facts) {
    var origins: [RuleOrigin?] = []
    for rule in scope.checksums {
      do {
        checksums.append(try FilledChecksumRule(rule, facts))
        origins.append(rule.origin)
      } catch {
        said.refuse(error, at: rule.origin)
      }
    }
    let written = outputs.filter(\.tarball.isWritten)
    let files = Dictionary(written.compactMap { file in file.name.map { (Array($0.utf8), file.tarball) } }) { $1 }
    var seen: Set<[UInt8]> = []
    for (rule, origin) in zip(checksums, origins) {
      for name in rule.names(for: written.compactMap(\.name)) {
        if let tarball = files[Array(name.utf8)] {
          let reason = "the checksum file \(quoted(name)) has the name of \(tarball.key)"
          said.refuse(Diagnostic(.usage, reason, at: origin ?? tarball.layout.fileNameOrigin))
        } else if !seen.insert(Array(name.utf8)).inserted {
          said.refuse(Diagnostic(.usage, "two checksum files have the name \(quoted(name))", at: origin))
        }
      }
    }
  }

  /// The names of all files in the out folder.
  private func namesOfOutputs(_ outputs: [NamedOutput]) -> [String] {
    let names = outputs.compactMap(\.name)
    return names + checksums.flatMap { $0.names(for: names) }
  }

  /// Notes a mistake when two tarballs have one folder in the stage, or one of them a folder in the other's.
  private mutating func checkStageFolders() {
    let units = tarballs.compactMap { tarball in tarball.unit.map { (unit: $0, tarball: tarball) } }
      .sorted { bytesPrecede(Array("\($0.unit.path)/".utf8), Array("\($1.unit.path)/".utf8)) }
    for (unit, tarball) in units { checkOthers(of: unit, tarball) }
    for (unit, tarball) in units where unit.name.utf8.starts(with: OutputFolder.temporaryPrefix.utf8) {
      let found = "the folder \(quoted(unit.path)) of the stage for \(tarball.key) has a name of runs at work"
      said.refuse(Diagnostic(.usage, found, at: tarball.origin))
    }
    for (first, second) in zip(units, units.dropFirst())
    where "\(second.unit.path)/".utf8.starts(with: "\(first.unit.path)/".utf8) {
      let both = "\(first.tarball.key) and \(second.tarball.key)"
      let found = "two tarballs have the folder \(quoted(first.unit.path)) of the stage: \(both)"
      let reason = "\(found); give one another \"stage\""
      said.refuse(Diagnostic(.usage, reason, at: second.tarball.origin))
    }
  }

  /// Notes a mistake when a layout that may not be in this run has its folders where the unit of `tarball` is, or in it.
  private mutating func checkOthers(of unit: StageUnit, _ tarball: TarballDraft) {
    guard let layout = rules.layouts.tarball(tarball.key.layout), layout.platforms == nil else { return }
    for other in rules.layouts.tarballs where other.name != layout.name && other.isStaged && other.stage == layout.stage
    {
      // Two layouts of which a flag chooses one may have one folder.
      let isEither = other.condition?.flag == layout.condition?.flag && other.condition?.isOn != layout.condition?.isOn
      if isEither || (other.platforms != nil && unit.parent == layout.stage) { continue }
      // Told below where both are in this run.
      if other.platforms == nil && tarballs.contains(where: { $0.key.layout == other.name }) { continue }
      let found = "the layouts \(quoted(layout.name)) and \(quoted(other.name)) have one folder of the stage"
      let remedy = other.platforms == nil ? "" : " or give \(quoted(layout.name)) a root folder"
      said.refuse(
        Diagnostic(.usage, "\(found), \(quoted(layout.stage)); give one another \"stage\"\(remedy)", at: tarball.origin)
      )
    }
  }

  private mutating func draftTarballs(_ outputs: [NamedOutput], _ context: DraftContext) {
    for output in outputs {
      do {
        let name = output.name ?? "\(output.tarball.key)"
        let draft = try TarballDraft(output.tarball, as: name, output.package, in: context)
        said.add(draft.draft.said)
        tarballs.append(draft)
      } catch {
        said.refuse(error)
      }
    }
  }
}

/// A file that is made of a layout on a platform: a tarball or a package.
private struct NamedOutput {
  /// Nil where it has a mistake.
  let name: String?
  let tarball: ScopedTarball
  let package: PackageDraft?
}

// Images
extension ReleaseDrafts {
  private func draftImages(
    _ scope: Scope, _ context: DraftContext, _ bases: RunBases?
  ) -> [ImageKey: ImageDraftResult] {
    var results: [ImageKey: ImageDraftResult] = [:]
    guard let bases, bases.areUsed, case .success(let store) = bases.store else { return [:] }
    var context = context
    context.bases = store
    for image in scope.heldImages + scope.images where results[image.key] == nil {
      results[image.key] = ImageDrafter.draft(image, in: context, on: store)
    }
    return results
  }

  private mutating func takeOwnImages(_ images: [ScopedImage], _ results: [ImageKey: ImageDraftResult]) {
    for image in images {
      guard let result = results[image.key] else { continue }
      said.add(result.said)
      switch result.image {
      case .success: ownImages.append(image.key)
      case .failure(let error): said.refuse(error, at: image.rule.origin)
      }
    }
  }

  /// Notes a mistake when two images have one output.
  private mutating func checkFiles(of images: [ImageDraft]) {
    var writers: [[UInt8]: ImageDraft] = [:]
    for image in images {
      for output in image.outputs(in: options.locations) {
        guard let other = writers.updateValue(image, forKey: Array(output.utf8)) else { continue }
        let both = "\(other.shown) and \(image.shown)"
        said.refuse(Diagnostic(.usage, "two images have the output \(escapedName(output.utf8)): \(both)"))
        break
      }
    }
  }

  /// Notes a mistake when two images have one name on one platform: an engine moves the name to the one loaded last.
  private mutating func checkNames(of images: [ImageDraft]) {
    var owners: [Platform: [Reference: ImageDraft]] = [:]
    let own = Set(ownImages)
    for image in images {
      let isReleased = own.contains(image.key) && image.archives.contains(.released)
      for reference in image.references(in: isReleased ? .released : .plain) {
        guard let owner = owners[image.key.platform, default: [:]].updateValue(image, forKey: reference) else {
          continue
        }
        let both = "\(owner.shown) and \(image.shown)"
        said.refuse(Diagnostic(.usage, "two images are named \(reference.familiar): \(both)"))
        break
      }
    }
  }
}

/// One tarball before the plan takes it in.
struct TarballDraft: Sendable {
  let key: TarballKey
  /// The name of the archive.
  let fileName: String
  /// The deflate level, 0 to 9.
  let level: Int
  /// Whether its one entry is shipped as it is.
  let isBinary: Bool
  var entries: TarEntryList
  /// The draft that has the numbers of the entries' sources and origins.
  var draft: Draft
  /// Whether its archive is written.
  let isWritten: Bool
  /// Where its entries go in the stage; nil where its layout has no folder there.
  let unit: StageUnit?
  /// The place of its layout, for messages.
  let origin: RuleOrigin
  /// The mistake that nothing is in it, where that is one.
  let emptiness: Diagnostic?
  /// The package that is made of the entries in place of a tarball.
  private(set) var package: PackageDraft?

  /// Goes through the rules of a tarball, or of `package`. Throws when its time is not known.
  init(
    _ tarball: ScopedTarball, as fileName: String, _ package: PackageDraft? = nil, in context: DraftContext
  ) throws {
    let settings = tarball.layout.settings
    (key, self.fileName, isWritten) = (tarball.key, fileName, tarball.isWritten)
    self.package = package
    level = context.options.level ?? settings.level
    isBinary = tarball.layout.isBinary
    let root = Result { try Self.root(of: tarball, context.facts) }
    let style = EntryStyle(
      root: (try? root.get()) ?? "", owner: package == nil ? settings.owner : .fixed(.root), exclude: settings.exclude,
      mode: settings.mode,
      mtime: try context.facts.mtime(settings.mtime))
    let layout = tarball.layout
    origin = layout.origin
    unit =
      layout.isStaged
      ? StageUnit(
        layout, on: tarball.key.platform, root: style.root, isShared: context.facts.layouts.isStageShared(layout))
      : nil
    draft = Draft(tarball.layout.name, style)
    if case .failure(let error) = root {
      draft.said.refuse(error, at: settings.rootOrigin ?? tarball.layout.origin)
    }
    let rules = tarball.rules.filter { $0.rule.format == nil || $0.rule.format == package?.fields.format }
    draft.add(rules, TemplateSubject(layout, on: tarball.key.platform), in: context)
    entries = draft.finish(as: fileName)
    emptiness = Self.emptiness(of: tarball, entries, context)
    self.package?.take(entries, &draft, in: context)
    for warning in TwinNames.warnings(of: entries, in: fileName) { draft.said.warn(warning) }
    if !isBinary, ArchiveFormat(fileName: Array(fileName.utf8)) == .zip,
      let warning = ZipNames.warning(of: entries, in: fileName)
    {
      draft.said.warn(warning)
    }
    for warning in draft.stagedImageWarnings.told(as: "staged images with a sloppy archive").of(fileName) {
      draft.said.warn(warning)
    }
  }

  /// The mistake that nothing is in a tarball; nil where something is, or may not be. Without a tree only one without
  /// entries is known to be empty.
  private static func emptiness(
    of tarball: ScopedTarball, _ entries: TarEntryList, _ context: DraftContext
  ) -> Diagnostic? {
    let layout = tarball.layout
    // A package may do no more than depend on others.
    if layout.isOptional || layout.isOfPackages { return nil }
    let isEmpty =
      context.options.isDry
      ? layout.entries.isEmpty
      : (0..<entries.count).allSatisfy {
        entries.kind(at: $0) == .directory && entries.origin(at: $0) == EntryCollector.implied
      }
    if !isEmpty { return nil }
    let reason = "none of its entries brings anything, and \"optional\": true does not say that it may be empty"
    guard let platform = tarball.key.platform else { return Diagnostic(.usage, reason, at: layout.origin) }
    return Diagnostic(.usage, reason, for: platform, at: layout.origin)
  }

  private static func root(of tarball: ScopedTarball, _ facts: Facts) throws -> String {
    if tarball.layout.isOfPackages { return PackageDraft.root }
    let layout = tarball.layout
    let root = try facts.fill(layout.settings.root, TemplateSubject(layout, on: tarball.key.platform))
    if root.isEmpty || root == "." || ArchivePath.isName(root) { return root }
    throw Diagnostic(.usage, "expected the name of one folder, found \(quoted(root))")
  }
}
