// From layouts to a plan: which tarballs, for which platforms, in which order, with which entries. It looks at the
// tree with lstat alone and collects every mistake before it gives up.

import Archive
import Image
import JSON

/// Makes the plan of a release.
package final class Resolver {
  let layouts: LayoutSet
  let options: ReleaseOptions
  let facts: ReleaseFacts
  let lists: PlatformLists
  var plan = Plan()
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
  }

  /// The plan of the tarballs whose layouts are named, or of all, and of those that they hold.
  ///
  /// Throws `PlanErrors` with all mistakes.
  package static func plan(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try run(layouts, options) { try $0.resolve(names) }
  }

  /// The plan of the images that are named, or of all, on the platforms of the run; no tarballs.
  ///
  /// Throws `PlanErrors` with all mistakes.
  package static func planImages(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    try run(layouts, options) { try $0.resolveImages(names) }
  }

  /// What `body` plans, which throws what ends planning at once.
  private static func run(
    _ layouts: LayoutSet, _ options: ReleaseOptions, _ body: (Resolver) throws -> Void
  ) throws(PlanErrors) -> Plan {
    let resolver = Resolver(layouts, options)
    do {
      try options.locations.check(.root)
      try body(resolver)
    } catch {
      resolver.refuse(Diagnostic(error))
    }
    guard resolver.diagnostics.isEmpty else { throw PlanErrors(diagnostics: resolver.diagnostics) }
    return resolver.plan
  }

  /// Takes note of a mistake; one that a rule makes on every platform is told once.
  func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.description.utf8)).inserted { diagnostics.append(diagnostic) }
  }

  private func resolveImages(_ names: [String]) throws {
    checkFlags()
    try lists.checkWanted()
    let wanted = try wantedImages(names)
    if !diagnostics.isEmpty { return }
    if wanted.isEmpty { throw Diagnostic(.usage, "no image is left to build on the platforms of this run") }
    guard try bases().exist else {
      let folder = escapedName(options.locations.bases.utf8)
      throw Diagnostic(.data, "\(folder): no bases; `kpack base add` and `skopeo copy ... oci:\(folder):REF` fill it")
    }
    own = try OwnPlaces(options.locations, fileNames: [])
    for (group, rule, platform) in wanted {
      do {
        _ = try image(rule, of: group, on: platform)
      } catch {
        refuse(Diagnostic(error, at: rule.origin))
      }
    }
    checkImageFiles()
    checkImageNames()
    plan.rules = rules.map(\.origin)
  }

  private func resolve(_ names: [String]) throws {
    checkFlags()
    try lists.checkWanted()
    let wanted = try selected(names).flatMap { try instances(of: $0, isNamed: !names.isEmpty) }
    if !diagnostics.isEmpty { return }
    if wanted.isEmpty { throw Diagnostic(.usage, "no tarball is left to build on the platforms of this run") }
    var dependencies = Dependencies(self)
    let order = try dependencies.order(wanted)
    let fileNames = try order.map(fileName)
    try checkFileNames(fileNames, of: order)
    own = try OwnPlaces(options.locations, fileNames: fileNames)
    for (instance, fileName) in zip(order, fileNames) {
      do {
        let tarball = try tarball(instance, fileName)
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

  private func selected(_ names: [String]) throws -> [TarballLayout] {
    for name in names where layout(name) == nil {
      let near = nearName(to: name, in: layouts.tarballs.map(\.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
      refuse(Diagnostic(.usage, "no layout is named \(quoted(name))\(near)"))
    }
    return try layouts.tarballs.filter { layout in
      guard names.isEmpty || names.contains(layout.name) else { return false }
      if try facts.holds(layout.condition) { return true }
      if names.isEmpty { return false }
      let flag = quoted(layout.condition?.flag ?? "")
      refuse(Diagnostic(.usage, "\(quoted(layout.name)) is turned off by the flag \(flag)", at: layout.origin))
      return false
    }
  }

  func layout(_ name: String) -> TarballLayout? { layouts.tarballs.first { $0.name == name } }

  private func instances(of layout: TarballLayout, isNamed: Bool) throws -> [Instance] {
    guard let selector = layout.platforms else { return [Instance(layout: layout.name, platform: nil)] }
    let platforms = try lists.platforms(selector)
    if platforms.isEmpty && isNamed {
      refuse(Diagnostic(.usage, "\(quoted(layout.name)) is made for none of the platforms of this run"))
    }
    return platforms.map { Instance(layout: layout.name, platform: $0) }
  }

  private func fileName(of instance: Instance) throws -> String {
    guard let layout = layout(instance.layout) else { return "" }
    do {
      let name = try facts.fill(layout.fileName, on: instance.platform)
      if ArchivePath.isName(name) && !name.utf8.starts(with: OutputFolder.temporaryPrefix.utf8) { return name }
      throw Diagnostic(.usage, "expected a file name, found \(quoted(name))")
    } catch {
      throw Diagnostic(error, at: layout.fileNameOrigin)
    }
  }

  private func checkFileNames(_ names: [String], of order: [Instance]) throws {
    var seen: [[UInt8]: Instance] = [:]
    for (name, instance) in zip(names, order) {
      if let other = seen.updateValue(instance, forKey: Array(name.utf8)) {
        throw Diagnostic(.usage, "two tarballs have the name \(quoted(name)): \(other) and \(instance)")
      }
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
