// The way from the root of a JSON document to one of its values, as messages name it.

import Basics

/// The way from the root of a JSON document to one of its values; its description reads `entries[3].mode`.
package struct JSONPath: Equatable, Sendable, CustomStringConvertible {
  private enum Step: Equatable, Sendable {
    case key(String)
    case index(Int)
  }

  private var steps: [Step] = []

  /// The path of the root.
  package init() {}

  /// How many steps the value is below the root.
  package var depth: Int { steps.count }

  /// Goes down to the value of `key`.
  package mutating func append(key: String) { steps.append(.key(key)) }

  /// Goes down to the element at `index`.
  package mutating func append(index: Int) { steps.append(.index(index)) }

  /// Goes up by one; does nothing at the root.
  package mutating func removeLast() { _ = steps.popLast() }

  /// The path as `key[index].key`, a key that is not made of `A-Za-z0-9_$-` only as `["a b"]`; empty at the root.
  package var description: String {
    var text = ""
    for step in steps {
      switch step {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where !isPlain(key): text += "[\(quoted(key))]"
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      }
    }
    return text
  }
}

/// Whether `key` can stand in a path without quotes.
private func isPlain(_ key: String) -> Bool {
  !key.isEmpty && key.utf8.count <= longestQuotation
    && key.utf8.allSatisfy { $0.isLetterOrDigit || "_$-".utf8.contains($0) }
}
