// What the exit codes mean, for --help and the pages of reference.

/// The exit codes of all commands.
enum ExitCodes {
  /// Each with its meaning.
  static let rows = [
    ("0", "done"),
    ("2", "usage or layout"),
    ("3", "an archive or image that is not acceptable"),
    ("4", "the source tree or the operating system"),
    ("128+N", "ended by signal N"),
  ]
}
