// Why a JSON document was refused.

/// Why a JSON document was refused, and where.
package struct JSONError: Error, Equatable, Sendable {
  /// The first character that cannot stand where it does, or the start of what is wrong as a whole.
  package let position: JSONPosition
  /// The value or member that was being read, as `entries[3].mode`; empty at the root.
  package let path: String
  /// What was expected and what was found; what it quotes of the document is escaped.
  package let reason: String

  package init(position: JSONPosition, path: String, reason: String) {
    self.position = position
    self.path = path
    self.reason = reason
  }
}
