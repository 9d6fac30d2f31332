// An image, a base or a store of bases that cannot be accepted.

import Basics

/// What is wrong with an image, and where.
package struct ImageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or the store and the blob in it.
  package let place: String
  /// The field of a document, such as "layers[1].digest"; empty when it is about none.
  package let field: String
  package let reason: String

  package init(_ place: String, _ field: String = "", _ reason: String) {
    self.place = place
    self.field = field
    self.reason = reason
  }

  /// "PLACE: FIELD: REASON", with names of unknown bytes in any of them escaped.
  package var description: String {
    escapedControls([place, field, reason].filter { !$0.isEmpty }.joined(separator: ": "))
  }
}
