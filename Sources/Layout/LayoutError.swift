// A mistake in a layout. All mistakes of a set are collected in a list before any is reported.

import Basics
package import JSON

/// A mistake in a layout file.
package struct LayoutError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Path of the file, as it was given.
  package let file: String
  /// The place in the file; nil when the mistake is about the whole file.
  package let position: JSONPosition?
  /// The JSON path of the value, such as "entries[3].mode"; empty for the whole document.
  package let path: String
  /// What was expected and what was found.
  package let reason: String

  package init(file: String, position: JSONPosition? = nil, path: String = "", reason: String) {
    self.file = file
    self.position = position
    self.path = path
    self.reason = reason
  }

  /// "FILE:LINE:COLUMN: PATH: REASON".
  package var description: String {
    let file = escapedName(file.utf8)
    let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
    return escapedControls(path.isEmpty ? "\(place): \(reason)" : "\(place): \(path): \(reason)")
  }
}

/// The place of a rule in a layout.
package struct RuleOrigin: Hashable, Sendable, CustomStringConvertible {
  /// Path of the layout file, as it was given.
  package let file: String
  /// Where the rule begins.
  package let position: JSONPosition
  /// The JSON path of the rule, such as "entries[3]".
  package let path: String
  /// The entry that brings the rule in, where it stands in a set: its description.
  package let user: String?

  /// "FILE:LINE:COLUMN: PATH"; without the path when it is the whole document. The entry that brings it in comes after
  /// it in parentheses.
  package var description: String {
    let place = "\(escapedName(file.utf8)):\(position.line):\(position.column)"
    let own = path.isEmpty ? place : "\(place): \(path)"
    return user.map { "\(own) (of \($0))" } ?? own
  }

  /// The place of the rule alone, whatever brings it in.
  package var place: String { "\(file):\(position.line):\(position.column)" }

  /// Whether it comes first in an order by files, places in them and entries that bring it in.
  package func stands(before other: RuleOrigin) -> Bool {
    if file != other.file { return file.utf8.lexicographicallyPrecedes(other.file.utf8) }
    let (own, others) = ([position.line, position.column], [other.position.line, other.position.column])
    if own != others { return own.lexicographicallyPrecedes(others) }
    return (user ?? "").utf8.lexicographicallyPrecedes((other.user ?? "").utf8)
  }

  /// The place in a few characters, for listings: "server.json:7".
  package var short: String {
    let name = file.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    return "\(escapedName(name)):\(position.line)"
  }
}

/// Notes made while a part of a set of layouts is read: its mistakes, and the names that it refers to.
package final class LayoutNotes {
  package private(set) var errors: [LayoutError] = []
  /// As "KIND NAME".
  package private(set) var usedNames: Set<String> = []
  /// Names that are declared, for others to use.
  private(set) var declaredNames: [(kind: String, name: String, origin: RuleOrigin)] = []
  /// The paths of the documents that were read; their numbers begin at 1.
  private var documents: [String] = []
  private var told: Set<LayoutError> = []
  /// How many entries of sets were brought in.
  private var broughtIn = 0

  package init() {}

  /// Adds a mistake, each once. `user` is the entry that uses a set, if the mistake is in one: a mistake of the set
  /// itself is known by then, and one that only this use makes is told with the use.
  package func add(_ error: LayoutError, of user: String? = nil) {
    guard told.insert(error).inserted else { return }
    let reason = user.map { "\(error.reason) (of \($0))" } ?? error.reason
    errors.append(LayoutError(file: error.file, position: error.position, path: error.path, reason: reason))
  }

  /// Counts `count` entries that a set brings in; whether they are still few enough. Sets that bring in sets may else be
  /// without end in practice.
  func bringIn(_ count: Int) -> Bool {
    broughtIn += count
    return broughtIn <= Self.mostBroughtIn
  }

  /// The most entries that the sets of a release bring in.
  static let mostBroughtIn = 100_000

  func use(_ kind: String, _ name: String) { usedNames.insert("\(kind) \(name)") }

  /// Notes that a name is declared at `field`.
  func declare(_ kind: String, _ name: String, at field: LayoutField) {
    declaredNames.append((kind, name, field.origin))
  }

  /// A new number for the document at `path`.
  func number(ofDocument path: String) -> Int {
    documents.append(path)
    return documents.count
  }

  /// The path of the document with this number; nil where it was not read with these notes.
  func path(ofDocument number: Int) -> String? {
    documents.indices.contains(number - 1) ? documents[number - 1] : nil
  }
}
