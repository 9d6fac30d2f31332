// A value of a layout file before it becomes a typed one. It knows its place, so that a mistake in it can be reported
// with file, line, column and path.

import Basics
package import JSON

/// A JSON value with its place in a layout file.
package struct LayoutField {
  package let value: JSONValue
  package let file: String
  package let path: String
  package let notes: LayoutNotes
  /// The entry that brings it in, where it stands in a set.
  var user: String?

  /// The place of the field, as that of a rule.
  package var origin: RuleOrigin { RuleOrigin(file: file, position: value.position, path: path, user: user) }

  /// A field at the same place with `string`, a part of this value, as its value.
  func holding(_ string: String) -> LayoutField {
    let value = JSONValue(position: value.position, kind: .string(string))
    return below(value, path)
  }

  /// `value`, a part of this one at `path`, as a field.
  private func below(_ value: JSONValue, _ path: String) -> LayoutField {
    let file = notes.path(ofDocument: value.position.document) ?? file
    return LayoutField(value: value, file: file, path: path, notes: notes, user: user)
  }

  /// Another value at the same place.
  func with(_ kind: JSONValue.Kind) -> LayoutField { below(JSONValue(position: value.position, kind: kind), path) }

  /// The member at `key` of an object; nil, without a mistake, where there is none.
  func member(_ key: String) -> LayoutField? {
    guard case .object(let members) = value.kind else { return nil }
    return members.first { $0.key.utf8.elementsEqual(key.utf8) }.map { below($0.value, path(of: key)) }
  }

  /// Adds a mistake at this place.
  package func refuse(_ reason: String) {
    notes.add(LayoutError(file: file, position: value.position, path: path, reason: reason), of: user)
  }

  /// The value as `wanted` converts it; nil when `wanted` throws, and the mistake is noted.
  package func taking<Wanted>(_ wanted: (String) throws -> Wanted) -> Wanted? {
    guard let string else { return nil }
    do {
      return try wanted(string)
    } catch {
      refuse("\(error), found \(quoted(string))")
      return nil
    }
  }

  /// The value in few words, for messages.
  package var found: String { value.kind.described }

  /// Whether the value is an array; no mistake when it is not.
  package var isArray: Bool { if case .array = value.kind { true } else { false } }

  /// Whether the value is an object; no mistake when it is not.
  package var isObject: Bool { if case .object = value.kind { true } else { false } }

  /// Whether the value is an array or an object with nothing in it.
  package var isEmpty: Bool {
    switch value.kind {
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    case .null, .bool, .number, .string: false
    }
  }

  /// Whether the value is exactly this string; no mistake when it is not.
  package func isString(_ string: String) -> Bool { value.kind == .string(string) }

  /// Whether the value is a string; no mistake when it is not.
  package var isString: Bool { if case .string = value.kind { true } else { false } }

  /// Whether the value is an object with at least one of these keys; no mistake when it is not.
  func isObject(withAnyOf keys: [String]) -> Bool {
    if case .object(let members) = value.kind { members.contains { keys.contains($0.key) } } else { false }
  }

  /// The value as a string; notes a mistake when it is something else.
  package var string: String? {
    if case .string(let string) = value.kind { return string }
    refuse("expected a string, found \(found)")
    return nil
  }

  /// The value as true or false; notes a mistake when it is something else.
  package var bool: Bool? {
    if case .bool(let bool) = value.kind { return bool }
    refuse("expected true or false, found \(found)")
    return nil
  }

  /// The value as a whole number within `range`.
  func integer(in range: ClosedRange<Int64>) -> Int64? {
    if case .number(let text) = value.kind, let number = Int64(text), range.contains(number) { return number }
    refuse("expected a whole number from \(range.lowerBound) to \(range.upperBound), found \(found)")
    return nil
  }

  /// The elements of an array.
  package var elements: [LayoutField]? {
    guard case .array(let values) = value.kind else {
      refuse("expected an array, found \(found)")
      return nil
    }
    return values.enumerated().map { index, value in below(value, "\(path)[\(index)]") }
  }

  /// The members of an object, in order.
  var members: [(key: String, field: LayoutField)]? {
    guard case .object(let members) = value.kind else {
      refuse("expected an object, found \(found)")
      return nil
    }
    return members.map { member in (member.key, below(member.value, path(of: member.key))) }
  }

  /// The members of an object; notes `wanted` as what was expected when the value is something else.
  package func members(elseExpecting wanted: String) -> [(key: String, field: LayoutField)]? {
    if case .object = value.kind { return members }
    refuse("expected \(wanted), found \(found)")
    return nil
  }

  /// The members of an object whose keys are names that the user chooses; keys that are not valid names are refused.
  var namedMembers: [(key: String, field: LayoutField)]? {
    members?.filter { key, field in
      if LayoutName.isValid(key) { return true }
      field.refuse("expected a name of letters, digits, '.', '_' and '-', found \(quoted(key))")
      return false
    }
  }

  /// The key of a note for people, which stands wherever a layout's keys are given.
  private static let comment = "$comment"

  /// The members of an object without its comment; keys that are not in `keys` are refused.
  package func object(_ keys: [String]) -> LayoutObject? {
    guard case .object(let members) = value.kind else {
      refuse("expected an object, found \(found)")
      return nil
    }
    for member in members where !keys.contains(member.key) && member.key != Self.comment {
      let near = didYouMean(member.key, in: keys)
      let all = keys.filter { $0 != "$schema" }.map { quoted($0) }.joined(separator: ", ")
      let reason = near.isEmpty ? "unknown key; the keys here are \(all)" : "unknown key\(near)"
      // The key may stand in another file than its object: that of a set which this one extends.
      let file = notes.path(ofDocument: member.keyPosition.document) ?? file
      notes.add(
        LayoutError(file: file, position: member.keyPosition, path: path(of: member.key), reason: reason), of: user)
    }
    let fields = self.members ?? []
    // Read, so that one that is no string is refused.
    for (key, field) in fields where key == Self.comment { _ = field.string }
    return LayoutObject(field: self, fields: fields.filter { $0.key != Self.comment })
  }

  /// The members of an object; its keys are checked elsewhere.
  var anyObject: LayoutObject? { members.map { LayoutObject(field: self, fields: $0) } }

  private func path(of key: String) -> String {
    var step = JSONPath()
    step.append(key: key)
    return path.isEmpty || step.description.hasPrefix("[") ? path + step.description : "\(path).\(step)"
  }
}

/// An object of a layout file.
package struct LayoutObject {
  package let field: LayoutField
  fileprivate let fields: [(key: String, field: LayoutField)]

  fileprivate init(field: LayoutField, fields: [(key: String, field: LayoutField)]) {
    self.field = field
    self.fields = fields
  }

  /// The keys of the object, in order.
  package var keys: [String] { fields.map(\.key) }

  /// The member at `key`; nil when it is missing.
  package subscript(key: String) -> LayoutField? { fields.first { $0.key == key }?.field }

  /// The member at `key`; notes a mistake when it is missing.
  package func required(_ key: String) -> LayoutField? {
    if let found = self[key] { return found }
    field.refuse("missing key \(quoted(key))")
    return nil
  }
}

extension JSONValue.Kind {
  /// The value in few words, for messages.
  var described: String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let text): "the number \(text.utf8.count > 40 ? "\(text.prefix(40))..." : text)"
    case .string(let string): quoted(string)
    case .array: "an array"
    case .object: "an object"
    }
  }
}

// Values that occur in several layouts.
extension LayoutField {
  /// The value as an array of platforms.
  var platforms: [Platform]? {
    elements?.compactMap { field in
      guard let text = field.string else { return nil }
      if let platform = Platform(text) { return platform }
      field.refuse("expected a platform such as \"linux/amd64\", found \(field.found)")
      return nil
    }
  }

  /// The value as the name of a list of platforms, or as an array of platforms.
  func platformSelector(_ names: LayoutNames) -> PlatformSelector? {
    if isArray { return platforms.map { .patterns($0.compactMap { PlatformPattern($0.description) }) } }
    return platformList(names).map { .list($0) }
  }

  /// The value as the name of a list of platforms.
  func platformList(_ names: LayoutNames) -> String? {
    guard let name = string else { return nil }
    if PlatformPattern(name) == nil {
      names.check("list of platforms", name, in: names.platforms, at: self)
    } else {
      refuse("expected the name of a list of platforms, found \(found); an array names platforms: [\(quoted(name))]")
    }
    return name
  }

  /// The value as an object of strings by platform, each of which `read` reads. The first that matches counts, and "*"
  /// last, wherever it stands.
  func byPlatform(_ read: (LayoutField) -> Template?) -> Template? {
    guard let members else { return nil }
    if members.isEmpty { refuse("expected at least one platform") }
    var choices: [(pattern: PlatformPattern, template: Template)] = []
    var seen: [(key: String, pattern: PlatformPattern)] = []
    var isWhole = true
    for (key, field) in members {
      let pattern = PlatformPattern(key: key)
      if let pattern,
        let earlier = seen.first(where: { $0.pattern.covers(pattern) && (!$0.pattern.isOpen || pattern.isOpen) })
      {
        field.refuse("is never used: \(quoted(earlier.key)), which stands before it, matches the same platforms")
      }
      guard let pattern, !pattern.isNegated else {
        let near = PlatformNames.systems.contains(key) ? "; did you mean \(quoted("\(key)/*"))?" : ""
        let wanted = "expected a platform such as \"linux/amd64\", \"linux/*\" or \"*\""
        field.refuse("\(wanted), found \(quoted(key))\(near)")
        isWhole = false
        continue
      }
      seen.append((key, pattern))
      if field.isObject {
        field.refuse("expected a string, found \(field.found)")
        isWhole = false
      } else if let template = read(field) {
        choices.append((pattern, template))
      } else {
        isWhole = false
      }
    }
    let inOrder = choices.filter { !$0.pattern.isOpen } + choices.filter { $0.pattern.isOpen }
    return isWhole && !inOrder.isEmpty ? Template(inOrder, at: origin) : nil
  }

  /// The value of a file's attribute for an array of clauses such as "cap_net_raw=ep"; empty for an empty array.
  package var capabilities: [UInt8]? {
    guard let elements else { return nil }
    let clauses = elements.compactMap(\.string)
    if clauses.isEmpty || clauses.count < elements.count { return [] }
    do throws(CapabilitiesError) {
      return try Capabilities(clauses).bytes
    } catch {
      refuse("\(error)")
      return nil
    }
  }

  /// The value as a path of one part.
  var onePart: String? {
    guard let path = taking({ try ArchivePath($0) }) else { return nil }
    if path.isOnePart { return path.text }
    refuse("expected a name without '/', found \(found)")
    return nil
  }
}
