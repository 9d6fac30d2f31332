// Which patterns of `include` and `exclude` fit something in a run. One that fits nothing is seldom meant: its name is
// misspelled, or what it was for is gone.

import Basics
import Layout

/// Which of the patterns of a filter fit something, by their numbers.
struct PatternMarks: Sendable {
  private(set) var isMet: [Bool]

  init(count: Int) { isMet = [Bool](repeating: false, count: count) }

  mutating func meet(_ number: Int) { isMet[number] = true }

  mutating func add(_ other: PatternMarks) {
    for number in isMet.indices where other.isMet[number] { isMet[number] = true }
  }
}

/// The patterns that the rules of a run tried.
struct PatternUse: Sendable {
  private var tried: [RuleOrigin: String] = [:]
  private var met: Set<RuleOrigin> = []

  /// Adds what a rule with these options found out; nothing where its patterns may fit nothing.
  mutating func add(_ marks: PatternMarks, of options: RuleOptions) {
    if options.arePatternsOptional { return }
    let patterns = options.include + options.exclude
    for (number, origin) in options.patternOrigins.enumerated() where patterns.indices.contains(number) {
      tried[origin] = patterns[number].text
      if marks.isMet[number] { met.insert(origin) }
    }
  }

  mutating func add(_ other: PatternUse) {
    tried.merge(other.tried) { first, _ in first }
    met.formUnion(other.met)
  }

  /// A warning for each pattern that fits nothing anywhere in the run, in the order of their places.
  var warnings: [String] {
    let unmet = tried.filter { !met.contains($0.key) }.sorted { $0.key.stands(before: $1.key) }
    return unmet.map { "\($0.key): \(quoted($0.value)) fits nothing; \"optional\": \"patterns\" says that it may" }
  }
}
