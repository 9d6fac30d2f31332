// How flags are written on the command line and in the environment.

/// The words for on and off.
package enum FlagValue {
  /// Whether `text` says on; nil when it says neither.
  package static func isOn(_ text: String) -> Bool? {
    switch text {
    case "y", "yes", "true", "1": true
    case "n", "no", "false", "0": false
    default: nil
    }
  }
}
