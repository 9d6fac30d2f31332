// From layouts to a plan: which tarballs, for which platforms, in which order, with which entries. It looks at the
// tree with lstat alone and collects every mistake before it gives up.

import Archive
import JSON

/// Makes the plan of a release.
package final class Resolver {
  let layouts: LayoutSet
  let options: ReleaseOptions
  let facts: ReleaseFacts
  var lists: PlatformLists
  var plan = Plan()
  var own = OwnPlaces(folders: [], files: [])
  /// The distinct contents that source files have become, by file.
  var sourceContents: [FileKey: ContentID] = [:]
  var commits: [String: Int] = [:]
  private(set) var rules: [EntryRule] = []
  private var diagnostics: [Diagnostic] = []
  private var told: Set<[UInt8]> = []

  /// One archive to make: a layout on a platform, or on none.
  struct Instance: Hashable {
    let layout: String
    let platform: Platform?
  }

  /// The numbers of the instances that are planned.
  private(set) var numbers: [Instance: Int] = [:]

  private init(_ layouts: LayoutSet, _ options: ReleaseOptions) throws {
    self.layouts = layouts
    self.options = options
    facts = ReleaseFacts(options, layouts)
    lists = try PlatformLists(layouts, options)
  }

  /// The plan of the tarballs whose layouts are named, or of all, and of those that they hold.
  ///
  /// Throws `PlanErrors` with all mistakes.
  package static func plan(
    _ layouts: LayoutSet, _ options: ReleaseOptions, names: [String] = []
  ) throws(PlanErrors) -> Plan {
    do {
      let resolver = try Resolver(layouts, options)
      try resolver.resolve(names)
      guard resolver.diagnostics.isEmpty else { throw PlanErrors(diagnostics: resolver.diagnostics) }
      return resolver.plan
    } catch let errors as PlanErrors {
      throw errors
    } catch {
      throw PlanErrors(diagnostics: [Diagnostic(error)])
    }
  }

  /// Takes note of a mistake; one that a rule makes on every platform is told once.
  func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.message.utf8)).inserted { diagnostics.append(diagnostic) }
  }

  private func resolve(_ names: [String]) throws {
    try checkFlags()
    let wanted = try instances(of: try selected(names))
    if wanted.isEmpty { throw Diagnostic(.usage, "no tarball is left to build on the platforms of this run") }
    var dependencies = Dependencies(self)
    let order = try dependencies.order(wanted)
    let fileNames = try order.map(fileName)
    try checkFileNames(fileNames, of: order)
    own = OwnPlaces(
      folders: options.locations.own, files: fileNames.map { "\(options.locations.out)/\($0)" })
    for (instance, fileName) in zip(order, fileNames) { try add(instance, fileName) }
    plan.rules = rules.map(\.origin)
  }

  private func checkFlags() throws {
    let known = layouts.release.flags.keys.sorted() + [ReleaseLayout.gitCleanFlag]
    for flag in options.flags.keys.sorted() where !known.contains(flag) {
      let near = nearName(to: flag, in: known).map { "; did you mean \(quoted($0))?" }.orEmpty
      throw Diagnostic(.usage, "--flag: no flag is named \(quoted(flag))\(near)")
    }
  }

  private func selected(_ names: [String]) throws -> [TarballLayout] {
    for name in names where layout(name) == nil {
      let near = nearName(to: name, in: layouts.tarballs.map(\.name)).map { "; did you mean \(quoted($0))?" }.orEmpty
      throw Diagnostic(.usage, "no layout is named \(quoted(name))\(near)")
    }
    return try layouts.tarballs.filter { layout in
      guard names.isEmpty || names.contains(layout.name) else { return false }
      if try facts.holds(layout.condition) { return true }
      if names.isEmpty { return false }
      throw Diagnostic(.usage, "\(layout.origin.file): the flag \(quoted(layout.condition?.flag ?? "")) turns it off")
    }
  }

  func layout(_ name: String) -> TarballLayout? { layouts.tarballs.first { $0.name == name } }

  private func instances(of layouts: [TarballLayout]) throws -> [Instance] {
    layouts.flatMap { layout in
      guard let selector = layout.platforms else { return [Instance(layout: layout.name, platform: nil)] }
      return lists.platforms(selector).map { Instance(layout: layout.name, platform: $0) }
    }
  }

  private func fileName(of instance: Instance) throws -> String {
    guard let layout = layout(instance.layout) else { return "" }
    let place = "\(layout.origin.file): tarball"
    let name = try facts.fill(layout.fileName, on: instance.platform, for: place)
    let isName = (try? ArchivePath(name)) != nil && !name.contains("/")
    if isName && !name.hasPrefix(OutputFolder.temporaryPrefix) { return name }
    throw Diagnostic(.usage, "\(place): expected a file name, found \(quoted(name))")
  }

  private func checkFileNames(_ names: [String], of order: [Instance]) throws {
    var seen: [[UInt8]: Instance] = [:]
    for (name, instance) in zip(names, order) {
      if let other = seen.updateValue(instance, forKey: Array(name.utf8)) {
        throw Diagnostic(.usage, "two tarballs have the name \(quoted(name)): \(other) and \(instance)")
      }
    }
  }

  private func add(_ instance: Instance, _ fileName: String) throws {
    guard let layout = layout(instance.layout) else { return }
    let builder = try TarballBuilder(self, layout, instance.platform)
    for rule in layout.rules {
      let number = UInt32(truncatingIfNeeded: rules.count)
      rules.append(rule)
      builder.add(rule, number: number)
    }
    plan.tarballs.append(
      builder.finish(fileName: fileName, level: options.level ?? layout.settings.level))
    numbers[instance] = plan.tarballs.count - 1
  }
}

extension Resolver.Instance: CustomStringConvertible {
  var description: String { platform.map { "\(layout) for \($0)" } ?? layout }
}

extension Diagnostic {
  /// The mistake that an error of any layer is.
  init(_ error: any Error) {
    switch error {
    case let diagnostic as Diagnostic: self = diagnostic
    case let error as VersionError:
      if case .file = error { self.init(.usage, "\(error)") } else { self.init(.system, "\(error)") }
    default: self.init(.system, "\(error)")
    }
  }
}
