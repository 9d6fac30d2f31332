// One entry of a tarball's layout or of an image: the options that all entries share. The entry's verb, which says what
// it adds, is read elsewhere.

import Basics
import JSON

/// Platforms, spelled out in a layout or named as a list.
package indirect enum PlatformSelector: Equatable, Sendable {
  case list(String)
  case patterns([PlatformPattern])
  /// What both select, in the order of the first.
  case both(PlatformSelector, PlatformSelector)
}

/// A flag that must be on, or must be off.
package struct Condition: Equatable, Sendable {
  package let flag: String
  package let isOn: Bool
}

/// One entry of a tarball's layout or of an image.
package struct LayoutEntry: Sendable {
  package let origin: RuleOrigin
  /// Whether it may replace what an earlier entry added.
  package let isOverlay: Bool
  /// Its own platforms, and those of the entry that brings it in.
  package let platforms: PlatformSelector?
  /// All of these must hold.
  package let conditions: [Condition]
  /// The folder that an entry with `set` gives to what it brings in.
  package let folder: Template?
  /// The reader of the entry's templates: it knows the variables of this place.
  package let templates: TemplateDecoder
  /// Whether it is an entry of packages.
  package let isOfPackages: Bool
  /// The format of the packages that it is in; nil for all of its layout.
  package let format: PackageFormat?
  private let value: JSONValue

  /// The options that all entries share.
  package static let options = ["overlay", "platforms", "when"]
  /// The key of an entry that brings in a set.
  package static let setKey = "set"

  /// The whole entry as a field; mistakes in it are added to `notes`.
  package func field(_ notes: LayoutNotes) -> LayoutField {
    LayoutField(value: value, file: origin.file, path: origin.path, notes: notes, user: origin.user)
  }

  /// Reads an entry; `user` is the entry that brings it in, if it stands in a set.
  fileprivate init?(_ field: LayoutField, _ reader: EntryReader, of user: LayoutEntry?) {
    guard let object = field.anyObject else { return nil }
    (isOfPackages, format) = (reader.isOfPackages, reader.format)
    let (names, hasPlatform) = (reader.names, user?.templates.hasPlatform ?? reader.hasPlatform)
    value = field.value
    origin = field.origin
    isOverlay = (object["overlay"]?.bool ?? false) || user?.isOverlay == true
    let own = object["platforms"].flatMap { Self.selector($0, names, hasPlatform: hasPlatform) }
    platforms = user?.platforms.map { outer in own.map { .both(outer, $0) } ?? outer } ?? own
    conditions = (user?.conditions ?? []) + (object["when"].flatMap { Condition($0, names) }.map { [$0] } ?? [])
    templates = TemplateDecoder(
      names: names, hasPlatform: hasPlatform || object["platforms"] != nil, place: reader.place)
    folder = user?.folderOfSet
  }

  /// The folder of what it brings in, below that of the entry that brings in itself.
  private var folderOfSet: Template? {
    // Its mistakes are told where its options are read.
    let own = field(LayoutNotes()).anyObject?["to"].flatMap(templates.path)
    guard let folder, let own else { return own ?? folder }
    return folder.appending(own)
  }

  private static func selector(
    _ field: LayoutField, _ names: LayoutNames, hasPlatform: Bool
  ) -> PlatformSelector? {
    if !field.isArray { return field.platformSelector(names) }
    guard let elements = field.elements else { return nil }
    var patterns: [(field: LayoutField, pattern: PlatformPattern)] = []
    for element in elements {
      guard let text = element.string else { continue }
      guard let pattern = PlatformPattern(text) else {
        element.refuse("expected a platform such as \"linux/amd64\", found \(quoted(text))")
        continue
      }
      if !hasPlatform && pattern.platform == nil {
        element.refuse("\(pattern.isNegated ? "'!'" : "'*'") names no platform to expand over")
      }
      patterns.append((element, pattern))
    }
    for (element, pattern) in patterns where pattern.isNegated {
      if let reason = reasonAgainst(pattern, among: patterns.map(\.pattern)) { element.refuse(reason) }
    }
    return .patterns(patterns.map(\.pattern))
  }

  /// Why a pattern with "!" makes no sense among the others.
  private static func reasonAgainst(_ negated: PlatformPattern, among patterns: [PlatformPattern]) -> String? {
    if negated.isOpen { return "leaves out every platform" }
    let others = patterns.filter { !$0.isNegated }
    if let all = others.first(where: negated.covers) { return "leaves out all of \(quoted("\(all)"))" }
    return others.isEmpty || others.contains(where: negated.meets)
      ? nil : "leaves out nothing: the others do not select such a platform"
  }
}

/// Reads the entries of one tarball or image.
struct EntryReader {
  let names: LayoutNames
  /// Whether the tarball or image has a platform, which every entry then shares.
  let hasPlatform: Bool
  var place = TemplatePlace.tarball
  /// Whether the entries are of packages, and the format of these; nil for all of a layout.
  var isOfPackages = false
  var format: PackageFormat?

  /// One entry that brings in no set.
  func entry(_ field: LayoutField) -> LayoutEntry? { LayoutEntry(field, self, of: nil) }

  /// The entries of an array. After each that brings in a set come the entries of that set.
  func entries(_ list: LayoutField) -> [LayoutEntry] { entries(list, of: nil, in: []) }

  /// `chain` are the sets that this list is in.
  private func entries(_ list: LayoutField, of user: LayoutEntry?, in chain: [String]) -> [LayoutEntry] {
    (list.elements ?? []).flatMap { field -> [LayoutEntry] in
      guard let entry = LayoutEntry(field, self, of: user) else { return [] }
      // What is wrong with the name is told by the verb, and circles by the sets.
      guard place != .set, case .string(let set)? = field.anyObject?[LayoutEntry.setKey]?.value.kind,
        !chain.contains(set), chain.count < EntrySets.longestChain,
        let brought = names.sets.list(set, for: entry.origin, field.notes)
      else { return [entry] }
      guard field.notes.bringIn(brought.elements?.count ?? 0) else {
        field.refuse("expected at most \(LayoutNotes.mostBroughtIn) entries of sets in a release, found more")
        return []
      }
      return [entry] + entries(brought, of: entry, in: chain + [set])
    }
  }
}

extension Condition {
  /// The condition that a `when` spells: a flag's name, with "!" before it when the flag must be off.
  init?(_ field: LayoutField, _ names: LayoutNames) {
    guard let text = field.string else { return nil }
    isOn = !text.hasPrefix("!")
    flag = isOn ? text : String(text.dropFirst())
    names.check("flag", flag, in: names.flags, at: field)
  }
}
