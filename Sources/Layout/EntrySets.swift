// The sets of release.json: lists of entries that stand there once, and that entries with `set` bring in.

import Basics
import JSON

/// The sets of entries of a release, by name.
package struct EntrySets: Sendable {
  /// The array of each set as it stands in the file.
  private var lists: [String: (origin: RuleOrigin, value: JSONValue)] = [:]

  /// No sets.
  init() {}

  /// Reads `sets` of release.json, without the entries themselves.
  init(_ field: LayoutField) {
    for (name, field) in field.namedMembers ?? [] where field.elements != nil {
      field.notes.declare("set", name, at: field)
      lists[name] = (field.origin, field.value)
    }
    for mistake in circles() { field.notes.add(mistake) }
  }

  /// The names of the sets.
  package var names: Set<String> { Set(lists.keys) }

  /// All entries, as any tarball or image may have them; what a use of them lacks is told with the use.
  func entries(_ names: LayoutNames, _ notes: LayoutNotes) -> [LayoutEntry] {
    let reader = EntryReader(names: names, hasPlatform: true, place: .set)
    return lists.sorted { $0.key < $1.key }.flatMap { _, list in
      reader.entries(LayoutField(value: list.value, file: list.origin.file, path: list.origin.path, notes: notes))
    }
  }

  /// The list of entries of the set `name`, which `user` brings in.
  func list(_ name: String, for user: RuleOrigin, _ notes: LayoutNotes) -> LayoutField? {
    lists[name].map { origin, value in
      LayoutField(value: value, file: origin.file, path: origin.path, notes: notes, user: "\(user)")
    }
  }

  /// The most sets that bring in one another in a row.
  static let longestChain = 16

  /// A mistake for each circle of sets that bring one another in, at the entry that closes it, and for a chain of too
  /// many.
  private func circles() -> [LayoutError] {
    var mistakes: [LayoutError] = []
    var done: Set<String> = []
    func visit(_ name: String, _ chain: [String]) {
      guard let (origin, value) = lists[name], !done.contains(name) else { return }
      for (index, used) in value.usedSets {
        if let start = (chain + [name]).firstIndex(of: used.name) {
          let circle = ((chain + [name])[start...] + [used.name]).joined(separator: " -> ")
          let path = "\(origin.path)[\(index)].\(LayoutEntry.setKey)"
          let reason = "a set cannot bring in itself: \(circle)"
          mistakes.append(LayoutError(file: origin.file, position: used.position, path: path, reason: reason))
        } else if chain.count + 1 == Self.longestChain {
          let path = "\(origin.path)[\(index)].\(LayoutEntry.setKey)"
          let reason = "expected at most \(Self.longestChain) sets that bring in one another in a row, found more"
          mistakes.append(LayoutError(file: origin.file, position: used.position, path: path, reason: reason))
        } else {
          visit(used.name, chain + [name])
        }
      }
      done.insert(name)
    }
    for name in lists.keys.sorted() { visit(name, []) }
    return mistakes
  }
}

extension JSONValue {
  /// The sets that the entries of this array bring in, each with the index of its entry.
  fileprivate var usedSets: [(index: Int, used: (name: String, position: JSONPosition))] {
    guard case .array(let entries) = kind else { return [] }
    return entries.enumerated().compactMap { index, entry in
      guard case .object(let members) = entry.kind, let use = members.first(where: { $0.key == LayoutEntry.setKey }),
        case .string(let name) = use.value.kind
      else { return nil }
      return (index, (name, use.value.position))
    }
  }
}
