// One entry of a tarball's layout or of an image: the options that all entries share. The entry's verb, which says what
// it adds, is read elsewhere.

import Basics
import JSON

/// Platforms, spelled out in a layout or named as a list.
package enum PlatformSelector: Equatable, Sendable {
  case list(String)
  case patterns([PlatformPattern])
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
  package let platforms: PlatformSelector?
  package let condition: Condition?
  /// The reader of the entry's templates: it knows the variables of this place.
  package let templates: TemplateDecoder
  private let value: JSONValue

  /// The options that all entries share.
  package static let options = ["overlay", "platforms", "when"]

  /// The whole entry as a field; mistakes in it are added to `notes`.
  package func field(_ notes: LayoutNotes) -> LayoutField {
    LayoutField(value: value, file: origin.file, path: origin.path, notes: notes)
  }

  /// Reads an entry of `place`; `hasPlatform` when its tarball or image has a platform, which every entry then shares.
  init?(_ field: LayoutField, _ names: LayoutNames, hasPlatform: Bool, in place: TemplatePlace = .tarball) {
    guard let object = field.anyObject else { return nil }
    value = field.value
    origin = field.origin
    isOverlay = object["overlay"]?.bool ?? false
    platforms = object["platforms"].flatMap { Self.selector($0, names, hasPlatform: hasPlatform) }
    condition = object["when"].flatMap { Condition($0, names) }
    templates = TemplateDecoder(names: names, hasPlatform: hasPlatform || object["platforms"] != nil, place: place)
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

extension Condition {
  /// The condition that a `when` spells: a flag's name, with "!" before it when the flag must be off.
  init?(_ field: LayoutField, _ names: LayoutNames) {
    guard let text = field.string else { return nil }
    isOn = !text.hasPrefix("!")
    flag = isOn ? text : String(text.dropFirst())
    names.check("flag", flag, in: names.flags, at: field)
  }
}
