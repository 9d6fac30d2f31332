// "binaries": built binaries, from the folder of their platform.

import Basics
import Layout

/// Built binaries.
struct BinariesVerb: Verb {
  let names: NameList
  let renaming: Renaming?

  static let key = "binaries"
  static let guide = VerbGuide(argument: "LIST", brings: "LIST may be an array of names")
  static let options = ["to", "rename", "optional", "mode", "owner", "capabilities", "unchecked"]
  static let needsTo = false

  init?(_ entry: VerbEntry) {
    let names = entry.nameList(of: "list of binaries", entry.names.binaries)
    entry.checkPlatform()
    renaming = names.flatMap { names in entry.object["rename"].flatMap { Renaming($0, of: names, entry) } }
    guard let names else { return nil }
    self.names = names
  }

  /// The binary of this name.
  init(_ name: String) { (names, renaming) = (.names([Template(literal: name)]), nil) }

  var templates: [Template] { names.templates + (renaming?.templates ?? []) }
  var isChosenByPlatform: Bool { true }

  func add(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    guard let platform = place.platform else { return }
    try context.locations.check(.bin)
    let binaries = BuiltBinaries(context.facts)
    for name in try place.names(names, of: context.facts.layouts.release.binaries) {
      let path = try path(of: name, on: platform, place)
      let source = try binaries.path(name, on: platform)
      let request = SingleFile(source: source, path: path, fault: .system, binary: (name, platform))
      guard let found = try request.find(for: &draft, at: place, in: context) else { continue }
      draft.addFile(
        found.file, found.status, at: path.bytes, place, for: FilePurpose(builtFor: platform))
    }
  }

  func addNames(to draft: inout Draft, at place: RulePlace, in context: DraftContext) throws {
    _ = try place.to()
    guard let platform = place.platform else { return }
    for name in try place.names(names, of: context.facts.layouts.release.binaries) {
      draft.addName(try path(of: name, on: platform, place), of: "\(platform)/\(name)", place)
    }
  }

  /// Where the binary `name` goes: under its own name or a new one, which ends in .exe on windows too.
  private func path(of name: String, on platform: Platform, _ place: RulePlace) throws -> ArchivePath {
    let new = try renaming?.name(of: name, place) ?? name
    let suffix = platform.executableSuffix
    return try place.below(
      renaming != nil && new.utf8.reversed().starts(with: suffix.utf8.reversed()) ? new : new + suffix)
  }
}

/// New names of binaries in an archive.
enum Renaming: Equatable, Sendable {
  /// One template for all of them, in which {binary} is the name that a binary has.
  case all(Template)
  /// New names of some, by their own names.
  case some([String: Template])

  /// Reads `rename` of an entry with these binaries.
  init?(_ field: LayoutField, of names: NameList, _ entry: VerbEntry) {
    var decoder = entry.templates
    decoder.place = .binary
    if field.isString {
      guard let template = decoder.name(field) else { return nil }
      if !template.variables.contains(.binary) && entry.count(of: names) > 1 {
        field.refuse("gives all of these binaries one name; {binary} in it tells them apart")
      }
      self = .all(template)
      return
    }
    guard let members = field.members(elseExpecting: "a string, or an object of new names by name") else { return nil }
    if members.isEmpty { field.refuse("expected at least one name") }
    let known = entry.binaries(of: names)
    var renamed: [String: Template] = [:]
    for (name, field) in members {
      if let known, !known.contains(name) {
        field.refuse("none of these binaries is named \(quoted(name))\(didYouMean(name, in: known.sorted()))")
      }
      renamed[name] = decoder.name(field)
    }
    self = .some(renamed)
  }

  var templates: [Template] {
    switch self {
    case .all(let template): [template]
    case .some(let names): names.keys.sorted().compactMap { names[$0] }
    }
  }

  /// The new name of the binary `name`. Throws `Diagnostic` where it is no name of a file.
  func name(of name: String, _ place: RulePlace) throws -> String {
    let template: Template? =
      switch self {
      case .all(let template): template
      case .some(let names): names[name]
      }
    guard let template else { return name }
    var subject = place.subject
    subject.binaryName = name
    let new = try place.facts.fill(template, subject)
    if ArchivePath.isName(new) { return new }
    throw Diagnostic(.usage, "rename: expected the name of a file, found \(quoted(new))")
  }
}

extension VerbEntry {
  /// The names of these binaries; nil where a variable or an unknown list is among them.
  fileprivate func binaries(of list: NameList) -> [String]? {
    switch list {
    case .list(let name): names.binaryNames[name]
    case .names(let templates):
      templates.allSatisfy(\.variables.isEmpty) ? templates.flatMap(\.choices).map(\.text) : nil
    }
  }

  /// How many binaries the list has; 0 for an unknown one.
  fileprivate func count(of list: NameList) -> Int {
    switch list {
    case .list(let name): names.binaryNames[name]?.count ?? 0
    case .names(let templates): templates.count
    }
  }
}
