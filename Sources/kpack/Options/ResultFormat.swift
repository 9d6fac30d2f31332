// The forms that --format gives a command's results.

/// The form of a command's results.
enum ResultFormat: String, Sendable {
  case text, json, mtree
}
