// What is wrong with an image, a base or a store of bases, and where.

import Basics

/// An image, or a document of one, that cannot be accepted.
///
/// What reads images throws this for a fault in what it reads, `SourceChanged` for a file that is replaced meanwhile,
/// and `SystemError` where the system refuses. Comments on functions name only what else they throw.
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

/// A document and a field of it that names a blob: an error about the blob says who asked for it.
package struct FieldPlace: Sendable {
  /// The document, for messages.
  let place: String
  /// The way to the field, such as "layers[1]"; empty for a document that no other names.
  let field: String

  /// The error that the blob is wrong in the way that `reason` says.
  func error(_ reason: String) -> ImageError { ImageError(place, field, reason) }
}
