// The entries of one tarball: each rule in turn, on each platform it stands on.

import Archive
import Basics
import Files
import Image
import Layout

/// Builds the entries of one tarball.
final class TarballBuilder {
  let resolver: Resolver
  let layout: TarballLayout
  let platform: Platform?
  /// The image whose layer this is, if it is one.
  let image: ImageRule?
  let root: String
  var collector: EntryCollector
  private var holds: Set<Int> = []
  /// The numbers of the images that it holds.
  var images: Set<Int> = []
  /// Images taken from the stage folder as they stand.
  var stagedImages = 0
  /// What is sloppy about their archives.
  var stagedImageWarnings: [String] = []
  /// Stored names of what others may read in the archive and could not in the tree.
  private var opened: [[UInt8]] = []
  /// Paths of files whose sources have another name, one of files with secrets.
  var renamedSecrets: [[UInt8]] = []
  /// What is to be said of the files that the rules have brought so far.
  var findings: [FileFinding] = []

  /// `image` is what a layer on `base` is built for.
  init(
    _ resolver: Resolver, _ layout: TarballLayout, _ platform: Platform?, image: ImageRule? = nil,
    base: FileTable? = nil
  ) throws {
    self.resolver = resolver
    self.image = image
    self.layout = layout
    self.platform = platform
    root = Self.root(of: layout, on: platform, resolver)
    let impliedOwner = if case .fixed(let owner) = layout.settings.owner { owner } else { Owner.root }
    collector = EntryCollector(
      root: root, impliedOwner: impliedOwner, mtime: try resolver.facts.mtime(of: layout.settings), base: base)
  }

  private static func root(
    of layout: TarballLayout, on platform: Platform?, _ resolver: Resolver
  ) -> String {
    do {
      let root = try resolver.facts.fill(layout.settings.root, on: platform)
      if root.isEmpty || root == "." || ArchivePath.isName(root) { return root }
      throw Diagnostic(.usage, "expected the name of one folder, found \(quoted(root))")
    } catch {
      resolver.refuse(Diagnostic(error, at: layout.settings.rootOrigin ?? layout.origin))
      return ""
    }
  }

  /// Adds what a rule brings; mistakes go to the resolver.
  func add(_ rule: EntryRule, number: UInt32) {
    guard resolver.holds(rule.condition, at: rule.origin) else { return }
    for platform in resolver.platforms(of: rule, on: platform) {
      do {
        try add(RulePlace(resolver: resolver, rule: rule, number: number, platform: platform, image: image))
      } catch {
        refuse(error, of: rule)
      }
    }
  }

  /// Takes note of a mistake that a rule makes.
  func refuse(_ error: any Error, of rule: EntryRule) { resolver.refuse(Diagnostic(error, at: rule.origin)) }

  private func add(_ place: RulePlace) throws {
    if resolver.options.isDry && !place.rule.verb.isOfLayouts { return try addNames(place) }
    switch place.rule.verb {
    case .binaries(let names): try addBinaries(names, place)
    case .images(let names): try addImages(names, place)
    case .file(let path): try addFile(path, place)
    case .tree(let path): try addTree(path, place)
    case .paths(let paths): try addPaths(paths, place)
    case .git(let commit): try addGit(commit, place)
    case .text(let text): try addText(text, place)
    case .directory(let path):
      let folder = try place.archivePath(path)
      collector.add(
        folder: folder.bytes, mode: place.rule.mode ?? .folder, owner: generatedOwner, rule: place.number,
        isExplicit: place.rule.mode != nil)
    case .symlink(let target): try addSymlink(target, place)
    case .artifact: try addArtifact(place)
    }
  }

  private func addSymlink(_ target: Template, _ place: RulePlace) throws {
    guard let to = try place.to(), !isCruft(to.bytes) else { return }
    collector.add(
      .symlink, at: to.bytes, mode: .symlink, owner: generatedOwner, linkname: Array(try place.fill(target).utf8),
      rule: place.number)
  }

  private func addText(_ text: Template, _ place: RulePlace) throws {
    guard let to = try place.to() else { return }
    let content = resolver.plan.contents.add(.bytes(Array(try place.fill(text).utf8)))
    addContent(content, at: to, sourceMode: .generated, owner: generatedOwner, place)
  }

  private func addArtifact(_ place: RulePlace) throws {
    guard let to = try place.to() else { return }
    for held in resolver.held(by: place.rule, of: layout, on: place.platform) {
      // Dependencies.order put it before this one.
      guard let number = resolver.numbers[held] else { continue }
      holds.insert(number)
      let content = resolver.plan.contents.add(.artifact(number))
      addContent(content, at: to, sourceMode: .generated, owner: generatedOwner, place)
    }
  }

  /// Adds a file with distinct contents; cruft is left out.
  func addContent(
    _ content: ContentID, at path: ArchivePath, sourceMode: FileMode, owner: Owner, _ place: RulePlace
  ) {
    if isCruft(path.bytes) { return }
    collector.add(
      .file, at: path.bytes, mode: place.rule.mode ?? mode(sourceMode, isFolder: false), owner: owner,
      body: .content(content), rule: place.number)
  }

  /// Whether the archive leaves out files of this base name.
  func isCruft(_ path: [UInt8]) -> Bool { layout.settings.exclude.contains { $0.matches(file: path) } }

  /// The mode in the archive of what has this one elsewhere.
  func mode(_ mode: FileMode, isFolder: Bool) -> FileMode { layout.settings.mode.applied(to: mode, isFolder: isFolder) }

  /// The mode at `path` of the archive of a source with this status.
  func mode(of status: FileStatus, at path: [UInt8]) -> FileMode {
    let mode = mode(FileMode(bits: status.mode), isFolder: status.isFolder)
    if mode.bits & 0o004 != 0 && status.mode & 0o004 == 0 { opened.append(path) }
    return mode
  }

  /// The owner of an entry that has a source.
  func owner(_ status: FileStatus) -> Owner {
    if case .fixed(let owner) = layout.settings.owner { owner } else { status.owner }
  }

  /// The owner of an entry that has none.
  var generatedOwner: Owner { if case .fixed(let owner) = layout.settings.owner { owner } else { .root } }

  /// The tarball with its entries in order; conflicts go to the resolver.
  func finish(fileName: String, level: Int) -> PlannedTarball {
    let entries = finishEntries(fileName: fileName)
    resolver.plan.warnings += TwinNames.warnings(of: entries, in: fileName)
    resolver.plan.warnings += stagedImageWarnings.told(as: "staged images with a sloppy archive").of(fileName)
    return PlannedTarball(
      layout: layout.name, platform: platform, fileName: fileName, level: level, entries: entries,
      holds: holds.sorted(), images: images.sorted(), stagedImages: stagedImages)
  }

  /// The entries in order; conflicts go to the resolver.
  func finishEntries(fileName: String) -> TarEntryList {
    for path in collector.tooLong {
      resolver.refuse(Diagnostic(.system, "\(fileName): \(escapedName(path.prefix(100)))...: the name is too long"))
    }
    let rules = resolver.rules
    let (entries, conflicts) = sorted(&collector)
    if let warning = SecretNames.warning(of: entries, renamedSecrets, in: fileName) { resolver.warn(warning) }
    if !opened.isEmpty {
      let reason = "anybody can read in the archive, and not in the tree; archive.mode \"source\" keeps modes"
      resolver.warn("\(fileName): \(NameSample(opened)): \(reason)")
    }
    for conflict in conflicts {
      let reason = "\(escapedName(conflict.name)) \(conflict.reason { rules[Int($0)].origin })"
      let cause = SharedCause(kind: .platforms(reason), subject: fileName)
      let origin = rules[Int(conflict.second)].origin
      resolver.refuse(Diagnostic(.usage, "\(reason), in \(fileName)", at: origin, cause: cause))
    }
    tell(findings, of: entries, in: fileName)
    return entries
  }

  /// The entries that the rules have brought so far, in order.
  var entriesSoFar: TarEntryList {
    var collector = collector
    return sorted(&collector).entries
  }

  private func sorted(_ collector: inout EntryCollector) -> (entries: TarEntryList, conflicts: [EntryConflict]) {
    let rules = resolver.rules
    return collector.finish(isOverlay: { rules[Int($0)].isOverlay }, resolver.plan.contents)
  }
}

/// A rule on one platform.
struct RulePlace {
  let resolver: Resolver
  let rule: EntryRule
  let number: UInt32
  let platform: Platform?
  let image: ImageRule?

  func fill(_ template: Template) throws -> String {
    try resolver.facts.fill(template, TemplateSubject(platform: platform, image: image))
  }

  /// The path that `template` fills in to.
  func archivePath(_ template: Template) throws -> ArchivePath {
    let text = try fill(template)
    do throws(PathError) {
      return try ArchivePath(text)
    } catch {
      throw Diagnostic(.usage, "\(error), found \(quoted(text))")
    }
  }

  /// Where the rule's entries go; nil for the archive's root.
  func to() throws -> ArchivePath? { try rule.to.map(archivePath) }

  /// `name` below where the rule's entries go.
  func below(_ name: String) throws -> ArchivePath {
    try archivePath(Template(literal: try to().map { "\($0.text)/\(name)" } ?? name))
  }

  /// The names of a list, or those that the rule spells out.
  func names(_ list: NameList, of lists: [String: [String]]) throws -> [String] {
    switch list {
    case .list(let name): lists[name] ?? []
    case .names(let names): try names.map(fill)
    }
  }
}

extension FileMode {
  /// Of symlinks: POSIX leaves it open, and every writer writes this.
  static let symlink = FileMode(bits: 0o777)
}
