// Texts that differ by platform, written as one template where the words for systems and architectures make all the
// difference, and else as values by platform.

import Basics
import JSON

/// The words that the names of a release have for systems and architectures, where these are not Go's.
struct PlatformNameTable: Equatable, Sendable {
  /// By GOOS.
  private var systems: [String: String] = [:]
  /// By GOARCH, with the variant behind a "/".
  private var architectures: [String: String] = [:]
  /// Whether no more words are taken in.
  var isComplete = false

  /// The variable of the systems in `words`: {os} where all are Go's own, else {osName}; nil where other names have
  /// another word for one of them.
  mutating func systemVariable(_ words: [(platform: Platform, word: String)]) -> String? {
    if words.allSatisfy({ $0.platform.os == $0.word }) { return "{os}" }
    return take(words.map { ($0.platform.os, $0.word) }, into: \.systems) ? "{osName}" : nil
  }

  /// The same for architectures.
  mutating func architectureVariable(_ words: [(platform: Platform, word: String)]) -> String? {
    if words.allSatisfy({ $0.platform.architectureWord == $0.word }) {
      return words.contains { $0.platform.variant != nil } ? "{arch}{variant}" : "{arch}"
    }
    return take(words.map { ($0.platform.architectureKey, $0.word) }, into: \.architectures) ? "{archName}" : nil
  }

  /// Adds words to a table; false, and nothing is added, where one of them has another word there.
  private mutating func take(
    _ words: [(key: String, word: String)], into path: WritableKeyPath<PlatformNameTable, [String: String]>
  ) -> Bool {
    var known = self[keyPath: path]
    for (key, word) in words {
      // By bytes: two spellings of one letter are two words.
      if let other = known[key] ?? (isComplete ? key.filter { $0 != "/" } : nil), !other.utf8.elementsEqual(word.utf8) {
        return false
      }
      known[key] = word
    }
    if !isComplete { self[keyPath: path] = known }
    return true
  }

  /// "names" of release.json; nil where all words are Go's.
  var json: JSONLiteral? {
    // What is called by its own name needs no word.
    func object(_ table: [String: String]) -> JSONLiteral? {
      let members = table.filter { $0.key.filter { $0 != "/" } != $0.value }.sorted { $0.key < $1.key }
      return members.isEmpty ? nil : .object(members.map { ($0.key, .string($0.value)) })
    }
    let given = [("os", object(systems)), ("arch", object(architectures))].compactMap { key, value in
      value.map { (key, $0) }
    }
    return given.isEmpty ? nil : .object(given)
  }
}

extension Platform {
  /// The architecture with its variant behind it, as names of files have it: "armv6".
  var architectureWord: String { architecture + (variant ?? "") }

  /// The architecture with its variant, as a key of "names" has it: "arm/v6".
  var architectureKey: String { architecture + (variant.map { "/\($0)" } ?? "") }
}

/// A text for each platform.
struct PlatformTexts {
  private(set) var texts: [(platform: Platform, text: String)] = []

  /// Texts that are templates already.
  init(_ texts: [(platform: Platform, text: String)]) { self.texts = texts }

  /// The templates of names: the words that are those of the platform become variables, and so does the version.
  init(_ names: [(platform: Platform, words: NameWords)], _ table: inout PlatformNameTable) {
    let systems = names.compactMap { name in name.words.system.map { (name.platform, $0) } }
      .filter { $0.0.os == $0.1.meaning }
    let architectures = names.compactMap { name in name.words.architecture.map { (name.platform, $0) } }
      .filter { $0.0.architectureWord == $0.1.meaning || $0.0.architecture == $0.1.meaning }
    let system = table.systemVariable(systems.map { ($0.0, $0.1.text) })
    let architecture = table.architectureVariable(architectures.map { ($0.0, $0.1.text) })
    texts = names.map { name in
      let (own, word) = (name.platform, name.words)
      let plainSystem = word.system?.text == own.os ? "{os}" : nil
      let plainArchitecture =
        word.architecture?.text == own.architectureWord
        ? own.variant == nil ? "{arch}" : "{arch}{variant}" : nil
      let isSystem = word.system?.meaning == own.os
      let isArchitecture = architectures.contains { $0.0 == own }
      return (
        own,
        word.template(
          system: isSystem ? system ?? plainSystem : nil,
          architecture: isArchitecture ? architecture ?? plainArchitecture : nil)
      )
    }
  }

  /// The value in a layout: one text, or an object by platform with the most frequent text for "*".
  var json: JSONLiteral {
    guard let first = texts.first else { return .string("") }
    if texts.allSatisfy({ $0.text == first.text }) { return .string(first.text) }
    let counts = Dictionary(grouping: texts, by: \.text).mapValues(\.count)
    // Of equals the first in the order of the platforms.
    let most = counts.values.max() ?? 0
    let usual = texts.first { counts[$0.text] == most }?.text ?? first.text
    var members: [(String, JSONLiteral)] = []
    var done: Set<String> = []
    // A pattern without a variant matches all of them, so those with one come first.
    let inOrder = texts.filter { $0.platform.variant != nil } + texts.filter { $0.platform.variant == nil }
    for (platform, text) in inOrder where text != usual {
      let isShared = texts.allSatisfy { $0.platform.os != platform.os || $0.text == text }
      let key = isShared ? "\(platform.os)/*" : "\(platform)"
      if done.insert(key).inserted { members.append((key, .string(text))) }
    }
    return .object(members + [("*", .string(usual))])
  }

  /// The text of all platforms; nil where they differ.
  var common: String? {
    guard let first = texts.first, texts.allSatisfy({ $0.text == first.text }) else { return nil }
    return first.text
  }
}

/// A condition on platforms.
enum PlatformCondition {
  /// The shortest patterns that hold on `wanted` and on no other of `all`; nil where they hold on all.
  static func patterns(for wanted: [Platform], of all: [Platform]) -> JSONLiteral? {
    let chosen = Set(wanted)
    let others = all.filter { !chosen.contains($0) }
    if others.isEmpty { return nil }
    let (inclusive, exclusive) = (wholeSystems(all.filter(chosen.contains), of: all), wholeSystems(others, of: all))
    let patterns = exclusive.count < inclusive.count ? exclusive.map { "!\($0)" } : inclusive
    return .array(patterns.map { .string($0) })
  }

  /// Patterns for `platforms`: a system whose platforms in `all` are all among them is one.
  private static func wholeSystems(_ platforms: [Platform], of all: [Platform]) -> [String] {
    var patterns: [String] = []
    for platform in platforms {
      let isWhole = all.allSatisfy { $0.os != platform.os || platforms.contains($0) }
      let pattern = isWhole ? "\(platform.os)/*" : "\(platform)"
      if !patterns.contains(pattern) { patterns.append(pattern) }
    }
    return patterns
  }
}
