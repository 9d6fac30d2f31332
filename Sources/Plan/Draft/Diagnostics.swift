// What a part of the planning has to say: its mistakes and its warnings, in the order in which they came up.

import Layout

/// Mistakes and warnings; one that a rule makes on every platform is told once.
struct Diagnostics: Sendable {
  private(set) var mistakes: [Diagnostic] = []
  private(set) var warnings: [String] = []
  private var told: Set<[UInt8]> = []
  private var warned: Set<[UInt8]> = []

  /// Takes note of a mistake.
  mutating func refuse(_ diagnostic: Diagnostic) {
    if told.insert(Array(diagnostic.description.utf8)).inserted { mistakes.append(diagnostic) }
  }

  /// Takes note of a mistake, which is at `origin` unless the error knows its place itself.
  mutating func refuse(_ error: any Error, at origin: RuleOrigin? = nil) {
    refuse(Diagnostic(error, at: origin))
  }

  /// Takes note of what is not wrong, but seldom meant.
  mutating func warn(_ warning: String) {
    if warned.insert(Array(warning.utf8)).inserted { warnings.append(warning) }
  }

  /// Takes note of all that `other` says.
  mutating func add(_ other: Diagnostics) {
    for mistake in other.mistakes { refuse(mistake) }
    for warning in other.warnings { warn(warning) }
  }
}
