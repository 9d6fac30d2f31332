// A mistake in a layout. All mistakes of a set are collected in a list before any is reported.

import Basics
package import JSON

/// A mistake in a layout file.
package struct LayoutError: Error, Equatable, Sendable, CustomStringConvertible {
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

  /// "FILE:LINE:COLUMN: PATH"; without the path when it is the whole document.
  package var description: String {
    let place = "\(escapedName(file.utf8)):\(position.line):\(position.column)"
    return path.isEmpty ? place : "\(place): \(path)"
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

  package init() {}

  /// Adds a mistake.
  package func add(_ error: LayoutError) { errors.append(error) }

  func use(_ kind: String, _ name: String) { usedNames.insert("\(kind) \(name)") }
}
